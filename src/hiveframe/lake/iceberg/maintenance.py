"""Old snapshots and files that nothing names: what goes, and what stays.

Source: Iceberg's table spec, "Snapshot Retention Policy"; its documentation, "Maintenance", "Spark Procedures".
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.manifest import DataFileContent
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import SnapshotRef, SnapshotRefType
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import (
    AssertRefSnapshotId,
    AssertTableUUID,
    RemoveSnapshotRefUpdate,
    RemoveSnapshotsUpdate,
    TableRequirement,
    TableUpdate,
)

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException, analysis_error
from hiveframe.lake.iceberg.commit import MAIN
from hiveframe.lake.iceberg.planning import entries
from hiveframe.lake.iceberg.reading import Pinned
from hiveframe.lake.iceberg.updates import made
from hiveframe.lake.paths import local_path

_DAY_MS: Final = 86_400_000
_AGE: Final = "history.expire.max-snapshot-age-ms"
_KEEPS: Final = "history.expire.min-snapshots-to-keep"
_REFERENCE_AGE: Final = "history.expire.max-ref-age-ms"
_ORPHAN_AGE_MS: Final = 3 * _DAY_MS


# ------------------------------------------------------------------------------------------------------ old snapshots


def expire_snapshots(
    catalog: Catalog,
    now: Pinned,
    *,
    older_than_ms: int | None = None,
    retain_last: int | None = None,
    snapshot_ids: Sequence[int] = (),
) -> Mapping[str, int]:
    """Let go of old snapshots, then of the files that only they named; how many of each kind."""
    metadata = now.table.metadata
    at_ms = time.time_ns() // 1_000_000
    held = set(snapshot_ids)
    unknown = held - {s.snapshot_id for s in metadata.snapshots}
    if unknown:
        raise analysis_error("ICEBERG_NO_SNAPSHOT", snapshot=str(min(unknown)), path=metadata.location)
    gone_refs = [n for n, r in metadata.refs.items() if n != MAIN and _is_expired(metadata, r, at_ms)]
    refs = {n: r for n, r in metadata.refs.items() if n not in gone_refs}
    if held and older_than_ms is None and retain_last is None:
        kept = {s.snapshot_id for s in metadata.snapshots} - held | {r.snapshot_id for r in refs.values()}
    else:
        limit = older_than_ms if older_than_ms is not None else at_ms - int(metadata.properties.get(_AGE, 5 * _DAY_MS))
        kept = _kept(metadata, refs, limit, retain_last, at_ms) - held | {r.snapshot_id for r in refs.values()}
    expired = [s for s in metadata.snapshots if s.snapshot_id not in kept]
    if not expired and not gone_refs:
        return _counts(Counter())
    before = _Named.of(now, metadata.snapshots)
    updates: list[TableUpdate] = [made(RemoveSnapshotRefUpdate, ref_name=n) for n in gone_refs]
    if expired:
        updates.append(made(RemoveSnapshotsUpdate, snapshot_ids=[s.snapshot_id for s in expired]))
    requirements: list[TableRequirement] = [AssertTableUUID(uuid=metadata.table_uuid)]
    for name, reference in metadata.refs.items():
        requirements.append(made(AssertRefSnapshotId, ref=name, snapshot_id=reference.snapshot_id))
    try:
        catalog.commit_table(now.table, tuple(requirements), tuple(updates))
    except CommitFailedException as error:
        shown = {"operation": "expire_snapshots", "path": metadata.location, "reason": "another writer came first"}
        raise SparkException("ICEBERG_COMMIT_CONFLICT", shown) from error
    after = _Named.of(now, [s for s in metadata.snapshots if s.snapshot_id in kept])
    removed: Counter[str] = Counter()
    for path, kind in before.files.items():
        if path not in after.files:
            with contextlib.suppress(FileNotFoundError):
                os.remove(local_path(path))
                removed[kind] += 1
    return _counts(removed)


def _kept(
    metadata: TableMetadata, refs: Mapping[str, SnapshotRef], limit_ms: int, retain_last: int | None, at_ms: int
) -> set[int]:
    """The snapshots that branches and tags still need, and those that are young."""
    kept: set[int] = set()
    reached: set[int] = set()
    for reference in refs.values():
        if reference.snapshot_ref_type == SnapshotRefType.TAG:
            kept.add(reference.snapshot_id)
            continue
        keeps = reference.min_snapshots_to_keep or retain_last or int(metadata.properties.get(_KEEPS, 1))
        age = reference.max_snapshot_age_ms
        oldest = at_ms - age if age is not None else limit_ms
        for place, snapshot in enumerate(_ancestors(metadata, reference.snapshot_id)):
            reached.add(snapshot.snapshot_id)
            if place < keeps or snapshot.timestamp_ms >= oldest:
                kept.add(snapshot.snapshot_id)
            else:
                break
        reached.update(s.snapshot_id for s in _ancestors(metadata, reference.snapshot_id))
    kept |= {s.snapshot_id for s in metadata.snapshots if s.snapshot_id not in reached and s.timestamp_ms >= limit_ms}
    return kept


def _is_expired(metadata: TableMetadata, reference: SnapshotRef, at_ms: int) -> bool:
    age = reference.max_ref_age_ms or int(metadata.properties.get(_REFERENCE_AGE, 0))
    snapshot = metadata.snapshot_by_id(reference.snapshot_id)
    return bool(age) and snapshot is not None and at_ms - snapshot.timestamp_ms > age


def _ancestors(metadata: TableMetadata, snapshot_id: int) -> Iterable[Snapshot]:
    at = metadata.snapshot_by_id(snapshot_id)
    while at is not None:
        yield at
        at = metadata.snapshot_by_id(at.parent_snapshot_id) if at.parent_snapshot_id is not None else None


def _counts(removed: Counter[str]) -> Mapping[str, int]:
    kinds = ("data_files", "position_delete_files", "equality_delete_files", "manifest_files", "manifest_lists")
    return {f"deleted_{kind}_count": removed[kind] for kind in kinds} | {"deleted_statistics_files_count": 0}


@dataclass(frozen=True, slots=True)
class _Named:
    """The files that snapshots name, by path, with their kinds."""

    files: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of(pinned: Pinned, snapshots: Iterable[Snapshot]) -> _Named:
        found: dict[str, str] = {}
        manifests: dict[str, Any] = {}
        for snapshot in snapshots:
            found[snapshot.manifest_list] = "manifest_lists"
            manifests.update((m.manifest_path, m) for m in snapshot.manifests(pinned.table.io))
        found.update(dict.fromkeys(manifests, "manifest_files"))
        for entry in entries(pinned.table.io, list(manifests.values())):
            found[entry.data_file.file_path] = _KINDS[entry.data_file.content]
        return _Named(found)


_KINDS: Final = {
    DataFileContent.DATA: "data_files",
    DataFileContent.POSITION_DELETES: "position_delete_files",
    DataFileContent.EQUALITY_DELETES: "equality_delete_files",
}


# ------------------------------------------------------------------------------------------------------------ orphans


def orphan_files(
    now: Pinned, *, older_than_ms: int | None = None, location: str | None = None, dry_run: bool = False
) -> list[str]:
    """Files below the table (or a folder of it) that no snapshot names, removed unless `dry_run`.

    Those younger than `older_than_ms` (three days ago unless given) may belong to a write that is still on its way.
    """
    metadata = now.table.metadata
    limit = older_than_ms if older_than_ms is not None else time.time_ns() // 1_000_000 - _ORPHAN_AGE_MS
    known = {local_path(path) for path in _Named.of(now, metadata.snapshots).files}
    known |= {local_path(e.metadata_file) for e in metadata.metadata_log}
    known.add(local_path(now.table.metadata_location))
    known |= {local_path(s.statistics_path) for s in (*metadata.statistics, *metadata.partition_statistics)}
    found = []
    for folder, _, names in os.walk(local_path(location or metadata.location)):
        for name in names:
            path = os.path.join(folder, name)
            if path in known or name == "version-hint.text":
                continue
            with contextlib.suppress(FileNotFoundError):
                if os.stat(path).st_mtime_ns // 1_000_000 < limit:
                    found.append(path)
    for path in found if not dry_run else ():
        with contextlib.suppress(FileNotFoundError):
            os.remove(path)
    return sorted(found)
