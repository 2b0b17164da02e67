"""Comparisons: `= <=> < <= > >= !=`, `between`, and the type in which two values compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from sqlglot import exp

from hiveframe.functions import decimals
from hiveframe.functions.coercion import comparison_type, force_nullable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.ordering import is_orderable, needs_key, order_key
from hiveframe.functions.registry import ANY, Binder, Function, any_null, never_null, register
from hiveframe.functions.sql import Sql, case, is_null, null, op
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Column, Expr, Literal
from hiveframe.plan.types import DataType
from hiveframe.plan.walk import rewrite_up

_DUCK: Final = {"=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "<=>": "is not distinct from"}


def comparison_operands(
    b: Binder, symbol: str, left: Expr, right: Expr, *, sql_expr: str | None = None
) -> tuple[Expr, Expr]:
    """Both sides in the type in which they compare; DATATYPE_MISMATCH when there is none or it has no order.

    `sql_expr` is what the error says of the comparison, where it is not the call itself.
    """
    site = {} if sql_expr is None else {"sqlExpr": sql_expr}
    equality = symbol in ("=", "<=>")
    target: DataType | None
    if not b.ansi and _compares_as_text(b, left.dtype, right.dtype, equality=equality):
        target = t.STRING
    else:
        target = _literal_type(left, right) or comparison_type(left.dtype, right.dtype, ansi=b.ansi, equality=equality)
    if target is None and t.same_structure(left.dtype, right.dtype):
        target = t.as_nullable(left.dtype)
    if target is None:
        raise b.error(
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
            left=f'"{t.sql_name(left.dtype)}"',
            right=f'"{t.sql_name(right.dtype)}"',
            **site,
        )
    if not is_orderable(target):
        raise no_order(b, symbol, target, **site)
    return _cast_side(b, left, target), _cast_side(b, right, target)


def _cast_side(b: Binder, expr: Expr, target: DataType) -> Expr:
    """To Spark an integer constant is first cast to a decimal of its own digits, which may give NULL.

    NULL beside a text is a NULL text, and no cast.
    """
    if expr.dtype == target:
        return expr
    if isinstance(expr.dtype, t.NullType) and isinstance(target, t.StringType):
        return Literal(None, target)
    made = b.cast(expr, target)
    if isinstance(made, Cast) and isinstance(target, t.DecimalType) and _is_whole_constant(expr):
        own = decimals.decimal_for_literal(int(expr.value))  # type: ignore[attr-defined]
        return replace(made, nullable=force_nullable(expr.dtype, own))
    return made


def _compares_as_text(b: Binder, left: DataType, right: DataType, *, equality: bool) -> bool:
    """Whether a date or a timestamp becomes text beside text: a legacy setting, never for equal timestamps."""
    if str(b.setting("spark.sql.legacy.typeCoercion.datetimeToString.enabled")).strip().lower() != "true":
        return False
    kinds = (t.DateType,) if equality else (t.DateType, t.TimestampType)
    return any(
        isinstance(moment, kinds) and isinstance(other, t.StringType)
        for moment, other in ((left, right), (right, left))
    )


def no_order(b: Binder, name: str, dtype: DataType, **site: str) -> Exception:
    """The error for a type whose values have no order."""
    return b.error(
        "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", functionName=f"`{name}`", dataType=f'"{t.sql_name(dtype)}"', **site
    )


# Which way a decimal constant is rounded where an integer is compared with it: down for `i > 1.5`, up for `i < 1.5`.
_ROUNDING: Final = {">": ROUND_FLOOR, "<=": ROUND_FLOOR, ">=": ROUND_CEILING, "<": ROUND_CEILING}
_MIRRORED: Final = {">": "<", "<": ">", ">=": "<=", "<=": ">="}


def _whole_bounds(symbol: str, left: Expr, right: Expr) -> tuple[Expr, Expr] | bool:
    """An integer beside a decimal constant compares with a whole number, so that the integer needs no cast.

    Where the constant lies beyond all BIGINTs, what the comparison says of every integer, and of NULL.
    """
    if symbol not in _ROUNDING:
        return left, right
    if isinstance(left.dtype, t.IntegralType) and _is_decimal_constant(right):
        bound = _rounded(right, _ROUNDING[symbol])
        return (left, bound) if isinstance(bound, Literal) else (symbol in ("<", "<=")) == bound
    if isinstance(right.dtype, t.IntegralType) and _is_decimal_constant(left):
        bound = _rounded(left, _ROUNDING[_MIRRORED[symbol]])
        return (bound, right) if isinstance(bound, Literal) else (symbol in (">", ">=")) == bound
    return left, right


def _is_decimal_constant(expr: Expr) -> bool:
    return isinstance(expr, Literal) and isinstance(expr.value, Decimal)


def _rounded(constant: Expr, rounding: str) -> Literal | bool:
    """A decimal constant as a BIGINT; whether it is greater than all of them, where it is none."""
    assert isinstance(constant, Literal)
    if not -(2**63) <= constant.value <= 2**63 - 1:
        return bool(constant.value > 0)
    return Literal(int(constant.value.to_integral_value(rounding)), t.LONG)


def _literal_type(left: Expr, right: Expr) -> DataType | None:
    """A decimal beside an integer constant: the constant takes only the digits that it has."""
    for side, other in ((left, right), (right, left)):
        if isinstance(side.dtype, t.DecimalType) and _is_whole_constant(other):
            return decimals.wider(side.dtype, decimals.decimal_for_literal(int(other.value)))  # type: ignore[attr-defined]
    return None


def _is_whole_constant(expr: Expr) -> bool:
    is_number = isinstance(expr, Literal) and isinstance(expr.dtype, (t.ShortType, t.IntegerType, t.LongType))
    return is_number and expr.value is not None  # type: ignore[attr-defined]


def _comparison(symbol: str, doc: str) -> Function:
    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
        left, right = args
        if not b.ansi and symbol in ("=", "<=>") and (made := _truth(b, symbol, left, right)) is not None:
            return made
        found = _whole_bounds(symbol, left, right)
        return Literal(found, t.BOOLEAN) if isinstance(found, bool) else None

    def coerce(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        found = _whole_bounds(symbol, args[0], args[1])
        assert not isinstance(found, bool)
        return comparison_operands(b, symbol, *found)

    return Function(
        symbol,
        (ANY, ANY),
        t.BOOLEAN,
        bind=bind,
        coerce=coerce,
        nullable=never_null if symbol == "<=>" else any_null,
        emit=_emit_comparison(symbol),
        operator=symbol,
        doc=doc,
        group="predicate_funcs",
    )


def _truth(b: Binder, symbol: str, left: Expr, right: Expr) -> Expr | None:
    """Legacy: a boolean that equals the constant 1 or 0 is itself, or its negation (Spark's `BooleanEquality`)."""
    for truth, number in ((left, right), (right, left)):
        is_number = isinstance(number, Literal) and isinstance(number.dtype, t.NumericType)
        if truth.dtype == t.BOOLEAN and is_number and number.value in (0, 1):  # type: ignore[attr-defined]
            made = truth if number.value == 1 else b.call("not", truth)  # type: ignore[attr-defined]
            return made if symbol == "=" else b.call("and", b.call("isnotnull", truth), made)
    return None


def _emit_comparison(symbol: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    duck = _DUCK[symbol]
    is_order = symbol not in ("=", "<=>")

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        left, right = args
        if is_order and (needs_key(call.args[0].dtype) or needs_key(call.args[1].dtype)):
            kind = t.as_nullable(call.args[0].dtype)
            return op(duck, order_key(left, kind, ctx), order_key(right, kind, ctx))
        if symbol != "<=>" and call.args[0].nullable and waits(ctx, 1):
            return unless_null(call.args[0], left, ctx, lambda value: op(duck, value, right))
        return op(duck, left, right)

    return emit


def waits(ctx: EmitContext, first: int) -> bool:
    """Whether an argument of the call from the place `first` on may raise, where Spark may not come to compute it.

    In a condition the engine takes comparisons apart, for joins and for files to skip, and nothing is put around them.
    """
    return not ctx.in_condition and any(ctx.may_raise[first:])


def unless_null(first: Expr, value: Sql, ctx: EmitContext, build: Callable[[Sql], Sql]) -> Sql:
    """`build(value)`, which is computed only where `value`, the SQL of `first`, is not NULL."""
    while isinstance(first, Cast):
        first = first.child

    def guarded(value: Sql) -> Sql:
        return case((is_null(value), null()), default=build(value))

    return guarded(value) if isinstance(first, (Column, Literal)) else let(value, ctx, guarded)


def _equal_null(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("<=>", *args)


def _not_equal(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("not", b.call("=", *args))


# What Spark binds the two comparisons of a BETWEEN to: the value, computed once.
_COMMON: Final = "commonexpressionref()"


def _bind_between(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """Two comparisons where the value is cheap to name twice; else one BETWEEN."""
    value, low, high = args
    common = Column(0, _COMMON, value.dtype, value.nullable)
    above = _with_value(b.call(">=", common, low), common, value)
    below = _with_value(b.call("<=", common, high), common, value)
    bare = value.child if isinstance(value, Cast) else value
    same = isinstance(above, Call) and isinstance(below, Call) and above.args[0].dtype == below.args[0].dtype
    if isinstance(bare, (Column, Literal)) or not same:
        return b.call("and", above, below)
    assert isinstance(above, Call)
    assert isinstance(below, Call)
    operands = (above.args[0], above.args[1], below.args[1])
    return Call("between", operands, t.BOOLEAN, any_null(operands))


def _with_value(expr: Expr, common: Column, value: Expr) -> Expr:
    """A comparison of `common` as one of `value`."""
    return rewrite_up(expr, Expr, lambda node: value if node is common else node)


def _emit_between(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return exp.Paren(this=exp.Between(this=exp.Paren(this=args[0]), low=args[1], high=args[2]))


register(
    _comparison("=", "Whether both are equal."),
    _comparison("<=>", "Whether both are equal, or both NULL."),
    _comparison("<", "Whether the first is less."),
    _comparison("<=", "Whether the first is not greater."),
    _comparison(">", "Whether the first is greater."),
    _comparison(">=", "Whether the first is not less."),
    Function(
        "==",
        (ANY, ANY),
        bind=lambda b, args: b.call("=", *args),
        operator="=",
        doc="Whether both are equal.",
        group="predicate_funcs",
    ),
    Function(
        "!=",
        (ANY, ANY),
        bind=_not_equal,
        aliases=("<>",),
        shows=lambda texts: f"(NOT ({texts[0]} = {texts[1]}))",
        doc="Whether both differ.",
        group="predicate_funcs",
    ),
    Function(
        "equal_null", (ANY, ANY), bind=_equal_null, doc="Whether both are equal or NULL.", group="predicate_funcs"
    ),
    Function(
        "between",
        (ANY, ANY, ANY),
        bind=_bind_between,
        emit=_emit_between,
        doc="Whether the first lies between the others, both included.",
        group="predicate_funcs",
    ),
)
