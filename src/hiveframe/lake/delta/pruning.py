"""Which of a version's files a filter may need: by partition values, and by the statistics in the log.

Source: Delta's PROTOCOL.md, "Per-file Statistics". Bounds of text may be cut, those of moments are cut to milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from hiveframe.lake.delta.actions import AddFile
from hiveframe.lake.delta.columns import stored_name
from hiveframe.lake.delta.snapshot import Snapshot
from hiveframe.lake.delta.values import partition_value
from hiveframe.lake.pruning import AnyOf, FilePruner, Zone, ZoneOf, exact_zone, may_hold
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructField, StructType

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = date(1970, 1, 1)
_CUT_US: Final = 1000


class DeltaPruner(FilePruner):
    """Knows files by the values of their partitions and the log's statistics."""

    def zones(self, source: ScanSource) -> Callable[[ScanFile], ZoneOf]:
        """What is known of each of the source's files."""
        snapshot: Snapshot = source.state
        adds = {snapshot.path_of(add): add for add in snapshot.files.values()}
        fields, positions = source.schema.fields, source.partitions

        def zones(file: ScanFile) -> ZoneOf:
            values = dict(zip(positions, file.partition_values, strict=True))
            return lambda i: exact_zone(values[i]) if i in values else _bounds(adds[file.path], fields[i])

        return zones


def file_zones(add: AddFile, schema: StructType) -> ZoneOf:
    """What the log says of a file's values, by the places of the schema's columns."""
    return lambda position: _bounds(add, schema.fields[position])


def may_be_in(snapshot: Snapshot, add: AddFile, read: AnyOf) -> bool:
    """Whether a row of some branch may be in a file, of that version or of a later one with the same columns."""
    fields = snapshot.schema.fields
    partitions = {name.lower() for name in snapshot.metadata.partition_columns}

    def zone(position: int) -> Zone | None:
        f = fields[position]
        if f.name.lower() not in partitions:
            return _bounds(add, f)
        text = add.partition_values.get(stored_name(f))
        if isinstance(f.dtype, t.TimestampType) and text and not text.endswith("Z"):
            return None  # the moment depends on who reads it
        return exact_zone(partition_value(text, f.dtype, "UTC", column=f.name))

    return may_hold((read,), zone)


def _bounds(add: AddFile, f: StructField) -> Zone | None:
    return _zone(_statistics(add.stats), stored_name(f), f.dtype) if add.stats else None


def _zone(statistics: Mapping[str, Any], name: str, dtype: DataType) -> Zone:
    low, high = (statistics.get(kind, {}).get(name) for kind in ("minValues", "maxValues"))
    nulls = statistics.get("nullCount", {}).get(name)
    return Zone(
        _value(low, dtype),
        _value(high, dtype, is_high=True),
        nulls if isinstance(nulls, int) else None,
        statistics.get("numRecords"),
        may_have_nan=isinstance(dtype, (t.FloatType, t.DoubleType)),
    )


@lru_cache(maxsize=20_000)
def _statistics(text: str) -> Mapping[str, Any]:
    made: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    return made


def _value(shown: Any, dtype: DataType, *, is_high: bool = False) -> Any:
    """A bound in storage form; None for one that is missing or spelled in an unknown way."""
    match dtype:
        case t.StringType():
            return shown if isinstance(shown, str) else None
        case t.FloatType() | t.DoubleType():
            return float(shown) if isinstance(shown, (int, Decimal)) else None
        case t.IntegralType() | t.DecimalType():
            return shown if isinstance(shown, (int, Decimal)) and not isinstance(shown, bool) else None
        case t.DateType() | t.TimestampType() | t.TimestampNTZType():
            return _time(shown, dtype, is_high) if isinstance(shown, str) else None
    return None


def _time(shown: str, dtype: DataType, is_high: bool) -> int | None:
    try:
        if isinstance(dtype, t.DateType):
            return (date.fromisoformat(shown[:10]) - _EPOCH_DAY).days
        moment = datetime.fromisoformat(shown)
    except ValueError:  # a year beyond Python's
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) + (_CUT_US if is_high else 0)
