"""DESCRIBE of one column, with what ANALYZE TABLE found in it.

Source: Spark's `DescribeColumnCommand` and `CatalogColumnStat.toExternalString`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.functions.java_numbers import float_text
from hiveframe.lake.partition_values import show
from hiveframe.plan import types as t
from hiveframe.plan.statistics import ColumnStatistics
from hiveframe.plan.types import DataType, simple_string
from hiveframe.sessions.commands.analyze import table_statistics
from hiveframe.sessions.commands.lookup import find_table, table_schema
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.results import SmallTable, column, small_table

_FIELDS: Final = (column("info_name"), column("info_value"))
_NOTHING: Final = "NULL"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TEXT: Final = (t.StringType, t.CharType, t.VarcharType, t.BinaryType)


def describe_column(
    session: CommandSession, parts: tuple[str, ...], name: tuple[str, ...], *, extended: bool
) -> SmallTable:
    """Its name, type and comment; `extended`: bounds, NULLs, different values and lengths, `NULL` where not known."""
    schema = table_schema(session, parts)
    found = [f for f in schema.fields if f.name.lower() == name[0].lower()]
    if found and len(name) > 1:
        nested = ".".join(name)
        raise analysis_error("_LEGACY_ERROR_TEMP_1060", command="DESC TABLE COLUMN", column=nested)
    if not found:
        raise analysis_error("COLUMN_NOT_FOUND", colName=quoted(*name), caseSensitiveConfig='"spark.sql.caseSensitive"')
    f = found[0]
    rows = [
        ("col_name", name[0]),
        ("data_type", simple_string(f.dtype)),
        ("comment", str(f.metadata.get("comment", _NOTHING))),
    ]
    if extended:
        table = find_table(session, parts)
        known = table_statistics(session, table) if table is not None else None
        rows += _values(known.columns.get(f.name.lower()) if known is not None else None, f.dtype)
    return small_table(_FIELDS, rows)


def _values(known: ColumnStatistics | None, dtype: DataType) -> list[tuple[str, str]]:
    known = known or ColumnStatistics()
    is_text = isinstance(dtype, _TEXT)
    rows = [
        ("min", _NOTHING if is_text else _shown(known.low, dtype)),
        ("max", _NOTHING if is_text else _shown(known.high, dtype)),
        ("num_nulls", _number(known.null_count)),
        ("distinct_count", _number(known.distinct_count)),
        ("avg_col_len", _number(known.avg_len)),
        ("max_col_len", _number(known.max_len)),
    ]
    histogram = known.histogram
    if histogram is None:
        return [*rows, ("histogram", _NOTHING)]
    rows.append(("histogram", f"height: {float_text(histogram.height)}, num_of_bins: {len(histogram.bins)}"))
    for i, b in enumerate(histogram.bins):
        ends = f"lower_bound: {float_text(b.low)}, upper_bound: {float_text(b.high)}"
        rows.append((f"bin_{i}", f"{ends}, distinct_count: {b.distinct_count}"))
    return rows


def _number(value: int | None) -> str:
    return _NOTHING if value is None else str(value)


def _shown(value: Any, dtype: DataType) -> str:
    match value, dtype:
        case None, _:
            return _NOTHING
        case _, t.TimestampType():
            return f"{_EPOCH + timedelta(microseconds=value):%Y-%m-%d %H:%M:%S.%f} +0000"
        case _, t.TimestampNTZType():
            return f"{_EPOCH + timedelta(microseconds=value):%Y-%m-%d %H:%M:%S.%f}"
        case float(), _:
            return float_text(value, single=isinstance(dtype, t.FloatType))
    return str(show(value, dtype, "UTC"))
