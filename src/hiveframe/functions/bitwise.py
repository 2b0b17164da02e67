"""Bits of whole numbers: & | ^ ~, shifts, counting and reading bits."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.functions.coercion import common_type
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, Binder, Function, any_null, either, register
from hiveframe.functions.sql import Sql, case, cast, func, number, op, physical_type, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import DataType

_BITS: dict[DataType, int] = {t.BYTE: 8, t.SHORT: 16, t.INT: 32, t.LONG: 64}


def _bits(dtype: DataType) -> int:
    return _BITS.get(dtype, 1)


def _binary(symbol: str, emit: Callable[[Sql, Sql], Sql], doc: str) -> Function:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        left, right = (binder.cast(a, t.LONG) if isinstance(a.dtype, t.StringType) else a for a in args)
        dtype = common_type([left.dtype, right.dtype], ansi=binder.ansi)
        if dtype is None or not all(isinstance(a.dtype, (t.NumericType, t.NullType)) for a in (left, right)):
            raise binder.error(
                "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES",
                left=f'"{t.sql_name(left.dtype)}"',
                right=f'"{t.sql_name(right.dtype)}"',
            )
        if isinstance(dtype, t.NullType):
            dtype = t.INT
        if not isinstance(dtype, t.IntegralType):
            raise binder.error(
                "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE",
                inputType='"INTEGRAL"',
                actualDataType=f'"{t.sql_name(dtype)}"',
            )
        return Call(symbol, (binder.cast(left, dtype), binder.cast(right, dtype)), dtype, any_null((left, right)))

    return Function(
        symbol,
        (ANY, ANY),
        bind=bind,
        emit=lambda call, args, ctx: emit(args[0], args[1]),
        operator=symbol,
        doc=doc,
        group="bitwise",
        since="1.4.0",
    )


def _emit_not(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("xor", args[0], cast(number(-1), physical_type(call.dtype)))


def _wide(binder: Binder, args: tuple[Expr, ...]) -> tuple[Expr, Expr]:
    """The number as INT or BIGINT, the distance as INT."""
    value = args[0] if isinstance(args[0].dtype, t.LongType) else binder.cast(args[0], t.INT)
    return value, binder.cast(args[1], t.INT)


def _shift(name: str, symbol: str, emit: Callable[[Sql, Sql, int], Sql], doc: str) -> list[Function]:
    """The function and its operator; the distance is taken modulo the width, as Java does."""

    def row(called: str, operator: str | None) -> Function:
        def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
            value, distance = _wide(binder, args)
            return Call(called, (value, distance), value.dtype, any_null((value, distance)))

        def emitted(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
            width = _bits(call.dtype)
            distance = op("&", args[1], number(width - 1))
            return cast(emit(args[0], distance, width), physical_type(call.dtype))

        return Function(
            called, (ANY, ANY), bind=bind, emit=emitted, operator=operator, doc=doc, group="bitwise", since="1.5.0"
        )

    return [row(name, None), row(symbol, symbol)]


def _power(distance: Sql) -> Sql:
    return op("<<", cast(number(1), "HUGEINT"), cast(distance, "HUGEINT"))


def _left(value: Sql, distance: Sql, width: int) -> Sql:
    """Computed in 128 bits, then cut to the width as a signed number."""
    span = cast(text(str(1 << width)), "HUGEINT")
    half = cast(text(str(1 << (width - 1))), "HUGEINT")
    product = op("*", op("&", cast(value, "HUGEINT"), cast(text(str((1 << width) - 1)), "HUGEINT")), _power(distance))
    # the product may have twice the width: 64 + 63 bits still fit
    low = op("%", product, span) if width < 64 else op("&", product, op("-", span, cast(number(1), "HUGEINT")))
    return case((op(">=", low, half), op("-", low, span)), default=low)


def _right(value: Sql, distance: Sql, width: int) -> Sql:
    return op("//", cast(value, "HUGEINT"), _power(distance))


def _right_unsigned(value: Sql, distance: Sql, width: int) -> Sql:
    span = cast(text(str(1 << width)), "HUGEINT")
    wide = cast(value, "HUGEINT")
    unsigned = case((op("<", wide, cast(number(0), "HUGEINT")), op("+", wide, span)), default=wide)
    shifted = op("//", unsigned, _power(distance))
    half = cast(text(str(1 << (width - 1))), "HUGEINT")
    return case((op(">=", shifted, half), op("-", shifted, span)), default=shifted)


def _emit_bit_count(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Counted over 64 bits, whatever the type."""
    return cast(func("bit_count", cast(args[0], "BIGINT")), "INTEGER")


def _bit_get(name: str) -> Function:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        width = _bits(call.args[0].dtype)
        outside = op("or", op("<", args[1], number(0)), op(">=", args[1], number(width)))
        refused = ctx.raise_error(
            "IllegalArgumentException",
            "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
            {
                "parameter": "`pos`",
                "functionName": f"`{name}`",
                "upper": str(width),
                "invalidValue": cast(args[1], "VARCHAR"),
            },
            t.BYTE,
            call.context,
        )
        bit = op("&", op(">>", cast(args[0], "BIGINT"), cast(args[1], "BIGINT")), cast(number(1), "BIGINT"))
        return case((outside, refused), default=cast(bit, "TINYINT"))

    doc = "The bit at a position, counted from the right, from 0."
    kinds = either(t.BYTE, t.SHORT, t.INT, t.LONG)
    return Function(name, (kinds, t.INT), t.BYTE, emit=emit, doc=doc, group="bitwise", since="3.2.0")


register(
    _binary("&", lambda a, b: op("&", a, b), "Bitwise and."),
    _binary("|", lambda a, b: op("|", a, b), "Bitwise or."),
    _binary("^", lambda a, b: func("xor", a, b), "Bitwise exclusive or."),
    Function(
        "~",
        (either(t.BYTE, t.SHORT, t.INT, t.LONG),),
        lambda args: args[0].dtype,
        emit=_emit_not,
        shows=lambda texts: f"~{texts[0]}",
        doc="Every bit turned over.",
        group="bitwise",
        since="1.4.0",
    ),
    *_shift("shiftleft", "<<", _left, "The bits moved left."),
    *_shift("shiftright", ">>", _right, "The bits moved right, the sign kept."),
    *_shift("shiftrightunsigned", ">>>", _right_unsigned, "The bits moved right, zeros coming in."),
    Function(
        "bit_count",
        (either(t.BYTE, t.SHORT, t.INT, t.LONG, t.BOOLEAN),),
        t.INT,
        emit=_emit_bit_count,
        doc="How many bits are set.",
        group="bitwise",
        since="3.0.0",
    ),
    _bit_get("bit_get"),
    _bit_get("getbit"),
)
