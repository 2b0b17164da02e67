"""Lambdas of higher-order functions: their parameters get types from the arguments bound before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import failure
from hiveframe.analysis.naming import implied_lambda, lambda_text
from hiveframe.errors import SparkError
from hiveframe.functions.binding import check_count, ordinal, required_type
from hiveframe.functions.registry import ARRAY, LAMBDA, MAP, TYPED_ARRAY, TYPED_MAP, Function, Kind, Param
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.types import BOOLEAN, NULL, DataType, NullType, sql_name

# Lambdas of these may take the element's position as a second parameter.
_INDEXED: Final = frozenset({"transform", "filter"})
_PREDICATES: Final = frozenset({"filter", "exists", "forall", "map_filter"})


def shown_arguments(binder: Binder, row: Function, nodes: Sequence[spec.Expr]) -> tuple[spec.Expr, ...]:
    """The arguments that names and messages show: a lambda left out has its place there."""
    implied = implied_lambda(row.name, len(nodes))
    if not implied:
        return tuple(nodes)
    stand_in = spec.Literal(None, NULL)
    binder.context.run.shown[stand_in] = implied[0]
    return (*nodes, stand_in)


def bind_arguments(
    binder: Binder, node: spec.Function, row: Function, args: Sequence[spec.Expr], called: str = ""
) -> tuple[lg.Expr, ...]:
    """The arguments typed: plain ones first, then the lambdas (in order). `called` is the name that was written."""
    if row.lambda_params is None:
        for arg in args:
            if isinstance(arg, spec.Lambda):
                raise failure("INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", node, **{"class": row.name})
        return binder.bind_all(args)
    deferred = binder.context.run.deferred
    already = len(deferred)
    positions = [i for i, a in enumerate(args) if _takes_lambda(row, i) or isinstance(a, spec.Lambda)]
    check_count(row, called or row.name, len(args), call_binder(binder.context, node))
    typed: dict[int, lg.Expr] = {i: binder.bind(a) for i, a in enumerate(args) if i not in positions}
    _check_plain(binder, node, row, args, typed, called or row.name)
    if not any(isinstance(a, spec.Lambda) for a in args):
        typed = {i: _with_type(row, i, arg) for i, arg in typed.items()}
    for i in positions:
        known = [typed.get(j) or lg.Literal(None, NULL) for j in range(len(args))]
        declared = row.lambda_params(i, known)
        argument = args[i]
        made = (
            bind_lambda(binder, row, argument, declared)
            if isinstance(argument, spec.Lambda)
            else _constant(binder, row, argument, declared)
        )
        if row.name in _PREDICATES and isinstance(made.body.dtype, NullType):
            made = _unknown(binder, argument, made)
            del deferred[already:]
        binder.context.run.bound[argument] = made
        typed[i] = made
    bound = tuple(typed[i] for i in range(len(args)))
    if row.name in _PREDICATES and len(bound) > 1 and bound[1].dtype != BOOLEAN:
        deferred.append(_not_boolean(binder, node, row, bound))
    if deferred and not binder.lambdas:
        raise deferred[0]
    return bound


def _check_plain(
    binder: Binder,
    node: spec.Function,
    row: Function,
    args: Sequence[spec.Expr],
    typed: Mapping[int, lg.Expr],
    called: str,
) -> None:
    """Arrays and maps are looked at before any lambda is bound, so the message shows lambdas as they were written."""
    implied = implied_lambda(row.name, len(args), bound=False)
    has_lambda = bool(implied) or any(isinstance(a, spec.Lambda) for a in args)
    for i, arg in typed.items():
        kind = row.params[i]
        known = arg if has_lambda else _with_type(row, i, arg)
        if not isinstance(kind, Kind) or kind.accepts(known.dtype):
            continue
        texts = [binder.text(a) for a in args] + implied
        raise call_binder(binder.context, node).error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            sqlExpr=f'"{called.lower()}({", ".join(texts)})"',
            paramIndex=ordinal(i),
            requiredType=required_type((kind,)),
            inputSql=f'"{texts[i]}"',
            inputType=f'"{sql_name(arg.dtype)}"',
        )


def _with_type(row: Function, position: int, arg: lg.Expr) -> lg.Expr:
    """A bare NULL beside a constant in a lambda's place is taken for an array or a map."""
    kind = row.params[position] if position < len(row.params) else None
    null_as = {TYPED_ARRAY: ARRAY.null_as, TYPED_MAP: MAP.null_as}.get(kind) if isinstance(kind, Kind) else None
    return lg.Literal(None, null_as) if null_as is not None and isinstance(arg.dtype, NullType) else arg


def _unknown(binder: Binder, node: spec.Expr, made: lg.Lambda) -> lg.Lambda:
    """A predicate without a type is NULL: what it says is not computed, nor are its own predicates looked at."""
    binder.context.run.shown[node] = lambda_text("NULL", len(made.params))
    return lg.Lambda(made.params, lg.Literal(None, BOOLEAN))


def _not_boolean(binder: Binder, node: spec.Function, row: Function, args: Sequence[lg.Expr]) -> SparkError:
    call = call_binder(binder.context, node)
    return call.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        sqlExpr=call.quoted(lg.Call(row.name, tuple(args), NULL)),
        paramIndex="second",
        requiredType='"BOOLEAN"',
        inputSql=call.quoted(args[1]),
        inputType=f'"{sql_name(args[1].dtype)}"',
    )


def _takes_lambda(row: Function, position: int) -> bool:
    if position >= len(row.params):
        return False
    param = row.params[position]
    kinds = param.kinds if isinstance(param, Param) else (param,)
    return LAMBDA in kinds


def bind_lambda(
    binder: Binder, row: Function, node: spec.Lambda, declared: Sequence[tuple[str, DataType, bool]]
) -> lg.Lambda:
    """`node` with parameters of the declared types; it may take fewer of them than are offered."""
    is_short = len(node.params) < len(declared) and row.name not in _INDEXED
    if is_short or len(node.params) > len(declared):
        raise failure(
            "INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH",
            node,
            expectedNumArgs=str(len(node.params)),
            actualNumArgs=str(1 if row.name in _INDEXED else len(declared)),
        )
    names = [p.lower() for p in node.params]
    if len(set(names)) < len(names):
        raise failure(
            "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
            node,
            args=", ".join(f"`{n}`" for n in names),
            caseSensitiveConfig='"spark.sql.caseSensitive"',
        )
    run = binder.context.run
    variables = tuple(
        lg.LambdaVar(run.fresh_id(), name, dtype, nullable)
        for name, (_, dtype, nullable) in zip(node.params, declared, strict=False)
    )
    binder.lambdas = (*binder.lambdas, dict(zip(names, variables, strict=True)))
    try:
        body = binder.bind(node.body)
    finally:
        binder.lambdas = binder.lambdas[:-1]
    return lg.Lambda(variables, body)


def _constant(
    binder: Binder, row: Function, node: spec.Expr, declared: Sequence[tuple[str, DataType, bool]]
) -> lg.Lambda:
    """An expression where a lambda is expected: its parameters go unused."""
    run = binder.context.run
    offered = declared[:1] if row.name in _INDEXED else declared
    variables = tuple(lg.LambdaVar(run.fresh_id(), name, dtype, nullable) for name, dtype, nullable in offered)
    made = lg.Lambda(variables, binder.bind(node))
    run.shown[node] = lambda_text(binder.text(node), len(offered))
    return made


def bind_stray_lambda(binder: Binder, node: spec.Lambda) -> lg.Expr:
    """A lambda where no function takes one."""
    raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", node, feature="a lambda outside of a higher-order function")
