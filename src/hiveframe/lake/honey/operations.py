"""What a HoneyStore table says of itself, and what is done to its versions and files rather than to its rows."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from hiveframe.errors import AnalysisException, PlainIllegalArgument
from hiveframe.lake.honey import steps
from hiveframe.lake.honey.commit import Commit, NewSegment, commit
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.snapshot import Segment, Snapshot
from hiveframe.lake.tables.engine_info import engine_info

_DEFAULT_HOURS: Final = 7 * 24.0
_RETENTION: Final = "honey.retentionHours"


def history(place: Place, limit: int | None) -> list[Mapping[str, Any]]:
    """The commits that are kept, the newest first."""
    query = (
        "SELECT version, made_us, operation, parameters, is_blind FROM versions WHERE table_id = ?"
        " ORDER BY version DESC LIMIT ?"
    )
    with place.manifest.reading() as connection:
        rows = connection.execute(query, (place.table_id, -1 if limit is None else limit)).fetchall()
    engine = engine_info()
    return [
        {
            "version": version,
            "timestamp": made_us,
            "operation": operation,
            "operationParameters": json.loads(parameters),
            "readVersion": version - 1 if version else None,
            "isolationLevel": "WriteSerializable",
            "isBlindAppend": bool(is_blind),
            "engineInfo": engine,
        }
        for version, made_us, operation, parameters, is_blind in rows
    ]


def detail(snapshot: Snapshot) -> Mapping[str, Any]:
    """What the table is."""
    definition = snapshot.definition
    query = "SELECT min(made_us) FROM versions WHERE table_id = ?"
    with snapshot.place.manifest.reading() as connection:
        (created,) = connection.execute(query, (snapshot.place.table_id,)).fetchone()
    return {
        "format": "honeystore",
        "id": snapshot.place.table_id,
        "description": definition.comment,
        "location": f"file:{snapshot.place.location}",
        "createdAt": created,
        "lastModified": snapshot.version.made_us,
        "partitionColumns": list(definition.partition_columns),
        "clusteringColumns": list(definition.cluster_by),
        "numFiles": len(snapshot.segments),
        "sizeInBytes": sum(s.size_bytes for s in snapshot.segments),
        "properties": dict(definition.properties),
        "tableFeatures": sorted({s.kind for s in snapshot.segments}),
    }


def restore(now: Snapshot, then: Snapshot, parameters: Mapping[str, Any]) -> Mapping[str, int]:
    """A version that holds what `then` did."""
    for segment in then.segments:
        if not os.path.exists(then.path_of(segment)):
            params = {"version": str(then.version.number), "path": now.place.location, "file": then.path_of(segment)}
            raise AnalysisException("DELTA_MISSING_FILES_OF_VERSION", params)
    same = {s.id for s in now.segments} & {s.id for s in then.segments if _deleted(now, s) == _deleted(then, s)}
    back = [s for s in then.segments if s.id not in same]
    gone = [s for s in now.segments if s.id not in same]
    job = Commit(
        now.place,
        now,
        "RESTORE",
        parameters,
        then.definition if then.definition != now.definition else None,
        [_again(then, s, s.path) for s in back],
        frozenset(s.id for s in gone),
        reads=True,
    )
    commit(job)
    return {
        "table_size_after_restore": sum(s.size_bytes for s in then.segments),
        "num_of_files_after_restore": len(then.segments),
        "num_removed_files": len(gone),
        "num_restored_files": len(back),
        "removed_files_size": sum(s.size_bytes for s in gone),
        "restored_files_size": sum(s.size_bytes for s in back),
    }


def _deleted(snapshot: Snapshot, segment: Segment) -> bytes:
    rows = snapshot.deleted.get(segment.id)
    return b"" if rows is None else rows.tobytes()


def _again(snapshot: Snapshot, segment: Segment, path: str) -> NewSegment:
    """A segment's file as another segment, with the rows that it had."""
    return NewSegment(
        path,
        segment.kind,
        segment.row_count,
        segment.size_bytes,
        segment.modified_us,
        segment.zones,
        segment.partition_values,
        segment.level,
        segment.clustered_by,
        deleted=snapshot.deleted.get(segment.id),
    )


