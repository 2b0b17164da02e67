"""A snapshot as a source, and the query that reads its segments."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.honey.columns import find_stored, stored_name
from hiveframe.lake.honey.hashing import Hashes, hash_values, is_hashed, is_one_of
from hiveframe.lake.honey.locators import find_rows
from hiveframe.lake.honey.sketches import may_contain, stored_bloom
from hiveframe.lake.honey.snapshot import PARQUET, VORTEX, Segment, Snapshot
from hiveframe.lake.honey.trails import FOOTPRINTS, POINT, RANGE, SCAN, Trail
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import ParquetDetail, grouped, scan_parquet, union_of
from hiveframe.lake.pruning import ColumnTest, FilePruner, Predicate, ZoneOf, exact_zone
from hiveframe.lake.runner import QueryRunner
from hiveframe.lake.scan import ScanFile, ScanSource, ScanSql, path_columns, scan_column
from hiveframe.lake.sources.parquet_footer import FooterCache
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.tables.table import RowNumbers
from hiveframe.plan.types import DataType

FORMAT: Final = "honeystore"
_FOOTERS: Final = FooterCache()
_MOST_KEYS: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class HoneyDetail:
    """The segments that are read, by path, with the rows that are gone.

    `predicates` are what the query asks of them; `chosen` are the rows, by segment, that may fulfil them.
    """

    snapshot: Snapshot
    segments: Mapping[str, Segment]
    deleted: Mapping[str, RowNumbers]
    runner: QueryRunner
    predicates: tuple[Predicate, ...] = ()
    chosen: Mapping[str, RowNumbers] = field(default_factory=dict)

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


class HoneyPruner(FilePruner):
    """Knows segments by the manifest's zones, and finds the rows with a key."""

    def zones(self, source: ScanSource) -> Callable[[ScanFile], ZoneOf]:
        """What is known of each of the source's segments."""
        segments, fields, positions = source.detail.segments, source.schema.fields, source.partitions

        def zones(file: ScanFile) -> ZoneOf:
            values = dict(zip(positions, file.partition_values, strict=True))
            stored = segments[file.path].zones
            return lambda i: exact_zone(values[i]) if i in values else stored.get(stored_name(fields[i]))

        return zones

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source with the segments, and rows of them, that are left."""
        detail: HoneyDetail = source.detail
        asked, left = _Lookup.all_of(source, predicates), self.some(source, predicates)
        kept: list[ScanFile] = []
        chosen: dict[str, RowNumbers] = {}
        for file in source.files:
            if file.path not in left:
                continue
            segment = detail.segments[file.path]
            if any(lookup.is_absent(detail.snapshot, segment) for lookup in asked):
                continue
            rows = next((r for lookup in asked if (r := lookup.rows(detail.snapshot, segment)) is not None), None)
            if rows is not None:
                if not len(rows):
                    continue
                chosen[file.path] = rows
            kept.append(file)
        made = replace(detail, predicates=tuple(predicates), chosen=chosen)
        return replace(source, files=tuple(kept), detail=made)


@dataclass(frozen=True, slots=True, eq=False)
class _Lookup:
    """A column asked for single values, by the hashes of these."""

    column: str
    dtype: DataType
    values: tuple[Any, ...]
    hashes: Hashes

    @staticmethod
    def all_of(source: ScanSource, predicates: Sequence[Predicate]) -> list[_Lookup]:
        """Every such question that the table knows something about."""
        snapshot: Snapshot = source.detail.snapshot
        known = {name for names in snapshot.locators.values() for name in names} | {n for _, n in snapshot.sketched}
        made: list[_Lookup] = []
        for p in predicates if known else ():
            if isinstance(p, ColumnTest) and p.operator in ("=", "in") and len(p.values) <= _MOST_KEYS:
                f = source.schema.fields[p.position]
                if stored_name(f) in known and is_hashed(f.dtype):
                    hashes = hash_values(p.values, f.dtype)
                    made.append(_Lookup(stored_name(f), f.dtype, p.values, hashes))
        return made

    def is_absent(self, snapshot: Snapshot, segment: Segment) -> bool:
        """Whether a segment's Bloom filter says that no row has one of the values."""
        if (segment.id, self.column) not in snapshot.sketched:
            return False
        bloom = stored_bloom(snapshot.place, segment.id, self.column)
        return bloom is not None and not may_contain(bloom, self.hashes)

    def rows(self, snapshot: Snapshot, segment: Segment) -> RowNumbers | None:
        """Where they may be in a segment; None where that is not known.

        Of a segment whose rows can be read one by one these are the rows that have the values, and no others.
        """
        path = snapshot.locators.get(segment.id, {}).get(self.column)
        if path is None:
            return None
        found = find_rows(os.path.join(snapshot.place.location, path), self.hashes)
        if segment.kind != VORTEX or not len(found):
            return found
        from hiveframe.lake.honey.vortex_files import open_file

        (parts,) = open_file(snapshot.path_of(segment)).take([self.column], found)
        return found[is_one_of(pa.chunked_array(parts), self.values, self.dtype)]


def scan_segments(source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool) -> ScanSql:
    """The rows of the segments, for a query that leaves its footprints."""
    FOOTPRINTS.add(source.detail.snapshot.place, _uses(source))
    return segment_query(source, needed, context, with_path=with_path)


def segment_query(source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool) -> ScanSql:
    """The rows of the segments."""
    detail: HoneyDetail = source.detail
    vortex = [f for f in source.files if detail.segments[f.path].kind == VORTEX]
    parquet = [f for f in source.files if detail.segments[f.path].kind == PARQUET]
    parts: list[ScanSql] = []
    if parquet or not vortex:
        parts.append(scan_parquet(_as_parquet(source, parquet, detail), needed, context, with_path=with_path))
    if vortex:
        from hiveframe.lake.honey.vortex_scan import scan_vortex

        parts.append(
            scan_vortex(
                source,
                vortex,
                needed,
                context,
                deleted=detail.deleted,
                chosen=detail.chosen,
                predicates=detail.predicates,
                with_path=with_path,
            )
        )
    return union_of(parts, [scan_column(i) for i in needed] + (path_columns(source) if with_path else []))


def _uses(source: ScanSource) -> set[Trail]:
    """What the scan does: to the table's columns by its filters, to each segment by its kind of reading."""
    detail: HoneyDetail = source.detail
    uses: set[Trail] = set()
    for p in detail.predicates:
        if isinstance(p, ColumnTest):
            kind = POINT if p.operator in ("=", "in") else RANGE
            uses.add((0, stored_name(source.schema.fields[p.position]), kind))
    for file in source.files:
        segment = detail.segments[file.path].id
        uses.add((segment, "", POINT if file.path in detail.chosen else SCAN))
    return uses


def _as_parquet(source: ScanSource, files: Sequence[ScanFile], detail: HoneyDetail) -> ScanSource:
    groups = grouped(files, _FOOTERS.get(files, detail.runner)) if files else ()
    return replace(source, files=tuple(files), detail=ParquetDetail(groups, find=find_stored, deleted=detail.deleted))
