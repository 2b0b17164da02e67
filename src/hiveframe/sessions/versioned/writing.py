"""Rows into tables that keep versions: made, appended to, overwritten in whole or in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.tables.table import Definition, TablePlace, VersionedTable, Write
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType, as_nullable, simple_string
from hiveframe.sessions.commands.insert import aligned
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.checks import check, checked, text
from hiveframe.sessions.versioned.computed import advanced, given_columns, identities, with_computed
from hiveframe.sessions.versioned.opened import Opened, note, opened_at, table_at
from hiveframe.sessions.versioned.row_level import aside, take_out_where, tell_replaced
from hiveframe.sessions.versioned.schema_merging import merged, merges_schema
from hiveframe.sessions.versioned.storing import add_rows
from hiveframe.sessions.versioned.used_rows import reads_of
from hiveframe.sql.parser import parse_expression

_PROPERTIES: Final = ("delta.", "honey.")
"""Options that are properties of the table made."""


def append(session: CommandSession, target: Opened, rows: spec.Relation, options: Options) -> None:
    """Add rows, whose columns are the table's."""
    write = target.begin(session, options)
    _put(session, write, target.definition, rows, options)
    parameters = {"mode": "Append", "partitionBy": list(target.definition.partition_columns)}
    write.commit("WRITE", parameters, reads=reads_of(session, target, rows))


def overwrite(session: CommandSession, target: Opened, rows: spec.Relation, options: Options) -> None:
    """Put rows in the place of all that the table holds."""
    write = target.begin(session, options)
    _put(session, write, target.definition, rows, options)
    write.remove_all()
    parameters = {"mode": "Overwrite", "partitionBy": list(target.definition.partition_columns)}
    write.commit("WRITE", parameters, reads=False)


def overwrite_where(
    session: CommandSession,
    target: Opened,
    rows: spec.Relation,
    condition: spec.Expr | str,
    options: Options | None = None,
) -> None:
    """Put rows, all of which fulfil the condition, in the place of those that fulfil it."""
    shown = condition if isinstance(condition, str) else ""
    if isinstance(condition, str):
        condition = parse_expression(condition, conf=session.settings)
    write = target.begin(session, options)
    held = check(condition, "DELTA_REPLACE_WHERE_MISMATCH", replaceWhere=text(shown))
    if write.wants_changes and write.copies_files:  # else the feed is told by the files that come and go
        with aside(session, rows) as once:
            _put(session, write, target.definition, spec.Filter(once, held), options)
            touched = take_out_where(session, target, write, condition)
            tell_replaced(session, target, write, touched, once)
    else:
        _put(session, write, target.definition, spec.Filter(rows, held), options)
        touched = take_out_where(session, target, write, condition)
    reads = reads_of(session, target, rows, touched)
    write.commit("WRITE", {"mode": "Overwrite", "predicate": shown}, reads=reads)


def overwrite_partitions(
    session: CommandSession,
    target: Opened,
    rows: spec.Relation,
    options: Options,
    static: Mapping[str, spec.Expr] | None = None,
) -> None:
    """Put rows in the place of the partitions that they touch, or (`static`) of those that have the given values."""
    definition = target.definition
    write = target.begin(session, options)
    if static is not None:
        fields = {f.name.lower(): f for f in definition.schema.fields}
        given = {fields[n].name: session.constant(spec.Cast(e, fields[n].dtype)).value for n, e in static.items()}
        _put(session, write, definition, rows, options)
        write.remove_partitions([given])
    else:
        _put(session, write, definition, rows, options)
        write.remove_touched()
    parameters = {"mode": "Overwrite", "partitionBy": list(definition.partition_columns)}
    write.commit("WRITE", parameters, reads=reads_of(session, target, rows))


def _put(
    session: CommandSession, write: Write, definition: Definition, rows: spec.Relation, options: Options | None
) -> int:
    count = add_rows(session, write, definition, checked(session, definition, rows), options)
    if count and identities(definition):
        write.define(advanced(definition, count))
    return count


def insert(
    session: CommandSession,
    table: Table,
    target: Opened,
    child: spec.Relation,
    *,
    overwrite_all: bool,
    by_name: bool,
    columns: Sequence[str] = (),
    static: Mapping[str, spec.Expr] | None = None,
    dynamic: bool = False,
    options: Options | None = None,
) -> None:
    """INSERT and its kin: `child`'s rows brought into the table's columns, added or put in the place of others."""
    options = options or Options()
    if target.is_repeated(session, options):
        return
    target, table = _evolved(session, table, target, child, options, by_name=by_name)
    rows = aligned(session, table, child, by_name=by_name, columns=columns, static=static or {})
    given = given_columns(session, table, child, by_name=by_name, columns=columns) | set(static or {})
    rows = with_computed(session, target.definition, rows, given)
    where = options.get("replaceWhere")
    if not overwrite_all:
        append(session, target, rows, options)
    elif where is not None:
        overwrite_where(session, target, rows, where, options)
    elif static:
        overwrite_partitions(session, target, rows, options, static)
    elif dynamic and (table.partition_columns or table.terms):
        overwrite_partitions(session, target, rows, options)
    else:
        overwrite(session, target, rows, options)


