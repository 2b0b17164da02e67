"""Spark's own hashes over rows: Murmur3 (32 bits, seed 42) and XXH64 (seed 42), column after column.

A NULL leaves the hash as it was.
Source: `HashExpression`, `Murmur3_x86_32` and `XXH64` of Spark 4.2. The Murmur3 of text mixes each byte of the tail as
a word of its own, unlike the original.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa

from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

SEED: Final = 42
_M32: Final = 0xFFFFFFFF
_M64: Final = 0xFFFFFFFFFFFFFFFF


class Hash(Protocol):
    """A hash function over words and bytes; hashes are unsigned."""

    def word(self, value: int, seed: int) -> int:
        """Of 4 bytes."""

    def long(self, value: int, seed: int) -> int:
        """Of 8 bytes."""

    def data(self, value: bytes, seed: int) -> int:
        """Of any bytes."""


def _rotl32(x: int, r: int) -> int:
    return ((x << r) | (x >> (32 - r))) & _M32


class Murmur3:
    """32 bits."""

    def word(self, value: int, seed: int) -> int:
        return self._finish(self._mix(seed, value & _M32), 4)

    def long(self, value: int, seed: int) -> int:
        low, high = value & _M32, (value >> 32) & _M32
        return self._finish(self._mix(self._mix(seed, low), high), 8)

    def data(self, value: bytes, seed: int) -> int:
        whole = len(value) & ~3
        h = seed
        for (k,) in struct.iter_unpack("<I", value[:whole]):
            h = self._mix(h, k)
        for byte in value[whole:]:
            h = self._mix(h, (byte - 256 if byte > 127 else byte) & _M32)
        return self._finish(h, len(value))

    @staticmethod
    def _mix(h: int, k: int) -> int:
        k = (k * 0xCC9E2D51) & _M32
        h ^= (_rotl32(k, 15) * 0x1B873593) & _M32
        return (_rotl32(h, 13) * 5 + 0xE6546B64) & _M32

    @staticmethod
    def _finish(h: int, length: int) -> int:
        h ^= length
        h = ((h ^ (h >> 16)) * 0x85EBCA6B) & _M32
        h = ((h ^ (h >> 13)) * 0xC2B2AE35) & _M32
        return h ^ (h >> 16)


_P1: Final = 0x9E3779B185EBCA87
_P2: Final = 0xC2B2AE3D27D4EB4F
_P3: Final = 0x165667B19E3779F9
_P4: Final = 0x85EBCA77C2B2AE63
_P5: Final = 0x27D4EB2F165667C5


def _rotl64(x: int, r: int) -> int:
    return ((x << r) | (x >> (64 - r))) & _M64


class XxHash64:
    """64 bits."""

    def word(self, value: int, seed: int) -> int:
        h = (seed + _P5 + 4) & _M64
        return self._finish(self._word(h, value & _M32))

    def long(self, value: int, seed: int) -> int:
        h = (seed + _P5 + 8) & _M64
        return self._finish(self._long(h, value & _M64))

    def data(self, value: bytes, seed: int) -> int:
        size, at = len(value), 0
        if size >= 32:
            lanes = [(seed + _P1 + _P2) & _M64, (seed + _P2) & _M64, seed & _M64, (seed - _P1) & _M64]
            while at + 32 <= size:
                words = struct.unpack_from("<4Q", value, at)
                lanes = [self._round(v, k) for v, k in zip(lanes, words, strict=True)]
                at += 32
            h = sum(_rotl64(v, r) for v, r in zip(lanes, (1, 7, 12, 18), strict=True)) & _M64
            for v in lanes:
                h = ((h ^ self._round(0, v)) * _P1 + _P4) & _M64
        else:
            h = (seed + _P5) & _M64
        h = (h + size) & _M64
        while at + 8 <= size:
            h = self._long(h, struct.unpack_from("<Q", value, at)[0])
            at += 8
        if at + 4 <= size:
            h = self._word(h, struct.unpack_from("<I", value, at)[0])
            at += 4
        for byte in value[at:]:
            h = (_rotl64(h ^ ((byte * _P5) & _M64), 11) * _P1) & _M64
        return self._finish(h)

    @staticmethod
    def _round(v: int, k: int) -> int:
        return (_rotl64((v + k * _P2) & _M64, 31) * _P1) & _M64

    @classmethod
    def _long(cls, h: int, k: int) -> int:
        return (_rotl64(h ^ cls._round(0, k), 27) * _P1 + _P4) & _M64

    @staticmethod
    def _word(h: int, k: int) -> int:
        return (_rotl64(h ^ ((k * _P1) & _M64), 23) * _P2 + _P3) & _M64

    @staticmethod
    def _finish(h: int) -> int:
        h = ((h ^ (h >> 33)) * _P2) & _M64
        h = ((h ^ (h >> 29)) * _P3) & _M64
        return h ^ (h >> 32)


def hash_rows(columns: Sequence[pa.Array], types: Sequence[DataType], made: Hash, bits: int) -> pa.Array:
    """The signed hash of each row, INT or BIGINT by `bits`."""
    count = len(columns[0])
    hashes = [SEED] * count
    for column, dtype in zip(columns, types, strict=True):
        step = _step(dtype, made)
        values = _prepared(column, dtype)
        hashes = [h if v is None else step(v, h) for v, h in zip(values, hashes, strict=True)]
    unsigned = np.array(hashes, np.uint64)
    if bits == 32:
        return pa.array(unsigned.astype(np.uint32).view(np.int32))
    return pa.array(unsigned.view(np.int64))


def _prepared(column: pa.Array, dtype: DataType) -> list[Any]:
    """The values as Python objects; moments as their microseconds."""
    match dtype:
        case t.TimestampType() | t.TimestampNTZType():
            return column.cast(pa.int64()).to_pylist()  # type: ignore[no-any-return]
        case t.TimeType():
            return column.cast(pa.time64("ns")).cast(pa.int64()).to_pylist()  # type: ignore[no-any-return]
        case t.DateType():
            return column.cast(pa.int32()).to_pylist()  # type: ignore[no-any-return]
    return column.to_pylist()  # type: ignore[no-any-return]


Step = Callable[[Any, int], int]


def _step(dtype: DataType, made: Hash) -> Step:
    """How one value that is not NULL changes the hash."""
    match dtype:
        case t.NullType():
            return lambda v, h: h
        case t.BooleanType():
            return lambda v, h: made.word(1 if v else 0, h)
        case t.ByteType() | t.ShortType() | t.IntegerType() | t.YearMonthIntervalType() | t.DateType():
            return lambda v, h: made.word(_days(v), h)
        case t.LongType() | t.DayTimeIntervalType() | t.TimestampType() | t.TimestampNTZType() | t.TimeType():
            return lambda v, h: made.long(_micros(v), h)
        case t.FloatType():
            return lambda v, h: made.word(struct.unpack("<i", struct.pack("<f", v + 0.0))[0], h)
        case t.DoubleType():
            return lambda v, h: made.long(struct.unpack("<q", struct.pack("<d", v + 0.0))[0], h)
        case t.DecimalType(precision, scale):
            return lambda v, h: _decimal(v, precision, scale, made, h)
        case t.StringType() | t.CharType() | t.VarcharType():
            return lambda v, h: made.data(v.encode(), h)
        case t.BinaryType():
            return lambda v, h: made.data(v, h)
        case t.ArrayType(element):
            inner = _step(element, made)
            return lambda v, h: _folded(v, inner, h)
        case t.StructType(fields):
            steps = [_step(f.dtype, made) for f in fields]
            return lambda v, h: _fields(list(v.values()), steps, h)
        case t.UserDefinedType(storage):
            return _step(storage, made)
    raise TypeError(f"no hash of {t.sql_name(dtype)}")


def _days(value: Any) -> int:
    return value if isinstance(value, int) else value.toordinal() - 719163


def _micros(value: Any) -> int:
    return value if isinstance(value, int) else round(value.timestamp() * 1_000_000)


def _decimal(value: Decimal, precision: int, scale: int, made: Hash, h: int) -> int:
    unscaled = int(value.scaleb(scale))
    if precision <= 18:
        return made.long(unscaled, h)
    size = (unscaled.bit_length() if unscaled >= 0 else (unscaled + 1).bit_length()) // 8 + 1
    return made.data(unscaled.to_bytes(size, "big", signed=True), h)


def _folded(values: Sequence[Any], step: Step, h: int) -> int:
    for value in values:
        if value is not None:
            h = step(value, h)
    return h


def _fields(values: Sequence[Any], steps: Sequence[Step], h: int) -> int:
    for value, step in zip(values, steps, strict=True):
        if value is not None:
            h = step(value, h)
    return h
