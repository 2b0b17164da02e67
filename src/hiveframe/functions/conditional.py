"""Choosing among values: CASE, IF, COALESCE and their kin, GREATEST and LEAST, and raising on purpose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.binding import wrong_input
from hiveframe.functions.coercion import common_type, common_type_without_strings, implicit_cast, merged_type
from hiveframe.functions.comparisons import comparison_operands, no_order, waits
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let, let_all
from hiveframe.functions.ordering import is_orderable, needs_key, order_key
from hiveframe.functions.predicates import listed_types
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    Kind,
    Param,
    always_null,
    any_null,
    optional,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_null, null, op, physical_type, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal


def all_null(args: Sequence[Expr]) -> bool:
    """NULL only when every argument is."""
    return all(a.nullable for a in args)


def same_typed(b: Binder, name: str, args: Sequence[Expr]) -> list[Expr]:
    """The arguments in their common type; DATA_DIFF_TYPES when there is none."""
    target = common_type([a.dtype for a in args], ansi=b.ansi) if _differ(args) else args[0].dtype
    if target is None:
        raise b.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName=f"`{name}`", dataType=listed_types(args))
    return [b.cast(a, target) for a in args]


def _differ(args: Sequence[Expr]) -> bool:
    return any(not t.same_type(a.dtype, args[0].dtype) for a in args)


def _check_condition(b: Binder, condition: Expr, position: int, *, void: bool = False) -> Expr:
    if condition.dtype == t.BOOLEAN:
        return condition
    if void and isinstance(condition.dtype, t.NullType):
        return b.cast(condition, t.BOOLEAN)
    raise b.error(
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        paramIndex=("first", "second", "third", "fourth", "fifth")[min(position, 4)],
        requiredType='"BOOLEAN"',
        inputSql=b.quoted(condition),
        inputType=f'"{t.sql_name(condition.dtype)}"',
    )


def _check_branches(b: Binder, args: tuple[Expr, ...]) -> None:
    if not args:
        raise IllegalArgumentException(
            "COMPLEX_EXPRESSION_UNSUPPORTED_INPUT.NO_INPUTS", {"expression": f'"{_show_when(())}"'}
        )


def _coerce_when(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Conditions are booleans, values meet in one type; the last argument of an odd number is ELSE."""
    pairs = len(args) // 2
    conditions = [_check_condition(b, args[2 * i], i) for i in range(pairs)]
    values = [args[2 * i + 1] for i in range(pairs)] + list(args[2 * pairs :])
    values = same_typed(b, "casewhen", values)
    mixed = [e for pair in zip(conditions, values[:pairs], strict=True) for e in pair]
    return (*mixed, *values[pairs:])


def _when_values(args: Sequence[Expr]) -> list[Expr]:
    pairs = len(args) // 2
    return [args[2 * i + 1] for i in range(pairs)] + list(args[2 * pairs :])


def _when_nullable(args: Sequence[Expr]) -> bool:
    first = args[0]
    if len(args) > 1 and isinstance(first, Literal) and first.value is True:
        return args[1].nullable
    return len(args) % 2 == 0 or any_null(_when_values(args))


