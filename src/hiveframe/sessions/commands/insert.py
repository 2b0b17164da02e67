"""INSERT: rows brought into a table's columns by position or by name, under ANSI's store assignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hiveframe.catalog.entities import DEFAULT, Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import ArithmeticException, SparkError, analysis_error, unsupported
from hiveframe.functions.coercion import can_store_assign
from hiveframe.lake.options import Options
from hiveframe.lake.paths import local_path
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType, sql_name
from hiveframe.sessions.commands.lookup import writable_table
from hiveframe.sessions.commands.partitions import (
    known_partitions,
    matching,
    moved_partitions,
    note_written,
    partition_fields,
    static_values,
)
from hiveframe.sessions.commands.saving import save
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.tables_of import BRANCH
from hiveframe.sessions.versioned.fitting import fitted, nullable_within
from hiveframe.sessions.versioned.opened import is_versioned, opened
from hiveframe.sql.parser import parse_expression


@handles(c.Insert)
def insert(session: CommandSession, command: c.Insert) -> SmallTable:
    """`INSERT INTO|OVERWRITE table [PARTITION …] [(columns)] query`."""
    table = writable_table(session, session.table_parts(command.table), "INSERT", is_relation=True)
    if command.replace_where is not None:
        target = opened(table)
        if target is not None:
            from hiveframe.sessions.versioned.writing import overwrite_where

            rows = aligned(session, table, command.child, by_name=command.by_name, columns=command.columns, static={})
            overwrite_where(session, target, rows, command.replace_where)
            return EMPTY
        raise unsupported(f"INSERT INTO … REPLACE WHERE on {table.provider} tables")
    known = {f.name.lower() for f in partition_fields(table)}
    for name, _ in command.partition:
        if name.lower() not in known:
            raise analysis_error("NON_PARTITION_COLUMN", columnName=quoted(name))
    insert_rows(
        session,
        table,
        command.child,
        overwrite=command.overwrite,
        by_name=command.by_name,
        columns=command.columns,
        static={n.lower(): e for n, e in command.partition if e is not None},
        partition=command.partition,
        if_not_exists=command.if_not_exists,
        options=Options({"mergeSchema": "true"}) if command.evolves else None,
    )
    return EMPTY


@handles(c.MultiInsert)
def multi_insert(session: CommandSession, command: c.MultiInsert) -> SmallTable:
    """`FROM source INSERT … INSERT …`, one after the other."""
    for part in command.inserts:
        session.run(part)
    return EMPTY


@handles(c.InsertDirectory)
def insert_directory(session: CommandSession, command: c.InsertDirectory) -> SmallTable:
    """`INSERT OVERWRITE DIRECTORY`."""
    options = Options(command.options)
    path = command.path or options["path"]
    format_name = command.format or session.settings.require("spark.sql.sources.default")
    save(session, command.child, local_path(path), format_name, how="replace", options=options.without("path"))
    return EMPTY


def insert_rows(
    session: CommandSession,
    table: Table,
    child: spec.Relation,
    *,
    overwrite: bool,
    by_name: bool,
    columns: Sequence[str] = (),
    static: Mapping[str, spec.Expr] | None = None,
    partition: Sequence[tuple[str, spec.Expr | None]] = (),
    if_not_exists: bool = False,
    dynamic: bool | None = None,
    options: Options | None = None,
) -> None:
    """Add `child`'s rows to a table, or (`overwrite`) put them in the place of what is there."""
    static = static or {}
    if options is not None and BRANCH in options and table.provider == "iceberg":
        table = replace(table, options={**table.options, BRANCH: options[BRANCH]})
    target = opened(table)
    if target is not None:
        from hiveframe.sessions.versioned.writing import insert as insert_versioned

        mode = session.settings.require("spark.sql.sources.partitionOverwriteMode").upper()
        session.state.cached_tables.pop(table.parts, None)
        insert_versioned(
            session,
            table,
            target,
            child,
            overwrite_all=overwrite,
            by_name=by_name,
            columns=columns,
            static=static,
            dynamic=mode == "DYNAMIC" if dynamic is None else dynamic,
            options=options,
        )
        return
    values = static_values(session, table, tuple(partition))
    if if_not_exists and matching(known_partitions(session, table, "INSERT"), values):
        return
    rows = aligned(session, table, child, by_name=by_name, columns=columns, static=static)
    how = "append"
    if overwrite:
        mode = session.settings.require("spark.sql.sources.partitionOverwriteMode").upper()
        is_dynamic = mode == "DYNAMIC" if dynamic is None else dynamic
        how = "replace_partitions" if table.partition_columns and is_dynamic else "replace"
    try:
        saved = save(
            session,
            rows,
            table.location,
            table.provider,
            how=how,
            options=Options(table.options),
            partition_by=table.partition_columns,
            static=values if how == "replace" else None,
            elsewhere=moved_partitions(session, table),
        )
    except ArithmeticException as error:
        raise _overflow_in(
            table, schema_of(session.analyze(_with_defaults(session, child, table.schema.fields))), error
        ) from error
    note_written(session, table, saved.folders, values, replaces=how == "replace")
    session.state.cached_tables.pop(table.parts, None)


def _overflow_in(table: Table, given: StructType, error: SparkError) -> SparkError:
    """CAST_OVERFLOW of a store assignment, told with the column it was meant for."""
    if error.condition != "CAST_OVERFLOW":
        return error
    wanted = (error.params.get("sourceType"), error.params.get("targetType"))
    for source, target in zip(given.fields, table.schema.fields, strict=False):
        types = (f'"{sql_name(source.dtype)}"', f'"{sql_name(target.dtype)}"')
        if types == wanted:
            params = {"sourceType": types[0], "targetType": types[1], "columnName": quoted(target.name)}
            return ArithmeticException("CAST_OVERFLOW_IN_TABLE_INSERT", params)
    return error


