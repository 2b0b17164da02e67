"""SHOW …: databases, tables, views, columns, functions, partitions, properties, CREATE TABLE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hiveframe.catalog.entities import GLOBAL_TEMP, Table
from hiveframe.catalog.metastore import matches
from hiveframe.errors import analysis_error
from hiveframe.functions import registry
from hiveframe.plan import commands as c
from hiveframe.plan import types as t
from hiveframe.plan.collations import COLUMNS, NULLABLE, collations
from hiveframe.sessions.commands.create_statement import create_statement
from hiveframe.sessions.commands.lookup import find_table, known_table, table_schema, writable_table
from hiveframe.sessions.commands.partitions import known_partitions, partitions_there
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.table_details import information
from hiveframe.sessions.results import SmallTable, column, small_table
from hiveframe.sessions.versioned.opened import is_versioned

_TABLE_FIELDS = (column("namespace"), column("tableName"), column("isTemporary", t.BOOLEAN))
_NO_PROPERTY = "Table {} does not have property: {}"


@handles(c.Show)
def show(session: CommandSession, command: c.Show) -> SmallTable:
    """The listing that `command.what` names."""
    return _LISTINGS[command.what](session, command)


def _namespace(session: CommandSession, command: c.Show) -> tuple[str, str]:
    parts = session.table_parts(command.name) if command.name else ()
    return session.catalog.namespace(parts)


def _args(command: c.Show) -> Mapping[str, Any]:
    return command.args or {}


def _databases(session: CommandSession, command: c.Show) -> SmallTable:
    catalog = session.table_parts(command.name)[0] if command.name else session.catalog.catalog
    found = session.catalog.store(catalog).databases(command.pattern)
    return small_table((column("namespace"),), [(d.name,) for d in found])


def _temporary(session: CommandSession, database: str, pattern: str | None) -> list[tuple[str, str]]:
    views = [("", v.name) for v in session.catalog.temporary_views(pattern)]
    if database == GLOBAL_TEMP:
        views = [(GLOBAL_TEMP, k) for k in sorted(session.catalog.global_views.views) if matches(k, pattern)] + views
    return views


def _relations(session: CommandSession, command: c.Show) -> list[tuple[str, str, Table | None]]:
    catalog, database = _namespace(session, command)
    stored = [] if database == GLOBAL_TEMP else session.catalog.store(catalog).tables(database, command.pattern)
    found: list[tuple[str, str, Table | None]] = [(database, table.name, table) for table in stored]
    return found + [(n, v, None) for n, v in _temporary(session, database, command.pattern)]


def _tables(session: CommandSession, command: c.Show) -> SmallTable:
    return small_table(_TABLE_FIELDS, [(n, name, table is None) for n, name, table in _relations(session, command)])


def _views(session: CommandSession, command: c.Show) -> SmallTable:
    fields = (column("namespace"), column("viewName"), column("isTemporary", t.BOOLEAN))
    found = [r for r in _relations(session, command) if r[2] is None or r[2].is_view]
    return small_table(fields, [(n, name, table is None) for n, name, table in found])


def _table_extended(session: CommandSession, command: c.Show) -> SmallTable:
    rows = []
    for namespace, name, table in _relations(session, command):
        shown = information(session, table) if table else _temporary_information(session, name)
        rows.append((namespace, name, table is None, shown))
    return small_table((*_TABLE_FIELDS, column("information")), rows)


def _temporary_information(session: CommandSession, name: str) -> str:
    schema = table_schema(session, (name,))
    return f"Table: {name}\nType: VIEW\nSchema: {t.tree_string(schema)}\n"


def _columns(session: CommandSession, command: c.Show) -> SmallTable:
    assert command.name is not None
    parts = session.table_parts(command.name)
    schema = table_schema(session, parts)
    return small_table((column("col_name"),), [(f.name,) for f in schema.fields])


def _functions(session: CommandSession, command: c.Show) -> SmallTable:
    scope = str(_args(command).get("scope", "all")).lower()
    found: set[str] = set()
    if scope in ("all", "system"):
        found |= set(registry.names())
    if scope in ("all", "user"):
        found |= set(session.environment.function_names())
    pattern = command.pattern
    if pattern is None and command.name is not None:
        pattern = session.table_parts(command.name)[-1]
    return small_table((column("function"),), [(n,) for n in sorted(found) if matches(n, pattern)])


def _partitions(session: CommandSession, command: c.Show) -> SmallTable:
    assert command.name is not None
    table = writable_table(session, session.table_parts(command.name), "SHOW PARTITIONS")
    if not table.partition_columns:
        raise analysis_error(
            "INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", name=".".join(f"`{p}`" for p in table.parts)
        )
    wanted = {k.lower(): session.constant(v).value for k, v in _args(command).get("partition", ()) if v is not None}
    listed = partitions_there(session, table) if is_versioned(table.provider) else None
    names = listed if listed is not None else known_partitions(session, table, "SHOW PARTITIONS")
    rows = [(name,) for name in names if _fits(name, wanted)]
    return small_table((column("partition"),), rows)


def _fits(name: str, wanted: Mapping[str, Any]) -> bool:
    pairs = dict(piece.split("=", 1) for piece in name.lower().split("/"))
    return all(pairs.get(k) == str(v).lower() for k, v in wanted.items())


def _properties(session: CommandSession, command: c.Show) -> SmallTable:
    assert command.name is not None
    parts = session.table_parts(command.name)
    key = _args(command).get("key")
    fields = (column("key"), column("value"))
    table = find_table(session, parts)
    properties = dict(table.shown_properties) if table else {}
    if key is None:
        return small_table(fields, sorted(properties.items()))
    name = ".".join(table.parts) if table else parts[-1]
    return small_table(fields, [(key, properties.get(key, _NO_PROPERTY.format(name, key)))])


def _create_table(session: CommandSession, command: c.Show) -> SmallTable:
    assert command.name is not None
    table = known_table(session, session.table_parts(command.name))
    return small_table((column("createtab_stmt"),), [(create_statement(table),)])


def _catalogs(session: CommandSession, command: c.Show) -> SmallTable:
    return small_table((column("catalog"),), [(n,) for n in session.catalog.catalogs(command.pattern)])


def _collations(session: CommandSession, command: c.Show) -> SmallTable:
    fields = [column(name, nullable=name in NULLABLE) for name in COLUMNS[2:]]
    return small_table(tuple(fields), [row[2:] for row in collations() if matches(row[2], command.pattern)])


def _current_namespace(session: CommandSession, command: c.Show) -> SmallTable:
    row = (session.catalog.catalog, session.catalog.database)
    return small_table((column("catalog"), column("namespace")), [row])


def _procedures(session: CommandSession, command: c.Show) -> SmallTable:
    return small_table((column("catalog"), column("namespace"), column("schema"), column("procedure_name")), [])


_LISTINGS: Final[Mapping[str, Callable[[CommandSession, c.Show], SmallTable]]] = {
    "databases": _databases,
    "tables": _tables,
    "table_extended": _table_extended,
    "views": _views,
    "columns": _columns,
    "functions": _functions,
    "partitions": _partitions,
    "tblproperties": _properties,
    "create_table": _create_table,
    "catalogs": _catalogs,
    "collations": _collations,
    "current_namespace": _current_namespace,
    "procedures": _procedures,
}
