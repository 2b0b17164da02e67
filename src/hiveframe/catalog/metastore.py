"""The metastore: databases, tables, views, partitions and functions in one relational database.

By default that is a SQLite file under the warehouse directory, in WAL mode, safe for several processes at once; any
SQLAlchemy URL works, PostgreSQL is tested. Every change is one transaction. A managed table's folder is made before its
row is committed and removed after its row is gone, so a kill in between leaves nothing that a name leads to.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hiveframe.catalog.entities import DEFAULT_CATALOG, DEFAULT_DATABASE, Database, Function, Table
from hiveframe.catalog.unchanged import Unchanged
from hiveframe.catalog.write_ahead import use_write_ahead_log
from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.sql.identifiers import quote_identifier

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

METASTORE_FILE = "metastore.db"
_FIXED = frozenset(("iceberg",))
"""Providers whose files name each other by their full paths."""
_BUSY_MS = 30_000
_SCHEMA_LOCK = 0x48697665  # any number that only HiveFrame uses


def quoted(*parts: str) -> str:
    """A name as messages show it: each part in backquotes."""
    return ".".join(quote_identifier(p) for p in parts)


def matches(name: str, pattern: str | None) -> bool:
    """Whether `name` fits a SHOW pattern: `*` is any text, `|` separates alternatives, case is ignored."""
    if pattern is None:
        return True
    for alternative in pattern.strip().split("|"):
        regex = ".*".join(re.escape(piece) for piece in alternative.split("*"))
        if re.fullmatch(regex, name, re.IGNORECASE):
            return True
    return False


class Metastore:
    """One warehouse's metastore. It is opened when something is first asked of it."""

    def __init__(self, warehouse_dir: str, url: str | None = None) -> None:
        self.warehouse_dir = os.path.abspath(warehouse_dir)
        self._url = url
        self._engine: Engine | None = None
        self._lock = threading.Lock()
        self._unchanged = Unchanged(self._file()) if url is None else None

    @property
    def home(self) -> str:
        """The warehouse's folder."""
        return self.warehouse_dir

    @property
    def default_provider(self) -> str | None:
        """The session's own."""
        return None

    # ------------------------------------------------------------------------------------------------ databases

    def database(self, name: str) -> Database:
        """The database of that name; SCHEMA_NOT_FOUND otherwise."""
        found = self.find_database(name)
        if found is None:
            raise analysis_error("SCHEMA_NOT_FOUND", schemaName=quoted(DEFAULT_CATALOG, name))
        return found

    def find_database(self, name: str) -> Database | None:
        """The database of that name, or None."""
        key = name.lower()
        if not self._exists():
            return self._default() if key == DEFAULT_DATABASE else None
        from hiveframe.catalog import records, tables

        with self._reading() as connection:
            row = connection.execute(tables.databases.select().where(tables.databases.c.name == key)).first()
        return records.database_of(row) if row else None

    def databases(self, pattern: str | None = None) -> list[Database]:
        """Databases whose names fit `pattern`, by name."""
        if not self._exists():
            found = [self._default()]
        else:
            from hiveframe.catalog import records, tables

            with self._reading() as connection:
                found = [records.database_of(r) for r in connection.execute(tables.databases.select())]
        return sorted((d for d in found if matches(d.name, pattern)), key=lambda d: d.name)

    def create_database(self, database: Database, *, if_not_exists: bool = False) -> None:
        """Add a database and make its folder."""
        from hiveframe.catalog import records, tables

        with self._writing() as connection:
            if self._has_database(connection, database.name):
                if if_not_exists:
                    return
                raise analysis_error("SCHEMA_ALREADY_EXISTS", schemaName=quoted(database.name))
            os.makedirs(database.location, exist_ok=True)
            connection.execute(tables.databases.insert().values(**records.database_row(database)))

    def alter_database(self, database: Database) -> None:
        """Replace a database's comment, location and properties."""
        from hiveframe.catalog import records, tables

        with self._writing() as connection:
            if not self._has_database(connection, database.name):
                raise analysis_error("SCHEMA_NOT_FOUND", schemaName=quoted(DEFAULT_CATALOG, database.name))
            where = tables.databases.c.name == database.name
            connection.execute(tables.databases.update().where(where).values(**records.database_row(database)))

    def drop_database(self, name: str, *, if_exists: bool = False, cascade: bool = False) -> None:
        """Remove a database; SCHEMA_NOT_EMPTY unless it is empty or `cascade` drops what it holds."""
        from hiveframe.catalog import tables

        key = name.lower()
        if key == DEFAULT_DATABASE:
            raise analysis_error(
                "UNSUPPORTED_FEATURE.DROP_DATABASE", database=quoted(DEFAULT_CATALOG, DEFAULT_DATABASE)
            )
        found = self.find_database(key)
        if found is None:
            if if_exists:
                return
            raise analysis_error("SCHEMA_NOT_FOUND", schemaName=quoted(DEFAULT_CATALOG, name))
        with self._writing() as connection:
            held = [self._table(r) for r in self._table_rows(connection, key)]
            functions = connection.execute(tables.functions.select().where(tables.functions.c.database == key)).all()
            if (held or functions) and not cascade:
                raise analysis_error("SCHEMA_NOT_EMPTY", schemaName=quoted(key))
            for table in held:
                self._delete_table(connection, table)
            connection.execute(tables.functions.delete().where(tables.functions.c.database == key))
            connection.execute(tables.databases.delete().where(tables.databases.c.name == key))
            self._throw_away(connection, found.location)
        self._sweep()

    # --------------------------------------------------------------------------------------------------- tables

    def database_location(self, name: str) -> str:
        """`<name>.db` in the warehouse."""
        return os.path.join(self.warehouse_dir, f"{name}.db")

    def find_table(self, database: str, name: str) -> Table | None:
        """The table or view of that name, or None."""
        if not self._exists():
            return None
        key = database.lower(), name.lower()

        def ask() -> Table | None:
            with self._reading() as connection:
                return self._find_table(connection, *key)

        self._open()
        return ask() if self._unchanged is None else self._unchanged.get(key, ask)

    def tables(self, database: str, pattern: str | None = None) -> list[Table]:
        """Tables and views of a database whose names fit `pattern`, by name."""
        self.database(database)
        if not self._exists():
            return []
        with self._reading() as connection:
            found = [self._table(row) for row in self._table_rows(connection, database.lower())]
        return sorted((x for x in found if matches(x.name, pattern)), key=lambda x: x.name)

    def default_location(self, database: str, name: str) -> str:
        """Where a managed table of that name lives."""
        return os.path.join(self.database(database).location, name.lower())

    def create_table(self, table: Table, *, if_not_exists: bool = False, replace_existing: bool = False) -> bool:
        """Add a table or view. False: it was there and `if_not_exists` let it be."""
        from hiveframe.catalog import records, tables

        self.database(table.database)
        with self._writing() as connection:
            existing = self._find_table(connection, table.database, table.name)
            if existing is not None:
                if if_not_exists:
                    return False
                if not replace_existing:
                    raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(*table.parts))
                self._delete_row(connection, existing)
            if table.type == "MANAGED" and table.location:
                connection.execute(tables.trash.delete().where(tables.trash.c.location == table.location))
                os.makedirs(table.location, exist_ok=True)
            connection.execute(tables.tables.insert().values(**records.table_row(table)))
        return True

    def alter_table(self, table: Table) -> None:
        """Replace everything about a table but its name."""
        from hiveframe.catalog import records, tables

        with self._writing() as connection:
            if self._find_table(connection, table.database, table.name) is None:
                raise _not_found(table.database, table.name)
            connection.execute(
                tables.tables.update().where(self._named(table.database, table.name)).values(**records.table_row(table))
            )

    def rename_table(self, table: Table, database: str, name: str) -> None:
        """Give a table a new name; a managed table's folder moves along."""
        from hiveframe.catalog import records, tables

        key, folder = name.lower(), self.default_location(database, name)
        with self._writing() as connection:
            if self._find_table(connection, database.lower(), key) is not None:
                parts = (DEFAULT_CATALOG, database.lower(), key)
                raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(*parts))
            at_home = table.location == self.default_location(table.database, table.name)
            moves = table.type == "MANAGED" and at_home and table.provider not in _FIXED
            renamed = replace(table, database=database.lower(), name=key, location=folder if moves else table.location)
            where = self._named(table.database, table.name)
            if moves and os.path.isdir(table.location):
                if os.path.exists(folder):
                    raise analysis_error("LOCATION_ALREADY_EXISTS", location=f"'{folder}'", identifier=quoted(key))
                os.rename(table.location, folder)
            connection.execute(tables.tables.update().where(where).values(**records.table_row(renamed)))
            self._rename_partitions(connection, table, renamed)
            if renamed.location != table.location:
                s = tables.statistics
                before, after = (os.path.normpath(x.location) for x in (table, renamed))
                connection.execute(s.delete().where(s.c.place == after))
                connection.execute(s.update().where(s.c.place == before).values(place=after))

    @staticmethod
    def _rename_partitions(connection: Connection, table: Table, renamed: Table) -> None:
        """A table's partitions follow it; those in its folder have moved with that."""
        from hiveframe.catalog import tables

        p = tables.partitions
        where = (p.c.database == table.database) & (p.c.name == table.name)
        for row in connection.execute(p.select().where(where)).all():
            below = row.location.removeprefix(table.location + os.sep)
            moved = row.location if below == row.location else os.path.join(renamed.location, below)
            change = p.update().where(p.c.id == row.id)
            connection.execute(change.values(database=renamed.database, name=renamed.name, location=moved))

    def drop_table(self, table: Table, *, purge: bool = False) -> None:
        """Remove a table's or view's row, then a managed table's folder."""
        with self._writing() as connection:
            if self._find_table(connection, table.database, table.name) is None:
                raise _not_found(table.database, table.name)
            self._delete_table(connection, table)
        self._sweep()

    # ----------------------------------------------------------------------------------------------- partitions

    def partitions(self, table: Table) -> dict[str, str]:
        """The partitions of a table that are known, sorted: `a=1/b=x` to its folder."""
        from hiveframe.catalog import tables

        if not self._exists():
            return {}
        p = tables.partitions
        with self._reading() as connection:
            rows = connection.execute(p.select().where(p.c.database == table.database, p.c.name == table.name)).all()
        return {row.spec: row.location for row in sorted(rows, key=lambda row: row.spec)}

    def set_partitions(self, table: Table, added: Mapping[str, str], removed: Sequence[str] = ()) -> None:
        """Add and remove partitions."""
        from sqlalchemy import bindparam

        from hiveframe.catalog import tables

        p = tables.partitions
        with self._writing() as connection:
            gone = p.delete().where(p.c.database == table.database, p.c.name == table.name, p.c.spec == bindparam("s"))
            if removed or added:
                connection.execute(gone, [{"s": spec} for spec in (*removed, *added)])
            key = {"catalog": table.catalog, "database": table.database, "name": table.name}
            if added:
                rows = [{**key, "spec": spec, "location": location} for spec, location in added.items()]
                connection.execute(p.insert(), rows)

    # ----------------------------------------------------------------------------------------------- statistics

    def kept_statistics(self, place: str, partition: str = "") -> tuple[str | None, str] | None:
        """What is kept of the rows at a place: the state in which they were, and the statistics as text."""
        from hiveframe.catalog import tables

        if not self._exists():
            return None
        s = tables.statistics
        with self._reading() as connection:
            row = connection.execute(s.select().where(s.c.place == place, s.c.partition == partition)).first()
        return (row.state, row.statistics) if row is not None else None

    def keep_statistics(self, place: str, partition: str, state: str | None, text: str) -> None:
        """Keep statistics in the place of those before."""
        from hiveframe.catalog import tables

        s = tables.statistics
        with self._writing() as connection:
            connection.execute(s.delete().where(s.c.place == place, s.c.partition == partition))
            connection.execute(s.insert().values(place=place, partition=partition, state=state, statistics=text))

    # ------------------------------------------------------------------------------------------------ functions

    def find_function(self, database: str, name: str) -> Function | None:
        """The stored function of that name, or None."""
        if not self._exists():
            return None
        from hiveframe.catalog import records, tables

        f = tables.functions
        with self._reading() as connection:
            row = connection.execute(
                f.select().where(f.c.database == database.lower(), f.c.name == name.lower())
            ).first()
        return records.function_of(row) if row else None

    def functions(self, database: str) -> list[Function]:
        """Stored functions of a database, by name."""
        if not self._exists():
            return []
        from hiveframe.catalog import records, tables

        f = tables.functions
        with self._reading() as connection:
            rows = connection.execute(f.select().where(f.c.database == database.lower()).order_by(f.c.name)).all()
        return [records.function_of(row) for row in rows]

    def create_function(self, function: Function, *, replace_existing: bool = False) -> None:
        """Add a function; ROUTINE_ALREADY_EXISTS unless it replaces one."""
        from hiveframe.catalog import records, tables

        f = tables.functions
        self.database(function.database)
        where = (f.c.database == function.database) & (f.c.name == function.name)
        with self._writing() as connection:
            if connection.execute(f.select().where(where)).first() is not None:
                if not replace_existing:
                    raise analysis_error(
                        "ROUTINE_ALREADY_EXISTS",
                        routineName=quoted(function.name),
                        newRoutineType="routine",
                        existingRoutineType="routine",
                    )
                connection.execute(f.delete().where(where))
            connection.execute(f.insert().values(**records.function_row(function)))

    def drop_function(self, database: str, name: str) -> None:
        """Remove a function."""
        from hiveframe.catalog import tables

        f = tables.functions
        with self._writing() as connection:
            connection.execute(f.delete().where(f.c.database == database.lower(), f.c.name == name.lower()))

    def close(self) -> None:
        """Let go of the database."""
        if self._unchanged is not None:
            self._unchanged.close()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    # -------------------------------------------------------------------------------------------------- inside

    def _exists(self) -> bool:
        """Whether there is anything to read: an untouched warehouse has no file, and no need of one."""
        return self._engine is not None or self._url is not None or os.path.exists(self._file())

    def _file(self) -> str:
        return os.path.join(self.warehouse_dir, METASTORE_FILE)

    def _default(self) -> Database:
        return Database(DEFAULT_DATABASE, self.warehouse_dir, "default database")

    def _open(self) -> Engine:
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    self._engine = self._connect()
        return self._engine

    def _connect(self) -> Engine:
        from sqlalchemy import create_engine, event
        from sqlalchemy.exc import SQLAlchemyError
        from sqlalchemy.pool import NullPool

        url = self._url or f"sqlite:///{self._file()}"
        try:
            if self._url is None:
                os.makedirs(self.warehouse_dir, exist_ok=True)
            engine = create_engine(url, poolclass=NullPool) if url.startswith("sqlite") else create_engine(url)
            if url.startswith("sqlite"):
                event.listen(engine, "connect", _prepare_sqlite)
                event.listen(engine, "begin", _begin_immediate)
            self._create(engine)
        except (SQLAlchemyError, OSError) as e:
            raise AnalysisException(
                "INVALID_CONF_VALUE.REQUIREMENT",
                {
                    "confName": "spark.sql.warehouse.dir" if self._url is None else "spark.hiveframe.catalog.url",
                    "confValue": self.warehouse_dir if self._url is None else engine_name(url),
                    "confRequirement": f"The metastore could not be opened: {e}",
                },
            ) from e
        return engine

    def _create(self, engine: Engine) -> None:
        from hiveframe.catalog import records, tables

        with engine.execution_options(hiveframe_writes=True).begin() as connection:
            if engine.dialect.name == "postgresql":  # SQLite's writers wait for each other already
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")
            tables.metadata.create_all(connection)
            row = connection.execute(tables.versions.select()).first()
            if row is None:
                connection.execute(tables.versions.insert().values(version=tables.SCHEMA_VERSION))
                connection.execute(tables.databases.insert().values(**records.database_row(self._default())))
            elif row.version > tables.SCHEMA_VERSION:
                raise AnalysisException(
                    "INVALID_CONF_VALUE.REQUIREMENT",
                    {
                        "confName": "spark.sql.warehouse.dir",
                        "confValue": self.warehouse_dir,
                        "confRequirement": f"its metastore is of version {row.version}, and this HiveFrame reads up to "
                        f"version {tables.SCHEMA_VERSION}. Upgrade HiveFrame.",
                    },
                )

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._open().connect() as connection:
            yield connection

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._open().execution_options(hiveframe_writes=True).begin() as connection:
            yield connection

    @staticmethod
    def _named(database: str, name: str) -> Any:
        from hiveframe.catalog import tables

        return (tables.tables.c.database == database) & (tables.tables.c.name == name)

    def _has_database(self, connection: Connection, name: str) -> bool:
        from hiveframe.catalog import tables

        where = tables.databases.c.name == name.lower()
        return connection.execute(tables.databases.select().where(where)).first() is not None

    def _find_table(self, connection: Connection, database: str, name: str) -> Table | None:
        from hiveframe.catalog import tables

        row = connection.execute(tables.tables.select().where(self._named(database, name))).first()
        return self._table(row) if row else None

    def _table_rows(self, connection: Connection, database: str) -> Any:
        from hiveframe.catalog import tables

        return connection.execute(tables.tables.select().where(tables.tables.c.database == database)).all()

    def _table(self, row: Any) -> Table:
        from hiveframe.catalog import records

        return replace(records.table_of(row), home=self.home)

    def _delete_row(self, connection: Connection, table: Table) -> None:
        from hiveframe.catalog import tables

        p = tables.partitions
        connection.execute(tables.tables.delete().where(self._named(table.database, table.name)))
        connection.execute(p.delete().where(p.c.database == table.database, p.c.name == table.name))
        if table.location:
            s = tables.statistics
            connection.execute(s.delete().where(s.c.place == os.path.normpath(table.location)))

    def _delete_table(self, connection: Connection, table: Table) -> None:
        self._delete_row(connection, table)
        if table.type == "MANAGED" and table.location:
            self._throw_away(connection, table.location)

    @staticmethod
    def _throw_away(connection: Connection, location: str) -> None:
        from hiveframe.catalog import tables

        connection.execute(tables.trash.delete().where(tables.trash.c.location == location))
        connection.execute(tables.trash.insert().values(location=location))

    def _sweep(self) -> None:
        """Remove the folders of dropped tables: each is renamed first, so that a new table may take its place."""
        from hiveframe.catalog import tables

        with self._reading() as connection:
            waiting = [row.location for row in connection.execute(tables.trash.select())]
        for location in waiting:
            if os.path.isdir(location):
                aside = f"{location}.dropped-{uuid.uuid4().hex}"
                os.rename(location, aside)
                shutil.rmtree(aside)
            with self._writing() as connection:
                connection.execute(tables.trash.delete().where(tables.trash.c.location == location))


def _not_found(database: str, name: str) -> AnalysisException:
    return analysis_error(
        "TABLE_OR_VIEW_NOT_FOUND",
        relationName=quoted(DEFAULT_CATALOG, database, name),
        searchPath="[" + quoted(DEFAULT_CATALOG, database) + "]",
    )


def engine_name(url: str) -> str:
    """A database URL without its password."""
    return re.sub(r"://([^:/@]*):[^@]*@", r"://\1:***@", url)


def _prepare_sqlite(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_immediate
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    use_write_ahead_log(connection, busy_seconds=_BUSY_MS / 1000)
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """A writer takes the lock at once: a lock taken later in the transaction could fail instead of waiting."""
    writes = connection.get_execution_options().get("hiveframe_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
