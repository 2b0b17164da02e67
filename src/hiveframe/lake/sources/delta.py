"""Delta tables as a data source: `spark.read.format("delta")`, and tables of the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.errors import analysis_error
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.delta.changes import open_changes, range_of
from hiveframe.lake.delta.log import is_table
from hiveframe.lake.delta.reading import open_snapshot
from hiveframe.lake.delta.table import DeltaTable
from hiveframe.lake.parquet_scan import scan_parquet
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.tables.travel import moment_us, table_and_moment
from hiveframe.lake.zones import zone_of


class DeltaSource:
    """Reads the data files that a table's log names, less the rows that it says are deleted."""

    label = "Delta"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """The table's newest version, or the one asked for by `versionAsOf`, `timestampAsOf` or `path@v1`."""
        location, as_of = table_and_moment(request, context, is_table)
        if _wants_changes(request):
            zone = zone_of(request.options.get("timeZone") or context.settings.time_zone)
            wanted = range_of(location, request.options, lambda text: moment_us(text, zone))
            return open_changes(location, wanted, request.options, context)
        snapshot = DeltaTable(location).snapshot(as_of)
        if snapshot is None:
            raise analysis_error("DELTA_PATH_DOES_NOT_EXIST", path=location)
        return open_snapshot(snapshot, request.options, context)

    def state(self, request: ReadRequest, context: ReadContext) -> object:
        """The version that `open` would find now."""
        location, as_of = table_and_moment(request, context, is_table)
        return DeltaTable(location).snapshot(as_of)

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The data files' own query."""
        return scan_parquet(source, needed, context, with_path=with_path)


def _wants_changes(request: ReadRequest) -> bool:
    return request.options.flag("readChangeFeed") or request.options.flag("readChangeData")
