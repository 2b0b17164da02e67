"""Iceberg tables as a data source: tables of catalogs, and `spark.read.format("iceberg")` of a table's folder."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.errors import analysis_error
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.iceberg.reading import Pinned, open_pinned
from hiveframe.lake.iceberg.table import IcebergTable
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import scan_parquet
from hiveframe.lake.paths import local_path
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.tables.table import AsOf, TablePlace
from hiveframe.lake.tables.travel import moment_us
from hiveframe.lake.zones import zone_of


class IcebergSource:
    """Reads the data files of a snapshot, less the rows that its delete files take out."""

    label = "Iceberg"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """The table's newest snapshot, or the one that options or the query ask for."""
        return open_pinned(_pinned(request, context), request.options, context)

    def state(self, request: ReadRequest, context: ReadContext) -> object:
        """The snapshot that `open` would find now."""
        return _pinned(request, context)

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The data files' own query."""
        return scan_parquet(source, needed, context, with_path=with_path)


def _pinned(request: ReadRequest, context: ReadContext) -> Pinned:
    place = request.place or TablePlace(local_path(request.paths[0]))
    asked = [request.as_of] if request.as_of is not None else []
    asked += _asked(request.options, context)
    if len(asked) > 1:
        raise analysis_error("DELTA_UNSUPPORTED_TIME_TRAVEL_MULTIPLE_FORMATS")
    found = IcebergTable(place).pinned(asked[0] if asked else None)
    if found is None:
        raise analysis_error("ICEBERG_NO_TABLE", path=place.location)
    return found


def _asked(options: Options, context: ReadContext) -> list[AsOf]:
    """The points that options name: by snapshot, branch, tag or moment."""
    found = []
    for name in ("snapshot-id", "versionAsOf"):
        if name in options:
            given = options[name]
            found.append(AsOf(version=int(given) if given.lstrip("-").isdecimal() else given))
    found += [AsOf(version=options[name]) for name in ("branch", "tag") if name in options]
    if "as-of-timestamp" in options:
        found.append(AsOf(timestamp_us=options.integer("as-of-timestamp", 0) * 1000))
    if "timestampAsOf" in options:
        zone = zone_of(options.get("timeZone") or context.settings.time_zone)
        found.append(AsOf(timestamp_us=moment_us(options["timestampAsOf"], zone)))
    return found
