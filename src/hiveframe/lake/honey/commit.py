"""A commit: checked against what others committed since it began, then one transaction of the manifest.

The first of two that collide wins. Blind appends collide with nothing; a commit that only lays rows out anew changes no
row that anybody has read.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.lake.honey import steps
from hiveframe.lake.honey.bitmaps import encode
from hiveframe.lake.honey.columns import stored_name
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.snapshot import Snapshot, definition_text, values_of, values_text, zones_of, zones_text
from hiveframe.lake.pruning import Zone, may_hold
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import Definition, Reads, RowNumbers


@dataclass(frozen=True, slots=True, eq=False)
class NewSegment:
    """A file that lies below the table, synced, and that becomes a segment; `deleted` are rows that do not count."""

    path: str
    kind: str
    row_count: int
    size_bytes: int
    modified_us: int
    zones: Mapping[str, Zone]
    partition_values: Mapping[str, Any] = field(default_factory=dict)
    level: int = 0
    clustered_by: tuple[str, ...] = ()
    locators: Mapping[str, str] = field(default_factory=dict)
    deleted: RowNumbers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Commit:
    """What a transaction did to one table, from `base` on (None: it makes the table).

    `removed` are ids of segments; `deleted` rows by segment, those of before included. `reads`: on which rows that the
    table held it depends. `changes_data`: not only their layout.
    """

    place: Place
    base: Snapshot | None
    operation: str
    parameters: Mapping[str, Any]
    definition: Definition | None = None
    added: Sequence[NewSegment] = ()
    removed: frozenset[int] = frozenset()
    deleted: Mapping[int, RowNumbers] = field(default_factory=dict)
    reads: Reads = False
    changes_data: bool = True

    @property
    def is_blind(self) -> bool:
        """Whether it looked at nothing that was there."""
        return not self.reads and not self.removed and not self.deleted


def commit(job: Commit) -> int:
    """Land one table's changes; the version made."""
    return commit_all([job])[0]


def commit_all(jobs: Sequence[Commit]) -> list[int]:
    """Land the changes of several tables of one manifest, all or none; the versions made."""
    manifest = jobs[0].place.manifest
    if any(job.place.manifest is not manifest for job in jobs):
        raise SparkException("HONEY_SEVERAL_MANIFESTS", {"paths": ", ".join(j.place.location for j in jobs)})
    steps.reached("before commit")
    with manifest.writing() as connection:
        versions = [_landed(connection, job) for job in jobs]
    steps.reached("committed")
    return versions


def _landed(connection: sqlite3.Connection, job: Commit) -> int:
    table = job.place.table_id
    latest, latest_us = connection.execute(
        "SELECT max(version), max(made_us) FROM versions WHERE table_id = ?", (table,)
    ).fetchone()
    _check(connection, job, latest)
    version = 0 if latest is None else latest + 1
    made_us = max(time.time_ns() // 1000, (latest_us or 0) + 1)
    connection.execute("INSERT INTO tables (id) VALUES (?) ON CONFLICT DO NOTHING", (table,))
    noted = json.dumps(dict(job.parameters), default=str)
    flags = (job.is_blind, job.changes_data, job.definition is not None)
    connection.execute(
        "INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (table, version, made_us, job.operation, noted, *flags),
    )
    if job.definition is not None:
        text = definition_text(job.definition)
        connection.execute("INSERT INTO definitions VALUES (?, ?, ?)", (table, version, text))
    steps.reached("version noted")
    connection.executemany(
        "UPDATE segments SET removed = ? WHERE id = ?", [(version, segment) for segment in sorted(job.removed)]
    )
    connection.executemany(
        "INSERT INTO deletions VALUES (?, ?, ?, ?, ?)",
        [(segment, version, table, len(rows), encode(rows)) for segment, rows in job.deleted.items()],
    )
    for segment in job.added:
        _add(connection, table, version, segment)
    steps.reached("segments noted")
    return version


def _add(connection: sqlite3.Connection, table: str, version: int, segment: NewSegment) -> None:
    cursor = connection.execute(
        "INSERT INTO segments (table_id, path, kind, level, row_count, size_bytes, modified_us, partition_values,"
        " zones, clustered_by, added) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            table,
            segment.path,
            segment.kind,
            segment.level,
            segment.row_count,
            segment.size_bytes,
            segment.modified_us,
            values_text(segment.partition_values),
            zones_text(segment.zones),
            json.dumps(segment.clustered_by, ensure_ascii=False),
            version,
        ),
    )
    if segment.deleted is not None:
        bitmap = (cursor.lastrowid, version, table, len(segment.deleted), encode(segment.deleted))
        connection.execute("INSERT INTO deletions VALUES (?, ?, ?, ?, ?)", bitmap)
    located = [(cursor.lastrowid, name, path) for name, path in segment.locators.items()]
    connection.executemany("INSERT INTO locators VALUES (?, ?, ?)", located)


