"""The hash of a row in Spark's binary form. Source: `UnsafeRow`, `UnsafeRowWriter`, `Murmur3_x86_32.hashUnsafeWords`.

A row is a bit for each field that is NULL (in words of 64), a word of 64 bits for each field, then what has no fixed
length, each padded to a word; its field holds where it begins and its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_FIXED: Final[Mapping[type[DataType], Any]] = {
    t.BooleanType: np.uint8,
    t.ByteType: np.uint8,
    t.ShortType: np.uint16,
    t.IntegerType: np.uint32,
    t.DateType: np.uint32,
    t.YearMonthIntervalType: np.uint32,
    t.FloatType: np.uint32,
    t.LongType: np.uint64,
    t.DoubleType: np.uint64,
    t.TimestampType: np.uint64,
    t.TimestampNTZType: np.uint64,
    t.DayTimeIntervalType: np.uint64,
}
_SEED: Final = 42


def has_fixed_form(dtype: DataType) -> bool:
    """Whether `hash_rows` knows the binary form of a type."""
    return type(dtype) in _FIXED or isinstance(dtype, (t.StringType, t.BinaryType))


def hash_rows(columns: Sequence[pa.Array], types: Sequence[DataType]) -> np.ndarray:
    """`UnsafeRow.hashCode` of each row, as INT."""
    count = len(columns[0]) if columns else 0
    bitset = (len(columns) + 63) // 64
    head = np.zeros((count, bitset + len(columns)), dtype=np.uint64)
    tails: list[tuple[int, list[bytes]]] = []
    for i, (column, dtype) in enumerate(zip(columns, types, strict=True)):
        nulls = np.asarray(column.is_null())
        head[nulls, i // 64] |= np.uint64(1 << i % 64)
        if type(dtype) in _FIXED:
            head[:, bitset + i] = np.where(nulls, np.uint64(0), _words(column, dtype))
        else:
            tails.append((bitset + i, [_bytes(v) for v in column.to_pylist()]))
    if not tails:
        return _hashed(head.view(np.uint32))
    found = np.empty(count, dtype=np.int32)
    for row in range(count):
        data = bytearray(head[row].tobytes())
        for word, values in tails:
            value = values[row]
            if value is not None:
                place = (len(data) << 32 | len(value)).to_bytes(8, "little")
                data[8 * word : 8 * word + 8] = place
                data += value + bytes(-len(value) % 8)
        found[row] = _hashed(np.frombuffer(bytes(data), np.uint32).reshape(1, -1))[0]
    return found


def _bytes(value: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


def _words(column: pa.Array, dtype: DataType) -> np.ndarray:
    kind = _FIXED[type(dtype)]
    if isinstance(dtype, t.BooleanType):
        plain = column.cast(pa.uint8())
    elif isinstance(dtype, (t.FloatType, t.DoubleType)):
        plain = column
    else:
        plain = column.view(pa.int64() if kind is np.uint64 else column.type if kind is not np.uint32 else pa.int32())
    filled = pc.fill_null(plain, pa.scalar(0, plain.type)).to_numpy(zero_copy_only=False)
    words: np.ndarray = np.ascontiguousarray(filled).view(kind).astype(np.uint64)
    return words


def _hashed(words: np.ndarray) -> np.ndarray:
    """Murmur3 over each row of 32-bit words."""
    h = np.full(len(words), _SEED, dtype=np.uint32)
    with np.errstate(over="ignore"):
        for i in range(words.shape[1]):
            k = words[:, i] * np.uint32(0xCC9E2D51)
            k = (k << np.uint32(15) | k >> np.uint32(17)) * np.uint32(0x1B873593)
            h ^= k
            h = (h << np.uint32(13) | h >> np.uint32(19)) * np.uint32(5) + np.uint32(0xE6546B64)
        h ^= np.uint32(4 * words.shape[1])
        h = (h ^ h >> np.uint32(16)) * np.uint32(0x85EBCA6B)
        h = (h ^ h >> np.uint32(13)) * np.uint32(0xC2B2AE35)
    return (h ^ h >> np.uint32(16)).view(np.int32)
