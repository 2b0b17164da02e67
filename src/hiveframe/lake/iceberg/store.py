"""A catalog of Iceberg tables as Spark's names lead through it: `spark.sql.catalog.NAME`.

Namespaces are databases, `a.b` one below another.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from pyiceberg.catalog import Catalog
from pyiceberg.exceptions import (
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)

from hiveframe.catalog.entities import Database, Table
from hiveframe.catalog.metastore import matches, quoted
from hiveframe.errors import AnalysisException, analysis_error, unsupported
from hiveframe.lake.iceberg.catalogs import load
from hiveframe.lake.iceberg.table import IcebergTable
from hiveframe.lake.paths import local_path
from hiveframe.lake.tables.table import TablePlace

_OWN: Final = frozenset(("comment", "location", "owner"))


def open_store(name: str, options: Mapping[str, str]) -> IcebergStore:
    """The catalog that `spark.sql.catalog.NAME` and the options below it describe."""
    return IcebergStore(name, load(name, options))


class IcebergStore:
    """Databases and tables of one Iceberg catalog."""

    default_provider = "iceberg"

    def __init__(self, name: str, catalog: Catalog) -> None:
        self.name = name
        self.catalog = catalog

    @property
    def home(self) -> IcebergStore:
        """What entries are found in."""
        return self

    # ------------------------------------------------------------------------------------------------ databases

    def database(self, name: str) -> Database:
        """The database of that name; SCHEMA_NOT_FOUND otherwise."""
        found = self.find_database(name)
        if found is None:
            raise analysis_error("SCHEMA_NOT_FOUND", schemaName=quoted(self.name, *name.split(".")))
        return found

    def find_database(self, name: str) -> Database | None:
        """The database of that name, or None."""
        try:
            held = dict(self.catalog.load_namespace_properties(_parts(name)))
        except NoSuchNamespaceError:
            return None
        location = held.get("location") or self._below(name)
        properties = {k: v for k, v in held.items() if k not in _OWN and not (k == "exists" and v == "true")}
        return Database(name, location, held.get("comment", ""), held.get("owner", ""), properties, self.name)

    def databases(self, pattern: str | None = None) -> list[Database]:
        """Databases whose names fit `pattern`, by name."""
        names = sorted(".".join(parts) for parts in self._namespaces(()))
        found = (self.find_database(name) for name in names if matches(name, pattern))
        return [d for d in found if d is not None]

    def _namespaces(self, below: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for parts in self.catalog.list_namespaces(below):
            if tuple(parts) != below:
                yield tuple(parts)
                yield from self._namespaces(tuple(parts))

    def create_database(self, database: Database, *, if_not_exists: bool = False) -> None:
        """Add a database."""
        given = {"comment": database.comment, "owner": database.owner}
        if database.location and database.location != self._below(database.name):
            given["location"] = database.location
        properties = {**database.properties, **{k: v for k, v in given.items() if v}}
        try:
            self.catalog.create_namespace(_parts(database.name), properties)
        except NamespaceAlreadyExistsError as error:
            if not if_not_exists:
                name = quoted(self.name, *_parts(database.name))
                raise analysis_error("SCHEMA_ALREADY_EXISTS", schemaName=name) from error

    def alter_database(self, database: Database) -> None:
        """Replace a database's description."""
        held = self.database(database.name)
        wanted = {**database.properties, "comment": database.comment}
        if database.location != held.location:
            wanted["location"] = database.location
        removals = set(held.properties) - set(wanted)
        updates = {k: v for k, v in wanted.items() if v}
        self.catalog.update_namespace_properties(_parts(database.name), removals, updates)

    def drop_database(self, name: str, *, if_exists: bool = False, cascade: bool = False) -> None:
        """Remove a database; SCHEMA_NOT_EMPTY unless it is empty or `cascade` drops what it holds."""
        if self.find_database(name) is None:
            if if_exists:
                return
            raise analysis_error("SCHEMA_NOT_FOUND", schemaName=quoted(self.name, *_parts(name)))
        if cascade:
            for table in self.tables(name):
                self.drop_table(table)
        try:
            self.catalog.drop_namespace(_parts(name))
        except NamespaceNotEmptyError as error:
            raise analysis_error("SCHEMA_NOT_EMPTY", schemaName=quoted(self.name, *_parts(name))) from error

    def database_location(self, name: str) -> str:
        """Where a new database's tables go unless it says otherwise."""
        return self._below(name)

    def _below(self, name: str) -> str:
        warehouse = self.catalog.properties.get("warehouse", "")
        is_folder = warehouse.startswith(("/", "file:"))
        return os.path.join(local_path(warehouse), *_parts(name)) if is_folder else ""

    # --------------------------------------------------------------------------------------------------- tables

    def find_table(self, database: str, name: str) -> Table | None:
        """The table of that name, or the branch or tag of a table (`db.table.branch_x`); None where there is none."""
        found = self._entry(database, name)
        kind, _, reference = name.partition("_")
        outer, dot, inner = database.rpartition(".")
        if found is not None or not (dot and reference and kind in ("branch", "tag")):
            return found
        table = self._entry(outer, inner)
        return replace(table, options={"branch": reference}) if table is not None else None

    def _entry(self, database: str, name: str) -> Table | None:
        place = TablePlace("", name=(database, name), home=self)
        state = IcebergTable(place).state()
        if state is None:
            return None
        definition = state.definition
        location = local_path(state.pinned.table.metadata.location)
        return Table(
            database,
            name,
            "MANAGED",
            definition.schema,
            "iceberg",
            location,
            definition.partition_columns,
            properties=dict(definition.properties),
            comment=definition.comment,
            owner=definition.properties.get("owner", ""),
            created_ms=state.created_ms,
            catalog=self.name,
            terms=definition.terms,
            home=self,
        )

    def tables(self, database: str, pattern: str | None = None) -> list[Table]:
        """Tables whose names fit `pattern`, by name."""
        self.database(database)
        names = sorted(identifier[-1] for identifier in self.catalog.list_tables(_parts(database)))
        found = (self._entry(database, name) for name in names if matches(name, pattern))
        return [table for table in found if table is not None]

    def default_location(self, database: str, name: str) -> str:
        """Where a managed table of that name lies; the catalog decides where it does not say."""
        below = self.database(database).location
        return os.path.join(local_path(below), name) if below else ""

    def create_table(self, table: Table, *, if_not_exists: bool = False, replace_existing: bool = False) -> bool:
        """Nothing: an Iceberg table enters its catalog with its first commit. Other entries have no place here."""
        if table.is_view:
            raise unsupported(f"views in the Iceberg catalog {self.name}; create it in spark_catalog")
        if table.provider != "iceberg":
            raise unsupported(f"{table.provider} tables in the Iceberg catalog {self.name}")
        return True

    def alter_table(self, table: Table) -> None:
        """Nothing that is said of a table is kept beside the table."""
        raise unsupported(f"this change of {quoted(*table.parts)}, which only a table of spark_catalog can have")

    def rename_table(self, table: Table, database: str, name: str) -> None:
        """Give a table another name; its files stay where they are."""
        with self._named(table):
            self.catalog.rename_table((*_parts(table.database), table.name), (*_parts(database), name))

    def drop_table(self, table: Table, *, purge: bool = False) -> None:
        """Remove a table's entry; its files stay unless `purge` says otherwise."""
        with self._named(table):
            self.catalog.drop_table((*_parts(table.database), table.name))
        if purge:
            shutil.rmtree(table.location)

    @contextmanager
    def _named(self, table: Table) -> Iterator[None]:
        try:
            yield
        except NoSuchTableError as error:
            path = f"[{quoted(self.name, table.database)}]"
            shown = {"relationName": quoted(*table.parts), "searchPath": path}
            raise AnalysisException("TABLE_OR_VIEW_NOT_FOUND", shown) from error
        except NoSuchNamespaceError as error:
            raise analysis_error("SCHEMA_NOT_FOUND", schemaName=quoted(self.name, str(error))) from error
        except TableAlreadyExistsError as error:
            raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=str(error)) from error


def _parts(name: str) -> tuple[str, ...]:
    return tuple(name.split("."))
