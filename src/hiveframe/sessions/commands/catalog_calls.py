"""`spark.catalog`: each call of the client as the command it is, or the listing it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hiveframe.analysis.environment import ClassFunction
from hiveframe.catalog.entities import GLOBAL_TEMP, Database, Table
from hiveframe.catalog.metastore import matches, quoted
from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.functions import registry
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.spec import TableName
from hiveframe.plan.types import StructField, StructType, simple_string
from hiveframe.sessions.commands.cache import cache_key
from hiveframe.sessions.commands.lookup import find_table, table_schema, writable_table
from hiveframe.sessions.commands.repair import repair
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable, column, small_table
from hiveframe.sessions.state import CacheEntry
from hiveframe.sql.identifiers import parse_multipart_identifier

Args = Mapping[str, Any]
Call = Callable[[CommandSession, Args], SmallTable]


@handles(c.CatalogCall)
def catalog_call(session: CommandSession, command: c.CatalogCall) -> SmallTable:
    """The call's rows."""
    return CALLS[command.operation](session, command.args)


def _optional(name: str, dtype: t.DataType = t.STRING) -> StructField:
    return column(name, dtype, nullable=True)


def _value(dtype: t.DataType, value: object) -> SmallTable:
    return small_table((column("value", dtype),), [(value,)])


def _parts(text: str, database: str | None = None) -> tuple[str, ...]:
    """A table's name parts; a name given with a database is one part."""
    return (*parse_multipart_identifier(database), text) if database else parse_multipart_identifier(text)


def _name(text: str, database: str | None = None) -> TableName:
    return TableName(_parts(text, database))


# ------------------------------------------------------------------------------------------ catalogs, databases


def _current_catalog(session: CommandSession, args: Args) -> SmallTable:
    return _value(t.STRING, session.catalog.catalog)


def _set_current_catalog(session: CommandSession, args: Args) -> SmallTable:
    session.catalog.use_catalog(args["catalog_name"])
    return EMPTY


def _list_catalogs(session: CommandSession, args: Args) -> SmallTable:
    rows = [(name, None) for name in session.catalog.catalogs(args.get("pattern"))]
    return small_table((column("name"), _optional("description")), rows)


def _current_database(session: CommandSession, args: Args) -> SmallTable:
    return _value(t.STRING, session.catalog.database)


def _set_current_database(session: CommandSession, args: Args) -> SmallTable:
    session.catalog.use_database(parse_multipart_identifier(args["db_name"]))
    return EMPTY


_DATABASE = (column("name"), _optional("catalog"), _optional("description"), column("locationUri"))


def _database_row(database: Database) -> tuple[str, str, str, str]:
    return (database.name, database.catalog, database.comment, f"file:{database.location}")


def _list_databases(session: CommandSession, args: Args) -> SmallTable:
    store = session.catalog.store(session.catalog.catalog)
    return small_table(_DATABASE, [_database_row(d) for d in store.databases(args.get("pattern"))])


def _get_database(session: CommandSession, args: Args) -> SmallTable:
    catalog, name = session.catalog.namespace(parse_multipart_identifier(args["db_name"]))
    return small_table(_DATABASE, [_database_row(session.catalog.store(catalog).database(name))])


def _database_exists(session: CommandSession, args: Args) -> SmallTable:
    catalog, name = session.catalog.namespace(parse_multipart_identifier(args["db_name"]))
    return _value(t.BOOLEAN, session.catalog.store(catalog).find_database(name) is not None)


def _create_database(session: CommandSession, args: Args) -> SmallTable:
    properties = dict(args["properties"])
    comment, location = properties.pop("comment", None), properties.pop("location", None)
    name = TableName(parse_multipart_identifier(args["db_name"]))
    return session.run(c.CreateNamespace(name, bool(args["if_not_exists"]), comment, location, properties))


def _drop_database(session: CommandSession, args: Args) -> SmallTable:
    name = TableName(parse_multipart_identifier(args["db_name"]))
    return session.run(c.DropNamespace(name, bool(args["if_exists"]), bool(args["cascade"])))


# -------------------------------------------------------------------------------------------------------- tables

_TABLE = (
    column("name"),
    _optional("catalog"),
    _optional("namespace", t.ArrayType(t.STRING)),
    _optional("description"),
    _optional("tableType"),
    column("isTemporary", t.BOOLEAN),
)


def _table_row(table: Table) -> tuple[Any, ...]:
    return (table.name, table.catalog, [table.database], table.comment, table.type, False)


def _temporary_row(name: str, database: str | None = None) -> tuple[Any, ...]:
    return (name, None, [database] if database else [], None, "TEMPORARY", True)