def _check(connection: sqlite3.Connection, job: Commit, latest: int | None) -> None:
    """Raise what the commits since `base` make of this one, if anything."""
    base = job.base
    if (base.version.number if base is not None else None) == latest:
        return
    if base is None:
        raise _failure(job, "HONEY_TABLE_MADE_MEANWHILE", latest, "another writer")
    table = job.place.table_id
    since = (table, base.version.number)
    winners = connection.execute(
        "SELECT version, operation, is_blind, changes_data, defines FROM versions WHERE table_id = ? AND version > ?",
        since,
    ).fetchall()
    touched: dict[int, int] = dict(
        connection.execute("SELECT id, removed FROM segments WHERE table_id = ? AND removed > ?", since).fetchall()
    )
    touched.update(
        connection.execute("SELECT segment_id, version FROM deletions WHERE table_id = ? AND version > ?", since)
    )
    ours = job.removed | set(job.deleted)
    for version, operation, is_blind, changes_data, defines in winners:
        if defines:
            raise _failure(job, "HONEY_DEFINITION_CHANGED", version, operation)
        changed = {segment for segment, at in touched.items() if at == version}
        if changed & ours:
            raise _failure(job, "HONEY_CONCURRENT_DELETE_DELETE", version, operation)
        if not changes_data or not job.changes_data:
            continue
        if any(_depends_on(job, s.zones, s.partition_values) for s in base.segments if s.id in changed):
            raise _failure(job, "HONEY_CONCURRENT_DELETE_READ", version, operation)
        replaces = job.reads is False and bool(job.removed)  # an overwrite, which leaves in place what it did not see
        added = _added(connection, table, version) if not is_blind else ()
        if any(replaces or _depends_on(job, *known) for known in added):
            raise _failure(job, "HONEY_CONCURRENT_APPEND", version, operation)


def _added(
    connection: sqlite3.Connection, table: str, version: int
) -> Iterator[tuple[Mapping[str, Zone], Mapping[str, Any]]]:
    """Zones and partition values of the segments that a version added."""
    query = "SELECT zones, row_count, partition_values FROM segments WHERE table_id = ? AND added = ?"
    for zones, row_count, partition in connection.execute(query, (table, version)).fetchall():
        yield zones_of(zones, row_count), values_of(partition)


def _depends_on(job: Commit, zones: Mapping[str, Zone], partition: Mapping[str, Any]) -> bool:
    """Whether what the commit does may depend on a row of a segment."""
    if isinstance(job.reads, bool):
        return job.reads
    assert job.base is not None
    fields = job.base.definition.schema.fields

    def zone(position: int) -> Zone | None:
        name = stored_name(fields[position])
        if name in partition:
            value = partition[name]
            return Zone(value, value, null_count=int(value is None), row_count=1)
        return zones.get(name)

    return any(may_hold(branch, zone) for branch in job.reads.branches)


def _failure(job: Commit, condition: str, version: int | None, winner: str) -> SparkException:
    shown = {"operation": job.operation, "path": job.place.location, "version": str(version), "winner": winner}
    return SparkException(condition, shown)


def with_deleted(base: Snapshot, deleted: Mapping[str, RowNumbers]) -> tuple[frozenset[int], dict[int, RowNumbers]]:
    """Rows by a file's path, as segments of which nothing is left and, by segment, all rows that are deleted."""
    by_path = {base.path_of(segment): segment for segment in base.segments}
    gone: set[int] = set()
    thinned: dict[int, RowNumbers] = {}
    for path, rows in deleted.items():
        segment = by_path[path]
        before = base.deleted.get(segment.id)
        every = united(rows) if before is None else united(before, rows)
        if len(every) >= segment.row_count:
            gone.add(segment.id)
        elif before is None or len(every) > len(before):
            thinned[segment.id] = every.astype(np.uint64)
    return frozenset(gone), thinned
