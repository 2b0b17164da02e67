"""A snapshot on top of what the catalog holds now: manifests, a manifest list, and the swap of the table's metadata.

Commits are optimistic. One that finds that another came first looks at what the other did: an append goes on top of
whatever is there, one whose rows depend on what it read fails if that has changed.

Source: Iceberg's table spec, "Snapshots", "Optimistic Concurrency".
"""

from __future__ import annotations

import contextlib
import random
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
    ManifestWriterV2,
    write_manifest,
    write_manifest_list,
)
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.snapshots import (
    Operation,
    Snapshot,
    SnapshotSummaryCollector,
    Summary,
    update_snapshot_summaries,
)
from pyiceberg.table.update import (
    AddSnapshotUpdate,
    AssertCreate,
    AssertRefSnapshotId,
    AssertTableUUID,
    SetSnapshotRefUpdate,
    TableRequirement,
    TableUpdate,
    update_table_metadata,
)

from hiveframe.errors import SparkException
from hiveframe.lake.iceberg import steps
from hiveframe.lake.iceberg.catalogs import FAILURES
from hiveframe.lake.iceberg.conflicts import Job, check, conflict
from hiveframe.lake.iceberg.manifests import read_entries
from hiveframe.lake.iceberg.planning import Partition, entries, partition_of, schema_of
from hiveframe.lake.iceberg.updates import made

MAIN: Final = "main"
_RETRIES: Final = 20
_FIRST_WAIT_S: Final = 0.02
_LONGEST_WAIT_S: Final = 1.0
_COMPRESSION: Final = "deflate"
_MERGES: Final = "commit.manifest-merge.enabled"
_LEAST: Final = "commit.manifest.min-count-to-merge"
_SIZE: Final = "commit.manifest.target-size-bytes"


def commit(catalog: Catalog, identifier: tuple[str, ...], table: Table, job: Job) -> Table:
    """Land a job; the table afterwards. `table` is what a new one is staged as, or what the job started from."""
    steps.reached("before commit")
    now = table
    for attempt in range(_RETRIES):
        if attempt:
            time.sleep(min(_FIRST_WAIT_S * 2**attempt, _LONGEST_WAIT_S) * random.uniform(0.5, 1.5))
            now = _reloaded(catalog, identifier, job)
        attempted = _Snapshot(now, job)
        try:
            updates, requirements = attempted.build()
        except BaseException:
            attempted.discard()
            raise
        steps.reached("manifests written")
        try:
            response = catalog.commit_table(now, requirements, updates)
        except CommitFailedException as error:
            attempted.discard()
            if job.base is None:
                raise conflict(job, "a table of that name was made") from error
            if job.requirements:
                raise conflict(job, "the table was changed") from error
            continue
        except TableAlreadyExistsError as error:
            attempted.discard()
            raise conflict(job, "a table of that name was made") from error
        except FAILURES as error:
            shown = {"operation": job.operation, "path": job.staged.location, "reason": str(error)}
            raise SparkException("ICEBERG_COMMIT_UNKNOWN", shown) from error
        steps.reached("committed")
        return Table(now.name(), response.metadata, response.metadata_location, now.io, catalog)
    raise conflict(job, f"{_RETRIES} other commits came first")


def _reloaded(catalog: Catalog, identifier: tuple[str, ...], job: Job) -> Table:
    try:
        return catalog.load_table(identifier)
    except NoSuchTableError as error:
        raise conflict(job, "the table was dropped") from error


class DeleteManifestWriter(ManifestWriterV2):
    """A manifest of delete files, which the library writes none of."""

    def content(self) -> ManifestContent:
        """Deletes."""
        return ManifestContent.DELETES

    @property
    def _meta(self) -> dict[str, str]:
        return {**super()._meta, "content": "deletes"}


