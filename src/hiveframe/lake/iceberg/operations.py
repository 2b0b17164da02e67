"""What an Iceberg table says of itself, and what is done to its snapshots rather than to its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.update import (
    AssertRefSnapshotId,
    AssertTableUUID,
    RemoveSnapshotRefUpdate,
    SetSnapshotRefUpdate,
    TableUpdate,
)

from hiveframe.errors import SparkException, analysis_error, unsupported
from hiveframe.lake.iceberg.commit import MAIN
from hiveframe.lake.iceberg.partitioning import terms_of
from hiveframe.lake.iceberg.reading import Pinned
from hiveframe.lake.iceberg.updates import made
from hiveframe.lake.paths import local_path
from hiveframe.lake.tables.table import Reference


def history(pinned: Pinned, limit: int | None) -> list[Mapping[str, Any]]:
    """The snapshot and its ancestors, the newest first."""
    metadata = pinned.table.metadata
    rows: list[Mapping[str, Any]] = []
    at = pinned.snapshot
    while at is not None and (limit is None or len(rows) < limit):
        summary = at.summary.additional_properties if at.summary is not None else {}
        rows.append(
            {
                "version": at.snapshot_id,
                "timestamp": at.timestamp_ms * 1000,
                "operation": at.summary.operation.value if at.summary is not None else None,
                "readVersion": at.parent_snapshot_id,
                "isolationLevel": "Serializable",
                "isBlindAppend": at.summary is not None and at.summary.operation.value == "append",
                "operationMetrics": dict(summary),
                "engineInfo": " ".join(summary[k] for k in ("engine-name", "engine-version") if k in summary) or None,
            }
        )
        at = metadata.snapshot_by_id(at.parent_snapshot_id) if at.parent_snapshot_id is not None else None
    return rows


def detail(pinned: Pinned) -> Mapping[str, Any]:
    """What the table is."""
    metadata = pinned.table.metadata
    files = pinned.files()
    return {
        "format": "iceberg",
        "id": str(metadata.table_uuid),
        "name": ".".join(pinned.table.name()),
        "description": metadata.properties.get("comment"),
        "location": f"file:{local_path(metadata.location)}",
        "createdAt": min([metadata.last_updated_ms, *(e.timestamp_ms for e in metadata.metadata_log)]) * 1000,
        "lastModified": metadata.last_updated_ms * 1000,
        "partitionColumns": [str(term) for term in terms_of(metadata)],
        "clusteringColumns": [],
        "numFiles": len(files),
        "sizeInBytes": sum(p.data.file_size_in_bytes for p in files),
        "properties": dict(metadata.properties),
        "minReaderVersion": metadata.format_version,
        "minWriterVersion": metadata.format_version,
        "tableFeatures": [],
    }


def refer(catalog: Catalog, now: Pinned, reference: Reference) -> None:
    """Make a branch or tag, or move it to another snapshot."""
    metadata = now.table.metadata
    held = metadata.refs.get(reference.name)
    if held is not None and not reference.replaces:
        if reference.if_not_exists:
            return
        raise analysis_error("ICEBERG_REFERENCE_EXISTS", name=reference.name, path=metadata.location)
    if held is None and not reference.creates:
        raise analysis_error("ICEBERG_NO_REFERENCE", name=reference.name, path=metadata.location)
    snapshot = reference.version if reference.version is not None else None
    if snapshot is None and now.snapshot is not None:
        snapshot = now.snapshot.snapshot_id
    if snapshot is None or metadata.snapshot_by_id(snapshot) is None:
        raise analysis_error("ICEBERG_NO_SNAPSHOT", snapshot=str(snapshot), path=metadata.location)
    update = made(
        SetSnapshotRefUpdate,
        ref_name=reference.name,
        type=SnapshotRefType(reference.kind),
        snapshot_id=snapshot,
        max_ref_age_ms=reference.retain_ms,
        min_snapshots_to_keep=reference.keeps,
        max_snapshot_age_ms=reference.snapshots_ms,
    )
    _commit(catalog, now, update, reference.name, "CREATE BRANCH or TAG")


def unrefer(catalog: Catalog, now: Pinned, name: str, kind: str, *, if_exists: bool) -> None:
    """Remove a branch or tag."""
    held = now.table.metadata.refs.get(name)
    if held is None or held.snapshot_ref_type.value != kind:
        if held is None and if_exists:
            return
        raise analysis_error("ICEBERG_NO_REFERENCE", name=name, path=now.table.metadata.location)
    if name == MAIN:
        raise unsupported("dropping the branch main of an Iceberg table")
    _commit(catalog, now, made(RemoveSnapshotRefUpdate, ref_name=name), name, "DROP BRANCH or TAG")


def _commit(catalog: Catalog, now: Pinned, update: TableUpdate, reference: str, operation: str) -> None:
    """Land one change, provided that the branch or tag is where it was."""
    metadata = now.table.metadata
    held = metadata.refs.get(reference)
    unchanged = AssertRefSnapshotId.model_validate(
        {"ref": reference, "snapshot-id": held.snapshot_id if held is not None else None}
    )
    try:
        catalog.commit_table(now.table, (AssertTableUUID(uuid=metadata.table_uuid), unchanged), (update,))
    except CommitFailedException as error:
        shown = {"operation": operation, "path": metadata.location, "reason": "another writer came first"}
        raise SparkException("ICEBERG_COMMIT_CONFLICT", shown) from error


def set_snapshot(catalog: Catalog, now: Pinned, then: Pinned, branch: str) -> Mapping[str, int]:
    """Make a snapshot the newest of a branch."""
    assert then.snapshot is not None
    update = made(
        SetSnapshotRefUpdate, ref_name=branch, type=SnapshotRefType.BRANCH, snapshot_id=then.snapshot.snapshot_id
    )
    _commit(catalog, now, update, branch, "RESTORE")
    before, after = ({p.path: p.data for p in x.files()} for x in (now, then))
    restored, removed = ([f for p, f in a.items() if p not in b] for a, b in ((after, before), (before, after)))
    return {
        "table_size_after_restore": sum(f.file_size_in_bytes for f in after.values()),
        "num_of_files_after_restore": len(after),
        "num_removed_files": len(removed),
        "num_restored_files": len(restored),
        "removed_files_size": sum(f.file_size_in_bytes for f in removed),
        "restored_files_size": sum(f.file_size_in_bytes for f in restored),
    }
