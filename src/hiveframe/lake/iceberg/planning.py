"""Which data files a snapshot holds, and which delete files apply to each.

Source: Iceberg's table spec, "Scan Planning": a position delete applies to files of its partition that are not newer,
an equality delete to older ones, of its partition or, where its spec has no partitions, of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from pyiceberg.io import FileIO
from pyiceberg.manifest import (
    DataFile,
    DataFileContent,
    ManifestContent,
    ManifestEntry,
    ManifestEntryStatus,
    ManifestFile,
)
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.snapshots import Snapshot

from hiveframe.dataclass import dataclass
from hiveframe.lake.iceberg.kept import Kept
from hiveframe.lake.iceberg.manifests import read_entries
from hiveframe.lake.paths import local_path


@dataclass(frozen=True, slots=True, eq=False)
class PlannedFile:
    """A data file, by its local path, with the delete files that may take rows out of it."""

    data: DataFile
    path: str
    sequence: int
    positions: tuple[DataFile, ...] = ()
    equalities: tuple[DataFile, ...] = ()


Partition = tuple[int, tuple[Any, ...]]
"""A spec's number and the values of its fields."""


def partition_of(file: DataFile) -> Partition:
    """The partition that a file lies in."""
    values = file.partition
    return file.spec_id, tuple(values[i] for i in range(len(values)))


def schema_of(spec_id: int, metadata: TableMetadata) -> Schema:
    """A schema that has all columns of a spec: the table's own, or an older one for a spec whose column is gone."""
    spec = next(s for s in metadata.partition_specs if s.spec_id == spec_id)
    wanted = {f.source_id for f in spec.fields}
    for schema in (metadata.schema(), *reversed(metadata.schemas)):
        if wanted <= set(schema.field_ids):
            return schema
    raise AssertionError(spec)


def plan(io: FileIO, snapshot: Snapshot | None, metadata: TableMetadata) -> tuple[PlannedFile, ...]:
    """The snapshot's files."""
    if snapshot is None:
        return ()
    return _PLANS.get(snapshot.manifest_list, lambda: _planned(io, snapshot.manifests(io), metadata))


def _planned(io: FileIO, manifests: Sequence[ManifestFile], metadata: TableMetadata) -> tuple[PlannedFile, ...]:
    unpartitioned = {s.spec_id for s in metadata.partition_specs if s.is_unpartitioned()}
    positions: dict[Partition, list[tuple[int, DataFile]]] = defaultdict(list)
    equalities: dict[Partition, list[tuple[int, DataFile]]] = defaultdict(list)
    everywhere: list[tuple[int, DataFile]] = []
    for entry in entries(io, [m for m in manifests if m.content == ManifestContent.DELETES]):
        file, sequence = entry.data_file, entry.sequence_number or 0
        if file.content == DataFileContent.POSITION_DELETES:
            positions[partition_of(file)].append((sequence, file))
        elif file.spec_id in unpartitioned:
            everywhere.append((sequence, file))
        else:
            equalities[partition_of(file)].append((sequence, file))
    found = []
    for entry in entries(io, [m for m in manifests if m.content == ManifestContent.DATA]):
        file, sequence = entry.data_file, entry.sequence_number or 0
        where = partition_of(file)
        found.append(
            PlannedFile(
                file,
                local_path(file.file_path),
                sequence,
                tuple(d for s, d in positions.get(where, ()) if sequence <= s),
                tuple(d for s, d in (*equalities.get(where, ()), *everywhere) if sequence < s),
            )
        )
    return tuple(found)


def entries(io: FileIO, manifests: Sequence[ManifestFile]) -> list[ManifestEntry]:
    """The live entries of manifests, each of which is read once."""
    return [e for m in manifests for e in _ENTRIES.get(m.manifest_path, partial(_live, io, m))]


def _live(io: FileIO, manifest: ManifestFile) -> tuple[ManifestEntry, ...]:
    return tuple(e for e in read_entries(io, manifest) if e.status != ManifestEntryStatus.DELETED)


_ENTRIES: Final[Kept[tuple[ManifestEntry, ...]]] = Kept(2_000)
_PLANS: Final[Kept[tuple[PlannedFile, ...]]] = Kept(50)
