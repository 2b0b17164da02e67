"""Arrow columns of VARIANTs, and columns of any type as values for them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from hiveframe.functions.variant_builder import DuplicateKey, InvalidJson, TooLarge, of_json
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

Pair = tuple[bytes, bytes]
_FIELDS = [pa.field("value", pa.binary()), pa.field("metadata", pa.binary())]
ARROW_TYPE = pa.struct(_FIELDS)
"""How the engine holds a VARIANT."""


def pairs(column: pa.StructArray) -> Iterator[Pair | None]:
    """The (value, metadata) of each row; None where it is NULL."""
    values, metadata = column.field(0).to_pylist(), column.field(1).to_pylist()
    return (None if v is None or m is None else (v, m) for v, m in _present(column, zip(values, metadata, strict=True)))


def _present(column: pa.StructArray, rows: Iterator[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    if column.null_count == 0:
        return rows
    return (row if ok else (None, None) for ok, row in zip(column.is_valid().to_pylist(), rows, strict=True))


def variant_column(found: Sequence[Pair | None]) -> pa.StructArray:
    """The column of some VARIANTs."""
    values = pa.array([None if p is None else p[0] for p in found], pa.binary())
    metadata = pa.array([None if p is None else p[1] for p in found], pa.binary())
    mask = pa.array([p is None for p in found], pa.bool_())
    return pa.StructArray.from_arrays([values, metadata], fields=_FIELDS, mask=mask)


def of_json_texts(texts: pa.Array) -> pa.StructArray:
    """JSON texts as VARIANTs, NULL for what is none."""
    return variant_column([None if text is None else _of_json(text) for text in texts.to_pylist()])


def _of_json(text: str) -> Pair | None:
    try:
        return of_json(text)
    except (InvalidJson, DuplicateKey, TooLarge):
        return None


def storage_values(column: pa.Array, dtype: DataType) -> list[Any]:
    """A column's values: days for a DATE, microseconds for timestamps, pairs for VARIANTs, lists for what is nested."""
    match dtype:
        case t.DateType():
            column = column.cast(pa.int32())
        case t.TimestampType() | t.TimestampNTZType():
            column = column.cast(pa.int64())
        case t.VariantType():
            return list(pairs(column))
        case t.UserDefinedType(storage):
            return storage_values(column, storage)
        case t.ArrayType(element):
            return _cut(column, storage_values(column.values, element))
        case t.MapType(key, value):
            entries = zip(storage_values(column.keys, key), storage_values(column.items, value), strict=True)
            return _cut(column, list(entries))
        case t.StructType(fields):
            parts = [storage_values(column.field(i), f.dtype) for i, f in enumerate(fields)]
            rows = list(zip(*parts, strict=True)) if parts else [()] * len(column)
            valid = column.is_valid().to_pylist()
            return [row if ok else None for ok, row in zip(valid, rows, strict=True)]
    return list(column.to_pylist())


def _cut(column: pa.Array, values: list[Any]) -> list[Any]:
    ends, valid = column.offsets.to_pylist(), column.is_valid().to_pylist()
    return [values[a:b] if ok else None for ok, (a, b) in zip(valid, itertools.pairwise(ends), strict=True)]