def _listed(session: CommandSession, args: Args) -> list[tuple[Any, ...]]:
    parts = parse_multipart_identifier(args["db_name"]) if args.get("db_name") else ()
    catalog, database = session.catalog.namespace(parts)
    pattern = args.get("pattern")
    views = [_temporary_row(v.name) for v in session.catalog.temporary_views(pattern)]
    if database == GLOBAL_TEMP:
        names = sorted(session.catalog.global_views.views)
        return [_temporary_row(n, GLOBAL_TEMP) for n in names if matches(n, pattern)] + views
    return [_table_row(x) for x in session.catalog.store(catalog).tables(database, pattern)] + views


def _list_tables(session: CommandSession, args: Args) -> SmallTable:
    return small_table(_TABLE, _listed(session, args))


def _list_views(session: CommandSession, args: Args) -> SmallTable:
    return small_table(_TABLE, [row for row in _listed(session, args) if row[4] in ("VIEW", "TEMPORARY")])


def _get_table(session: CommandSession, args: Args) -> SmallTable:
    parts = _parts(args["table_name"], args.get("db_name"))
    if session.catalog.temporary_view(parts) is not None:
        database = GLOBAL_TEMP if len(parts) > 1 else None
        return small_table(_TABLE, [_temporary_row(parts[-1].lower(), database)])
    table = find_table(session, parts)
    if table is None:
        raise _no_table(session, parts)
    return small_table(_TABLE, [_table_row(table)])


def _no_table(session: CommandSession, parts: tuple[str, ...]) -> AnalysisException:
    path = f"[{quoted('system', 'session')}, {quoted(session.catalog.catalog, session.catalog.database)}]"
    return analysis_error("TABLE_OR_VIEW_NOT_FOUND", relationName=quoted(*parts), searchPath=path)


def _table_exists(session: CommandSession, args: Args) -> SmallTable:
    parts = _parts(args["table_name"], args.get("db_name"))
    found = session.catalog.temporary_view(parts) is not None or find_table(session, parts) is not None
    return _value(t.BOOLEAN, found)


def _list_columns(session: CommandSession, args: Args) -> SmallTable:
    parts = _parts(args["table_name"], args.get("db_name"))
    table = find_table(session, parts)
    if table is None and session.catalog.temporary_view(parts) is None:
        raise _no_table(session, parts)
    schema = table.schema if table else table_schema(session, parts)
    folders = {n.lower() for n in table.partition_columns} if table else set()
    buckets = {n.lower() for n in table.buckets.columns} if table and table.buckets else set()
    clusters = {n.lower() for n in table.cluster_by} if table else set()
    fields = (
        column("name"),
        _optional("description"),
        column("dataType"),
        column("nullable", t.BOOLEAN),
        column("isPartition", t.BOOLEAN),
        column("isBucket", t.BOOLEAN),
        column("isCluster", t.BOOLEAN),
    )
    rows = [
        (
            f.name,
            f.metadata.get("comment"),
            simple_string(f.dtype),
            f.nullable,
            *(f.name.lower() in names for names in (folders, buckets, clusters)),
        )
        for f in schema.fields
    ]
    return small_table(fields, rows)


def _create_table(session: CommandSession, args: Args) -> SmallTable:
    options = dict(args.get("options") or {})
    location = args.get("path") or options.pop("path", None)
    schema = args.get("schema")
    columns = tuple(
        c.ColumnDef((f.name,), f.dtype, f.nullable, comment=f.metadata.get("comment"))
        for f in (schema.fields if isinstance(schema, StructType) else ())
    )
    command = c.CreateTable(
        _name(args["table_name"]),
        columns,
        format=args.get("source"),
        location=location,
        comment=args.get("description") or None,
        options=options,
    )
    session.run(command)
    rows = session.analyze(spec.Table(_name(args["table_name"])))
    empty = [StructField(o.name, o.dtype, o.nullable) for o in rows.output]
    return SmallTable(StructType(tuple(empty)), session.compute(rows).slice(0, 0))


def _drop_table(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.DropTable(_name(args["table_name"]), bool(args["if_exists"]), bool(args["purge"])))


def _drop_view(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.DropTable(_name(args["view_name"]), bool(args["if_exists"]), is_view=True))


def _drop_temp_view(session: CommandSession, args: Args) -> SmallTable:
    return _value(t.BOOLEAN, session.catalog.drop_temporary_view((args["view_name"],)))


def _drop_global_temp_view(session: CommandSession, args: Args) -> SmallTable:
    return _value(t.BOOLEAN, session.catalog.drop_temporary_view((GLOBAL_TEMP, args["view_name"])))


def _list_partitions(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.Show("partitions", _name(args["table_name"])))


def _get_table_properties(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.Show("tblproperties", _name(args["table_name"])))


def _get_create_table_string(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.Show("create_table", _name(args["table_name"])))


