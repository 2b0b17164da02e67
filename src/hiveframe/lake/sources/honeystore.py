"""HoneyStore tables as a data source: `spark.read.format("honeystore")`, and tables of the catalog."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.errors import analysis_error, unsupported
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.honey.background import BACKGROUND
from hiveframe.lake.honey.reading import open_snapshot, scan_segments
from hiveframe.lake.honey.snapshot import Snapshot
from hiveframe.lake.honey.table import HoneyTable
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.tables.travel import table_and_moment


class HoneySource:
    """Reads the segments that a table's manifest names, less the rows that it says are deleted."""

    label = "HoneyStore"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """The table's newest version, or the one asked for by `versionAsOf`, `timestampAsOf` or `path@v1`."""
        if request.options.flag("readChangeFeed") or request.options.flag("readChangeData"):
            raise unsupported("the change data feed of HoneyStore tables")
        found = _snapshot(request, context)
        BACKGROUND.ensure(context.settings, found.place)
        return open_snapshot(found, request.options, context)

    def state(self, request: ReadRequest, context: ReadContext) -> object:
        """The version that `open` would find now."""
        return _snapshot(request, context).version

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The segments' own query."""
        return scan_segments(source, needed, context, with_path=with_path)


def _snapshot(request: ReadRequest, context: ReadContext) -> Snapshot:
    location, as_of = table_and_moment(request, context, lambda path: HoneyTable(path).snapshot() is not None)
    found = HoneyTable(location).snapshot(as_of)
    if found is None:
        raise analysis_error("HONEY_PATH_DOES_NOT_EXIST", path=location)
    return found
