"""A transaction on an Iceberg table: what is staged, and the job that lands it."""

from __future__ import annotations

import contextlib
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib import metadata as installed
from typing import Any, Final

from pyiceberg.catalog import Catalog, MetastoreCatalog
from pyiceberg.exceptions import NoSuchNamespaceError
from pyiceberg.manifest import DataFile
from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
from pyiceberg.table import Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import (
    AddPartitionSpecUpdate,
    AddSchemaUpdate,
    AddSortOrderUpdate,
    AssertCurrentSchemaId,
    AssertDefaultSortOrderId,
    AssertDefaultSpecId,
    AssertLastAssignedFieldId,
    AssertLastAssignedPartitionId,
    RemovePropertiesUpdate,
    SetCurrentSchemaUpdate,
    SetDefaultSortOrderUpdate,
    SetDefaultSpecUpdate,
    SetPropertiesUpdate,
    TableRequirement,
    TableUpdate,
    UpgradeFormatVersionUpdate,
    update_table_metadata,
)
from pyiceberg.transforms import IdentityTransform
from sqlglot import exp

from hiveframe.catalog.entities import Term
from hiveframe.errors import SparkException, analysis_error, internal_error, unsupported
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import column, ident
from hiveframe.lake.iceberg import steps
from hiveframe.lake.iceberg.columns import iceberg_schema, plain, spark_schema
from hiveframe.lake.iceberg.commit import commit
from hiveframe.lake.iceberg.conflicts import Job
from hiveframe.lake.iceberg.data_files import DataFileWriter, write_position_deletes
from hiveframe.lake.iceberg.deletes import deleted_rows
from hiveframe.lake.iceberg.partitioning import order_of, spec_of
from hiveframe.lake.iceberg.planning import Partition, PlannedFile, partition_of
from hiveframe.lake.iceberg.reading import Pinned
from hiveframe.lake.iceberg.updates import made
from hiveframe.lake.options import Options
from hiveframe.lake.paths import local_path
from hiveframe.lake.runner import PrivateRunner
from hiveframe.lake.table_function import subquery
from hiveframe.lake.tables.row_numbers import add_places, united
from hiveframe.lake.tables.table import Definition, Reads, RowNumbers
from hiveframe.lake.write.request import Rows, max_records
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings

_VERSION: Final = "format-version"
_MODES: Final = ("write.delete.mode", "write.update.mode", "write.merge.mode")


