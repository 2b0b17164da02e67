"""A transaction on a Delta table: what is staged, and the actions that land it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from hiveframe.catalog.entities import DEFAULT
from hiveframe.errors import analysis_error
from hiveframe.lake.delta.actions import (
    Action,
    AddFile,
    AppTransaction,
    ChangeFile,
    DeletionVector,
    DomainMetadata,
    Metadata,
)
from hiveframe.lake.delta.columns import (
    ID,
    MODE,
    numbered,
    schema_for_log,
    stored_name,
    stored_path,
    stored_type,
    with_notes_of,
)
from hiveframe.lake.delta.deletion_vectors import RowNumbers, read_vector, write_vectors
from hiveframe.lake.delta.features import (
    VERSIONS,
    check_writable,
    features_of_properties,
    features_of_schema,
    with_features,
    with_versions,
)
from hiveframe.lake.delta.properties import checked
from hiveframe.lake.delta.pruning import may_be_in
from hiveframe.lake.delta.snapshot import CLUSTERING, FileKey, Snapshot, parsed_schema
from hiveframe.lake.delta.transaction import Commit, commit, reads_all, reads_nothing
from hiveframe.lake.delta.values import file_statistics, partition_text, partition_value, with_loose_bounds
from hiveframe.lake.options import Options
from hiveframe.lake.pruning import AnyOf, ColumnTest, Predicate
from hiveframe.lake.tables.data_files import DataFile, write_data_files
from hiveframe.lake.tables.row_numbers import add_places, united
from hiveframe.lake.tables.table import Definition, Reads
from hiveframe.lake.write.request import Rows
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType, json_value
from hiveframe.settings import Settings

CHANGE_TYPE: Final = "_change_type"
_CHANGES: Final = "_change_data"
_VECTORS: Final = "delta.enableDeletionVectors"


class DeltaWrite:
    """A transaction on a Delta table."""

    def __init__(self, location: str, base: Snapshot | None) -> None:
        self._location = location
        self._base = base
        self._protocol = base.protocol if base is not None else None
        self._metadata = base.metadata if base is not None else None
        self._added: list[AddFile] = []
        self._removed: dict[FileKey, AddFile] = {}
        self._deleted: dict[str, RowNumbers] = {}
        self._extra: list[Action] = []
        self._metrics: dict[str, int] = {}
        self._replaced: list[tuple[Predicate, ...]] = []
        self._time_zone = "UTC"
        self._text: str | None = None
        self._is_defined = False

    # ------------------------------------------------------------------------------------------------ what is staged

    def define(self, definition: Definition) -> None:
        """The table's columns, partitioning and properties; what they ask of readers and writers goes with them."""
        properties = checked(definition.properties, self._metadata.configuration if self._metadata is not None else {})
        schema = definition.schema
        if self._is_defined:
            schema = with_notes_of(schema, self._schema())  # numbers and names that files have by now
        self._is_defined = True
        if properties.get(MODE, "none") != "none":
            is_mapped = self._metadata is not None and self._metadata.configuration.get(MODE, "none") != "none"
            schema, properties = numbered(schema, properties, is_new=self._metadata is None or is_mapped)
        wanted = features_of_schema(schema) | features_of_properties(properties) | features_of_columns(schema)
        before = self._base.domains.get(CLUSTERING) if self._base is not None else None
        if definition.cluster_by or before is not None:
            wanted |= {"clustering", "domainMetadata"}
            columns = {"clusteringColumns": [stored_path(schema, c) for c in definition.cluster_by]}
            domain = DomainMetadata(CLUSTERING, json.dumps(columns, ensure_ascii=False))
            self._extra = [a for a in self._extra if not isinstance(a, DomainMetadata)]
            self._extra += [domain] if domain != before else []
        self._protocol = with_features(with_versions(self._protocol, properties), wanted)
        check_writable(self._location, self._protocol)
        known = self._metadata
        self._metadata = Metadata(
            known.id if known is not None else str(uuid.uuid4()),
            json.dumps(json_value(schema_for_log(schema)), separators=(",", ":"), ensure_ascii=False),
            definition.partition_columns,
            {k: v for k, v in properties.items() if not k.startswith("delta.feature.") and k not in VERSIONS},
            known.name if known is not None else None,
            definition.comment,
            known.created_ms if known is not None else time.time_ns() // 1_000_000,
        )

    def note(self, text: str | None, application: tuple[str, int] | None) -> None:
        """What stands with the commit: a text, and which numbered write of an application this is."""
        self._text = text
        if application is not None:
            self._extra.append(AppTransaction(*application, time.time_ns() // 1_000_000))

    def stored_schema(self) -> StructType:
        """The columns as they stand in files."""
        made = stored_type(self._schema())
        assert isinstance(made, StructType)
        return made

    def add_rows(self, rows: Rows, settings: Settings, options: Options | None = None) -> int:
        """Write data files of the rows."""
        assert self._metadata is not None
        self._time_zone = settings.time_zone
        columns = self._schema()
        partitioning = [stored_name(f) for f in self._partition_fields(columns)]
        files, count = write_data_files(
            self._location,
            self.stored_schema(),
            rows,
            settings,
            partition_by=partitioning,
            options=options,
            field_ids=field_ids(columns, partitioning) if self._metadata.configuration.get(MODE) == "id" else None,
        )
        for file in files:
            self._added.append(self._add(file, columns, settings.time_zone))
        self._count("numOutputRows", count)
        self._count("numFiles", len(files))
        self._count("numOutputBytes", sum(f.size_bytes for f in files))
        return count

    def delete_rows(self, deleted: Mapping[str, RowNumbers]) -> None:
        """Take rows out by the places they have in their files."""
        add_places(self._deleted, deleted)

    @property
    def wants_changes(self) -> bool:
        """Whether the table keeps a feed of its changes."""
        return self._base is not None and self._base.flag("delta.enableChangeDataFeed")

    def add_changes(self, rows: Rows, settings: Settings) -> int:
        """Write change files."""
        assert self._metadata is not None
        columns = self._schema()
        schema = StructType((*self.stored_schema().fields, StructField(CHANGE_TYPE, t.STRING, True)))
        partitioning = [stored_name(f) for f in self._partition_fields(columns)]
        files, count = write_data_files(
            self._location, schema, rows, settings, partition_by=partitioning, below=_CHANGES
        )
        for file in files:
            values = self._partition_values(file, columns, settings.time_zone)
            self._extra.append(ChangeFile(quote(file.path, safe=_SAFE), values, file.size_bytes))
        return count

    @property
    def copies_files(self) -> bool:
        """Whether the table was told to do without deletion vectors."""
        return self._base is not None and self._base.properties.get(_VECTORS, "true").lower() == "false"

    def remove_files(self, paths: Sequence[str]) -> None:
        """Take whole files out."""
        assert self._base is not None
        chosen = set(paths)
        self._removed |= {k: add for k, add in self._base.files.items() if self._base.path_of(add) in chosen}

    def remove_all(self) -> None:
        """Take every file out."""
        if self._base is not None:
            self._removed.update(self._base.files)

    def remove_partitions(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Take out the files of partitions."""
        assert self._base is not None
        self._replaced += [self._partition(wanted) for wanted in values]
        for key, add in self._base.files.items():
            held = self._values_of(add)
            if any(all(_is_same(held[name], value) for name, value in wanted.items()) for wanted in values):
                self._removed[key] = add

    def remove_touched(self) -> None:
        """Take out the files of the partitions that new ones lie in."""
        self.remove_partitions([self._values_of(add) for add in self._added])

    def _partition(self, values: Mapping[str, Any]) -> tuple[Predicate, ...]:
        """What the rows of a partition fulfil; NaN compares with nothing, so that any may hold it."""
        places = {f.name: i for i, f in enumerate(self._schema().fields)}
        return tuple(
            ColumnTest(places[name], "isnull") if value is None else ColumnTest(places[name], "=", (value,))
            for name, value in values.items()
            if value == value
        )

    def _values_of(self, add: AddFile) -> dict[str, Any]:
        return {
            f.name: partition_value(add.partition_values.get(stored_name(f)), f.dtype, self._time_zone, column=f.name)
            for f in self._partition_fields(self._schema())
        }

    # ---------------------------------------------------------------------------------------------------- the commit

    def commit(
        self, operation: str, parameters: Mapping[str, Any], *, reads: Reads, is_rearranged: bool = False
    ) -> int:
        """Land everything as the next version."""
        self._thin()
        if not is_rearranged:
            self._count_removed(operation)
        actions: list[Action] = []
        if self._protocol is not None and (self._base is None or self._protocol != self._base.protocol):
            actions.append(self._protocol)
        if self._metadata is not None and (self._base is None or self._metadata != self._base.metadata):
            actions.append(self._metadata)
        actions += self._extra
        now = time.time_ns() // 1_000_000
        if not is_rearranged:
            self._refuse_removal()
        actions += [add.removal(now, data_change=not is_rearranged) for add in self._removed.values()]
        actions += [replace(add, data_change=not is_rearranged) for add in self._added]
        if self._replaced and reads is not True:
            reads = AnyOf((*(reads.branches if reads else ()), *self._replaced))
        looks = self._looks_at(reads or (bool(self._removed) and not is_rearranged))
        held = self._base.files if reads and self._base is not None else {}
        return commit(
            Commit(
                self._location,
                operation,
                {k: v if isinstance(v, str) else json.dumps(v) for k, v in parameters.items()},
                actions,
                looks,
                frozenset(key for key, add in held.items() if looks(add)),
                self._base,
                {k: str(v) for k, v in self._metrics.items()},
                self._text,
            )
        )

    def _looks_at(self, reads: Reads) -> Callable[[AddFile], bool]:
        """Whether the rows of a file matter."""
        base = self._base
        if isinstance(reads, AnyOf) and base is not None:
            return lambda add: may_be_in(base, add, reads)
        return reads_all if reads else reads_nothing

    def _refuse_removal(self) -> None:
        appends = self._base is not None and self._base.flag("delta.appendOnly")
        if appends and self._removed:
            raise analysis_error("DELTA_CANNOT_MODIFY_APPEND_ONLY", tableName=self._location)

    def _thin(self) -> None:
        """Turn deleted rows into deletion vectors; a file of which no row is left goes."""
        if not self._deleted:
            return
        assert self._base is not None
        by_path = {self._base.path_of(add): (key, add) for key, add in self._base.files.items()}
        vectors: dict[str, RowNumbers] = {}
        for path, rows in self._deleted.items():
            key, add = by_path[path]
            known = add.deletion_vector
            every = united(read_vector(self._location, known), rows) if known is not None else united(rows)
            self._count("numDeletedRows", len(every) - (known.cardinality if known is not None else 0))
            self._removed[key] = add
            if add.row_count is None or len(every) < add.row_count:
                vectors[path] = every.astype(np.uint64)
        made: dict[str, DeletionVector] = write_vectors(self._location, vectors) if vectors else {}
        for path, vector in made.items():
            _, add = by_path[path]
            self._added.append(replace(add, deletion_vector=vector, stats=with_loose_bounds(add.stats)))
        if made:
            assert self._protocol is not None
            self._protocol = with_features(self._protocol, {"deletionVectors"})

    def _count_removed(self, operation: str) -> None:
        """Note the files that went whole, and of a DELETE their rows, less those that were copied out of them."""
        kept = {add.path for add in self._added}
        gone = [add for add in self._removed.values() if add.path not in kept]
        if gone:
            self._count("numRemovedFiles", len(gone))
            self._count("numRemovedBytes", sum(add.size_bytes for add in gone))
        if operation != "DELETE" or self._base is None:
            return
        copied = self._metrics.pop("numOutputRows", 0)
        self._count("numCopiedRows", copied)
        rows = [add.live_row_count for add in gone if self._base.path_of(add) not in self._deleted]
        known = [count for count in rows if count is not None]
        if len(known) == len(rows):
            self._count("numDeletedRows", sum(known) - copied)

    # ------------------------------------------------------------------------------------------------------- helpers

    def _schema(self) -> StructType:
        assert self._metadata is not None
        return parsed_schema(self._metadata.schema_text)

    def _partition_fields(self, schema: StructType) -> list[StructField]:
        assert self._metadata is not None
        by_name = {f.name.lower(): f for f in schema.fields}
        return [by_name[name.lower()] for name in self._metadata.partition_columns]

    def _add(self, file: DataFile, columns: StructType, time_zone: str) -> AddFile:
        assert self._metadata is not None
        values = self._partition_values(file, columns, time_zone)
        data = StructType(tuple(f for f in columns.fields if stored_name(f) not in values))
        stats = file_statistics(self._location, file.path, data, self._metadata.configuration)
        return AddFile(quote(file.path, safe=_SAFE), values, file.size_bytes, file.modified_ms, stats=stats)

    def _partition_values(self, file: DataFile, columns: StructType, time_zone: str) -> dict[str, str | None]:
        types = {stored_name(f): f.dtype for f in columns.fields}
        return {
            name: partition_text(shown, types[name], time_zone, column=name)
            for name, shown in file.partition_texts.items()
        }

    def _count(self, metric: str, number: int) -> None:
        self._metrics[metric] = self._metrics.get(metric, 0) + number


def _is_same(a: Any, b: Any) -> bool:
    """Whether two values name one partition; NaN does."""
    return bool(a == b or (a != a and b != b))


_SAFE: Final = "/!$&'()*+,;=:@-._~"


def features_of_columns(schema: StructType) -> frozenset[str]:
    """The features that notes on columns ask for."""
    found: set[str] = set()
    for f in schema.fields:
        found |= {name for key, name in _NOTES.items() if key in f.metadata}
    return frozenset(found)


_NOTES: Final[Mapping[str, str]] = {
    "delta.generationExpression": "generatedColumns",
    "delta.identity.start": "identityColumns",
    DEFAULT: "allowColumnDefaults",
    "delta.invariants": "invariants",
}


def field_ids(schema: StructType, leave_out: Sequence[str] = ()) -> dict[str, object]:
    """The numbers of a mapped schema's columns as the writer of files takes them."""
    made: dict[str, object] = {}
    for f in schema.fields:
        if stored_name(f) not in leave_out and ID in f.metadata:
            inner = field_ids(f.dtype) if isinstance(f.dtype, StructType) else {}
            made[stored_name(f)] = {"__duckdb_field_id": f.metadata[ID], **inner} if inner else f.metadata[ID]
    return made
