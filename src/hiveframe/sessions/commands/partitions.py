"""A table's partitions: listing them, dropping them, matching a PARTITION clause."""

from __future__ import annotations

import os
import shutil

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake import partition_values
from hiveframe.lake.partitions import folder_name
from hiveframe.plan import spec
from hiveframe.plan.types import StructField
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.environment import read_schema
from hiveframe.sessions.tables_of import open_table

PartitionClause = tuple[tuple[str, spec.Expr | None], ...]


def partition_fields(table: Table) -> list[StructField]:
    """The partition columns, in order."""
    by_name = {f.name.lower(): f for f in table.schema.fields}
    return [by_name[name.lower()] for name in table.partition_columns]


def partition_names(session: CommandSession, table: Table) -> list[str]:
    """`a=1/b=x` for each partition that holds files or was added, sorted."""
    added = session.catalog.metastore.partitions(table)
    source = open_table(table, session.state.read_context(), read_schema(table.schema), added)
    fields = partition_fields(table)
    zone = session.settings.time_zone
    found = {
        "/".join(
            folder_name(f.name, partition_values.show(v, f.dtype, zone))
            for f, v in zip(fields, file.partition_values, strict=True)
        )
        for file in source.files
    }
    return sorted(found | set(added))


def static_values(session: CommandSession, table: Table, clause: PartitionClause) -> dict[str, str | None]:
    """The constants of a PARTITION clause as folder texts, by the column's own name."""
    known = {f.name.lower(): f for f in partition_fields(table)}
    values: dict[str, str | None] = {}
    for name, expr in clause:
        f = known.get(name.lower())
        if f is None:
            raise analysis_error("PARTITIONS_NOT_FOUND", partitionList=quoted(name), tableName=quoted(*table.parts))
        if expr is None:
            continue
        literal = session.constant(spec.Cast(expr, f.dtype))
        values[f.name] = partition_values.show(literal.value, f.dtype, session.settings.time_zone)
    return values


def partition_folder(table: Table, values: dict[str, str | None]) -> str:
    """The folder of a fully given partition."""
    names = [folder_name(f.name, values[f.name]) for f in partition_fields(table)]
    return os.path.join(table.location, *names)


def partition_name(table: Table, values: dict[str, str | None]) -> str:
    """`a=1/b=x` of a fully given partition."""
    return "/".join(folder_name(f.name, values[f.name]) for f in partition_fields(table))


def remove_partition(session: CommandSession, table: Table, name: str) -> None:
    """Drop a partition's row and, for a managed table, its files."""
    session.catalog.metastore.set_partitions(table, {}, removed=(name,))
    folder = os.path.join(table.location, *name.split("/"))
    if table.type == "MANAGED" and os.path.isdir(folder):
        shutil.rmtree(folder)


def matching(names: list[str], values: dict[str, str | None]) -> list[str]:
    """The partitions that agree with the given values."""
    wanted = {folder_name(k, v).lower() for k, v in values.items()}
    return [n for n in names if wanted <= {piece.lower() for piece in n.split("/")}]
