"""What a transaction does, and what other commits since its base make of it.

The checks are those of Iceberg's `RowDelta`, `OverwriteFiles`, `ReplacePartitions` and `RewriteFiles` as its Spark
writers ask for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from pyiceberg.manifest import DataFile, DataFileContent, ManifestEntry, ManifestEntryStatus
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Operation, Snapshot
from pyiceberg.table.update import TableRequirement, TableUpdate

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.lake.iceberg.manifests import read_entries
from hiveframe.lake.iceberg.pruning import zones_of
from hiveframe.lake.pruning import may_hold
from hiveframe.lake.tables.table import Reads

_ISOLATION: Final = {"DELETE": "write.delete", "UPDATE": "write.update", "MERGE": "write.merge"}


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """What a transaction does. `base` is the table that it started from (None: it makes one), `updates` change its
    definition under `requirements`; `staged` is the metadata after them.

    `removed` are data files by path, `replaces` what goes beyond them, seen when the commit lands: everything, or whole
    partitions. `referenced` are data files of which rows go by `deletes`. `is_rearranged`: no row changes.
    """

    base: Table | None
    branch: str
    operation: str
    staged: TableMetadata
    updates: tuple[TableUpdate, ...] = ()
    requirements: tuple[TableRequirement, ...] = ()
    added: tuple[DataFile, ...] = ()
    deletes: tuple[DataFile, ...] = ()
    removed: frozenset[str] = frozenset()
    referenced: frozenset[str] = frozenset()
    replaces: Callable[[DataFile], bool] | None = None
    reads: Reads = False
    is_rearranged: bool = False
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_rows(self) -> bool:
        """Whether it makes a snapshot."""
        return bool(self.added or self.deletes or self.removed or self.replaces is not None)

    def base_snapshot(self) -> Snapshot | None:
        """The snapshot that it started from."""
        return self.base.metadata.snapshot_by_name(self.branch) if self.base is not None else None


def conflict(job: Job, reason: str) -> SparkException:
    """What a job that cannot land fails with."""
    path = job.staged.location
    return SparkException("ICEBERG_COMMIT_CONFLICT", {"operation": job.operation, "path": path, "reason": reason})


def check(now: Table, job: Job, head: Snapshot | None) -> None:
    """Raise what the snapshots since the job's base make of it, if anything."""
    base = job.base_snapshot()
    if job.base is None or head is None or (base is not None and base.snapshot_id == head.snapshot_id):
        return
    if not (job.reads or job.removed or job.deletes or job.is_rearranged):
        return
    since = _since(now.metadata, head, base)
    if since is None:
        raise conflict(job, f"the branch {job.branch} was rolled back")
    ours = job.removed | job.referenced
    for snapshot in since:
        for manifest in snapshot.manifests(now.io):
            if manifest.added_snapshot_id != snapshot.snapshot_id:
                continue
            for entry in read_entries(now.io, manifest):
                if entry.snapshot_id == snapshot.snapshot_id:
                    _check_entry(now, job, snapshot, entry, ours)


def _check_entry(now: Table, job: Job, snapshot: Snapshot, entry: ManifestEntry, ours: frozenset[str]) -> None:
    file = entry.data_file
    is_rearranged = snapshot.summary is not None and snapshot.summary.operation == Operation.REPLACE
    if entry.status == ManifestEntryStatus.DELETED:
        if file.content == DataFileContent.DATA and file.file_path in ours:
            raise conflict(job, f"snapshot {snapshot.snapshot_id} removed the file {file.file_path}")
        return
    if entry.status != ManifestEntryStatus.ADDED or is_rearranged:
        return
    if file.content != DataFileContent.DATA:
        if job.operation != "DELETE" and (job.reads or job.is_rearranged):
            raise conflict(job, f"snapshot {snapshot.snapshot_id} deleted rows")
    elif not job.is_rearranged and _may_have_been_read(now.metadata, job, file):
        raise conflict(job, f"snapshot {snapshot.snapshot_id} added rows that it should have seen")


def _may_have_been_read(metadata: TableMetadata, job: Job, file: DataFile) -> bool:
    """Whether a new file may hold rows on which the job would have depended, which matters to serializable ones."""
    if not job.reads or not _is_serializable(metadata, job):
        return False
    if job.reads is True:
        return True
    spec = next(s for s in metadata.partition_specs if s.spec_id == file.spec_id)
    return may_hold([job.reads], zones_of(file, spec, job.staged.schema().fields))


def _is_serializable(metadata: TableMetadata, job: Job) -> bool:
    prefix = _ISOLATION.get(job.operation)
    level = metadata.properties.get(f"{prefix}.isolation-level", "serializable") if prefix is not None else ""
    return level.lower() != "snapshot"


def _since(metadata: TableMetadata, head: Snapshot, base: Snapshot | None) -> list[Snapshot] | None:
    """The snapshots after `base` up to `head`; None where `base` is no ancestor."""
    found: list[Snapshot] = []
    at: Snapshot | None = head
    while at is not None:
        if base is not None and at.snapshot_id == base.snapshot_id:
            return found
        found.append(at)
        at = metadata.snapshot_by_id(at.parent_snapshot_id) if at.parent_snapshot_id is not None else None
    return found if base is None else None
