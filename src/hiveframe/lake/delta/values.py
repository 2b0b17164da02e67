"""Values as a Delta log spells them: partition values as text, statistics as JSON.

Source: Delta's PROTOCOL.md, "Partition Value Serialization", "Per-file Statistics".
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pyarrow.parquet as pq

from hiveframe.lake import partition_values as pv
from hiveframe.lake.delta.columns import stored_name
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructField, StructType

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT_LENGTH: Final = 32
_INDEXED: Final = "delta.dataSkippingNumIndexedCols"


def partition_value(text: str | None, dtype: DataType, time_zone: str, *, column: str) -> Any:
    """The value, in storage form, that a log's text stands for. The empty text is NULL."""
    if text is None or text == "":
        return None
    if isinstance(dtype, t.TimestampType) and text.endswith("Z"):
        moment = datetime.fromisoformat(text)
        return (moment - _EPOCH) // timedelta(microseconds=1)
    if isinstance(dtype, t.BinaryType):
        return text.encode()
    return pv.parse(text, dtype, time_zone, column=column)


def partition_text(shown: str | None, dtype: DataType, time_zone: str, *, column: str) -> str | None:
    """A folder's text as the log spells it: moments in UTC."""
    if shown is None or not isinstance(dtype, t.TimestampType):
        return shown
    value = pv.parse(shown, dtype, time_zone, column=column)
    return (_EPOCH + timedelta(microseconds=value)).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def file_statistics(location: str, path: str, schema: StructType, properties: Mapping[str, str]) -> str:
    """The statistics of a Parquet file, of its footer, for the columns that the table wants indexed."""
    metadata = pq.read_metadata(os.path.join(location, path))
    chosen = _indexed(schema, properties)
    bounds: dict[tuple[str, ...], _Bounds] = {names: _Bounds(dtype) for names, dtype in chosen}
    for group in range(metadata.num_row_groups):
        row_group = metadata.row_group(group)
        for i in range(row_group.num_columns):
            chunk = row_group.column(i)
            known = bounds.get(tuple(chunk.path_in_schema.split(".")))
            if known is not None:
                known.add(chunk.statistics if chunk.is_stats_set else None)
    made: dict[str, Any] = {"numRecords": metadata.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for names, known in bounds.items():
        for kind, value in known.shown().items():
            _put(made[kind], names, value)
    return _json({**made, "tightBounds": True})


def with_loose_bounds(stats: str | None) -> str | None:
    """Statistics of a file of which rows were deleted: the bounds hold, but need not be met."""
    if stats is None:
        return None
    return _json({**json.loads(stats, parse_float=_marked), "tightBounds": False})


def _marked(digits: str) -> Any:
    """A number of a log, kept as it is spelled where it is a plain decimal."""
    return f"{_MARK}{digits}{_MARK}" if _PLAIN.fullmatch(digits) else float(digits)


_PLAIN: Final = re.compile(r"-?[0-9]+\.[0-9]+")


def _indexed(schema: StructType, properties: Mapping[str, str]) -> list[tuple[tuple[str, ...], DataType]]:
    """Stored paths and types of the leaf columns that statistics are kept for."""
    count = int(properties.get(_INDEXED, "32"))
    leaves = list(_leaves(schema.fields, (), ()))
    named = properties.get("delta.dataSkippingStatsColumns")
    if named:
        wanted = {n.strip().strip("`").lower() for n in named.split(",")}
        return [(stored, d) for stored, shown, d in leaves if shown[0].lower() in wanted or ".".join(shown) in wanted]
    return [(stored, d) for stored, _, d in (leaves if count < 0 else leaves[:count])]


def _leaves(
    fields: Sequence[StructField], stored: tuple[str, ...], shown: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], DataType]]:
    for f in fields:
        path, names = (*stored, stored_name(f)), (*shown, f.name)
        if isinstance(f.dtype, StructType):
            yield from _leaves(f.dtype.fields, path, names)
        elif not isinstance(f.dtype, (t.ArrayType, t.MapType, t.VariantType)):
            yield path, names, f.dtype


class _Bounds:
    """Least and greatest value and the NULLs of one column, over its chunks."""

    def __init__(self, dtype: DataType) -> None:
        self._dtype = dtype
        self._low: Any = None
        self._high: Any = None
        self._nulls: int | None = 0
        self._is_known = isinstance(dtype, _BOUNDED)

    def add(self, statistics: Any) -> None:
        """One chunk's statistics; None when it has none."""
        if statistics is None or not statistics.has_null_count:
            self._nulls = None
        elif self._nulls is not None:
            self._nulls += statistics.null_count
        if statistics is None or not statistics.has_min_max:
            all_null = statistics is not None and statistics.has_null_count and statistics.num_values == 0
            self._is_known = self._is_known and all_null
            return
        try:
            low, high = statistics.min, statistics.max
        except (OverflowError, ValueError):  # a date beyond Python's years
            self._is_known = False
            return
        if isinstance(low, float) and (math.isnan(low) or math.isnan(high)):
            self._is_known = False
            return
        self._low = low if self._low is None else min(self._low, low)
        self._high = high if self._high is None else max(self._high, high)

    def shown(self) -> dict[str, Any]:
        """What stands in the log."""
        made: dict[str, Any] = {} if self._nulls is None else {"nullCount": self._nulls}
        if self._is_known and self._low is not None:
            low, high = _low(self._low, self._dtype), _high(self._high, self._dtype)
            made |= {"minValues": low} if low is not None else {}
            made |= {"maxValues": high} if high is not None else {}
        return made


_BOUNDED: Final = (
    t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.FloatType, t.DoubleType, t.DecimalType, t.DateType,
    t.TimestampType, t.TimestampNTZType, t.StringType, t.CharType, t.VarcharType,
)  # fmt: skip


def _low(value: Any, dtype: DataType) -> Any:
    text = _text(value)
    return _shown(value, dtype) if text is None else text[:_TEXT_LENGTH]


def _high(value: Any, dtype: DataType) -> Any:
    """Text that is cut gets a character that is greater than any that follows; a moment is rounded up."""
    text = _text(value)
    if text is not None:
        return text if len(text) <= _TEXT_LENGTH else text[:_TEXT_LENGTH] + "\U0010ffff"
    if isinstance(value, datetime) and value.microsecond % 1000:
        value += timedelta(microseconds=1000 - value.microsecond % 1000)
    return _shown(value, dtype)


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value if isinstance(value, str) else None


def _shown(value: Any, dtype: DataType) -> Any:
    if isinstance(value, datetime):
        moment = value if value.tzinfo is None else value.astimezone(UTC)
        ending = "" if isinstance(dtype, t.TimestampNTZType) else "Z"
        return moment.strftime("%Y-%m-%dT%H:%M:%S.").rjust(20, "0") + f"{moment.microsecond // 1000:03d}{ending}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}{_MARK}"
    if isinstance(value, float) and math.isinf(value):
        return None
    return value


def _json(value: Any) -> str:
    """JSON text; a number that was marked keeps every digit, which `json` has no way to say."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return _MARKED.sub(lambda found: found.group(1), text)


_MARK: Final = "\ue000"
_MARKED: Final = re.compile(f'"{_MARK}(-?[0-9]+(?:\\.[0-9]+)?){_MARK}"')


def _put(into: dict[str, Any], names: tuple[str, ...], value: Any) -> None:
    for name in names[:-1]:
        into = into.setdefault(name, {})
    into[names[-1]] = value
