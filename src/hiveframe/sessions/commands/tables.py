"""Tables: CREATE, DROP, TRUNCATE, REPAIR, ANALYZE, COMMENT ON."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.catalog.entities import DEFAULT, EXISTS_DEFAULT, BucketSpec, Table, Term
from hiveframe.catalog.metastore import quoted
from hiveframe.catalog.store import Store
from hiveframe.errors import analysis_error, unsupported
from hiveframe.functions.collation_keys import is_collated
from hiveframe.lake.options import Options
from hiveframe.lake.paths import local_path
from hiveframe.lake.registry import open_source, short_name, source_of
from hiveframe.lake.sources.source import ReadRequest
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.lookup import (
    at_path,
    find_table,
    known_table,
    not_found,
    not_found_in_catalog,
    versioned_path,
    writable_table,
)
from hiveframe.sessions.commands.partitions import known_partitions, matching, static_values, with_provider
from hiveframe.sessions.commands.saving import create_as_select
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.views import drop_view, in_collation, with_collation
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.users import current_user
from hiveframe.sessions.versioned.checks import check_of
from hiveframe.sessions.versioned.computed import computed_by
from hiveframe.sessions.versioned.opened import is_there, is_versioned, opened, table_of

_KEYS_SETTING = "spark.sql.collation.allowInMapKeys"


@handles(c.CreateTable)
def create_table(session: CommandSession, command: c.CreateTable) -> SmallTable:
    """A table of the given columns, of another table's (LIKE), of a query's (AS), or of the files at its location."""
    parts = session.table_parts(command.name)
    place = versioned_path(session, parts)
    if place is not None:
        return _create_at(session, command, *place)
    catalog, database, name = session.catalog.qualify(parts)
    store = session.catalog.store(catalog)
    store.database(database)
    existing = store.find_table(database, name)
    if existing is not None and not (command.or_replace or command.replace_only):
        if command.if_not_exists:
            return EMPTY
        raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(catalog, database, name))
    if existing is None and command.replace_only:
        raise not_found(session, parts)
    table = (
        _like(session, command, catalog, database, name)
        if command.like
        else _described(session, command, catalog, database, name)
    )
    replaces = command.or_replace or command.replace_only
    if command.query is not None:
        query = in_collation(command.query, table.collation)
        create_as_select(session, table, query, replaces=existing if replaces else None)
        return EMPTY
    if is_versioned(table.provider):
        from hiveframe.sessions.versioned.making import make_table

        make_table(session, table, None, replaces=existing if replaces else None)
        return EMPTY
    if existing is not None:
        store.drop_table(existing)
    table = with_provider(session, table)
    store.create_table(table, if_not_exists=command.if_not_exists)
    return EMPTY


def _create_at(session: CommandSession, command: c.CreateTable, provider: str, location: str) -> SmallTable:
    """A table that keeps versions at a folder, of which the catalog knows nothing."""
    from hiveframe.sessions.versioned.making import make_table

    existing = at_path(provider, location) if is_there(provider, location) else None
    replaces = command.or_replace or command.replace_only
    if existing is not None and command.if_not_exists:
        return EMPTY
    if existing is not None and not replaces:
        raise analysis_error("DELTA_PATH_EXISTS", path=location)
    if existing is None and command.replace_only:
        raise analysis_error("DELTA_TABLE_NOT_FOUND", tableName=quoted(provider, location), path=location)
    here = replace(command, format=provider, location=location)
    table = _described(session, here, *session.catalog.namespace(()), location)
    make_table(session, table, command.query, replaces=existing, is_listed=False)
    return EMPTY


def _described(session: CommandSession, command: c.CreateTable, catalog: str, database: str, name: str) -> Table:
    store = session.catalog.store(catalog)
    provider = short_name(command.format or default_provider(session, store))
    source_of(provider)
    options = Options(command.options or {})
    given = command.location or options.get("path")
    if command.external and given is None:
        raise unsupported("CREATE EXTERNAL TABLE without LOCATION; say where its files are")
    location = local_path(given) if given else store.default_location(database, name)
    collation = command.collation or store.database(database).collation
    fields = [column_field(session, d, collation, is_versioned=is_versioned(provider)) for d in command.columns]
    terms = (*partition_terms(command.partition_by), *(Term(d.name[-1]) for d in command.partition_columns))
    partitions = [term.column for term in terms if term.function == "identity"]
    if provider != "iceberg":
        plain_columns(terms)
    elif command.bucket_count:  # `CLUSTERED BY (a) INTO 4 BUCKETS` is `bucket(4, a)` there
        if command.sort_by or len(command.bucket_by) != 1:
            raise unsupported("SORTED BY, or several columns in CLUSTERED BY, of an Iceberg table")
        terms = (*terms, Term(command.bucket_by[0], "bucket", command.bucket_count))
    has_buckets = bool(command.bucket_count) and provider != "iceberg"
    fields += [column_field(session, d, collation) for d in command.partition_columns]
    if not fields and command.query is None and not (is_versioned(provider) and not is_there(provider, location)):
        if given is None and not is_versioned(provider):
            raise analysis_error("UNABLE_TO_INFER_SCHEMA", format=provider)
        request = ReadRequest(provider, (location,), options=options.without("path"))
        opened = open_source(request, session.state.read_context())
        fields = list(opened.schema.fields)
        partitions = [f.name for f in opened.partition_schema.fields]
    _check_names(fields)
    return Table(
        database,
        name,
        "EXTERNAL" if given else "MANAGED",
        StructType(_in_order(fields, partitions, provider, has_query=command.query is not None)),
        provider,
        location,
        tuple(partitions),
        BucketSpec(command.bucket_count or 0, command.bucket_by, command.sort_by) if has_buckets else None,
        command.cluster_by,
        dict(options.without("path")),
        {**with_collation(command.properties, collation), **_constraints(command, provider)},
        command.comment,
        current_user(),
        time.time_ns() // 1_000_000,
        catalog=catalog,
        terms=terms if provider == "iceberg" else (),
        home=store.home,
    )


def default_provider(session: CommandSession, store: Store) -> str:
    """The provider of a table for which none is named."""
    return store.default_provider or session.settings.require("spark.sql.sources.default")


def _constraints(command: c.CreateTable, provider: str) -> dict[str, str]:
    """CHECK constraints as the properties that keep them, in tables that keep versions."""
    return dict(check_of(name, text) for name, text in command.constraints) if is_versioned(provider) else {}


def _in_order(
    fields: Sequence[StructField], partitions: Sequence[str], provider: str, *, has_query: bool
) -> tuple[StructField, ...]:
    """A table's columns: partition columns go last, except in tables that keep versions, whose files hold no order."""
    if has_query:
        return tuple(fields)
    ordered = partitions_last(fields, partitions)
    return tuple(fields if is_versioned(provider) else ordered)


