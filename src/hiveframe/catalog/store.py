"""What holds a catalog's databases and tables: the metastore, or a catalog of another system under its own name."""

from __future__ import annotations

from typing import Any, Protocol

from hiveframe.catalog.entities import Database, Table


class Catalogs(Protocol):
    """The catalogs of other systems that a session knows."""

    def find(self, name: str) -> Store | None:
        """The catalog of that name, opened; None when there is none."""

    def names(self) -> list[str]:
        """Their names."""


class NoCatalogs:
    """None at all."""

    def find(self, name: str) -> Store | None:
        """None."""
        return None

    def names(self) -> list[str]:
        """Nothing."""
        return []


class Store(Protocol):
    """One catalog's entries. Names are as the catalog spells them; conditions are Spark's."""

    @property
    def home(self) -> Any:
        """What its entries note as their home."""

    @property
    def default_provider(self) -> str | None:
        """The provider of tables for which none is named; None leaves it to the session."""

    def database(self, name: str) -> Database:
        """The database of that name; SCHEMA_NOT_FOUND otherwise."""

    def find_database(self, name: str) -> Database | None:
        """The database of that name, or None."""

    def databases(self, pattern: str | None = None) -> list[Database]:
        """Databases whose names fit `pattern`, by name."""

    def create_database(self, database: Database, *, if_not_exists: bool = False) -> None:
        """Add a database."""

    def alter_database(self, database: Database) -> None:
        """Replace a database's description."""

    def drop_database(self, name: str, *, if_exists: bool = False, cascade: bool = False) -> None:
        """Remove a database, with all that it holds when `cascade` says so."""

    def database_location(self, name: str) -> str:
        """Where a new database's tables go unless it says otherwise."""

    def find_table(self, database: str, name: str) -> Table | None:
        """The table or view of that name, or None."""

    def tables(self, database: str, pattern: str | None = None) -> list[Table]:
        """Tables and views whose names fit `pattern`, by name."""

    def default_location(self, database: str, name: str) -> str:
        """Where a managed table of that name lies."""

    def create_table(self, table: Table, *, if_not_exists: bool = False, replace_existing: bool = False) -> bool:
        """Add a table's entry; whether it was added."""

    def alter_table(self, table: Table) -> None:
        """Replace a table's entry."""

    def rename_table(self, table: Table, database: str, name: str) -> None:
        """Give a table another name."""

    def drop_table(self, table: Table, *, purge: bool = False) -> None:
        """Remove a table's entry and, where they are the catalog's to remove or `purge` says so, its files."""
