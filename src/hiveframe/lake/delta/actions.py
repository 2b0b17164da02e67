"""The actions of a Delta log, as frozen values and as the JSON that stands in a commit.

Source: Delta's PROTOCOL.md, "Actions".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from hiveframe.dataclass import dataclass

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a reader and a writer must understand."""

    min_reader: int
    min_writer: int
    reader_features: frozenset[str] = frozenset()
    writer_features: frozenset[str] = frozenset()

    @staticmethod
    def of(value: Json) -> Protocol:
        """The action as it was read."""
        return Protocol(
            int(value["minReaderVersion"]),
            int(value["minWriterVersion"]),
            frozenset(value.get("readerFeatures") or ()),
            frozenset(value.get("writerFeatures") or ()),
        )

    def to_json(self) -> Json:
        """The action as it is written."""
        made: dict[str, Any] = {"minReaderVersion": self.min_reader, "minWriterVersion": self.min_writer}
        if self.min_reader >= 3:
            made["readerFeatures"] = sorted(self.reader_features)
        if self.min_writer >= 7:
            made["writerFeatures"] = sorted(self.writer_features)
        return {"protocol": made}


@dataclass(frozen=True, slots=True)
class Metadata:
    """The table's description. `schema_text` is Spark's schema JSON; `created_ms` milliseconds since the epoch."""

    id: str
    schema_text: str
    partition_columns: tuple[str, ...] = ()
    configuration: Mapping[str, str] = field(default_factory=dict)
    name: str | None = None
    description: str | None = None
    created_ms: int | None = None

    @staticmethod
    def of(value: Json) -> Metadata:
        """The action as it was read."""
        return Metadata(
            value["id"],
            value["schemaString"],
            tuple(value.get("partitionColumns") or ()),
            _pairs(value.get("configuration")),
            value.get("name"),
            value.get("description"),
            value.get("createdTime"),
        )

    def to_json(self) -> Json:
        """The action as it is written."""
        made: dict[str, Any] = {"id": self.id}
        if self.name is not None:
            made["name"] = self.name
        if self.description is not None:
            made["description"] = self.description
        made |= {
            "format": {"provider": "parquet", "options": {}},
            "schemaString": self.schema_text,
            "partitionColumns": list(self.partition_columns),
            "configuration": dict(self.configuration),
        }
        if self.created_ms is not None:
            made["createdTime"] = self.created_ms
        return {"metaData": made}


@dataclass(frozen=True, slots=True)
class DeletionVector:
    """Where the set of a file's deleted rows is kept: inline (`i`), beside the table (`u`) or at a path (`p`)."""

    storage: str
    value: str
    size_bytes: int
    cardinality: int
    offset: int | None = None

    @property
    def unique_id(self) -> str:
        """What tells two vectors of one file apart."""
        return f"{self.storage}{self.value}" + ("" if self.offset is None else f"@{self.offset}")

    @staticmethod
    def of(value: Json | None) -> DeletionVector | None:
        """The descriptor as it was read."""
        if not value:
            return None
        offset = value.get("offset")
        return DeletionVector(
            value["storageType"],
            value["pathOrInlineDv"],
            int(value["sizeInBytes"]),
            int(value["cardinality"]),
            None if offset is None else int(offset),
        )

    def to_json(self) -> Json:
        """The descriptor as it is written."""
        made = {
            "storageType": self.storage,
            "pathOrInlineDv": self.value,
            "sizeInBytes": self.size_bytes,
            "cardinality": self.cardinality,
        }
        return made if self.offset is None else {**made, "offset": self.offset}


@dataclass(frozen=True, slots=True)
class AddFile:
    """A data file of the table. `path` is as the log spells it (escaped); `stats` is JSON text."""

    path: str
    partition_values: Mapping[str, str | None]
    size_bytes: int
    modified_ms: int
    data_change: bool = True
    stats: str | None = None
    tags: Mapping[str, str] | None = None
    deletion_vector: DeletionVector | None = None
    base_row_id: int | None = None
    default_row_commit_version: int | None = None
    clustering_provider: str | None = None

    @staticmethod
    def of(value: Json) -> AddFile:
        """The action as it was read."""
        return AddFile(
            value["path"],
            _pairs(value.get("partitionValues")),
            int(value["size"]),
            int(value.get("modificationTime") or 0),
            bool(value.get("dataChange", True)),
            value.get("stats"),
            _pairs(value["tags"]) if value.get("tags") else None,
            DeletionVector.of(value.get("deletionVector")),
            value.get("baseRowId"),
            value.get("defaultRowCommitVersion"),
            value.get("clusteringProvider"),
        )

    def to_json(self) -> Json:
        """The action as it is written."""
        made: dict[str, Any] = {
            "path": self.path,
            "partitionValues": dict(self.partition_values),
            "size": self.size_bytes,
            "modificationTime": self.modified_ms,
            "dataChange": self.data_change,
        }
        optional = {
            "stats": self.stats,
            "tags": dict(self.tags) if self.tags else None,
            "deletionVector": self.deletion_vector.to_json() if self.deletion_vector else None,
            "baseRowId": self.base_row_id,
            "defaultRowCommitVersion": self.default_row_commit_version,
            "clusteringProvider": self.clustering_provider,
        }
        return {"add": made | {k: v for k, v in optional.items() if v is not None}}

    def removal(self, now_ms: int, *, data_change: bool = True) -> RemoveFile:
        """The action that takes this file out of the table."""
        return RemoveFile(
            self.path,
            now_ms,
            data_change,
            self.partition_values,
            self.size_bytes,
            self.stats,
            self.tags,
            self.deletion_vector,
            self.base_row_id,
            self.default_row_commit_version,
        )

    @property
    def row_count(self) -> int | None:
        """Rows in the file, deleted ones included; None where the log does not say."""
        if self.stats is None:
            return None
        count = json.loads(self.stats).get("numRecords")
        return None if count is None else int(count)

    @property
    def live_row_count(self) -> int | None:
        """Rows in the file less the deleted ones; None where the log does not say."""
        count = self.row_count
        return count - self.deletion_vector.cardinality if count is not None and self.deletion_vector else count


