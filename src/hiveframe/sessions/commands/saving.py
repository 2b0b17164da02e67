"""Rows into files: the shape each format wants, the staging, and which commit a save mode means."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.registry import short_name
from hiveframe.lake.write.checks import partition_positions
from hiveframe.lake.write.request import WriteRequest
from hiveframe.lake.write.writer import write
from hiveframe.plan import spec
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.partitions import note_written, with_provider
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import is_versioned


@dataclass(frozen=True, slots=True)
class Saved:
    """What was written: the schema, partition columns last, and the partitions' folders."""

    schema: StructType
    folders: tuple[str, ...]


def save(
    session: CommandSession,
    child: spec.Relation,
    target: str,
    format_name: str,
    *,
    how: str,
    options: Options,
    partition_by: Sequence[str] = (),
    static: Mapping[str, str | None] | None = None,
    elsewhere: Collection[str] = (),
) -> Saved:
    """Write `child` to the folder `target`.

    `how`: error (when there is something), ignore (then do nothing), append (beside what is there), replace
    (everything, or with `static` what lies below that partition), replace_partitions (those that have new rows).
    `elsewhere` are partitions of a table that lie outside of its folder, in which nothing can be written.
    """
    plan = session.analyze(child)
    schema = schema_of(plan)
    request = WriteRequest(
        format=short_name(format_name),
        path=target,
        schema=schema,
        mode="overwrite" if how.startswith("replace") else how,
        partition_by=tuple(partition_by),
        options=options,
        is_dynamic=how == "replace_partitions",
        static_partition=static or {},
        time_zone=session.settings.time_zone,
        elsewhere=frozenset(elsewhere),
    )
    result = write(request, session.written(plan), session.settings)
    places = partition_positions(schema, partition_by)
    data = [f for i, f in enumerate(schema.fields) if i not in places]
    return Saved(StructType((*data, *(schema.fields[i] for i in places))), result.partitions)


def path_mode(session: CommandSession, mode: str, options: Options, partition_by: Sequence[str]) -> str:
    """What a save mode does to files: append, replace or replace_partitions."""
    if mode == "append":
        return "append"
    configured = session.settings.require("spark.sql.sources.partitionOverwriteMode")
    chosen = options.get("partitionOverwriteMode", configured) or configured
    return "replace_partitions" if partition_by and mode == "overwrite" and chosen.upper() == "DYNAMIC" else "replace"


def create_as_select(session: CommandSession, table: Table, query: spec.Relation, *, replaces: Table | None) -> None:
    """A table made of a query's rows: the files first, then the row that names them."""
    if is_versioned(table.provider):
        from hiveframe.sessions.versioned.making import make_table

        make_table(session, table, query, replaces=replaces)
        return
    if replaces is None and table.type == "MANAGED" and os.path.isdir(table.location) and os.listdir(table.location):
        raise analysis_error(
            "LOCATION_ALREADY_EXISTS", location=f"'file:{table.location}'", identifier=quoted(*table.parts)
        )
    options = Options(table.options)
    existed = os.path.isdir(table.location)
    saved = save(
        session,
        query,
        table.location,
        table.provider,
        how="replace",
        options=options,
        partition_by=table.partition_columns,
    )
    nullable = StructType(tuple(StructField(f.name, f.dtype, True, f.metadata) for f in saved.schema.fields))
    try:
        made = with_provider(session, replace(table, schema=nullable))
        session.catalog.store(table.catalog).create_table(made, replace_existing=replaces is not None)
        note_written(session, made, saved.folders, {}, replaces=True)
    except BaseException:
        if not existed:
            shutil.rmtree(table.location, ignore_errors=True)
        raise
    session.state.cached_tables.pop(table.parts, None)
