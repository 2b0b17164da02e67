"""`df.write` and `df.writeTo`: to a path, to a table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from hiveframe.catalog.entities import BucketSpec, Table, Term
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.options import Options
from hiveframe.lake.paths import local_path
from hiveframe.lake.registry import short_name, source_of
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructType
from hiveframe.sessions.commands.insert import aligned, insert_rows
from hiveframe.sessions.commands.lookup import find_table, not_found, writable_table
from hiveframe.sessions.commands.saving import create_as_select, path_mode, save
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.tables import default_provider, partition_terms, plain_columns
from hiveframe.sessions.data_sources import find_provider, write_to
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.users import current_user
from hiveframe.sessions.versioned.opened import is_versioned, opened
from hiveframe.sql import parse_multipart_identifier, parse_schema


@handles(c.WriteSource)
def write_source(session: CommandSession, command: c.WriteSource) -> SmallTable:
    """`df.write.save`, `saveAsTable`, `insertInto`."""
    if command.table is not None:
        if command.table_method == "insert_into":
            _insert_into(session, command, command.table)
        else:
            _save_as_table(session, command, command.table)
        return EMPTY
    options = Options(command.options or {})
    path = command.path or options.get("path")
    format_name = command.format or session.settings.require("spark.sql.sources.default")
    if short_name(format_name) == "iceberg" and path is not None and "/" not in path:
        named = {k: v for k, v in options.items() if k.lower() != "path"}
        name = spec.TableName(parse_multipart_identifier(path))
        _save_as_table(session, replace(command, path=None, options=named, format="iceberg"), name)
        return EMPTY
    if short_name(format_name) == "noop":
        for _ in session.stream(session.analyze(command.child)):
            pass
        return EMPTY
    provider = find_provider(session.state, format_name)
    if provider is not None:
        plan = session.analyze(command.child)
        write_to(provider, format_name, command, schema_of(plan), session.stream(plan))
        return EMPTY
    if short_name(format_name) == "jdbc":
        _write_jdbc(session, command, options)
        return EMPTY
    if path is None:
        raise analysis_error("UNSUPPORTED_FEATURE.HIVEFRAME", feature="a write without a path; give save() one")
    if command.bucket_count:
        raise analysis_error("_LEGACY_ERROR_TEMP_1312", operation="save")
    target = local_path(path)
    mode = command.mode
    if is_versioned(format_name):
        from hiveframe.sessions.versioned.writing import save_at

        save_at(session, format_name, target, command.child, mode, command.partition_by, options.without("path"))
        return EMPTY
    save(
        session,
        _sorted(command),
        target,
        format_name,
        how=path_mode(session, mode, options, command.partition_by) if mode == "overwrite" else mode,
        options=options.without("path"),
        partition_by=command.partition_by,
    )
    return EMPTY


def _write_jdbc(session: CommandSession, command: c.WriteSource, options: Options) -> None:
    from hiveframe.lake.jdbc.options import jdbc_options  # loads SQLAlchemy's engine
    from hiveframe.lake.jdbc.writing import write_table

    if command.partition_by:
        raise unsupported("partitionBy in a JDBC write")
    plan = session.analyze(command.child)
    ddl = options.get("createTableColumnTypes")
    given = parse_schema(ddl, conf=session.settings) if ddl else StructType()
    assert isinstance(given, StructType)
    zone = session.settings.time_zone
    write_table(jdbc_options(options), schema_of(plan), command.mode, given, session.stream(plan), zone)


def _sorted(command: c.WriteSource) -> spec.Relation:
    if not command.sort_by:
        return command.child
    keys = tuple(spec.SortOrder(spec.Attribute((name,))) for name in command.sort_by)
    return spec.Sort(command.child, keys, is_global=False)


def _save_as_table(session: CommandSession, command: c.WriteSource, name: spec.TableName) -> None:
    parts = session.table_parts(name)
    existing = find_table(session, parts)
    if existing is not None and command.mode == "error":
        raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(*existing.parts))
    if existing is not None and command.mode == "ignore":
        return
    if existing is not None and existing.is_view:
        writable_table(session, parts, "saveAsTable")
    if existing is not None and command.mode == "append":
        insert_rows(
            session, existing, command.child, overwrite=False, by_name=True, options=Options(command.options or {})
        )
        return
    options = Options(command.options or {})
    if existing is not None and _is_kept(session, existing, command, options):
        from hiveframe.sessions.versioned.writing import write_into

        target = opened(existing)
        assert target is not None
        write_into(session, existing, target, command.child, command.partition_by, options, overwrite_all=True)
        session.state.cached_tables.pop(existing.parts, None)
        return
    table = _new_table(
        session,
        parts,
        format_name=command.format,
        options=options,
        terms=tuple(Term(name) for name in command.partition_by),
        buckets=BucketSpec(command.bucket_count, command.bucket_by, command.sort_by) if command.bucket_count else None,
        cluster_by=command.cluster_by,
        properties={},
    )
    create_as_select(session, table, _sorted(command), replaces=existing)


def _is_kept(session: CommandSession, table: Table, command: c.WriteSource, options: Options) -> bool:
    """Whether an overwrite leaves the table's columns as they are, as Delta's do unless `overwriteSchema` is set."""
    given = short_name(command.format or session.settings.require("spark.sql.sources.default"))
    return table.provider == given == "delta" and not options.flag("overwriteSchema")


def _new_table(
    session: CommandSession,
    parts: tuple[str, ...],
    *,
    format_name: str | None,
    options: Options,
    terms: tuple[Term, ...],
    buckets: BucketSpec | None,
    cluster_by: Sequence[str],
    properties: dict[str, str],
) -> Table:
    catalog, database, name = session.catalog.qualify(parts)
    store = session.catalog.store(catalog)
    provider = short_name(format_name or default_provider(session, store))
    source_of(provider)
    path = options.get("path")
    location = local_path(path) if path else store.default_location(database, name)
    is_iceberg = provider == "iceberg"
    plain = tuple(x.column for x in terms if x.function == "identity") if is_iceberg else plain_columns(terms)
    return Table(
        database,
        name,
        "EXTERNAL" if path else "MANAGED",
        StructType(),
        provider,
        location,
        plain,
        buckets,
        tuple(cluster_by),
        dict(options.without("path")),
        properties,
        None,
        current_user(),
        time.time_ns() // 1_000_000,
        catalog=catalog,
        terms=terms if is_iceberg else (),
        home=store.home,
    )


def _insert_into(session: CommandSession, command: c.WriteSource, name: spec.TableName) -> None:
    if command.partition_by:
        raise analysis_error("_LEGACY_ERROR_TEMP_1309")
    parts = session.table_parts(name)
    table = writable_table(session, parts, "insertInto", is_relation=True)
    options = Options(command.options or {})
    insert_rows(session, table, command.child, overwrite=command.mode == "overwrite", by_name=False, options=options)


@handles(c.WriteTable)
def write_table(session: CommandSession, command: c.WriteTable) -> SmallTable:
    """`df.writeTo(table)`: create, replace, append, overwrite."""
    parts = session.table_parts(command.table)
    existing = find_table(session, parts)
    if command.mode in ("create", "replace", "create_or_replace"):
        if command.mode == "create" and existing is not None:
            raise analysis_error("TABLE_OR_VIEW_ALREADY_EXISTS", relationName=quoted(*existing.parts))
        if command.mode == "replace" and existing is None:
            raise not_found(session, parts)
        table = _new_table(
            session,
            parts,
            format_name=command.format,
            options=Options(command.options or {}),
            terms=partition_terms(command.partition_by),
            buckets=None,
            cluster_by=command.cluster_by,
            properties=dict(command.properties or {}),
        )
        create_as_select(session, table, command.child, replaces=existing)
        return EMPTY
    table = writable_table(session, parts, "writeTo", is_relation=True)
    if command.mode == "append":
        options = Options(command.options or {})
        insert_rows(session, table, command.child, overwrite=False, by_name=True, options=options)
    elif command.mode == "overwrite_partitions":
        options = Options(command.options or {})
        insert_rows(session, table, command.child, overwrite=True, by_name=True, dynamic=True, options=options)
    else:
        options = Options(command.options or {})
        match command.condition:
            case spec.Literal(value=True):
                insert_rows(session, table, command.child, overwrite=True, by_name=True, options=options)
            case condition:
                _overwrite_where(session, table, command.child, condition, options)
    return EMPTY


def _overwrite_where(
    session: CommandSession, table: Table, child: spec.Relation, condition: spec.Expr | None, options: Options
) -> None:
    target = opened(table)
    if target is None or condition is None:
        raise unsupported(f"overwrite by a condition on {table.provider} tables; overwrite partitions instead")
    from hiveframe.sessions.versioned.writing import overwrite_where

    rows = aligned(session, table, child, by_name=True, columns=(), static={})
    overwrite_where(session, target, rows, condition, options)
