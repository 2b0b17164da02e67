"""What ANALYZE TABLE finds in columns: Spark's counts and bounds, and common values and quantiles of a sample.

Source: Spark's `CommandUtils.computeColumnStats`: distinct values (which Spark estimates), bounds of numbers and times,
and lengths in characters (text) and bytes. The sample is for estimates alone; Spark has none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.engine.storage import storage_value
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.statistics import Bin, ColumnStatistics, Histogram
from hiveframe.plan.types import DataType, StructField
from hiveframe.sessions.commands.seam import CommandSession

_SAMPLE: Final = 50_000
_SEED: Final = 42
_COMMON: Final = 20
_QUANTILES: Final = 32
_TEXT: Final = (t.StringType, t.CharType, t.VarcharType, t.BinaryType)
_ANALYZED: Final = (
    t.IntegralType, t.DecimalType, t.FloatType, t.DoubleType, t.BooleanType, t.DateType, t.TimestampType,
    t.TimestampNTZType, t.TimeType, *_TEXT,
)  # fmt: skip
_LENGTHS: Final[dict[type[DataType], int]] = {
    t.BooleanType: 1, t.ByteType: 1, t.ShortType: 2, t.IntegerType: 4, t.DateType: 4, t.FloatType: 4,
    t.BinaryType: 100, t.StringType: 20, t.CharType: 20, t.VarcharType: 20,
}  # fmt: skip


def is_analyzed(dtype: DataType) -> bool:
    """Whether ANALYZE TABLE looks at columns of that type."""
    return isinstance(dtype, _ANALYZED)


def column_statistics(
    session: CommandSession, relation: spec.Relation, fields: Sequence[StructField]
) -> tuple[int, dict[str, ColumnStatistics]]:
    """The rows, and what is known of each column by its name in lower case.

    Each column is gone through by itself, so that no more than one is held at a time.
    """
    (rows,) = _asked(session, relation, (spec.Function(("count",), (spec.Star(),)),))
    sampled = _sample(session, relation, fields, rows)
    found: dict[str, ColumnStatistics] = {}
    for i, f in enumerate(fields):
        column = _column(f, rows, _asked(session, relation, _measures(f)), sampled.column(i))
        found[f.name.lower()] = _with_histogram(session, relation, f, column, rows)
    return rows, found


def _asked(session: CommandSession, relation: spec.Relation, items: Sequence[spec.Expr]) -> tuple[Any, ...]:
    """The values of aggregates over all rows."""
    named = tuple(spec.Alias(item, (f"m{i}",)) for i, item in enumerate(items))
    (row,) = session.environment.collect(session.analyze(spec.Aggregate(relation, (), named)))
    return tuple(row)


def _measures(f: StructField) -> tuple[spec.Expr, ...]:
    """Values that are not NULL, different ones, and bounds or lengths."""
    column = spec.Attribute((f.name,))
    ends = ("avg", "max") if isinstance(f.dtype, _TEXT) else ("min", "max")
    of = spec.Function(("length",), (column,)) if isinstance(f.dtype, _TEXT) else column
    counts = (spec.Function(("count",), (column,), distinct=is_distinct) for is_distinct in (False, True))
    return (*counts, *(spec.Function((end,), (of,)) for end in ends))


def _column(f: StructField, rows: int, values: Sequence[Any], sample: pa.ChunkedArray) -> ColumnStatistics:
    there, distinct, first, second = values
    length = _length(f.dtype)
    common, quantiles = _common(sample, f.dtype), _quantiles(sample, f.dtype)
    if not isinstance(f.dtype, _TEXT):
        return ColumnStatistics(first, second, rows - there, distinct, length, length, common, quantiles)
    average = math.ceil(first) if first is not None else length
    longest = second if second is not None else length
    low, high = (quantiles[0], quantiles[-1]) if quantiles else (None, None)
    return ColumnStatistics(low, high, rows - there, distinct, average, longest, common, quantiles)


def _length(dtype: DataType) -> int:
    if isinstance(dtype, t.DecimalType):
        return 8 if dtype.precision <= 18 else 16
    return _LENGTHS.get(type(dtype), 8)


# ------------------------------------------------------------------------------------------------------------- sampled


def _sample(session: CommandSession, relation: spec.Relation, fields: Sequence[StructField], rows: int) -> pa.Table:
    """Some of the rows, all of them if they are few."""
    columns = tuple(spec.Attribute((f.name,)) for f in fields)
    if rows > _SAMPLE:
        relation = spec.Sample(relation, 0.0, _SAMPLE / rows, seed=_SEED)
    return session.compute(session.analyze(spec.Project(relation, columns)))


def _common(sample: pa.ChunkedArray, dtype: DataType) -> tuple[tuple[Any, float], ...]:
    """The values that stand out: all, where a sample has few, else those met far more often than on average."""
    if isinstance(dtype, t.BinaryType) or not len(sample):
        return ()
    counted = pc.value_counts(pc.drop_null(sample))
    counts = counted.field("counts").to_numpy(zero_copy_only=False)
    order = np.argsort(-counts, kind="stable")[:_COMMON]
    if len(counts) > _COMMON:
        least = max(2 * counts.mean(), 10)
        order = order[counts[order] >= least]
    values = counted.field("values")
    return tuple((storage_value(values[int(i)], dtype), float(counts[i]) / len(sample)) for i in order)


def _quantiles(sample: pa.ChunkedArray, dtype: DataType) -> tuple[Any, ...]:
    """The sample's values at even steps of their order."""
    if isinstance(dtype, (t.BinaryType, t.BooleanType)):
        return ()
    values = pc.drop_null(sample)
    if isinstance(dtype, (t.FloatType, t.DoubleType)):
        values = values.filter(pc.is_finite(values))
    if not len(values):
        return ()
    ordered = values.take(pc.sort_indices(values))
    last = len(ordered) - 1
    return tuple(storage_value(ordered[i * last // _QUANTILES], dtype) for i in range(_QUANTILES + 1))


# ----------------------------------------------------------------------------------------------------------- histogram


def _with_histogram(
    session: CommandSession, relation: spec.Relation, f: StructField, column: ColumnStatistics, rows: int
) -> ColumnStatistics:
    """The column with Spark's equi-height histogram, where that is asked for and the type has one."""
    is_asked = session.settings.flag("spark.sql.statistics.histogram.enabled")
    has_one = isinstance(f.dtype, (t.NumericType, t.DateType, t.TimestampType, t.TimestampNTZType))
    there = rows - (column.null_count or 0)
    if not is_asked or not has_one or not there:
        return column
    count = session.settings.number("spark.sql.statistics.histogram.numBins")
    ends = _percentiles(session, relation, f, count)
    distinct = _distinct_within(session, relation, f, ends)
    bins = tuple(Bin(*edges, n) for edges, n in zip(pairwise(ends), distinct, strict=True))
    return replace(column, histogram=Histogram(there / count, bins))


def _percentiles(session: CommandSession, relation: spec.Relation, f: StructField, count: int) -> list[float]:
    shares = tuple(spec.Literal(i / count, t.DOUBLE) for i in range(count + 1))
    accuracy = spec.Literal(session.settings.number("spark.sql.statistics.percentile.accuracy"), t.INT)
    args = (spec.Attribute((f.name,)), spec.Function(("array",), shares), accuracy)
    item = spec.Alias(spec.Function(("percentile_approx",), args), ("p",))
    plan = session.analyze(spec.Aggregate(relation, (), (item,)))
    values = session.compute(plan).column(0)[0].values
    return [float(storage_value(v, f.dtype)) for v in values]


def _distinct_within(
    session: CommandSession, relation: spec.Relation, f: StructField, ends: Sequence[float]
) -> list[int]:
    """The different values of each bin, counted; a bin of one value has that one.

    Source: Spark's `ApproxCountDistinctForIntervals`, which estimates them.
    """
    plan = session.analyze(spec.Deduplicate(spec.Project(relation, (spec.Attribute((f.name,)),))))
    counts = np.zeros(len(ends) - 1, dtype=np.int64)
    bounds = np.asarray(ends)
    for batch in session.stream(plan):
        values = np.array([storage_value(v, f.dtype) for v in pc.drop_null(batch.column(0))], dtype=float)
        places = np.searchsorted(bounds, values[(values >= bounds[0]) & (values <= bounds[-1])], side="left")
        counts += np.bincount(np.maximum(places - 1, 0), minlength=len(counts))[: len(counts)]
    return [1 if low == high else int(n) for (low, high), n in zip(pairwise(ends), counts, strict=True)]
