"""A Delta table's change data feed as a data source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlglot import exp

from hiveframe.errors import internal_error
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, number, physical_type, text
from hiveframe.lake.delta.changes import Part
from hiveframe.lake.parquet_scan import scan_parquet
from hiveframe.lake.scan import ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t


class DeltaChangesSource:
    """Reads what the parts of a feed name; `sources.delta` opens it."""

    label = "Delta"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Never asked: the table's own source opens the feed."""
        raise internal_error("a change data feed is opened by its table")

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The parts, one after the other."""
        parts: Sequence[Part] = source.detail
        if not parts:
            return empty_scan(source, needed, with_path)
        scans = [_part(part, source, needed) for part in parts]
        union: exp.Query = scans[0].select
        for other in scans[1:]:
            union = exp.Union(this=union, expression=other.select, distinct=False)
        arrow = {name: data for scan in scans for name, data in scan.arrow.items()}
        names = [scan_column(i) for i in needed]
        return ScanSql(select_from(subquery(union, "__changes"), [(n, column(n)) for n in names]), arrow)


def _part(part: Part, source: ScanSource, needed: Sequence[int]) -> ScanSql:
    """One part's columns, and the constants of its commit."""
    stored = len(part.source.schema.fields)
    first_extra = len(source.schema.fields) - 3
    extras: dict[int, Sql] = {
        first_extra + 1: cast(number(part.version), "BIGINT"),
        first_extra + 2: cast(cast(_moment(part.timestamp_us), "TIMESTAMP WITH TIME ZONE"), physical_type(t.TIMESTAMP)),
    }
    if part.change is not None:
        extras[first_extra] = text(part.change)
    inner = scan_parquet(part.source, [i for i in needed if i < stored and i not in extras])
    items = [(scan_column(i), extras[i] if i in extras else column(scan_column(i))) for i in needed]
    return ScanSql(select_from(subquery(inner.select, "__part"), items), inner.arrow)


def _moment(timestamp_us: int) -> Sql:
    return text((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=timestamp_us)).isoformat(" "))
