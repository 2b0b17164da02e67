"""Bits of whole numbers: `& | ^ ~`, shifts, counts, single bits, and the positions that bitmaps use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from hiveframe.functions.arithmetic_types import arithmetic_operands
from hiveframe.functions.cast_numbers import BITS, wrap
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let, let_all
from hiveframe.functions.registry import ANY, INTEGRAL, Function, Kind, Param, any_null, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr
from hiveframe.plan.types import DataType

_WHOLE_OR_TRUTH: Final = Kind(
    "INTEGRAL or BOOLEAN", lambda d: isinstance(d, (t.IntegralType, t.BooleanType, t.NullType))
)
_BYTES: Final = Kind("BINARY", lambda d: isinstance(d, t.BinaryType))
_BUCKET_BITS: Final = 8 * 4096  # of a bitmap that `bitmap_construct_agg` builds


def _first_type(args: Sequence[Expr]) -> DataType:
    return args[0].dtype


def _operator(symbol: str, emit: Callable[[list[Sql]], Sql], doc: str) -> Function:
    return Function(
        symbol,
        (ANY, ANY),
        _first_type,
        coerce=lambda b, args: arithmetic_operands(b, symbol, args[0], args[1]),
        nullable=any_null,
        emit=lambda call, args, ctx: emit(args),
        operator=symbol,
        doc=doc,
        group="bitwise_funcs",
    )


def _shift(name: str, symbol: str, emit: Callable[[Sql, Sql, int], Sql], doc: str) -> tuple[Function, Function]:
    """A shift by name and by its operator; the distance counts modulo the width, as in Java."""

    def emitted(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        bits = BITS[type(call.dtype)]
        distance = op("&", args[1], number(bits - 1))
        return cast(emit(args[0], distance, bits), physical_type(call.dtype))

    def row(called: str, operator: str | None) -> Function:
        params = (Param((t.INT, t.LONG)), t.INT)
        return Function(called, params, _first_type, emit=emitted, operator=operator, doc=doc, group="bitwise_funcs")

    return row(name, None), row(symbol, symbol)


def _wide(bits: int) -> str:
    return "HUGEINT" if bits == 64 else "BIGINT"


def _left(value: Sql, distance: Sql, bits: int) -> Sql:
    one = cast(number(1), _wide(bits))
    power = op("<<", one, cast(distance, _wide(bits)))
    return wrap(op("*", cast(value, _wide(bits)), power), bits)


def _right(value: Sql, distance: Sql, bits: int) -> Sql:
    return op(">>", value, cast(distance, "BIGINT" if bits == 64 else "INTEGER"))


def _unsigned_right(value: Sql, distance: Sql, bits: int) -> Sql:
    unsigned = op("&", cast(value, _wide(bits)), cast(number((1 << bits) - 1), _wide(bits)))
    return wrap(op(">>", unsigned, cast(distance, _wide(bits))), bits)


def _emit_not(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(op("-", cast(number(-1), physical_type(call.dtype)), args[0]), physical_type(call.dtype))


def _emit_count(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The ones of a number of 64 bits, its sign carried on."""
    return cast(func("bit_count", cast(args[0], "BIGINT")), "INTEGER")


def _emit_get(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    bits = BITS[type(call.args[0].dtype)]

    def build(value: Sql, position: Sql) -> Sql:
        failure = ctx.raise_error(
            "IllegalArgumentException",
            "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
            {
                "functionName": f"`{call.shown or call.function}`",
                "parameter": "`pos`",
                "upper": str(bits),
                "invalidValue": cast(position, "VARCHAR"),
            },
            call.dtype,
            call.context,
        )
        outside = op("or", op("<", position, number(0)), op(">=", position, number(bits)))
        bit = op("&", op(">>", cast(value, "BIGINT"), cast(position, "BIGINT")), number(1))
        return case((outside, case((is_not_null(value), failure))), default=cast(bit, "TINYINT"))

    return let_all(args, ctx, build)


def _emit_bucket(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """1 for 1 to 32768, 2 for the next …; 0 and below count from 0 downwards."""

    def build(v: Sql) -> Sql:
        above = op("+", op("//", op("-", v, number(1)), number(_BUCKET_BITS)), number(1))
        return case((op(">", v, number(0)), above), default=op("//", v, number(_BUCKET_BITS)))

    return let(args[0], ctx, build)


def _emit_position(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The place in its bucket, from 0."""

    def build(v: Sql) -> Sql:
        above = op("%", op("-", v, number(1)), number(_BUCKET_BITS))
        return case((op(">", v, number(0)), above), default=func("abs", op("%", v, number(_BUCKET_BITS))))

    return let(args[0], ctx, build)


def _emit_bitmap_count(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The ones of a string of bytes."""

    def build(v: Sql) -> Sql:
        bits = func("bit_count", cast(v, "BIT"))
        counted = case((op("=", func("octet_length", v), number(0)), number(0)), default=bits)
        return case((is_not_null(v), cast(counted, "BIGINT")))

    return let(args[0], ctx, build)


register(
    _operator("&", lambda args: op("&", args[0], args[1]), "The bits that both have."),
    _operator("|", lambda args: op("|", args[0], args[1]), "The bits that either has."),
    _operator("^", lambda args: func("xor", args[0], args[1]), "The bits that one alone has."),
    Function(
        "~",
        (INTEGRAL,),
        _first_type,
        emit=_emit_not,
        shows=lambda texts: f"~{texts[0]}",
        doc="All bits turned.",
        group="bitwise_funcs",
    ),
    *_shift("shiftleft", "<<", _left, "The bits moved to the left."),
    *_shift("shiftright", ">>", _right, "The bits moved to the right, the sign carried on."),
    *_shift("shiftrightunsigned", ">>>", _unsigned_right, "The bits moved to the right, zeros carried in."),
    Function(
        "bit_count", (_WHOLE_OR_TRUTH,), t.INT, emit=_emit_count, doc="How many bits are one.", group="bitwise_funcs"
    ),
    Function(
        "bit_get",
        (INTEGRAL, t.INT),
        t.BYTE,
        emit=_emit_get,
        aliases=("getbit",),
        doc="The bit at a position, counted from the right.",
        group="bitwise_funcs",
    ),
    Function(
        "bitmap_bucket_number", (t.LONG,), t.LONG, emit=_emit_bucket, doc="A number's bitmap.", group="misc_funcs"
    ),
    Function(
        "bitmap_bit_position",
        (t.LONG,),
        t.LONG,
        emit=_emit_position,
        doc="A number's place in its bitmap.",
        group="misc_funcs",
    ),
    Function(
        "bitmap_count", (_BYTES,), t.LONG, emit=_emit_bitmap_count, doc="How many bits are one.", group="misc_funcs"
    ),
)
