"""Hashing rows as Spark does: each value's hash is the seed of the next; a NULL leaves the seed as it is.

Source: `InterpretedHashFunction`. Columns are Arrow arrays, hashes numpy arrays of 64-bit signed integers (`hash` uses
the low 32 bits).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.dataclass import dataclass
from hiveframe.functions.calendar_interval import parts_of
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructField, StructType

Hashes = np.ndarray

_ENTRY = ("key", "value")


@dataclass(frozen=True, slots=True)
class HashFunction:
    """A hash of whole numbers of 4 and of 8 bytes, and of bytes; each takes the seeds of the rows."""

    of_int: Callable[[np.ndarray, Hashes], Hashes]
    of_long: Callable[[np.ndarray, Hashes], Hashes]
    of_bytes: Callable[[np.ndarray, np.ndarray, np.ndarray, Hashes], Hashes]  # data, starts, lengths, seeds
    dtype: Any


def hash_columns(columns: Sequence[pa.Array], types: Sequence[DataType], function: HashFunction, seed: int) -> Hashes:
    """The hash of each row of `columns`."""
    hashes = np.full(len(columns[0]), seed, dtype=function.dtype)
    for column, dtype in zip(columns, types, strict=True):
        hashes = _folded(column, dtype, function, hashes)
    return hashes


def _folded(column: pa.Array, dtype: DataType, function: HashFunction, seeds: Hashes) -> Hashes:
    """The seeds brought on by a column's values."""
    if len(column) == 0 or isinstance(dtype, t.NullType):
        return seeds
    present = column.is_valid().to_numpy(zero_copy_only=False)
    if not present.any():
        return seeds
    if isinstance(dtype, t.StructType):
        hashes = seeds
        for i, f in enumerate(dtype.fields):
            hashes = _folded(pc.struct_field(column, [i]), f.dtype, function, hashes)
        return np.where(present, hashes, seeds)
    if isinstance(dtype, t.ArrayType):
        return _folded_lists(column, dtype, function, seeds, present)
    if isinstance(dtype, t.MapType):
        entries = StructType((StructField("key", dtype.key), StructField("value", dtype.value)))
        listed = pa.ListArray.from_arrays(
            column.offsets, pa.StructArray.from_arrays([column.keys, column.items], _ENTRY)
        )
        return _folded_lists(listed, t.ArrayType(entries), function, seeds, present)
    return np.where(present, _hashed(column, dtype, function, seeds), seeds)


def _folded_lists(
    column: pa.Array, dtype: t.ArrayType, function: HashFunction, seeds: Hashes, present: np.ndarray
) -> Hashes:
    """Element by element: the i-th elements of all lists that have one are hashed together."""
    starts = column.offsets.to_numpy()[:-1].astype(np.int64)
    lengths = np.where(present, np.diff(column.offsets.to_numpy()), 0)
    hashes = seeds.copy()
    for position in range(int(lengths.max(initial=0))):
        rows = np.nonzero(lengths > position)[0]
        elements = column.values.take(pa.array(starts[rows] + position))
        hashes[rows] = _folded(elements, dtype.element, function, hashes[rows])
    return hashes


def _hashed(column: pa.Array, dtype: DataType, function: HashFunction, seeds: Hashes) -> Hashes:
    """Values of an atomic type; what stands at NULLs does not matter."""
    match dtype:
        case t.BooleanType():
            return function.of_int(plain_numbers(column, pa.bool_()).astype(np.int32), seeds)
        case t.ByteType() | t.ShortType() | t.IntegerType() | t.YearMonthIntervalType():
            return function.of_int(plain_numbers(column.cast(pa.int32()), pa.int32()), seeds)
        case t.DateType():
            return function.of_int(plain_numbers(column.cast(pa.int32()), pa.int32()), seeds)
        case t.LongType() | t.DayTimeIntervalType():
            return function.of_long(plain_numbers(column, pa.int64()), seeds)
        case t.TimeType():
            return function.of_long(plain_numbers(column.cast(pa.time64("ns")).cast(pa.int64()), pa.int64()), seeds)
        case t.TimestampType() | t.TimestampNTZType():
            return function.of_long(plain_numbers(column.cast(pa.int64()), pa.int64()), seeds)
        case t.FloatType():
            return function.of_int(plain_zeros(plain_numbers(column, pa.float32())).view(np.int32), seeds)
        case t.DoubleType():
            return function.of_long(plain_zeros(plain_numbers(column, pa.float64())).view(np.int64), seeds)
        case t.DecimalType(precision) if precision <= 18:
            return function.of_long(_unscaled(column), seeds)
        case t.DecimalType():
            return _of_byte_strings([_big_endian(v) for v in column.to_pylist()], function, seeds)
        case t.CalendarIntervalType():
            return _of_intervals(column, function, seeds)
        case t.StringType():
            return hash_bytes(column.cast(pa.large_binary()), function, seeds)
        case t.BinaryType():
            return hash_bytes(column.cast(pa.large_binary()), function, seeds)
    raise TypeError(f"values of {t.simple_string(dtype)} have no hash")


def plain_numbers(column: pa.Array, dtype: pa.DataType) -> np.ndarray:
    """The values as numpy, something at NULLs."""
    filled = column.fill_null(pa.scalar(0, pa.int8()).cast(dtype)) if column.null_count else column
    found: np.ndarray = filled.to_numpy(zero_copy_only=False)
    return found


def plain_zeros(values: np.ndarray) -> np.ndarray:
    """Zeros without sign, and one NaN for all (Java's `doubleToLongBits`)."""
    plain = np.where(values == 0, values.dtype.type(0), values)
    return np.where(np.isnan(plain), values.dtype.type(np.nan), plain)


def _unscaled(column: pa.Array) -> np.ndarray:
    """The digits of decimals of at most 18 digits: the low half of Arrow's 128 bits."""
    wide = column.cast(pa.decimal128(38, column.type.scale))
    halves = np.frombuffer(wide.buffers()[1], dtype=np.int64)[2 * wide.offset :: 2]
    return halves[: len(wide)].copy()


def _big_endian(value: Any) -> bytes | None:
    """The digits as Java's `BigInteger.toByteArray`: as few bytes as hold them with a sign."""
    if value is None:
        return None
    sign, digits, _ = value.as_tuple()
    unscaled = int("".join(map(str, digits))) * (-1 if sign else 1)
    length = (unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1
    return unscaled.to_bytes(length, "big", signed=True)


def _of_intervals(column: pa.Array, function: HashFunction, seeds: Hashes) -> Hashes:
    table = np.array([parts or (0, 0, 0) for parts in parts_of(column)], dtype=np.int64)
    hashes = function.of_long(np.ascontiguousarray(table[:, 2]), seeds)
    hashes = function.of_int(table[:, 1].astype(np.int32), hashes)
    return function.of_int(table[:, 0].astype(np.int32), hashes)


def _of_byte_strings(values: list[bytes | None], function: HashFunction, seeds: Hashes) -> Hashes:
    return hash_bytes(pa.array(values, pa.large_binary()), function, seeds)


def hash_bytes(column: pa.Array, function: HashFunction, seeds: Hashes) -> Hashes:
    """The hashes of a column of large binary values."""
    _, offsets, data = column.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[column.offset : column.offset + len(column) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return function.of_bytes(content, ends[:-1], np.diff(ends), seeds)