def _like(session: CommandSession, command: c.CreateTable, catalog: str, database: str, name: str) -> Table:
    assert command.like is not None
    source = known_table(session, session.table_parts(command.like))
    location = command.location
    return replace(
        source,
        catalog=catalog,
        home=session.catalog.store(catalog).home,
        database=database,
        name=name,
        type="EXTERNAL" if location else "MANAGED",
        provider=short_name(command.format) if command.format else source.provider or "parquet",
        location=local_path(location) if location else session.catalog.store(catalog).default_location(database, name),
        properties=dict(command.properties or {}),
        created_ms=time.time_ns() // 1_000_000,
        view=None,
    )


def column_field(
    session: CommandSession, d: c.ColumnDef, collation: str | None = None, *, is_versioned: bool = False
) -> StructField:
    """A column definition as a field; its default and comment go into the metadata, where Spark keeps them.

    `collation` is the table's own, for texts of which none is said. Only tables that keep versions have generated
    columns.
    """
    dtype = t.with_default_collation(d.dtype, collation) if collation is not None else d.dtype
    _check_keys(session, dtype)
    metadata: dict[str, object] = {}
    if d.comment is not None:
        metadata["comment"] = d.comment
    if d.default_text is not None:
        assert d.default is not None
        session.constant(spec.Cast(d.default, d.dtype))
        metadata[DEFAULT] = d.default_text
        metadata[EXISTS_DEFAULT] = d.default_text
    if d.generated is not None or d.identity is not None:
        if not is_versioned:
            raise unsupported(f"generated and identity columns ({d.name[-1]!r}) in files without a transaction log")
        metadata |= computed_by(d)
    return StructField(d.name[-1], dtype, d.nullable, metadata)


def _check_keys(session: CommandSession, dtype: t.DataType) -> None:
    """Stored maps have no collated keys unless a setting lets them."""
    match dtype:
        case t.ArrayType(element):
            _check_keys(session, element)
        case t.StructType(fields):
            for f in fields:
                _check_keys(session, f.dtype)
        case t.MapType(key, value):
            if is_collated(key) and (session.settings.get(_KEYS_SETTING) or "").lower() != "true":
                raise analysis_error("UNSUPPORTED_FEATURE.COLLATIONS_IN_MAP_KEYS")
            _check_keys(session, value)


def partition_terms(exprs: Sequence[spec.Expr]) -> tuple[Term, ...]:
    """What PARTITIONED BY, `partitionedBy` and sort orders name: columns, and values made of them."""
    return tuple(_term(e) for e in exprs)


def _term(e: spec.Expr) -> Term:
    match e:
        case spec.Attribute(parts):
            return Term(".".join(parts))
        case spec.Function(name=(function,), args=args):
            known = _TRANSFORMS.get(function.lower())
            names = [".".join(a.parts) for a in args if isinstance(a, spec.Attribute)]
            numbers = [a.value for a in args if isinstance(a, spec.Literal) and isinstance(a.value, int)]
            takes = 1 if known in ("bucket", "truncate") else 0
            if known is not None and len(names) == 1 and len(numbers) == takes and len(args) == 1 + takes:
                return Term(names[0], known, numbers[0] if numbers else None)
            raise unsupported(f"partitioning by {function!r} with these arguments")
    raise unsupported("partitioning by an expression; name a column")


