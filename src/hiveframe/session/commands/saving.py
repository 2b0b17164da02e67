"""Rows into files: the shape each format wants, the staging, and which commit a save mode means."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.registry import short_name
from hiveframe.lake.write import commit
from hiveframe.lake.write.formats import FORMATS, WriteFormat, copy_statement
from hiveframe.lake.write.orc import write_orc
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType
from hiveframe.session.commands.seam import CommandSession

_TIMESTAMP_FORMAT = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"
_TIMESTAMP_NTZ_FORMAT = "yyyy-MM-dd'T'HH:mm:ss[.SSS]"


def save(
    session: CommandSession,
    child: spec.Relation,
    target: str,
    format_name: str,
    *,
    how: str,
    options: Options,
    partition_by: Sequence[str] = (),
) -> StructType:
    """Write `child` to the folder `target` and return its schema, partition columns last.

    `how`: append (beside what is there), replace (everything), replace_partitions (those that have new rows).
    """
    schema = schema_of(session.analyze(child))
    _check_columns(schema)
    data, folders = split_partitions(schema, partition_by)
    name = short_name(format_name)
    with commit.staging(target) as staged:
        if name == "orc":
            _save_orc(session, child, schema, data, folders, staged)
        else:
            _copy(session, child, schema, data, folders, name, options, staged)
        {"append": commit.append, "replace": commit.replace, "replace_partitions": commit.replace_partitions}[how](
            staged, target
        )
    return StructType((*data, *folders))


def _check_columns(schema: StructType) -> None:
    seen: set[str] = set()
    for f in schema.fields:
        if f.name.lower() in seen:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=quoted(f.name.lower()))
        seen.add(f.name.lower())


def split_partitions(
    schema: StructType, partition_by: Sequence[str]
) -> tuple[tuple[StructField, ...], tuple[StructField, ...]]:
    """The columns that stay in files, and those that become folders, in the order asked for."""
    by_name = {f.name.lower(): f for f in schema.fields}
    for name in partition_by:
        if name.lower() not in by_name:
            raise analysis_error(
                "PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA", column=quoted(name), schema=f'"{t.sql_name(schema)}"'
            )
    folders = tuple(by_name[name.lower()] for name in partition_by)
    data = tuple(f for f in schema.fields if f not in folders)
    if folders and not data:
        raise analysis_error("ALL_PARTITION_COLUMNS_NOT_ALLOWED")
    return data, folders


def _copy(
    session: CommandSession,
    child: spec.Relation,
    schema: StructType,
    data: Sequence[StructField],
    folders: Sequence[StructField],
    name: str,
    options: Options,
    staged: str,
) -> None:
    write_format = FORMATS.get(name)
    if write_format is None:
        raise analysis_error("UNSUPPORTED_FEATURE.HIVEFRAME", feature=f"writing the format {name!r}")
    stored = StructType(tuple(data))
    write_format.check(stored)
    shaped = _shaped(child, schema, data, folders, write_format, options)
    plan = session.analyze(shaped)
    names = [c.name for c in plan.output]
    partition_names = tuple(f.name for f in folders)
    session.copy(
        plan,
        names,
        lambda query: copy_statement(query, staged, write_format, options, stored, partition_names, session.settings),
    )


def _shaped(
    child: spec.Relation,
    schema: StructType,
    data: Sequence[StructField],
    folders: Sequence[StructField],
    write_format: WriteFormat,
    options: Options,
) -> spec.Relation:
    """`child` with its columns in the format's shape, partition columns after them."""
    places = {f.name: spec.Attribute((f"c{i}",)) for i, f in enumerate(schema.fields)}
    numbered = spec.ToDF(child, tuple(f"c{i}" for i in range(len(schema.fields))))
    if write_format.shape == "columns":
        items: list[spec.Expr] = [spec.Alias(places[f.name], (f.name,)) for f in data]
    elif write_format.shape == "texts":
        items = [spec.Alias(_text(places[f.name], f, options), (f.name,)) for f in data]
    elif write_format.name == "json":
        pairs = [x for f in data for x in (spec.Literal(f.name, t.STRING), places[f.name])]
        row = spec.Function(("named_struct",), tuple(pairs))
        items = [spec.Alias(spec.Function(("to_json",), (row, *_json_options(options))), ("value",))]
    else:
        if len(data) != 1:
            raise analysis_error("_LEGACY_ERROR_TEMP_1289", schema=str(len(data)))
        items = [spec.Alias(places[data[0].name], (data[0].name,))]
    items += [spec.Alias(_folder_text(places[f.name], f), (f.name,)) for f in folders]
    return spec.Project(numbered, tuple(items))