def _evolved(
    session: CommandSession, table: Table, target: Opened, child: spec.Relation, options: Options, *, by_name: bool
) -> tuple[Opened, Table]:
    """With `mergeSchema`, the table as it will be: with the columns and fields that only the rows have, and wider."""
    if not merges_schema(options, session.settings):
        return target, table
    given = schema_of(session.analyze(child))
    if not by_name:  # columns stand for the table's by their place; those behind the last are new
        names = [f.name for f in table.schema.fields][: len(given.fields)]
        rest = given.fields[len(names) :]
        given = StructType((*(replace(f, name=n) for f, n in zip(given.fields, names, strict=False)), *rest))
    definition = merged(target.definition, given)
    if definition is target.definition:
        return target, table
    return replace(target, planned=definition), replace(table, schema=definition.schema)


def create(
    session: CommandSession,
    place: VersionedTable,
    definition: Definition,
    query: spec.Relation | None,
    *,
    operation: str,
    options: Options | None = None,
) -> None:
    """A table of that definition, with a query's rows; one that stands there is replaced, its history kept."""
    state = place.state()
    write = place.begin(state)
    note(write, session.settings, options or Options())
    write.define(definition)
    write.remove_all()
    if query is not None:
        names = [f.name for f in definition.schema.fields]
        given = schema_of(session.analyze(query))
        items = tuple(
            spec.Alias(spec.Cast(spec.Attribute((f"c{i}",)), _plain(f)), (f.name,))
            for i, f in enumerate(definition.schema.fields)
        )
        numbered = spec.ToDF(query, tuple(f"c{i}" for i in range(len(given.fields))))
        assert len(names) == len(given.fields)
        _put(session, write, definition, spec.Project(numbered, items), options)
    parameters = {
        "isManaged": "true",
        "description": definition.comment or "",
        "partitionBy": list(definition.partition_columns),
        "properties": dict(definition.properties),
    }
    write.commit(operation, parameters, reads=False)


def _plain(f: StructField) -> t.DataType:
    return t.STRING if isinstance(f.dtype, (t.CharType, t.VarcharType)) else f.dtype


def definition_of(table: Table, schema: StructType | None = None) -> Definition:
    """What a catalog entry (with a query's columns) says that a table shall be."""
    properties = {**{k: v for k, v in table.options.items() if k.startswith(_PROPERTIES)}, **table.properties}
    return Definition(
        schema or table.schema, table.partition_columns, properties, table.comment, table.cluster_by, table.terms
    )


def save_at(
    session: CommandSession,
    provider: str,
    location: str,
    child: spec.Relation,
    mode: str,
    partition_by: Sequence[str],
    options: Options,
) -> None:
    """`df.write.format(…).save(path)`: `mode` is append, overwrite, error or ignore."""
    place = table_at(provider, TablePlace(location))
    state = place.state()
    if state is not None and mode == "error":
        raise analysis_error("DELTA_PATH_EXISTS", path=location)
    if state is not None and mode == "ignore":
        return
    schema = _nullable(schema_of(session.analyze(child)))
    if state is None:
        made = {k: v for k, v in options.items() if k.startswith(_PROPERTIES)}
        definition = Definition(schema, tuple(partition_by), made)
        create(session, place, definition, child, operation="WRITE", options=options)
        return
    target = opened_at(provider, TablePlace(location), f"{provider}.{quoted(location)}")
    if mode == "overwrite" and options.flag("overwriteSchema"):
        if not target.is_repeated(session, options):
            definition = replace(target.definition, schema=schema, partition_columns=tuple(partition_by))
            create(session, place, definition, child, operation="WRITE", options=options)
        return
    table = Table("", location, "EXTERNAL", target.definition.schema, provider, location, catalog=provider)
    table = replace(table, partition_columns=target.definition.partition_columns)
    write_into(session, table, target, child, partition_by, options, overwrite_all=mode == "overwrite")


def write_into(
    session: CommandSession,
    table: Table,
    target: Opened,
    child: spec.Relation,
    partition_by: Sequence[str],
    options: Options,
    *,
    overwrite_all: bool,
) -> None:
    """`df.write` into a table that is there and keeps its columns, but for those that `mergeSchema` adds."""
    _check_partitioning(target, partition_by)
    _check_columns(session, target, schema_of(session.analyze(child)), options)
    insert(
        session,
        table,
        target,
        child,
        overwrite_all=overwrite_all,
        by_name=True,
        dynamic=_is_dynamic(session, options),
        options=options,
    )


def _check_columns(session: CommandSession, target: Opened, schema: StructType, options: Options) -> None:
    known = {f.name.lower() for f in target.definition.schema.fields}
    if not merges_schema(options, session.settings) and any(f.name.lower() not in known for f in schema.fields):
        held = simple_string(target.definition.schema)
        raise analysis_error("DELTA_SCHEMA_MISMATCH", dataSchema=simple_string(schema), tableSchema=held)


def _check_partitioning(target: Opened, partition_by: Sequence[str]) -> None:
    held = target.definition.partition_columns
    if partition_by and [n.lower() for n in partition_by] != [n.lower() for n in held]:
        raise analysis_error(
            "DELTA_PARTITION_COLUMNS_MISMATCH",
            path=target.table.location,
            tableColumns=", ".join(held),
            writeColumns=", ".join(partition_by),
        )


def _is_dynamic(session: CommandSession, options: Options) -> bool:
    configured = session.settings.require("spark.sql.sources.partitionOverwriteMode")
    return (options.get("partitionOverwriteMode") or configured).upper() == "DYNAMIC"


def _nullable(schema: StructType) -> StructType:
    return StructType(tuple(StructField(f.name, as_nullable(f.dtype), True, f.metadata) for f in schema.fields))