class _Snapshot:
    """One attempt to put a job's snapshot on top of a table."""

    def __init__(self, table: Table, job: Job) -> None:
        self._table = table
        self._job = job
        is_new = job.base is None
        self._metadata = (
            job.staged if table is job.base or is_new else update_table_metadata(table.metadata, job.updates)
        )
        self._parent = self._metadata.snapshot_by_name(job.branch)
        self._id = self._metadata.new_snapshot_id()
        self._token = uuid.uuid4()
        self._written: list[str] = []

    def build(self) -> tuple[tuple[TableUpdate, ...], tuple[TableRequirement, ...]]:
        """What the catalog has to change, and what must hold for it."""
        job = self._job
        requirements: list[TableRequirement] = list(job.requirements)
        requirements.append(AssertTableUUID(uuid=self._metadata.table_uuid) if job.base is not None else AssertCreate())
        check(self._table, job, self._parent)
        if not job.has_rows:
            return job.updates, tuple(requirements)
        summary, manifests = self._manifests()
        snapshot = made(
            Snapshot,
            snapshot_id=self._id,
            timestamp_ms=_next_moment_ms(self._metadata),
            parent_snapshot_id=self._parent.snapshot_id if self._parent is not None else None,
            manifest_list=self._write_list(manifests),
            sequence_number=self._metadata.next_sequence_number(),
            summary=summary,
            schema_id=self._metadata.current_schema_id,
        )
        reference = made(
            SetSnapshotRefUpdate,
            ref_name=job.branch,
            type=SnapshotRefType.BRANCH,
            snapshot_id=self._id,
            **_retention(self._metadata, job.branch),
        )
        if job.base is not None:
            held = self._metadata.refs.get(job.branch)
            head = held.snapshot_id if held is not None else None
            requirements.append(AssertRefSnapshotId.model_validate({"ref": job.branch, "snapshot-id": head}))
        return (*job.updates, AddSnapshotUpdate(snapshot=snapshot), reference), tuple(requirements)

    def discard(self) -> None:
        """Remove what an attempt that did not land has written."""
        for path in self._written:
            with contextlib.suppress(OSError):
                self._table.io.delete(path)

    # -------------------------------------------------------------------------------------------------- manifests

    def _manifests(self) -> tuple[Summary, list[ManifestFile]]:
        job = self._job
        new: list[ManifestFile] = []
        for number, files in _by_spec(job.added).items():
            new.append(self._manifest(number, [_added(f, self._id) for f in files]))
        for number, files in _by_spec(job.deletes).items():
            new.append(self._manifest(number, [_added(f, self._id) for f in files], is_deletes=True))
        kept, removed = self._kept()
        counts = SnapshotSummaryCollector()
        specs = {s.spec_id: s for s in self._metadata.partition_specs}
        for file in (*job.added, *job.deletes):
            counts.add_file(file, schema_of(file.spec_id, self._metadata), specs[file.spec_id])
        for file in removed:
            counts.remove_file(file, schema_of(file.spec_id, self._metadata), specs[file.spec_id])
        properties = {**counts.build(), **job.properties}
        previous = self._parent.summary if self._parent is not None else None
        # the library computes totals for all operations but one, whose totals are reckoned alike
        summary = Summary(operation=_counted_as(job, removed), **properties)
        summary = update_snapshot_summaries(summary, previous)
        if job.is_rearranged:
            summary = Summary(operation=Operation.REPLACE, **summary.additional_properties)
        return summary, self._merged([*new, *kept])

    def _kept(self) -> tuple[list[ManifestFile], list[DataFile]]:
        """The manifests of the parent, those of which files go written anew, and the files that go."""
        if self._parent is None:
            return [], []
        manifests = self._parent.manifests(self._table.io)
        kept: list[ManifestFile] = []
        gone: list[DataFile] = []
        live: set[Partition] = set()
        for manifest in manifests:
            if manifest.content == ManifestContent.DATA:
                kept += self._without(manifest, self._goes_data, gone, live)
        deletes = [m for m in manifests if m.content == ManifestContent.DELETES]
        if not gone:
            return [*kept, *deletes], gone
        for manifest in deletes:
            kept += self._without(manifest, lambda file: _is_useless(file, live, self._metadata), gone, set())
        return kept, gone

    def _merged(self, manifests: Sequence[ManifestFile]) -> list[ManifestFile]:
        """Many small manifests of one kind made one, so that a table of many small writes stays quick to plan."""
        properties = self._metadata.properties
        if properties.get(_MERGES, "true").lower() == "false":
            return list(manifests)
        least, size = int(properties.get(_LEAST, 100)), int(properties.get(_SIZE, 8 * 1024 * 1024))
        alike: dict[tuple[int, ManifestContent], list[ManifestFile]] = defaultdict(list)
        for m in manifests:
            alike[m.partition_spec_id, m.content].append(m)
        made: list[ManifestFile] = []
        for (spec_id, content), group in alike.items():
            small = [m for m in group if m.manifest_length < size // 2]
            if len(small) < least:
                made += group
                continue
            held: list[ManifestEntry] = []
            for m in small:
                for e in read_entries(self._table.io, m):
                    if e.snapshot_id == self._id:  # of this very commit: as it is
                        held.append(_unnumbered(e))
                    elif e.status != ManifestEntryStatus.DELETED:
                        held.append(_marked(e, ManifestEntryStatus.EXISTING, e.snapshot_id))
            is_deletes = content == ManifestContent.DELETES
            made += [self._manifest(spec_id, held, is_deletes=is_deletes), *(m for m in group if m not in small)]
        return made

    def _goes_data(self, file: DataFile) -> bool:
        job = self._job
        return file.file_path in job.removed or (job.replaces is not None and job.replaces(file))

    def _without(
        self, manifest: ManifestFile, goes: Callable[[DataFile], bool], gone: list[DataFile], live: set[Partition]
    ) -> list[ManifestFile]:
        """The manifest, or one without the files that go; the partitions of those that stay are noted."""
        held = entries(self._table.io, [manifest])
        leaving = [e for e in held if goes(e.data_file)]
        left = {e.data_file.file_path for e in leaving}
        staying = [e for e in held if e.data_file.file_path not in left]
        live.update(partition_of(e.data_file) for e in staying)
        if not leaving:
            return [manifest] if held else []
        gone += [e.data_file for e in leaving]
        is_deletes = manifest.content == ManifestContent.DELETES
        rewritten = [_marked(e, ManifestEntryStatus.EXISTING, e.snapshot_id) for e in staying]
        rewritten += [_marked(e, ManifestEntryStatus.DELETED, self._id) for e in leaving]
        return [self._manifest(manifest.partition_spec_id, rewritten, is_deletes=is_deletes)]

    def _manifest(self, spec_id: int, held: Sequence[ManifestEntry], *, is_deletes: bool = False) -> ManifestFile:
        number = len(self._written)
        path = self._path(f"{self._token}-m{number}.avro")
        spec = next(s for s in self._metadata.partition_specs if s.spec_id == spec_id)
        schema, output = schema_of(spec_id, self._metadata), self._table.io.new_output(path)
        if is_deletes:
            writer: Any = DeleteManifestWriter(spec, schema, output, self._id, _COMPRESSION)
        else:
            writer = write_manifest(self._metadata.format_version, spec, schema, output, self._id, _COMPRESSION)
        with writer:
            for entry in held:
                writer.add_entry(entry)
        steps.reached("manifest written")
        return writer.to_manifest_file()  # type: ignore[no-any-return]

    def _write_list(self, manifests: Sequence[ManifestFile]) -> str:
        path = self._path(f"snap-{self._id}-0-{self._token}.avro")
        with write_manifest_list(
            self._metadata.format_version,
            self._table.io.new_output(path),
            self._id,
            self._parent.snapshot_id if self._parent is not None else None,
            self._metadata.next_sequence_number(),
            _COMPRESSION,
        ) as writer:
            writer.add_manifests(list(manifests))
        return path

    def _path(self, name: str) -> str:
        path = f"{self._metadata.location.rstrip('/')}/metadata/{name}"
        self._written.append(path)
        return path


def _next_moment_ms(metadata: TableMetadata) -> int:
    """Now, or just after the newest snapshot where the clock was set back: others refuse one from before it."""
    known = [s.timestamp_ms for s in metadata.snapshots] + [e.timestamp_ms for e in metadata.snapshot_log[-1:]]
    return max(time.time_ns() // 1_000_000, max(known, default=0) + 1)


def _by_spec(files: Iterable[DataFile]) -> Mapping[int, list[DataFile]]:
    grouped: dict[int, list[DataFile]] = defaultdict(list)
    for file in files:
        grouped[file.spec_id].append(file)
    return grouped


def _added(file: DataFile, snapshot_id: int) -> ManifestEntry:
    return ManifestEntry.from_args(
        status=ManifestEntryStatus.ADDED,
        snapshot_id=snapshot_id,
        sequence_number=None,
        file_sequence_number=None,
        data_file=file,
    )


def _marked(entry: ManifestEntry, status: ManifestEntryStatus, snapshot_id: int | None) -> ManifestEntry:
    return ManifestEntry.from_args(
        status=status,
        snapshot_id=snapshot_id,
        sequence_number=entry.sequence_number,
        file_sequence_number=entry.file_sequence_number,
        data_file=entry.data_file,
    )


def _unnumbered(entry: ManifestEntry) -> ManifestEntry:
    """An entry of a commit on its way, which has no number yet where it is added."""
    if entry.status == ManifestEntryStatus.ADDED:
        return _added(entry.data_file, entry.snapshot_id or 0)
    return _marked(entry, entry.status, entry.snapshot_id)


def _is_useless(delete: DataFile, live: set[Partition], metadata: TableMetadata) -> bool:
    """Whether a delete file's partition holds no data file that was there before."""
    spec = next(s for s in metadata.partition_specs if s.spec_id == delete.spec_id)
    if delete.content == DataFileContent.EQUALITY_DELETES and spec.is_unpartitioned():
        return not live
    return partition_of(delete) not in live


def _counted_as(job: Job, removed: Sequence[DataFile]) -> Operation:
    if job.deletes or (job.added and (removed or job.replaces is not None)) or job.is_rearranged:
        return Operation.OVERWRITE if not (job.operation == "DELETE" and not job.added) else Operation.DELETE
    return Operation.APPEND if job.added else Operation.DELETE


def _retention(metadata: TableMetadata, branch: str) -> dict[str, int | None]:
    held = metadata.refs.get(branch)
    if held is None:
        return {}
    return {
        "max_ref_age_ms": held.max_ref_age_ms,
        "max_snapshot_age_ms": held.max_snapshot_age_ms,
        "min_snapshots_to_keep": held.min_snapshots_to_keep,
    }