def _json_options(options: Options) -> tuple[spec.Expr, ...]:
    kept = {k: v for k, v in options.items() if k.lower() not in ("compression", "linesep", "path")}
    if not kept:
        return ()
    texts = [spec.Literal(x, t.STRING) for pair in sorted(kept.items()) for x in pair]
    return (spec.Function(("map",), tuple(texts)),)


def _text(value: spec.Expr, f: StructField, options: Options) -> spec.Expr:
    pattern: str | None = None
    match f.dtype:
        case t.StringType() | t.CharType() | t.VarcharType():
            return value
        case t.DateType():
            pattern = options.get("dateFormat")
        case t.TimestampType():
            pattern = options.get("timestampFormat", _TIMESTAMP_FORMAT)
        case t.TimestampNTZType():
            pattern = options.get("timestampNTZFormat", _TIMESTAMP_NTZ_FORMAT)
    if pattern is None:
        return spec.Cast(value, t.STRING)
    return spec.Function(("date_format",), (value, spec.Literal(pattern, t.STRING)))


def _folder_text(value: spec.Expr, f: StructField) -> spec.Expr:
    """A partition value; an empty text is written as NULL, as Spark does."""
    match f.dtype:
        case t.StringType() | t.CharType() | t.VarcharType():
            return spec.Function(("nullif",), (value, spec.Literal("", t.STRING)))
        case t.TimestampType() | t.TimestampNTZType() | t.FloatType() | t.DoubleType():
            return spec.Cast(value, t.STRING)
    return value


def _save_orc(
    session: CommandSession,
    child: spec.Relation,
    schema: StructType,
    data: Sequence[StructField],
    folders: Sequence[StructField],
    staged: str,
) -> None:
    if folders:
        raise analysis_error("UNSUPPORTED_FEATURE.HIVEFRAME", feature="writing partitioned ORC; use Parquet")
    write_orc(session.stream(session.analyze(child)), staged)


def path_mode(session: CommandSession, mode: str, options: Options, partition_by: Sequence[str]) -> str:
    """What a save mode does to files: append, replace or replace_partitions."""
    if mode == "append":
        return "append"
    configured = session.settings.require("spark.sql.sources.partitionOverwriteMode")
    chosen = options.get("partitionOverwriteMode", configured) or configured
    return "replace_partitions" if partition_by and mode == "overwrite" and chosen.upper() == "DYNAMIC" else "replace"


def create_as_select(session: CommandSession, table: Table, query: spec.Relation, *, replaces: Table | None) -> None:
    """A table made of a query's rows: the files first, then the row that names them."""
    if replaces is None and table.type == "MANAGED" and os.path.isdir(table.location) and os.listdir(table.location):
        raise analysis_error(
            "LOCATION_ALREADY_EXISTS", location=f"'file:{table.location}'", identifier=quoted(*table.parts)
        )
    options = Options(table.options)
    existed = os.path.isdir(table.location)
    schema = save(
        session,
        query,
        table.location,
        table.provider,
        how="replace",
        options=options,
        partition_by=table.partition_columns,
    )
    nullable = StructType(tuple(StructField(f.name, f.dtype, True, f.metadata) for f in schema.fields))
    try:
        session.catalog.metastore.create_table(replace(table, schema=nullable), replace_existing=replaces is not None)
    except BaseException:
        if not existed:
            shutil.rmtree(table.location, ignore_errors=True)
        raise
    session.state.cached_tables.pop(table.parts, None)
