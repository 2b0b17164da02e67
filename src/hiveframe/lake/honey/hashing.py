"""64-bit hashes of values, the same for a column of a file and for a constant of a query, in every release."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

Hashes = NDArray[np.uint64]

_TEXT: Final = (t.StringType, t.CharType, t.VarcharType)
_INTEGERS: Final[tuple[type[DataType], ...]] = (
    t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.DateType, t.TimestampType, t.TimestampNTZType,
)  # fmt: skip


def is_hashed(dtype: DataType) -> bool:
    """Whether values of the type are hashed: whole numbers, times, texts."""
    return isinstance(dtype, (*_INTEGERS, *_TEXT))


def hash_column(column: pa.ChunkedArray, dtype: DataType) -> tuple[Hashes, NDArray[np.int64]]:
    """The hashes of the values that are not NULL, and their places."""
    places = np.flatnonzero(np.asarray(column.is_valid()))
    values = column.drop_null()
    if isinstance(dtype, _TEXT):
        given = pa.table({"v": values.cast(pa.string())})
        with duckdb.connect(config={"threads": 1}) as connection:
            connection.register("given", given)
            found = connection.execute("SELECT md5_number_lower(v) AS h FROM given").fetchnumpy()["h"]
        return np.asarray(found, dtype=np.uint64), places
    return _mixed(_whole(values)), places


def hash_values(values: Sequence[Any], dtype: DataType) -> Hashes:
    """The hashes of constants in storage form."""
    if isinstance(dtype, _TEXT):
        digests = (hashlib.md5(v.encode(), usedforsecurity=False).digest()[8:] for v in values)
        return np.array([int.from_bytes(d, "little") for d in digests], dtype=np.uint64)
    return _mixed(np.array([int(v) for v in values], dtype=np.int64))


def is_one_of(column: pa.ChunkedArray, values: Sequence[Any], dtype: DataType) -> NDArray[np.bool_]:
    """Which of a column's values, none of them NULL, are among constants in storage form."""
    if isinstance(dtype, _TEXT):
        known = set(values)
        return np.array([v in known for v in column.to_pylist()], dtype=bool)
    return np.isin(_whole(column), np.array([int(v) for v in values], dtype=np.int64))


def _whole(values: pa.ChunkedArray) -> NDArray[np.int64]:
    kind = values.type
    if pa.types.is_date32(kind):
        values = values.cast(pa.int32())
    elif pa.types.is_timestamp(kind):
        values = values.cast(pa.timestamp("us", kind.tz)).cast(pa.int64())
    return np.asarray(values.cast(pa.int64()).to_numpy(), dtype=np.int64)


def _mixed(numbers: NDArray[np.int64]) -> Hashes:
    """SplitMix64's finaliser (Steele, Lea and Flood, 2014)."""
    z = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
