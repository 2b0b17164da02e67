"""A table's partitions: listing them, dropping them, matching a PARTITION clause."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.catalog.entities import PARTITION_PROVIDER, Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.lake import partition_values
from hiveframe.lake.partitions import folder_name
from hiveframe.lake.paths import local_path
from hiveframe.plan import spec
from hiveframe.plan.types import StructField
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import is_versioned, opened

_MANAGED: Final = "spark.sql.hive.manageFilesourcePartitions"

PartitionClause = tuple[tuple[str, spec.Expr | None], ...]


def partition_fields(table: Table) -> list[StructField]:
    """The partition columns, in order."""
    by_name = {f.name.lower(): f for f in table.schema.fields}
    return [by_name[name.lower()] for name in table.partition_columns]


def with_provider(session: CommandSession, table: Table) -> Table:
    """A new table, told whether the catalog lists its partitions."""
    properties = {k: v for k, v in table.properties.items() if k != PARTITION_PROVIDER}
    if table.partition_columns and not is_versioned(table.provider) and session.settings.flag(_MANAGED):
        properties[PARTITION_PROVIDER] = "catalog"
    return replace(table, properties=properties)


def known_partitions(session: CommandSession, table: Table, action: str) -> dict[str, str]:
    """The table's partitions: `a=1/b=x` to its folder; an error where the catalog does not list them."""
    if not session.settings.flag(_MANAGED):
        raise analysis_error("_LEGACY_ERROR_TEMP_1250", action=action, tableName=table.name)
    if not table.lists_partitions:
        raise analysis_error("_LEGACY_ERROR_TEMP_1251", action=action, tableName=table.name)
    return session.catalog.metastore.partitions(table)


def partitions_there(session: CommandSession, table: Table) -> list[str]:
    """The partitions of which a table that keeps versions has files now."""
    target = opened(table)
    assert target is not None
    source = target.source(session)
    fields, zone = source.partition_schema.fields, source.time_zone
    return sorted(
        "/".join(
            folder_name(f.name, partition_values.show(v, f.dtype, zone)) for f, v in zip(fields, values, strict=True)
        )
        for values in {file.partition_values for file in source.files}
    )


def moved_partitions(session: CommandSession, table: Table) -> list[str]:
    """The partitions that lie outside of the table's folder."""
    known = session.catalog.metastore.partitions(table) if table.lists_partitions else {}
    return [name for name, folder in known.items() if folder != os.path.join(table.location, name)]


def note_written(
    session: CommandSession,
    table: Table,
    folders: Sequence[str],
    static: Mapping[str, str | None],
    *,
    replaces: bool,
) -> None:
    """What a write to a table did to its partitions: those of `folders` are there, and with `replaces` they alone of
    those that agree with `static`. A partition that is named in full is there even when no row went into it."""
    if not table.lists_partitions:
        return
    named = [partition_name(table, static)] if len(static) == len(table.partition_columns) else []
    written = dict.fromkeys((*folders, *named))
    known = session.catalog.metastore.partitions(table)
    gone = [n for n in matching(known, static) if n not in written] if replaces else []
    added = {name: os.path.join(table.location, name) for name in written if name not in known}
    if added or gone:
        session.catalog.metastore.set_partitions(table, added, gone)


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


def partition_name(table: Table, values: Mapping[str, str | None]) -> str:
    """`a=1/b=x` of a fully given partition."""
    return "/".join(folder_name(f.name, values[f.name]) for f in partition_fields(table))


def partition_list(values: Mapping[str, str | None]) -> str:
    """A partition as errors name it."""
    return f"PARTITION ({', '.join(f'{quoted(name)} = {value}' for name, value in values.items())})"


def add_partitions(
    session: CommandSession,
    table: Table,
    partitions: Sequence[tuple[PartitionClause, str | None]],
    *,
    if_not_exists: bool,
) -> None:
    """ALTER TABLE ADD PARTITION: (clause, location) pairs."""
    known = known_partitions(session, table, "ALTER TABLE ADD PARTITION")
    added: dict[str, str] = {}
    for clause, location in partitions:
        values = static_values(session, table, clause)
        name = partition_name(table, values)
        if name in known:
            if if_not_exists:
                continue
            raise analysis_error(
                "PARTITIONS_ALREADY_EXIST", partitionList=partition_list(values), tableName=quoted(*table.parts[1:])
            )
        folder = local_path(location) if location else os.path.join(table.location, name)
        os.makedirs(folder, exist_ok=True)
        added[name] = folder
    session.catalog.metastore.set_partitions(table, added)


def drop_partitions(
    session: CommandSession, table: Table, partitions: Sequence[PartitionClause], *, if_exists: bool
) -> None:
    """ALTER TABLE DROP PARTITION; the files of a managed table go, too."""
    known = known_partitions(session, table, "ALTER TABLE DROP PARTITION")
    dropped: dict[str, str] = {}
    for clause in partitions:
        values = static_values(session, table, clause)
        found = matching(known, values)
        if not found and not if_exists:
            raise partitions_not_found(table, values)
        dropped |= {name: known[name] for name in found}
    session.catalog.metastore.set_partitions(table, {}, tuple(dropped))
    for folder in dropped.values():
        if table.type == "MANAGED" and os.path.isdir(folder):
            shutil.rmtree(folder)


def rename_partition(session: CommandSession, table: Table, old: PartitionClause, new: PartitionClause) -> None:
    """ALTER TABLE … PARTITION … RENAME TO PARTITION …: a managed table's folder moves along."""
    known = known_partitions(session, table, "ALTER TABLE RENAME PARTITION")
    before, after = (static_values(session, table, clause) for clause in (old, new))
    source, target = partition_name(table, before), partition_name(table, after)
    if source not in known:
        raise partitions_not_found(table, before)
    if target in known:
        raise analysis_error(
            "PARTITIONS_ALREADY_EXIST", partitionList=partition_list(after), tableName=quoted(*table.parts[1:])
        )
    folder = known[source]
    if table.type == "MANAGED" and os.path.isdir(folder):
        moved = os.path.join(table.location, target)
        os.makedirs(os.path.dirname(moved), exist_ok=True)
        os.rename(folder, moved)
        folder = moved
    session.catalog.metastore.set_partitions(table, {target: folder}, (source,))


def partitions_not_found(table: Table, values: Mapping[str, str | None]) -> AnalysisException:
    """PARTITIONS_NOT_FOUND for given values."""
    return analysis_error(
        "PARTITIONS_NOT_FOUND", partitionList=partition_list(values), tableName=quoted(*table.parts[1:])
    )


def matching(names: Iterable[str], values: Mapping[str, str | None]) -> list[str]:
    """The partitions that agree with the given values."""
    wanted = {folder_name(k, v).lower() for k, v in values.items()}
    return [n for n in names if wanted <= {piece.lower() for piece in n.split("/")}]
