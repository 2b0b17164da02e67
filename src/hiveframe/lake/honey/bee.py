"""The background bee: lays tables out as they are used, off everybody's way.

It reads access trails and then, within a budget, sorts segments by the columns that filters ask for, gives columns that
are asked for single values a row locator (or, where they have few values, a Bloom filter), and turns segments whose
rows are read one by one into Vortex and those that no longer are back into Parquet. Each step is a commit that changes
no row. It gives way: where somebody writes to the table, or has changed it meanwhile, the step is dropped.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from hiveframe.clock import Clock
from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.lake.honey import steps, vortex_files
from hiveframe.lake.honey.columns import stored_name
from hiveframe.lake.honey.commit import Commit, NewSegment, commit
from hiveframe.lake.honey.hashing import hash_column, is_hashed
from hiveframe.lake.honey.locators import FOLDER, write_locator
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.presence import Presence
from hiveframe.lake.honey.relayout import as_parquet, as_vortex, clustered, column_of
from hiveframe.lake.honey.sketches import bloom_of
from hiveframe.lake.honey.snapshot import PARQUET, SNAPSHOTS, VORTEX, Segment, Snapshot
from hiveframe.lake.honey.trails import FOOTPRINTS, POINT, RANGE, SCAN, Trail, half_life, reinforce, strengths
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.write.staging import sync_folder
from hiveframe.plan.types import DataType

KEY: Final = "honey.key"
_USED: Final = 3.0
"""The strength from which on a trail says something: three uses within the half-life."""
_ALSO_USED: Final = 0.4
_SCAN_WEIGHT: Final = 0.25
"""Vortex loses little where a segment is scanned, and Parquet loses much where single rows of it are read."""
_FORGOTTEN: Final = 0.5
_POINT_WEIGHT: Final = 0.25
"""What a filter by single values asks of an order: locators and Bloom filters serve it as well."""
_MOST_CLUSTERING: Final = 2
_REWRITES_ALL: Final = 0.3


@dataclass(frozen=True, slots=True)
class Budget:
    """What one visit may cost: rows written anew, and threads."""

    rows: int = 20_000_000
    threads: int = 2


def adapt(place: Place, budget: Budget | None = None, clock: Clock | None = None) -> list[str]:
    """Lay the table out as its trails say; what was done, in words."""
    return _Visit(place, budget or Budget(), clock or Clock()).run()


class _Visit:
    """One visit to one table."""

    def __init__(self, place: Place, budget: Budget, clock: Clock) -> None:
        self._place = place
        self._budget = budget
        self._rows_left = budget.rows
        self._clock = clock
        self._done: list[str] = []

    def run(self) -> list[str]:
        """All steps, each on what the one before has left."""
        snapshot = self._snapshot()
        if snapshot is None:
            return []
        now, half = self._clock.now_us(), half_life(snapshot.definition.properties)
        reinforce(self._place, FOOTPRINTS.take(self._place), now, half)
        trails = strengths(self._place, now, half)
        columns = _Columns(snapshot, trails)
        for step in (self._cluster, self._locate, self._convert):
            current = self._snapshot()
            if current is not None:
                step(current, columns)
        return self._done

    def _snapshot(self) -> Snapshot | None:
        return SNAPSHOTS.load(self._place)

    # --------------------------------------------------------------------------------------------- near rows together

    def _cluster(self, snapshot: Snapshot, columns: _Columns) -> None:
        order = columns.clustering
        if not order:
            return
        groups: dict[tuple[object, ...], list[Segment]] = defaultdict(list)
        for segment in snapshot.segments:
            groups[tuple(segment.partition_values.items())].append(segment)
        for group in groups.values():
            chosen = self._affordable(_unclustered(group, order))
            if chosen:
                made = clustered(snapshot, chosen, order, self._budget.threads)
                names = ", ".join(order)
                self._replace(snapshot, chosen, made, columns, f"clustered {len(chosen)} segments by {names}")
                return  # the other groups at the next visit, on the snapshot that this one has made

    def _affordable(self, segments: Sequence[Segment]) -> list[Segment]:
        chosen: list[Segment] = []
        for segment in segments:
            if segment.row_count <= self._rows_left:
                self._rows_left -= segment.row_count
                chosen.append(segment)
        return chosen

    # ----------------------------------------------------------------------------------------- where rows with keys are

    def _locate(self, snapshot: Snapshot, columns: _Columns) -> None:
        for name, dtype in columns.keys:
            located: list[tuple[int, str, str]] = []
            sketched: list[tuple[int, str, int, bytes | None]] = []
            for segment in snapshot.segments:
                is_known = name in snapshot.locators.get(segment.id, {}) or (segment.id, name) in snapshot.sketched
                if is_known or name in segment.partition_values or name not in segment.zones:
                    continue
                hashes, places = hash_column(column_of(snapshot, segment, name), dtype)
                distinct = united(hashes)
                sketched.append((segment.id, name, len(distinct), bloom_of(distinct)))
                if name == columns.declared_key or len(distinct) * 10 > segment.row_count:
                    path = os.path.join(FOLDER, f"{uuid.uuid4()}.loc")
                    write_locator(os.path.join(self._place.location, path), hashes, places)
                    located.append((segment.id, name, path))
            if sketched:
                self._note(located, sketched, name)

    def _note(
        self, located: list[tuple[int, str, str]], sketched: list[tuple[int, str, int, bytes | None]], name: str
    ) -> None:
        if located:
            sync_folder(os.path.join(self._place.location, FOLDER))
        steps.reached("locators written")
        with self._place.manifest.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO locators VALUES (?, ?, ?)", located)
            connection.executemany("INSERT OR IGNORE INTO sketches VALUES (?, ?, ?, ?)", sketched)
            connection.execute("UPDATE tables SET layout = random() WHERE id = ?", (self._place.table_id,))
        self._done.append(f"located {name} in {len(located)} segments, sketched it in {len(sketched)}")

    # ----------------------------------------------------------------------------------------------- rows one by one

    def _convert(self, snapshot: Snapshot, columns: _Columns) -> None:
        chosen: list[Segment] = []
        made: list[NewSegment] = []
        for segment in snapshot.segments:
            kind = columns.kind_of(segment)
            if kind == segment.kind or not self._affordable([segment]):
                continue
            chosen.append(segment)
            made.append(as_vortex(snapshot, segment) if kind == VORTEX else as_parquet(snapshot, segment))
        if chosen:
            self._replace(snapshot, chosen, made, columns, f"stored {len(chosen)} segments in another format")

    # ----------------------------------------------------------------------------------------------------- the commit

    def _replace(
        self,
        snapshot: Snapshot,
        before: Sequence[Segment],
        after: Sequence[NewSegment],
        columns: _Columns,
        done: str,
    ) -> None:
        """Put new segments in the place of others, unless somebody writes, or has."""
        try:
            presence = Presence(self._place, alone=True)
        except BlockingIOError:
            self._give_way(after)
            return
        try:
            removed = frozenset(s.id for s in before)
            job = Commit(
                self._place, snapshot, "ADAPT", {"done": done}, added=after, removed=removed, changes_data=False
            )
            commit(job)
        except SparkException as error:
            if not error.condition.startswith("HONEY_"):
                raise
            self._give_way(after)
            return
        finally:
            presence.end()
        self._inherit(before, after, columns)
        self._done.append(done)

    def _give_way(self, made: Sequence[NewSegment]) -> None:
        for segment in made:
            with contextlib.suppress(FileNotFoundError):
                os.remove(os.path.join(self._place.location, segment.path))
        self._done.append("gave way to a writer")

    def _inherit(self, before: Sequence[Segment], after: Sequence[NewSegment], columns: _Columns) -> None:
        """The trails of segments go on in those that have their rows now, by their share."""
        now = self._snapshot()
        assert now is not None
        rows = sum(s.row_count for s in before)
        new = {s.path: s for s in now.segments}
        left: dict[Trail, float] = {}
        for kind in (SCAN, POINT):
            total = sum(columns.trails.get((s.id, "", kind), 0.0) * s.row_count for s in before) / max(1, rows)
            left |= {(new[s.path].id, "", kind): total for s in after if s.path in new and total}
        columns.trails.update(left)
        half = half_life(now.definition.properties)
        reinforce(self._place, left, self._clock.now_us(), half)


class _Columns:
    """What trails say of a table's columns."""

    def __init__(self, snapshot: Snapshot, trails: dict[Trail, float]) -> None:
        self.trails = trails
        definition = snapshot.definition
        self._types: dict[str, DataType] = {stored_name(f): f.dtype for f in definition.schema.fields}
        shown = {f.name.lower(): stored_name(f) for f in definition.schema.fields}
        self._partitions = {shown[n.lower()] for n in definition.partition_columns}
        self._declared = tuple(shown[n.lower()] for n in definition.cluster_by if n.lower() in shown)
        key = definition.properties.get(KEY, "").lower()
        self.declared_key = shown.get(key)
        self._holds = vortex_files.is_available() and vortex_files.can_hold(definition.schema)
        self._snapshot = snapshot

    @property
    def clustering(self) -> tuple[str, ...]:
        """The stored columns to sort by: those declared, else the ones that filters use most."""
        if self._declared:
            return self._declared
        strong: dict[str, float] = defaultdict(float)
        for (segment, name, kind), strength in self.trails.items():
            is_key = kind == POINT and self._is_located(name)
            if segment == 0 and name in self._types and name not in self._partitions and not is_key:
                strong[name] += strength * (1 if kind == RANGE else _POINT_WEIGHT)
        known = {name for s in self._snapshot.segments for name, zone in s.zones.items() if zone.low is not None}
        ranked = sorted(((v, n) for n, v in strong.items() if v >= _USED and n in known), reverse=True)
        return tuple(n for v, n in ranked[:_MOST_CLUSTERING] if v >= ranked[0][0] * _ALSO_USED)

    def _is_located(self, name: str) -> bool:
        return name == self.declared_key or any(name in names for names in self._snapshot.locators.values())

    @property
    def keys(self) -> list[tuple[str, DataType]]:
        """The stored columns that are asked for single values, or declared to be."""
        asked = {n for (s, n, kind), v in self.trails.items() if s == 0 and kind == POINT and v >= _USED}
        if self.declared_key is not None:
            asked.add(self.declared_key)
        return [(n, d) for n, d in self._types.items() if n in asked and n not in self._partitions and is_hashed(d)]

    def kind_of(self, segment: Segment) -> str:
        """The format that a segment should have."""
        points = self.trails.get((segment.id, "", POINT), 0.0)
        scans = self.trails.get((segment.id, "", SCAN), 0.0)
        if self._holds and points >= max(_USED, scans * _SCAN_WEIGHT):
            return VORTEX
        return PARQUET if points < _FORGOTTEN else segment.kind


def _unclustered(group: Sequence[Segment], order: Sequence[str]) -> list[Segment]:
    """The segments that are not in that order; all of them, when they are a large part."""
    wanted = tuple(order)
    loose = [s for s in group if s.clustered_by != wanted]
    rows = sum(s.row_count for s in group)
    if sum(s.row_count for s in loose) > rows * _REWRITES_ALL:
        return list(group)
    return loose
