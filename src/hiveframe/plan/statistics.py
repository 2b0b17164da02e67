"""What is known of a table's rows and columns: counts, bounds, distinct values; and its form as JSON values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from hiveframe.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin of an equi-height histogram: the values above `low` (the first bin: from it on) up to `high`."""

    low: float
    high: float
    distinct_count: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bins of `height` rows each."""

    height: float
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class ColumnStatistics:
    """What is known of a column's values; None where nothing is. Values are in storage form (see `plan.spec`).

    `low` and `high` are bounds, which need not be met. `common` are the values that a sample met most often, each with
    its share of all rows; `quantiles` are a sample's values, NULL and NaN aside, at equal steps from the least to the
    greatest. `avg_len` and `max_len` are as Spark counts them: characters of text, bytes of other types.
    """

    low: Any = None
    high: Any = None
    null_count: int | None = None
    distinct_count: int | None = None
    avg_len: int | None = None
    max_len: int | None = None
    common: tuple[tuple[Any, float], ...] = ()
    quantiles: tuple[Any, ...] = ()
    histogram: Histogram | None = None


METADATA = "metadata"
SAMPLED = "sampled"
ANALYZED = "analyzed"
STALE = "stale"


@dataclass(frozen=True, slots=True)
class TableStatistics:
    """What is known of a table. `columns` go by name, in lower case.

    `origin` says how far to trust it: METADATA, what files and logs tell of the rows that are there; SAMPLED, by parts
    of files; ANALYZED, what ANALYZE TABLE found in these very rows; STALE, what it found in rows that have changed
    since.
    """

    size_bytes: int
    row_count: int | None = None
    columns: Mapping[str, ColumnStatistics] = field(default_factory=dict)
    origin: str = METADATA


def q_error(estimated: float, real: float) -> float:
    """By which factor an estimate is off, in either direction; no rows count as one.

    Source: Moerkotte, Neumann and Steidl, "Preventing Bad Plans by Bounding the Impact of Cardinality Estimation
    Errors", VLDB 2009.
    """
    a, b = max(estimated, 1.0), max(real, 1.0)
    return max(a / b, b / a)


def statistics_json(statistics: TableStatistics) -> dict[str, Any]:
    """The statistics as JSON values."""
    return {
        "size_bytes": statistics.size_bytes,
        "row_count": statistics.row_count,
        "columns": {name: _column_json(c) for name, c in statistics.columns.items()},
    }


def statistics_of(value: Mapping[str, Any], origin: str) -> TableStatistics:
    """Statistics out of their JSON values."""
    columns = {name: _column_of(c) for name, c in value["columns"].items()}
    return TableStatistics(value["size_bytes"], value["row_count"], columns, origin)


def _column_json(column: ColumnStatistics) -> dict[str, Any]:
    made: dict[str, Any] = {
        "low": _shown(column.low),
        "high": _shown(column.high),
        "null_count": column.null_count,
        "distinct_count": column.distinct_count,
        "avg_len": column.avg_len,
        "max_len": column.max_len,
        "common": [[_shown(value), share] for value, share in column.common],
        "quantiles": [_shown(value) for value in column.quantiles],
    }
    if column.histogram is not None:
        bins = [[_shown(b.low), _shown(b.high), b.distinct_count] for b in column.histogram.bins]
        made["histogram"] = {"height": column.histogram.height, "bins": bins}
    return made


def _column_of(value: Mapping[str, Any]) -> ColumnStatistics:
    told = value.get("histogram")
    return ColumnStatistics(
        _value(value["low"]),
        _value(value["high"]),
        value["null_count"],
        value["distinct_count"],
        value["avg_len"],
        value["max_len"],
        tuple((_value(v), share) for v, share in value["common"]),
        tuple(_value(v) for v in value["quantiles"]),
        Histogram(told["height"], tuple(Bin(_value(a), _value(b), n) for a, b, n in told["bins"])) if told else None,
    )


def _shown(value: Any) -> Any:
    """A value as JSON has it; a list names what JSON lacks."""
    match value:
        case Decimal():
            return ["decimal", str(value)]
        case bytes():
            return ["binary", value.hex()]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return ["double", repr(value)]
    return value


def _value(shown: Any) -> Any:
    if not isinstance(shown, list):
        return shown
    kind, text = shown
    return Decimal(text) if kind == "decimal" else bytes.fromhex(text) if kind == "binary" else float(text)