def _truncate_table(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.TruncateTable(_name(args["table_name"])))


def _analyze_table(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.AnalyzeTable(_name(args["table_name"]), no_scan=bool(args["no_scan"])))


def _recover_partitions(session: CommandSession, args: Args) -> SmallTable:
    table = writable_table(session, session.table_parts(_name(args["table_name"])), "recoverPartitions()")
    repair(session, table, "ALTER TABLE RECOVER PARTITIONS", adds=True, drops=False)
    return EMPTY


# ----------------------------------------------------------------------------------------------------- functions

_FUNCTION = (
    column("name"),
    _optional("catalog"),
    _optional("namespace", t.ArrayType(t.STRING)),
    _optional("description"),
    column("className"),
    column("isTemporary", t.BOOLEAN),
)


def _function_row(session: CommandSession, parts: tuple[str, ...]) -> tuple[Any, ...] | None:
    name = parts[-1]
    user = session.environment.user_function(parts)
    if isinstance(user, ClassFunction):
        catalog, database, own = user.name
        return (own, catalog, [database], "N/A.", user.class_name, False)
    if user is not None:
        return (name, None, None, "", type(user).__name__, True)
    row = registry.lookup(name) if len(parts) == 1 else None
    if row is None:
        return None
    return (name.lower(), None, None, f"{row.usage or row.name} - {row.doc}", f"hiveframe.functions.{row.name}", True)


def _list_functions(session: CommandSession, args: Args) -> SmallTable:
    names = sorted({*registry.names(), *session.environment.function_names()})
    found = [_function_row(session, (n,)) for n in names if matches(n, args.get("pattern"))]
    return small_table(_FUNCTION, [row for row in found if row is not None])


def _get_function(session: CommandSession, args: Args) -> SmallTable:
    parts = _parts(args["function_name"], args.get("db_name"))
    row = _function_row(session, parts)
    if row is None:
        raise analysis_error("UNRESOLVED_ROUTINE", routineName=quoted(*parts), searchPath=session.catalog.search_path())
    return small_table(_FUNCTION, [row])


def _function_exists(session: CommandSession, args: Args) -> SmallTable:
    parts = _parts(args["function_name"], args.get("db_name"))
    return _value(t.BOOLEAN, _function_row(session, parts) is not None)


# --------------------------------------------------------------------------------------------------------- cache


def _is_cached(session: CommandSession, args: Args) -> SmallTable:
    return _value(t.BOOLEAN, cache_key(session, _parts(args["table_name"])) in session.state.cached_tables)


def _cache_table(session: CommandSession, args: Args) -> SmallTable:
    parts = _parts(args["table_name"])
    level = args.get("storage_level") or {}
    chosen = {k: level[k] for k in ("use_disk", "use_memory", "deserialized", "replication") if k in level}
    session.state.cached_tables[cache_key(session, parts)] = CacheEntry(spec.Table(TableName(parts)), **chosen)
    return EMPTY


def _uncache_table(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.UncacheTable(_name(args["table_name"])))


def _clear_cache(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.UncacheTable(None))


def _refresh_table(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.RefreshTable(_name(args["table_name"])))


def _refresh_by_path(session: CommandSession, args: Args) -> SmallTable:
    return session.run(c.RefreshTable(path=args["path"]))


CALLS: Final[Mapping[str, Call]] = {
    "current_catalog": _current_catalog,
    "set_current_catalog": _set_current_catalog,
    "list_catalogs": _list_catalogs,
    "current_database": _current_database,
    "set_current_database": _set_current_database,
    "list_databases": _list_databases,
    "get_database": _get_database,
    "database_exists": _database_exists,
    "create_database": _create_database,
    "drop_database": _drop_database,
    "list_tables": _list_tables,
    "list_views": _list_views,
    "get_table": _get_table,
    "table_exists": _table_exists,
    "list_columns": _list_columns,
    "create_table": _create_table,
    "create_external_table": _create_table,
    "drop_table": _drop_table,
    "drop_view": _drop_view,
    "drop_temp_view": _drop_temp_view,
    "drop_global_temp_view": _drop_global_temp_view,
    "list_partitions": _list_partitions,
    "get_table_properties": _get_table_properties,
    "get_create_table_string": _get_create_table_string,
    "truncate_table": _truncate_table,
    "analyze_table": _analyze_table,
    "recover_partitions": _recover_partitions,
    "list_functions": _list_functions,
    "get_function": _get_function,
    "function_exists": _function_exists,
    "is_cached": _is_cached,
    "cache_table": _cache_table,
    "uncache_table": _uncache_table,
    "clear_cache": _clear_cache,
    "refresh_table": _refresh_table,
    "refresh_by_path": _refresh_by_path,
}