class IcebergWrite:
    """A transaction on an Iceberg table; without `base` it makes the table."""

    def __init__(
        self, catalog: Catalog, identifier: tuple[str, ...], location: str, base: Pinned | None, branch: str
    ) -> None:
        self._catalog = catalog
        self._identifier = identifier
        self._location = location
        self._base = base
        self._branch = branch
        self._table: Table | None = base.table if base is not None else None
        self._staged: TableMetadata | None = base.table.metadata if base is not None else None
        self._updates: tuple[TableUpdate, ...] = ()
        self._requirements: tuple[TableRequirement, ...] = ()
        self._added: list[DataFile] = []
        self._removed: set[str] = set()
        self._deleted: dict[str, RowNumbers] = {}
        self._replaces: list[Callable[[DataFile], bool]] = []

    # ------------------------------------------------------------------------------------------------ the definition

    def define(self, definition: Definition) -> None:
        """The table's columns, partitioning, order and properties."""
        _refuse(definition)
        terms = definition.terms or tuple(Term(name) for name in definition.partition_columns)
        if self._base is None:
            self._stage_new(replace(definition, terms=terms))
            return
        held = self._base.table.metadata
        updates: list[TableUpdate] = []
        requirements: list[TableRequirement] = []
        version = int(definition.properties.get(_VERSION, held.format_version))
        if version != held.format_version:
            updates.append(made(UpgradeFormatVersionUpdate, format_version=version))
        schema = iceberg_schema(definition.schema, held.schema(), held.last_column_id)
        if schema.fields != held.schema().fields or schema.identifier_field_ids != held.schema().identifier_field_ids:
            same = next((s for s in held.schemas if s.fields == schema.fields), None)
            number = max(s.schema_id for s in held.schemas) + 1
            if same is None:
                schema = schema.model_copy(update={"schema_id": number})
                updates.append(made(AddSchemaUpdate, schema_=schema))
            updates.append(made(SetCurrentSchemaUpdate, schema_id=-1 if same is None else same.schema_id))
            requirements.append(made(AssertCurrentSchemaId, current_schema_id=held.current_schema_id))
            requirements.append(made(AssertLastAssignedFieldId, last_assigned_field_id=held.last_column_id))
        spec = spec_of(terms, schema, held)
        if spec.spec_id != held.default_spec_id:
            if all(s.spec_id != spec.spec_id for s in held.partition_specs):
                updates.append(made(AddPartitionSpecUpdate, spec=spec))
            updates.append(made(SetDefaultSpecUpdate, spec_id=spec.spec_id))
            requirements.append(made(AssertDefaultSpecId, default_spec_id=held.default_spec_id))
            if held.last_partition_id is not None:
                requirements.append(
                    made(AssertLastAssignedPartitionId, last_assigned_partition_id=held.last_partition_id)
                )
        order = order_of(definition.orderings, schema, held)
        if order.order_id != held.default_sort_order_id:
            if all(o.order_id != order.order_id for o in held.sort_orders):
                updates.append(made(AddSortOrderUpdate, sort_order=order))
            updates.append(made(SetDefaultSortOrderUpdate, sort_order_id=order.order_id))
            requirements.append(made(AssertDefaultSortOrderId, default_sort_order_id=held.default_sort_order_id))
        updates += _property_updates(held.properties, _properties(definition))
        self._updates, self._requirements = tuple(updates), tuple(requirements)
        self._staged = update_table_metadata(held, self._updates) if updates else held

    def _stage_new(self, definition: Definition) -> None:
        schema = iceberg_schema(definition.schema, None, 0)
        properties = _properties(definition)
        spec = spec_of(definition.terms, schema, None) if definition.terms else UNPARTITIONED_PARTITION_SPEC
        order = order_of(definition.orderings, schema, None)
        version = definition.properties.get(_VERSION, "2")
        if version not in ("1", "2"):
            raise unsupported(f"making an Iceberg table of format version {version}")
        if len(self._identifier) > 2 and isinstance(self._catalog, MetastoreCatalog):
            raise unsupported(f"tables in the nested namespace {'.'.join(self._identifier[:-1])} of an SQL catalog")
        try:
            transaction = self._catalog.create_table_transaction(
                self._identifier,
                schema,
                location=f"file://{self._location}" if self._location else None,
                partition_spec=spec,
                sort_order=order,
                properties={_VERSION: version, **properties},
            )
        except NoSuchNamespaceError as error:
            raise analysis_error("SCHEMA_NOT_FOUND", schemaName=".".join(self._identifier[:-1])) from error
        self._table = transaction._table
        self._updates = transaction._updates
        self._staged = transaction.table_metadata

    def note(self, text: str | None, application: tuple[str, int] | None) -> None:
        """Nothing: the format keeps no such notes."""

    def stored_schema(self) -> StructType:
        """The columns as they stand in files."""
        return plain(spark_schema(self._metadata.schema()))

    @property
    def _metadata(self) -> TableMetadata:
        assert self._staged is not None
        return self._staged

    # ------------------------------------------------------------------------------------------------ what is staged

    def add_rows(self, rows: Rows, settings: Settings, options: Options | None = None) -> int:
        """Write data files of the rows."""
        schema = self._metadata.schema()

        def build(query: exp.Query, names: tuple[str, ...], context: EmitContext) -> exp.Expression:
            items = [
                exp.Alias(this=column(name), alias=ident(f.name)) for name, f in zip(names, schema.fields, strict=True)
            ]
            return exp.Select(expressions=items).from_(subquery(query, "__rows"))

        writer = DataFileWriter(self._metadata, max_rows=max_records(options or Options(), settings))
        try:
            writer.write(iter(rows.stream(build)))
        finally:
            self._added += writer.files
        steps.reached("rows staged")
        return writer.row_count

    def delete_rows(self, deleted: Mapping[str, RowNumbers]) -> None:
        """Take rows out by the places they have in their files."""
        add_places(self._deleted, deleted)

    @property
    def wants_changes(self) -> bool:
        """Iceberg keeps no feed of changes: its snapshots tell them."""
        return False

    def add_changes(self, rows: Rows, settings: Settings) -> int:
        """Never asked, as no changes are wanted."""
        raise internal_error("an Iceberg table keeps no feed of changes")

    @property
    def copies_files(self) -> bool:
        """Whether the table cannot have delete files, or was told to do without."""
        properties = self._metadata.properties
        return self._metadata.format_version == 1 or any(properties.get(m) == "copy-on-write" for m in _MODES)

    def remove_files(self, paths: Sequence[str]) -> None:
        """Take whole files out."""
        chosen = set(paths)
        self._removed |= {p.data.file_path for p in self._files() if p.path in chosen}

    def remove_all(self) -> None:
        """Take out every file that is there when the commit lands."""
        if self._base is not None:
            self._replaces.append(lambda file: True)

    def remove_partitions(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Take out the files of partitions, those that are there when the commit lands."""
        schema = self._metadata.schema()
        specs = {s.spec_id: s for s in self._metadata.partition_specs}
        wanted = [{schema.find_field(n, case_sensitive=False).field_id: v for n, v in one.items()} for one in values]

        def goes(file: DataFile) -> bool:
            fields = enumerate(specs[file.spec_id].fields)
            held = {f.source_id: file.partition[i] for i, f in fields if isinstance(f.transform, IdentityTransform)}
            for one in wanted:
                if not set(one) <= set(held):
                    raise SparkException("ICEBERG_PARTLY_REPLACED", {"file": file.file_path})
                if all(held[number] == value for number, value in one.items()):
                    return True
            return False

        self._replaces.append(goes)

    def remove_touched(self) -> None:
        """Take out the files of the partitions that new ones lie in."""
        touched = {partition_of(file) for file in self._added}
        self._replaces.append(lambda file: partition_of(file) in touched)

    def _files(self) -> tuple[PlannedFile, ...]:
        return self._base.files() if self._base is not None else ()

    # ---------------------------------------------------------------------------------------------------- the commit

    def commit(
        self, operation: str, parameters: Mapping[str, Any], *, reads: Reads, is_rearranged: bool = False
    ) -> int:
        """Land everything as the next snapshot; a change of the definition alone makes none."""
        assert self._table is not None
        deletes, referenced = self._thin()
        replaces = self._replaces
        job = Job(
            self._base.table if self._base is not None else None,
            self._branch,
            operation,
            self._metadata,
            self._updates,
            self._requirements,
            tuple(self._added),
            tuple(deletes),
            frozenset(self._removed),
            frozenset(referenced),
            (lambda file: any(goes(file) for goes in replaces)) if replaces else None,
            # an overwrite looks at nothing that it takes away, but where it was told which rows go
            reads if operation != "WRITE" or self._deleted or self._removed else False,
            is_rearranged,
            {"engine-name": "hiveframe", "engine-version": installed.version("hiveframe"), "operation-name": operation},
        )
        if self._base is not None and not job.has_rows and not job.updates:
            return self._version(self._base.table)
        try:
            table = commit(self._catalog, self._identifier, self._table, job)
        except SparkException as error:
            if error.condition == "ICEBERG_COMMIT_CONFLICT":  # otherwise it may have landed
                self._discard(deletes)
            raise
        return self._version(table)

    def _version(self, table: Table) -> int:
        snapshot = table.metadata.snapshot_by_name(self._branch)
        return snapshot.snapshot_id if snapshot is not None else -1

    def _thin(self) -> tuple[list[DataFile], set[str]]:
        """Deleted rows as position delete files, with the data files they name; a file of which no row is left goes."""
        if not self._deleted:
            return [], set()
        assert self._base is not None
        by_path = {p.path: p for p in self._files()}
        touched = [by_path[path] for path in self._deleted]
        before = deleted_rows(touched, self._base.table.io, self._base.table.metadata, PrivateRunner())
        found: dict[Partition, dict[str, RowNumbers]] = defaultdict(dict)
        for path, rows in self._deleted.items():
            planned = by_path[path]
            every = united(before[path], rows) if path in before else united(rows)
            if len(every) >= planned.data.record_count:
                self._removed.add(planned.data.file_path)
            else:
                found[partition_of(planned.data)][planned.data.file_path] = rows
        files = write_position_deletes(self._metadata, found)
        steps.reached("deletes staged")
        return files, {path for held in found.values() for path in held}

    def _discard(self, deletes: Sequence[DataFile]) -> None:
        """Remove the files of a transaction that did not land."""
        for file in (*self._added, *deletes):
            with contextlib.suppress(OSError):
                os.remove(local_path(file.file_path))


def _properties(definition: Definition) -> dict[str, str]:
    kept = {k: v for k, v in definition.properties.items() if k not in (_VERSION, "comment")}
    return kept | ({"comment": definition.comment} if definition.comment else {})


def _property_updates(held: Mapping[str, str], wanted: Mapping[str, str]) -> list[TableUpdate]:
    changed = {k: v for k, v in wanted.items() if held.get(k) != v}
    removed = [k for k in held if k not in wanted]
    updates: list[TableUpdate] = [made(SetPropertiesUpdate, updates=changed)] if changed else []
    return [*updates, made(RemovePropertiesUpdate, removals=removed)] if removed else updates


def _refuse(definition: Definition) -> None:
    """What Iceberg tables do not have."""
    if definition.cluster_by:
        raise unsupported("CLUSTER BY on Iceberg tables; use WRITE ORDERED BY")
    for f in definition.schema.fields:
        if any(key.startswith(("delta.generationExpression", "delta.identity.")) for key in f.metadata):
            raise unsupported(f"the generated column {f.name} in an Iceberg table")
    if any(key.startswith("delta.constraints.") for key in definition.properties):
        raise unsupported("CHECK constraints on Iceberg tables")
