"""Zone maps of new segments, out of their Parquet footers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pyarrow.parquet as pq

from hiveframe.lake.pruning import Zone
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1)
_LONGEST_TEXT: Final = 64
_LAST_CHARACTER: Final = "\U0010ffff"


def zones_of_file(path: str, schema: StructType) -> tuple[int, dict[str, Zone]]:
    """The file's rows, and the zones of its columns of plain types."""
    metadata = pq.read_metadata(path)
    return metadata.num_rows, zones_of_footer(metadata, schema)


def zones_of_footer(metadata: pq.FileMetaData, schema: StructType) -> dict[str, Zone]:
    """The zones of a file's columns of plain types."""
    wanted = {f.name: f.dtype for f in schema.fields if isinstance(f.dtype, _BOUNDED)}
    known: dict[str, list[Any]] = {name: [] for name in wanted}
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for i in range(row_group.num_columns):
            chunk = row_group.column(i)
            if chunk.path_in_schema in known:
                known[chunk.path_in_schema].append(chunk.statistics if chunk.is_stats_set else None)
    return {name: _zone(chunks, wanted[name], metadata.num_rows) for name, chunks in known.items() if chunks}


def _zone(chunks: list[Any], dtype: DataType, rows: int) -> Zone:
    counted = all(c is not None and c.has_null_count for c in chunks)
    nulls = sum(c.null_count for c in chunks) if counted else None
    bounds = [_bounds(c, dtype) for c in chunks if not _is_all_null(c)]
    lows = [low for low, _ in bounds]
    highs = [high for _, high in bounds]
    return Zone(
        min(lows) if lows and None not in lows else None,
        max(highs) if highs and None not in highs else None,
        nulls,
        rows,
        may_have_nan=isinstance(dtype, (t.FloatType, t.DoubleType)),
    )


def _is_all_null(chunk: Any) -> bool:
    return chunk is not None and chunk.has_null_count and chunk.num_values == 0


def _bounds(chunk: Any, dtype: DataType) -> tuple[Any, Any]:
    """Bounds in storage form; (None, None) where they are unknown, as with NaN among the values."""
    if chunk is None or not chunk.has_min_max:
        return None, None
    try:
        low, high = chunk.min, chunk.max
    except (OverflowError, ValueError):  # beyond Python's years
        return None, None
    if isinstance(dtype, _TEXT):
        return _cut_texts(low, high)
    return _stored(low), _stored(high)


def _cut_texts(low: Any, high: Any) -> tuple[Any, Any]:
    if not isinstance(low, str) or not isinstance(high, str):  # cut within a character
        return None, None
    ending = _LAST_CHARACTER if len(high) > _LONGEST_TEXT else ""
    return low[:_LONGEST_TEXT], high[:_LONGEST_TEXT] + ending


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        moment = value if value.tzinfo is not None else value.replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - _EPOCH_DAY).days
    return value if isinstance(value, (bool, int, float, Decimal)) else None


def merged(zones: list[Mapping[str, Zone]]) -> dict[str, Zone]:
    """Zones that hold of several files together."""
    names = set.intersection(*(set(z) for z in zones)) if zones else set()
    made: dict[str, Zone] = {}
    for name in names:
        parts = [z[name] for z in zones]
        full = [p for p in parts if not p.is_all_null]
        lows, highs = [p.low for p in full], [p.high for p in full]
        made[name] = Zone(
            min(lows) if lows and None not in lows else None,
            max(highs) if highs and None not in highs else None,
            None if any(p.null_count is None for p in parts) else sum(p.null_count or 0 for p in parts),
            sum(p.row_count or 0 for p in parts),
            any(p.may_have_nan for p in parts),
        )
    return made


_TEXT: Final = (t.StringType, t.CharType, t.VarcharType)
_BOUNDED: Final[tuple[type[DataType], ...]] = (
    t.BooleanType, t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.FloatType, t.DoubleType, t.DecimalType,
    t.DateType, t.TimestampType, t.TimestampNTZType, *_TEXT,
)  # fmt: skip
