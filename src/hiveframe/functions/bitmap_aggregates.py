"""Bitmaps of 32,768 bits over groups: made of positions, and joined by OR and AND."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import Function, FunctionKind, Kind, never_null, register
from hiveframe.functions.sql import Sql, case, cast, func, number, op, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall

_BITMAP: Final = Kind("BINARY", lambda d: isinstance(d, t.BinaryType))
_SIZE: Final = 4096  # bytes
_BITS: Final = 8 * _SIZE
_OUTSIDE: Final = r"Value (?P<position>-?\d+) is outside of provided min and max range \(0 <-> 32767\)"
_EACH_BYTE: Final = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
_TURNED: Final = np.packbits(_EACH_BYTE, axis=1, bitorder="little")[:, 0]


def _emit_construct(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB's bit string, whose bytes begin with the highest bit; Spark's begin with the lowest."""
    sizes = {"bitPosition": "{position}", "bitmapNumBytes": str(_SIZE), "bitmapNumBits": str(_BITS)}
    ctx.native(_OUTSIDE, "ArrayIndexOutOfBoundsException", "INVALID_BITMAP_POSITION", sizes, call.context)
    bounds = [cast(number(0), "BIGINT"), cast(number(_BITS - 1), "BIGINT")]
    made = cast(ctx.aggregate("bitstring_agg", [args[0], *bounds], call), "BLOB")
    return func(ctx.kernel("bitmap", turned, [t.BINARY], t.BINARY), made)


def turned(bitmaps: pa.Array) -> pa.Array:
    """Each bitmap with the bits of its bytes turned round; nothing but zeros for NULL."""
    data = b"".join(bytes(_SIZE) if b is None else b for b in bitmaps.to_pylist())
    content = _TURNED[np.frombuffer(data, dtype=np.uint8)]
    offsets = np.arange(len(bitmaps) + 1, dtype=np.int32) * _SIZE
    return pa.BinaryArray.from_buffers(pa.binary(), len(bitmaps), [None, pa.py_buffer(offsets), pa.py_buffer(content)])


def _emit_joined(name: str, *, nothing: int) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    """`bit_or` or `bit_and` of bitmaps cut or filled with zeros to one size; for no bitmaps, `nothing` in each byte."""

    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        joined = ctx.aggregate(name, [cast(let(args[0], ctx, _sized), "BIT")], call)
        return func("coalesce", cast(joined, "BLOB"), _repeated(nothing, number(_SIZE)))

    return emit


def _sized(bitmap: Sql) -> Sql:
    length = func("octet_length", bitmap)
    cut = func("array_slice", bitmap.copy(), number(1), number(_SIZE))
    filled = op("||", bitmap.copy(), _repeated(0, op("-", number(_SIZE), length.copy())))
    return case((op("<", length.copy(), number(_SIZE)), filled), default=cut)


def _repeated(byte: int, count: Sql) -> Sql:
    return func("repeat", cast(text(f"\\x{byte:02X}"), "BLOB"), cast(count, "BIGINT"))


def _joined(name: str, emit: Callable[[AggCall, list[Sql], EmitContext], Sql], doc: str, since: str) -> Function:
    return Function(
        name,
        (_BITMAP,),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        emit=emit,
        doc=doc,
        group="aggregate",
        since=since,
    )


register(
    Function(
        "bitmap_construct_agg",
        (t.LONG,),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_construct,
        doc="A bitmap of the positions.",
        group="aggregate",
        since="3.5.0",
    ),
    _joined("bitmap_or_agg", _emit_joined("bit_or", nothing=0), "The bits that any bitmap has.", "3.5.0"),
    _joined("bitmap_and_agg", _emit_joined("bit_and", nothing=255), "The bits that all bitmaps have.", "4.1.0"),
)