def _emit_when(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    pairs = len(args) // 2
    branches = [(args[2 * i], args[2 * i + 1]) for i in range(pairs)]
    default = args[-1] if len(args) % 2 else cast(null(), physical_type(call.dtype))
    if not branches:
        return default
    return case(*branches, default=default)


def _show_when(texts: Sequence[str]) -> str:
    pairs = len(texts) // 2
    shown = "CASE" + "".join(f" WHEN {texts[2 * i]} THEN {texts[2 * i + 1]}" for i in range(pairs))
    return shown + (f" ELSE {texts[-1]}" if len(texts) % 2 else "") + " END"


def _coerce_if(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    condition = _check_condition(b, args[0], 0, void=True)
    return (condition, *same_typed(b, "if", args[1:]))


def _emit_if(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return case((args[0], args[1]), default=args[2])


def _coerce_coalesce(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    target = common_type([a.dtype for a in args], ansi=b.ansi) if _differ(args) else args[0].dtype
    if target is None:
        kinds = " or ".join(f'"{t.sql_name(a.dtype)}"' for a in args)
        raise b.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`coalesce`", dataType=f"({kinds})")
    return tuple(b.cast(a, target) for a in args)


def _emit_coalesce(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("coalesce", *args) if len(args) > 1 else args[0]


def _bind_nvl(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("coalesce", *args)


def _bind_nvl2(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("if", b.call("isnotnull", args[0]), args[1], args[2])


def _bind_nullif(b: Binder, args: tuple[Expr, ...]) -> Expr:
    """The operands as they compare; the first also as it was, when the comparison casts it."""
    site = f'"(commonexpressionref() = {b.quoted(args[1])[1:-1]})"'
    left, right = comparison_operands(b, "=", args[0], args[1], sql_expr=site)
    operands = (args[0], right) if left is args[0] else (args[0], left, right)
    return Call("nullif", operands, args[0].dtype, True)


def _emit_nullif(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if len(args) == 2:
        return func("nullif", args[0], args[1])
    nothing = cast(null(), physical_type(call.dtype))
    missing = [(is_null(args[0].copy()), nothing.copy())] if call.args[0].nullable and waits(ctx, 2) else []
    return case(*missing, (op("=", args[1], args[2]), nothing), default=args[0])


def _bind_nullifzero(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("nullif", args[0], Literal(0, t.INT))


def _bind_zeroifnull(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("coalesce", args[0], Literal(0, t.INT))


def _extreme(name: str, doc: str) -> Function:
    def coerce(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        target = common_type_without_strings([a.dtype for a in args], ansi=b.ansi) if _differ(args) else args[0].dtype
        if target is None:
            raise b.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName=f"`{name}`", dataType=listed_types(args))
        if not is_orderable(target):
            raise no_order(b, name, target)
        return tuple(b.cast(a, target) for a in args)

    return Function(
        name,
        (ANY, ANY, rest(ANY)),
        merged_type,
        coerce=coerce,
        nullable=all_null,
        emit=lambda call, args, ctx: _emit_extreme(name, call, args, ctx),
        doc=doc,
        group="math_funcs",
    )


def _emit_extreme(name: str, call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if not needs_key(call.dtype):
        return func(name, *args)
    # NULLs inside stand first in Spark's order: the pair is compared by its keys.
    symbol = "<" if name == "greatest" else ">"

    def better(one: Sql, other: Sql) -> Sql:
        worse = op(symbol, order_key(one, call.dtype, ctx), order_key(other, call.dtype, ctx))
        return case((is_null(one), other), (is_null(other), one), (worse, other), default=one)

    def fold(one: Sql, rest_of: list[Sql]) -> Sql:
        if not rest_of:
            return one
        return let_all([one, rest_of[0]], ctx, lambda a, b: let(better(a, b), ctx, lambda v: fold(v, rest_of[1:])))

    return fold(args[0], args[1:])


def _coerce_nanvl(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """Both FLOAT or both DOUBLE."""
    target = t.DOUBLE if t.DOUBLE in (args[0].dtype, args[1].dtype) else t.FLOAT
    return b.cast(args[0], target), b.cast(args[1], target)


def _emit_nanvl(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return let(args[0], ctx, lambda v: case((func("isnan", v), args[1]), default=v))


def _bind_assert_true(b: Binder, args: tuple[Expr, ...]) -> Expr:
    """To Spark it is `if(condition, NULL, raise_error(message))`, and so its errors say."""
    condition = args[0]
    shown = b.quoted(condition)[1:-1]
    message = args[1] if len(args) == 2 else Literal(f"'{shown}' is not true!", t.STRING)
    raised = b.call("raise_error", message)
    assert isinstance(raised, Call)
    if not isinstance(condition.dtype, (t.BooleanType, t.NullType)):
        raise wrong_input(b, args, 0, '"BOOLEAN"', sqlExpr=f'"(IF({shown}, NULL, {b.quoted(raised)[1:-1]}))"')
    return Call("assert_true", (b.cast(condition, t.BOOLEAN), raised.args[0]), t.NULL, True)


def _emit_assert_true(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return case((args[0], cast(null(), physical_type(call.dtype))), default=_raised(call, args[1], ctx))


def _coerce_message(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The message as text; to Spark it is the value of a map, the second argument."""
    dtype = args[0].dtype
    if implicit_cast(dtype, t.STRING, ansi=b.ansi) is None:
        raise b.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex="second",
            requiredType='"MAP<STRING, STRING>"',
            inputSql=f'"map(errorMessage, {b.quoted(args[0])[1:-1]})"',
            inputType=f'"MAP<STRING, {t.sql_name(dtype)}>"',
        )
    return (b.cast(args[0], t.STRING),)


def _emit_raise_error(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """With two arguments a condition and a map of its message parameters, as Spark's own plans call it."""
    match call.args:
        case (Literal(value=str(condition)), Call() as params):
            pairs = zip(params.args[::2], params.args[1::2], strict=True)
            named = {str(k.value): ctx.expr(v) for k, v in pairs if isinstance(k, Literal)}
            return ctx.raise_error("SparkRuntimeException", condition, named, call.dtype, call.context)
    return _raised(call, args[0], ctx)


def _raised(call: Call, message: Sql, ctx: EmitContext) -> Sql:
    return ctx.raise_error(
        "SparkRuntimeException",
        "USER_RAISED_EXCEPTION",
        {"errorMessage": func("coalesce", message, text("null"))},
        call.dtype,
        call.context,
    )


def _show_assert_true(texts: Sequence[str]) -> str:
    message = texts[1] if len(texts) > 1 else f"'{texts[0]}' is not true!"
    return f"assert_true({texts[0]}, {message})"


def _choice(
    name: str, params: tuple[Param, ...], bind: Callable[[Binder, tuple[Expr, ...]], Expr], doc: str
) -> Function:
    return Function(name, params, bind=bind, doc=doc, group="conditional_funcs")


_VALUE = Param((ANY,))

_NANVL_SECOND: Final = Kind(
    "DOUBLE or FLOAT", lambda d: isinstance(d, (t.DoubleType, t.FloatType, t.NullType)), t.DOUBLE
)

register(
    Function(
        "when",
        (rest(ANY),),
        lambda args: merged_type(_when_values(args)),
        checks=(_check_branches,),
        coerce=_coerce_when,
        nullable=_when_nullable,
        emit=_emit_when,
        shows=_show_when,
        doc="The value of the first condition that holds.",
        group="conditional_funcs",
    ),
    Function(
        "if",
        (ANY, ANY, ANY),
        lambda args: merged_type(args[1:]),
        coerce=_coerce_if,
        nullable=lambda args: any_null(args[1:]),
        emit=_emit_if,
        shows=lambda texts: f"(IF({', '.join(texts)}))",
        doc="The second when the first holds, else the third.",
        group="conditional_funcs",
    ),
    Function(
        "coalesce",
        (ANY, rest(ANY)),
        merged_type,
        coerce=_coerce_coalesce,
        nullable=all_null,
        emit=_emit_coalesce,
        doc="The first that is not NULL.",
        group="conditional_funcs",
    ),
    _choice("nvl", (_VALUE, _VALUE), _bind_nvl, "The first, or the second when it is NULL."),
    _choice("ifnull", (_VALUE, _VALUE), _bind_nvl, "The first, or the second when it is NULL."),
    _choice("nvl2", (_VALUE, _VALUE, _VALUE), _bind_nvl2, "The second, or the third when the first is NULL."),
    Function(
        "nullif",
        (ANY, ANY),
        bind=_bind_nullif,
        nullable=always_null,
        emit=_emit_nullif,
        doc="NULL when both are equal, else the first.",
        group="conditional_funcs",
    ),
    _choice("nullifzero", (_VALUE,), _bind_nullifzero, "NULL for zero, else the argument."),
    _choice("zeroifnull", (_VALUE,), _bind_zeroifnull, "Zero for NULL, else the argument."),
    _extreme("greatest", "The greatest that is not NULL; NaN is greater than all numbers."),
    _extreme("least", "The least that is not NULL; NaN is greater than all numbers."),
    Function(
        "nanvl",
        (Param((t.DOUBLE, t.FLOAT)), Param((_NANVL_SECOND,))),
        lambda args: args[0].dtype,
        coerce=_coerce_nanvl,
        nullable=any_null,
        emit=_emit_nanvl,
        doc="The first, or the second when it is NaN.",
        group="conditional_funcs",
    ),
    Function(
        "assert_true",
        (ANY, optional(ANY)),
        t.NULL,
        bind=_bind_assert_true,
        nullable=always_null,
        emit=_emit_assert_true,
        shows=_show_assert_true,
        deterministic=False,
        doc="NULL, or an error when the condition does not hold.",
        group="misc_funcs",
    ),
    Function(
        "raise_error",
        (ANY,),
        t.NULL,
        coerce=_coerce_message,
        nullable=always_null,
        emit=_emit_raise_error,
        shows=lambda texts: f"raise_error(USER_RAISED_EXCEPTION, map(errorMessage, {texts[0]}))",
        deterministic=False,
        doc="An error with this message.",
        group="misc_funcs",
    ),
)