def clone(snapshot: Snapshot, target: Place, known: Snapshot | None, properties: Mapping[str, str]) -> None:
    """A table at `target` with copies of the files."""
    added: list[NewSegment] = []
    for segment in snapshot.segments:
        path = os.path.join(target.location, segment.path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(path):
            _copy(snapshot.path_of(segment), path)
        added.append(_again(snapshot, segment, segment.path))
    steps.reached("files copied")
    definition = replace(snapshot.definition, properties={**snapshot.definition.properties, **properties})
    gone = frozenset(s.id for s in known.segments) if known is not None else frozenset()
    noted = {"source": snapshot.place.location, "sourceVersion": snapshot.version.number, "isShallow": False}
    commit(Commit(target, known, "CLONE", noted, definition, added, gone, reads=known is not None))


def _copy(source: str, target: str) -> None:
    aside = f"{target}.copying"
    shutil.copyfile(source, aside)
    with open(aside, "rb") as copied:
        os.fsync(copied.fileno())
    os.replace(aside, target)


def vacuum(snapshot: Snapshot, hours: float | None, *, dry_run: bool, checks: bool) -> list[str]:
    """Forget versions older than `hours` and remove the files that none of the others names; their paths.

    Files that no version ever named are what a writer that was killed left; they go by their age.
    """
    configured = float(snapshot.definition.properties.get(_RETENTION, _DEFAULT_HOURS))
    kept_hours = configured if hours is None else hours
    if checks and kept_hours < configured:
        message = (
            f"requirement failed: Are you sure you would like to vacuum files with such a low retention period? "
            f"Files younger than {configured:g} hours may still be read or written; if none are, set "
            f"spark.databricks.delta.retentionDurationCheck.enabled = false."
        )
        raise PlainIllegalArgument("", {"message": message})
    before_us = time.time_ns() // 1000 - int(kept_hours * 3_600_000_000)
    place = snapshot.place
    oldest, needed = _needed(place, before_us)
    found = [p for p in _files(place) if p not in needed and os.stat(p).st_mtime_ns // 1000 < before_us]
    if not dry_run:
        _forget(place, oldest)
        steps.reached("versions forgotten")
        for path in found:
            os.remove(path)
    return sorted(found)


def _needed(place: Place, before_us: int) -> tuple[int, set[str]]:
    """The oldest version to keep, and the files of it and of those after it."""
    newest_before = "SELECT max(version) FROM versions WHERE table_id = ? AND made_us < ?"
    segments = (
        "SELECT s.path, l.path FROM segments s LEFT JOIN locators l ON l.segment_id = s.id"
        " WHERE s.table_id = ? AND (s.removed IS NULL OR s.removed > ?)"
    )
    with place.manifest.reading() as connection:
        (oldest,) = connection.execute(newest_before, (place.table_id, before_us)).fetchone()
        oldest = 0 if oldest is None else oldest
        rows = connection.execute(segments, (place.table_id, oldest)).fetchall()
    return oldest, {os.path.join(place.location, path) for row in rows for path in row if path is not None}


def _forget(place: Place, oldest: int) -> None:
    """Take versions before `oldest` out of the manifest, with what only they name."""
    table = place.table_id
    gone = "(SELECT id FROM segments WHERE table_id = ? AND removed <= ?)"
    with place.manifest.writing() as connection:
        for name in ("deletions", "locators", "sketches", "trails"):
            connection.execute(f"DELETE FROM {name} WHERE segment_id IN {gone}", (table, oldest))  # noqa: S608
        connection.execute("DELETE FROM segments WHERE table_id = ? AND removed <= ?", (table, oldest))
        connection.execute("DELETE FROM versions WHERE table_id = ? AND version < ?", (table, oldest))
        connection.execute(
            "DELETE FROM definitions WHERE table_id = ? AND version <"
            " (SELECT max(version) FROM definitions WHERE table_id = ? AND version <= ?)",
            (table, table, oldest),
        )


def _files(place: Place) -> Iterator[str]:
    """Every segment and locator that lies below the table."""
    for below in ("segments", "locators"):
        for folder, _, names in os.walk(os.path.join(place.location, below)):
            yield from (os.path.join(folder, name) for name in names)