@dataclass(frozen=True, slots=True)
class RemoveFile:
    """A file that is no longer part of the table; it stays on disk for readers of older versions."""

    path: str
    deleted_ms: int
    data_change: bool = True
    partition_values: Mapping[str, str | None] = field(default_factory=dict)
    size_bytes: int | None = None
    stats: str | None = None
    tags: Mapping[str, str] | None = None
    deletion_vector: DeletionVector | None = None
    base_row_id: int | None = None
    default_row_commit_version: int | None = None

    @staticmethod
    def of(value: Json) -> RemoveFile:
        """The action as it was read."""
        return RemoveFile(
            value["path"],
            int(value.get("deletionTimestamp") or 0),
            bool(value.get("dataChange", True)),
            _pairs(value.get("partitionValues")),
            value.get("size"),
            value.get("stats"),
            _pairs(value["tags"]) if value.get("tags") else None,
            DeletionVector.of(value.get("deletionVector")),
            value.get("baseRowId"),
            value.get("defaultRowCommitVersion"),
        )

    def to_json(self) -> Json:
        """The action as it is written."""
        made: dict[str, Any] = {
            "path": self.path,
            "deletionTimestamp": self.deleted_ms,
            "dataChange": self.data_change,
            "extendedFileMetadata": True,
            "partitionValues": dict(self.partition_values),
        }
        optional = {
            "size": self.size_bytes,
            "stats": self.stats,
            "tags": dict(self.tags) if self.tags else None,
            "deletionVector": self.deletion_vector.to_json() if self.deletion_vector else None,
            "baseRowId": self.base_row_id,
            "defaultRowCommitVersion": self.default_row_commit_version,
        }
        return {"remove": made | {k: v for k, v in optional.items() if v is not None}}


@dataclass(frozen=True, slots=True)
class ChangeFile:
    """A file of `_change_data`: rows as they were before and after, for the change data feed."""

    path: str
    partition_values: Mapping[str, str | None]
    size_bytes: int

    @staticmethod
    def of(value: Json) -> ChangeFile:
        """The action as it was read."""
        return ChangeFile(value["path"], _pairs(value.get("partitionValues")), int(value["size"]))

    def to_json(self) -> Json:
        """The action as it is written."""
        values = dict(self.partition_values)
        made = {"path": self.path, "partitionValues": values, "size": self.size_bytes, "dataChange": False}
        return {"cdc": made}


@dataclass(frozen=True, slots=True)
class AppTransaction:
    """How far an application has written (`txn`): its next write says the version that it follows."""

    app_id: str
    version: int
    updated_ms: int | None = None

    @staticmethod
    def of(value: Json) -> AppTransaction:
        """The action as it was read."""
        return AppTransaction(value["appId"], int(value["version"]), value.get("lastUpdated"))

    def to_json(self) -> Json:
        """The action as it is written."""
        made: dict[str, Any] = {"appId": self.app_id, "version": self.version}
        return {"txn": made if self.updated_ms is None else {**made, "lastUpdated": self.updated_ms}}


@dataclass(frozen=True, slots=True)
class DomainMetadata:
    """A named piece of configuration, such as the clustering columns."""

    domain: str
    configuration: str
    removed: bool = False

    @staticmethod
    def of(value: Json) -> DomainMetadata:
        """The action as it was read."""
        return DomainMetadata(value["domain"], value.get("configuration") or "", bool(value.get("removed", False)))

    def to_json(self) -> Json:
        """The action as it is written."""
        made = {"domain": self.domain, "configuration": self.configuration, "removed": self.removed}
        return {"domainMetadata": made}


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """Who did what: the JSON object as it stands in the log."""

    value: Json

    @staticmethod
    def of(value: Json) -> CommitInfo:
        """The action as it was read."""
        return CommitInfo(value)

    def to_json(self) -> Json:
        """The action as it is written."""
        return {"commitInfo": dict(self.value)}


Action = Protocol | Metadata | AddFile | RemoveFile | ChangeFile | AppTransaction | DomainMetadata | CommitInfo

_KINDS: Final[Mapping[str, Any]] = {
    "protocol": Protocol.of,
    "metaData": Metadata.of,
    "add": AddFile.of,
    "remove": RemoveFile.of,
    "cdc": ChangeFile.of,
    "txn": AppTransaction.of,
    "domainMetadata": DomainMetadata.of,
    "commitInfo": CommitInfo.of,
}


def action_of(line: Json) -> Action | None:
    """The action of one line of a commit; None for a kind that readers may pass over."""
    for kind, value in line.items():
        read = _KINDS.get(kind)
        if read is not None and value is not None:
            made: Action = read(value)
            return made
    return None


def line_of(action: Action) -> str:
    """The line that stands for an action in a commit."""
    return json.dumps(action.to_json(), separators=(",", ":"), ensure_ascii=False)


def _pairs(value: Any) -> dict[str, Any]:
    """A JSON object, or the list of pairs that Arrow makes of a map."""
    return dict(value or {})
