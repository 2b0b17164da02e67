"""A snapshot as a source, and the query that reads its segments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.honey.columns import find_stored, stored_name
from hiveframe.lake.honey.snapshot import Segment, Snapshot
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import ParquetDetail, grouped, scan_parquet
from hiveframe.lake.pruning import Predicate, Zone, may_hold
from hiveframe.lake.runner import QueryRunner
from hiveframe.lake.scan import ScanFile, ScanSource, ScanSql
from hiveframe.lake.sources.parquet_footer import FooterCache
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.tables.table import RowNumbers

FORMAT: Final = "honeystore"
_FOOTERS: Final = FooterCache()


@dataclass(frozen=True, slots=True, eq=False)
class HoneyDetail:
    """The segments that are read, by path, with the rows that are gone."""

    snapshot: Snapshot
    segments: Mapping[str, Segment]
    deleted: Mapping[str, RowNumbers]
    runner: QueryRunner
    predicates: tuple[Predicate, ...] = field(default_factory=tuple)

    def restricted(self, paths: Collection[str]) -> HoneyDetail:
        """What is known, which is by path."""
        return self


def open_snapshot(snapshot: Snapshot, options: Options, context: ReadContext) -> ScanSource:
    """A snapshot's segments as a source."""
    schema = snapshot.definition.schema
    places = {f.name.lower(): i for i, f in enumerate(schema.fields)}
    partitions = tuple(places[name.lower()] for name in snapshot.definition.partition_columns)
    fields = [schema.fields[i] for i in partitions]
    zone = context.settings.time_zone
    files: list[ScanFile] = []
    segments: dict[str, Segment] = {}
    deleted: dict[str, RowNumbers] = {}
    for segment in snapshot.segments:
        path = snapshot.path_of(segment)
        values = tuple(segment.partition_values.get(stored_name(f)) for f in fields)
        files.append(ScanFile(path, segment.size_bytes, segment.modified_us, values))
        segments[path] = segment
        if segment.id in snapshot.deleted:
            deleted[path] = snapshot.deleted[segment.id]
    return ScanSource(
        FORMAT,
        (snapshot.place.location,),
        tuple(files),
        schema,
        options,
        partitions,
        hive_layout=False,
        time_zone=zone,
        detail=HoneyDetail(snapshot, segments, deleted, context.runner),
        state=snapshot.version,
        pruner=HoneyPruner(),
    )


class HoneyPruner:
    """Leaves out segments that hold no row a filter lets pass."""

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source with the segments that are left."""
        detail: HoneyDetail = source.detail
        kept = tuple(f for f in source.files if may_hold(predicates, _zones(source, f, detail.segments[f.path])))
        return replace(source, files=kept, detail=replace(detail, predicates=tuple(predicates)))


def _zones(source: ScanSource, file: ScanFile, segment: Segment) -> Callable[[int], Zone | None]:
    def zone(position: int) -> Zone | None:
        if position in source.partitions:
            value = file.partition_values[source.partitions.index(position)]
            return Zone(value, value, null_count=int(value is None), row_count=1)
        return segment.zones.get(stored_name(source.schema.fields[position]))

    return zone


def scan_segments(source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool) -> ScanSql:
    """The rows of the segments."""
    detail: HoneyDetail = source.detail
    return scan_parquet(_as_parquet(source, source.files, detail), needed, with_path=with_path)


def _as_parquet(source: ScanSource, files: Sequence[ScanFile], detail: HoneyDetail) -> ScanSource:
    groups = grouped(files, _FOOTERS.get(files, detail.runner)) if files else ()
    return replace(source, files=tuple(files), detail=ParquetDetail(groups, find=find_stored, deleted=detail.deleted))