def aligned(
    session: CommandSession,
    table: Table,
    child: spec.Relation,
    *,
    by_name: bool,
    columns: Sequence[str],
    static: Mapping[str, spec.Expr],
) -> spec.Relation:
    """The query's columns as the table's: in its order, cast to its types, with constants and defaults filled in."""
    wanted = [f for f in table.schema.fields if f.name.lower() not in static]
    if columns:
        wanted = _listed(table, wanted, columns)
    child = _with_defaults(session, child, wanted)
    given = schema_of(session.analyze(child))
    numbered = spec.ToDF(child, tuple(f"c{i}" for i in range(len(given.fields))))
    if by_name:
        sources = _by_name(table, wanted, given)
    else:
        _check_count(table, wanted, given, has_list=bool(columns))
        sources = {f.name.lower(): i for i, f in enumerate(wanted)}
    items: list[spec.Expr] = []
    for f in table.schema.fields:
        key = f.name.lower()
        value: spec.Expr
        if key in static:
            value = static[key]
        elif key in sources:
            source = given.fields[sources[key]]
            value = spec.Attribute((f"c{sources[key]}",))
            if is_versioned(table.provider):
                f = nullable_within(f)
                if by_name:
                    value, dtype = fitted(value, source.dtype, f.dtype, name=f.name)
                    source = replace(source, dtype=dtype)
            check_assignable(quoted(*table.parts), source, f)
        else:
            value = default_value(session, f)
        items.append(spec.Alias(stored(value, f), (f.name,)))
    return spec.Project(numbered, tuple(items))


def _listed(table: Table, wanted: Sequence[StructField], columns: Sequence[str]) -> list[StructField]:
    by_name = {f.name.lower(): f for f in wanted}
    seen: set[str] = set()
    for name in columns:
        if name.lower() not in by_name:
            known = ", ".join(quoted(f.name) for f in table.schema.fields)
            raise analysis_error("UNRESOLVED_COLUMN.WITH_SUGGESTION", objectName=quoted(name), proposal=known)
        if name.lower() in seen:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=quoted(name.lower()))
        seen.add(name.lower())
    return [by_name[name.lower()] for name in columns]


def _by_name(table: Table, wanted: Sequence[StructField], given: StructType) -> dict[str, int]:
    known = {f.name.lower() for f in wanted}
    places = {f.name.lower(): i for i, f in enumerate(given.fields)}
    extra = [f.name for f in given.fields if f.name.lower() not in known]
    if extra:
        raise analysis_error(
            "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
            tableName=quoted(*table.parts),
            extraColumns=", ".join(quoted(n) for n in extra),
        )
    for f in wanted:
        if f.name.lower() not in places and DEFAULT not in f.metadata and not f.nullable:
            raise analysis_error(
                "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", tableName=quoted(*table.parts), colName=quoted(f.name)
            )
    return places


def _check_count(table: Table, wanted: Sequence[StructField], given: StructType, *, has_list: bool) -> None:
    if len(given.fields) == len(wanted):
        return
    few = len(given.fields) < len(wanted)
    shown = quoted(*table.parts)
    raise analysis_error(
        f"INSERT_COLUMN_ARITY_MISMATCH.{'NOT_ENOUGH_DATA_COLUMNS' if few else 'TOO_MANY_DATA_COLUMNS'}",
        tableName=shown,
        tableColumns=", ".join(quoted(f.name) for f in wanted),
        dataColumns=", ".join(quoted(f.name) for f in given.fields),
    )


def check_assignable(table_name: str, source: StructField, target: StructField) -> None:
    """INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST where ANSI's store assignment does not allow the types."""
    stored = t.STRING if isinstance(target.dtype, (t.CharType, t.VarcharType)) else target.dtype
    if not can_store_assign(source.dtype, stored):
        raise analysis_error(
            "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
            tableName=table_name,
            colName=quoted(target.name),
            srcType=f'"{sql_name(source.dtype)}"',
            targetType=f'"{sql_name(target.dtype)}"',
        )


def default_value(session: CommandSession, f: StructField) -> spec.Expr:
    """The column's DEFAULT, or NULL."""
    text = f.metadata.get(DEFAULT)
    if text is None:
        return spec.Literal(None, t.NULL)
    return parse_expression(str(text), conf=session.settings)


def stored(value: spec.Expr, f: StructField) -> spec.Expr:
    """The value in the column's type; CHAR is padded, and CHAR and VARCHAR refuse text that is too long."""
    match f.dtype:
        case t.CharType(length) | t.VarcharType(length):
            kind = "stored_char" if isinstance(f.dtype, t.CharType) else "stored_varchar"
            text = spec.Cast(value, t.STRING)
            return spec.Function((kind,), (text, spec.Literal(length, t.INT)), is_internal=True)
    return spec.Cast(value, f.dtype)


def _with_defaults(session: CommandSession, child: spec.Relation, wanted: Sequence[StructField]) -> spec.Relation:
    """DEFAULT in VALUES or a select list replaced by what the column's definition says."""

    def fill(row: tuple[spec.Expr, ...]) -> tuple[spec.Expr, ...]:
        return tuple(
            default_value(session, wanted[i]) if isinstance(e, spec.DefaultValue) and i < len(wanted) else e
            for i, e in enumerate(row)
        )

    match child:
        case spec.Values(rows):
            return replace(child, rows=tuple(fill(row) for row in rows))
        case spec.Project(below, items):
            return spec.Project(below, fill(items), plan_id=child.plan_id, origin=child.origin)
        case spec.SubqueryAlias(below, name, columns):
            return spec.SubqueryAlias(_with_defaults(session, below, wanted), name, columns)
    return child
