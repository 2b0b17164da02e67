"""Comparisons, logic, and tests: `= <=> < in between like isnull isnan` and their kin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from sqlglot import exp

from hiveframe.functions import decimals
from hiveframe.functions.coercion import common_type, comparison_type, string_promotion, tightest_type
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.like_patterns import check_pattern, emit_like
from hiveframe.functions.ordering import is_orderable, needs_key, order_key
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    Param,
    any_null,
    never_null,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, false, func, is_not_null, is_null, not_, op
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Column, Expr, Literal
from hiveframe.plan.types import DataType

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
        target = _literal_comparison(left, right) or comparison_type(
            left.dtype, right.dtype, ansi=b.ansi, equality=equality
        )
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
    return b.cast(left, target), b.cast(right, target)


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


def _whole_bounds(symbol: str, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """An integer beside a decimal constant compares with a whole number, so that the integer needs no cast."""
    if isinstance(left.dtype, t.IntegralType) and symbol in _ROUNDING:
        return left, _rounded(right, _ROUNDING[symbol])
    if isinstance(right.dtype, t.IntegralType) and symbol in _ROUNDING:
        return _rounded(left, _ROUNDING[_MIRRORED[symbol]]), right
    return left, right


def _rounded(expr: Expr, rounding: str) -> Expr:
    if not (isinstance(expr, Literal) and isinstance(expr.value, Decimal)):
        return expr
    whole = int(expr.value.to_integral_value(rounding))
    return Literal(whole, t.LONG) if -(2**63) <= whole < 2**63 else expr


def _literal_comparison(left: Expr, right: Expr) -> DataType | None:
    """A decimal beside an integer literal: the literal takes only the digits that it has."""
    for side, other in ((left, right), (right, left)):
        is_number = isinstance(other, Literal) and isinstance(other.dtype, (t.ShortType, t.IntegerType, t.LongType))
        if isinstance(side.dtype, t.DecimalType) and is_number and other.value is not None:  # type: ignore[attr-defined]
            return decimals.wider(side.dtype, decimals.decimal_for_literal(int(other.value)))  # type: ignore[attr-defined]
    return None


def _comparison(symbol: str, doc: str) -> Function:
    def coerce(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        left, right = _whole_bounds(symbol, args[0], args[1])
        return comparison_operands(b, symbol, left, right)

    return Function(
        symbol,
        (ANY, ANY),
        t.BOOLEAN,
        coerce=coerce,
        nullable=never_null if symbol == "<=>" else any_null,
        emit=_emit_comparison(symbol),
        operator=symbol,
        doc=doc,
        group="predicate_funcs",
    )


def _emit_comparison(symbol: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    duck = _DUCK[symbol]
    is_order = symbol not in ("=", "<=>")

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        left, right = args
        if is_order and (needs_key(call.args[0].dtype) or needs_key(call.args[1].dtype)):
            kind = t.as_nullable(call.args[0].dtype)
            return op(duck, order_key(left, kind, ctx), order_key(right, kind, ctx))
        return op(duck, left, right)

    return emit


def _equal_null(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("<=>", *args)


def _not_equal(b: Binder, args: tuple[Expr, ...]) -> Expr:
    return b.call("not", b.call("=", *args))


def _logical(name: str, duck: str, doc: str) -> Function:
    def coerce(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        return _truths(b, args[0], args[1])

    return Function(
        name,
        (ANY, ANY),
        t.BOOLEAN,
        coerce=coerce,
        emit=lambda call, args, ctx: op(duck, args[0], args[1]),
        operator=name.upper(),
        doc=doc,
        group="predicate_funcs",
    )


def _truths(b: Binder, left: Expr, right: Expr) -> tuple[Expr, Expr]:
    """Two booleans; under ANSI a string beside a boolean is read as one."""
    kinds = (left.dtype, right.dtype)
    target = string_promotion(*kinds) if b.ansi else None
    target = target or tightest_type(*kinds, ansi=b.ansi)
    if kinds == (t.NULL, t.NULL):
        target = t.BOOLEAN
    if target is None or (kinds[0] != kinds[1] and target != t.BOOLEAN):
        raise b.error(
            "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
            left=f'"{t.sql_name(kinds[0])}"',
            right=f'"{t.sql_name(kinds[1])}"',
        )
    if target != t.BOOLEAN:
        raise b.error(
            "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", inputType='"BOOLEAN"', actualDataType=f'"{t.sql_name(target)}"'
        )
    return b.cast(left, target), b.cast(right, target)


def listed_types(args: Sequence[Expr]) -> str:
    """`["INT", "BOOLEAN"]`, as DATA_DIFF_TYPES shows them."""
    return "[" + ", ".join(f'"{t.sql_name(a.dtype)}"' for a in args) + "]"


def _in_operands(b: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    first = args[0].dtype
    target: DataType | None = first
    if any(a.dtype != first for a in args):
        target = common_type([a.dtype for a in args], ansi=b.ansi)
    if target is None and all(t.same_structure(a.dtype, first) for a in args):
        target = t.as_nullable(first)
    if target is None:
        raise b.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`in`", dataType=listed_types(args))
    if not is_orderable(target):
        raise no_order(b, "in", target)
    return tuple(b.cast(a, target) for a in args)


def _emit_in(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return exp.Paren(this=exp.In(this=exp.Paren(this=args[0]), expressions=args[1:]))


def _bind_between(b: Binder, args: tuple[Expr, ...]) -> Expr | None:
    """Two comparisons where the value is cheap to name twice; else one BETWEEN."""
    value, low, high = args
    above, below = b.call(">=", value, low), b.call("<=", value, high)
    bare = value.child if isinstance(value, Cast) else value
    same = isinstance(above, Call) and isinstance(below, Call) and above.args[0].dtype == below.args[0].dtype
    if isinstance(bare, (Column, Literal)) or not same:
        return b.call("and", above, below)
    assert isinstance(above, Call)
    assert isinstance(below, Call)
    operands = (above.args[0], above.args[1], below.args[1])
    return Call("between", operands, t.BOOLEAN, any_null(operands))


def _emit_between(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return exp.Paren(this=exp.Between(this=exp.Paren(this=args[0]), low=args[1], high=args[2]))


def _like(name: str, doc: str, shows: Callable[[Sequence[str]], str] | None) -> Function:
    return Function(
        name,
        (t.STRING, t.STRING, Param((t.STRING,), optional=True, constant=True, name="escape")),
        t.BOOLEAN,
        checks=(check_pattern,),
        nullable=lambda args: any_null(args[:2]),
        emit=lambda call, args, ctx: emit_like(name, call, args, ctx),
        shows=shows,
        doc=doc,
        group="predicate_funcs",
        since="1.0.0",
    )


def _show_like(texts: Sequence[str]) -> str:
    shown = f"{texts[0]} LIKE {texts[1]}"
    return shown if len(texts) == 2 else f"{shown} ESCAPE '{texts[2]}'"


def _quantified(name: str, joined: str, doc: str, *, negated: bool) -> Function:
    """`LIKE ANY`, `LIKE ALL` and their negations over constant patterns."""

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        tests = [b.call("like", args[0], pattern) for pattern in args[1:]]
        if negated:
            tests = [b.call("not", test) for test in tests]
        made = tests[0]
        for test in tests[1:]:
            made = b.call(joined, made, test)
        return Call(name, (made,), t.BOOLEAN, True)

    return Function(
        name,
        (t.STRING, t.STRING, rest(t.STRING)),
        bind=bind,
        emit=lambda call, args, ctx: args[0],
        shows=lambda texts: f"{name}({texts[0]})",
        doc=doc,
        group="internal",
    )


def _never_nan(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("coalesce", func("isnan", args[0]), false())


_NOT: Final = Function(
    "not",
    (t.BOOLEAN,),
    t.BOOLEAN,
    emit=lambda call, args, ctx: not_(args[0]),
    shows=lambda texts: f"(NOT {texts[0]})",
    aliases=("!",),
    doc="Whether the condition does not hold.",
    group="predicate_funcs",
)

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
    _logical("and", "and", "Whether both hold."),
    _logical("or", "or", "Whether one holds."),
    _NOT,
    Function(
        "in",
        (ANY, ANY, rest(ANY)),
        t.BOOLEAN,
        coerce=_in_operands,
        emit=_emit_in,
        shows=lambda texts: f"({texts[0]} IN ({', '.join(texts[1:])}))",
        doc="Whether the first is among the others.",
        group="predicate_funcs",
    ),
    Function(
        "between",
        (ANY, ANY, ANY),
        bind=_bind_between,
        emit=_emit_between,
        doc="Whether the first lies between the others, both included.",
        group="predicate_funcs",
    ),
    _like("like", "Whether the text matches a pattern of % and _.", _show_like),
    _like("ilike", "Like `like`, whatever the case.", None),
    _quantified("likeany", "or", "Whether the text is like one of the patterns.", negated=False),
    _quantified("likeall", "and", "Whether the text is like all of the patterns.", negated=False),
    _quantified("notlikeany", "or", "Whether the text is unlike one of the patterns.", negated=True),
    _quantified("notlikeall", "and", "Whether the text is unlike all of the patterns.", negated=True),
    Function(
        "isnull",
        (ANY,),
        t.BOOLEAN,
        nullable=never_null,
        emit=lambda call, args, ctx: is_null(args[0]),
        shows=lambda texts: f"({texts[0]} IS NULL)",
        doc="Whether it is NULL.",
        group="predicate_funcs",
    ),
    Function(
        "isnotnull",
        (ANY,),
        t.BOOLEAN,
        nullable=never_null,
        emit=lambda call, args, ctx: is_not_null(args[0]),
        shows=lambda texts: f"({texts[0]} IS NOT NULL)",
        doc="Whether it is not NULL.",
        group="predicate_funcs",
    ),
    Function(
        "isnan",
        (Param((t.DOUBLE, t.FLOAT)),),
        t.BOOLEAN,
        nullable=never_null,
        emit=_never_nan,
        doc="Whether it is NaN; FALSE for NULL.",
        group="predicate_funcs",
    ),
)