_TRANSFORMS: Final[Mapping[str, str]] = {
    **{f"{unit}{ending}": unit for unit in ("year", "month", "day", "hour") for ending in ("", "s")},
    "date": "day",
    "date_hour": "hour",
    "bucket": "bucket",
    "truncate": "truncate",
    "identity": "identity",
}


def plain_columns(terms: Sequence[Term]) -> tuple[str, ...]:
    """The columns that terms are; others are refused, as only some formats divide by them."""
    for term in terms:
        if term.function != "identity" or "." in term.column:
            raise unsupported(f"partitioning by {str(term)!r}; name a column")
    return tuple(term.column for term in terms)


def partitions_last(fields: Sequence[StructField], partitions: Sequence[str]) -> list[StructField]:
    """The fields with the partition columns moved to the end, in partition order."""
    by_name = {f.name.lower(): f for f in fields}
    for p in partitions:
        if p.lower() not in by_name:
            known = ", ".join(quoted(f.name) for f in fields)
            raise analysis_error(
                "COLUMN_NOT_DEFINED_IN_TABLE", colType="partition", colName=quoted(p), tableName="", tableCols=known
            )
    if fields and len(partitions) == len(fields):
        raise analysis_error("ALL_PARTITION_COLUMNS_NOT_ALLOWED")
    lowered = {p.lower() for p in partitions}
    return [f for f in fields if f.name.lower() not in lowered] + [by_name[p.lower()] for p in partitions]


def _check_names(fields: Sequence[StructField]) -> None:
    seen: set[str] = set()
    for f in fields:
        if f.name.lower() in seen:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=quoted(f.name.lower()))
        seen.add(f.name.lower())


@handles(c.DropTable)
def drop_table(session: CommandSession, command: c.DropTable) -> SmallTable:
    """A table with its managed files, or a view."""
    parts = session.table_parts(command.name)
    if command.is_view:
        drop_view(session, parts, if_exists=command.if_exists)
        return EMPTY
    if session.catalog.drop_temporary_view(parts):
        return EMPTY
    table = find_table(session, parts)
    if table is None:
        if command.if_exists:
            return EMPTY
        raise not_found_in_catalog(session, parts)
    session.state.cached_tables.pop(table.parts, None)
    session.catalog.store(table.catalog).drop_table(table, purge=command.purge)
    forget(table)
    return EMPTY


def forget(table: Table) -> None:
    """Let the format know that a table's entry is gone."""
    if not table.is_view and is_versioned(table.provider):
        table_of(table).dropped()


@handles(c.TruncateTable)
def truncate_table(session: CommandSession, command: c.TruncateTable) -> SmallTable:
    """All rows, or those of the named partitions, removed."""
    table = writable_table(session, session.table_parts(command.name), "TRUNCATE TABLE")
    target = opened(table)
    if target is not None:
        if command.partition:
            raise unsupported("TRUNCATE TABLE … PARTITION on tables that keep versions; DELETE its rows")
        write = target.begin()
        write.remove_all()
        write.commit("TRUNCATE", {}, reads=True)
        session.state.cached_tables.pop(table.parts, None)
        return EMPTY
    if table.type == "EXTERNAL":
        raise analysis_error(
            "UNSUPPORTED_FEATURE.TABLE_OPERATION",
            tableName=quoted(*table.parts),
            operation="TRUNCATE TABLE on external tables",
        )
    if command.partition:
        values = static_values(session, table, command.partition)
        known = known_partitions(session, table, "TRUNCATE TABLE ... PARTITION")
        for name in matching(known, values):
            _empty(known[name])
    else:
        _empty(table.location)
        for folder in session.catalog.metastore.partitions(table).values() if table.lists_partitions else ():
            _empty(folder)
    session.state.cached_tables.pop(table.parts, None)
    return EMPTY


def _empty(folder: str) -> None:
    """Remove all that lies in a folder, if it is there."""
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.remove(entry.path)


@handles(c.CommentOn)
def comment_on(session: CommandSession, command: c.CommentOn) -> SmallTable:
    """A comment on a table, a database or a column."""
    parts = session.table_parts(command.name)
    if command.kind.upper() in ("DATABASE", "SCHEMA", "NAMESPACE"):
        return session.run(c.AlterNamespace(command.name, comment=command.comment or ""))
    if command.kind.upper() == "COLUMN":
        args = {"name": parts[-1:], "comment": command.comment or ""}
        return session.run(c.AlterTable(spec.TableName(parts[:-1]), "alter_column", args))
    table = known_table(session, parts)
    if not table.is_view and is_versioned(table.provider):
        comment = {"comment": command.comment}
        return session.run(c.AlterTable(spec.TableName(parts), "set_properties", {"properties": comment}))
    session.catalog.store(table.catalog).alter_table(replace(table, comment=command.comment))
    return EMPTY
