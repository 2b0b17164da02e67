"""MSCK REPAIR TABLE and ALTER TABLE RECOVER PARTITIONS: partitions as the folders have them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from hiveframe.catalog.entities import PARTITION_PROVIDER, Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.partitions import folder_name, unescape
from hiveframe.plan import commands as c
from hiveframe.sessions.commands.lookup import writable_table
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.versioned.opened import is_versioned


@handles(c.RepairTable)
def repair_table(session: CommandSession, command: c.RepairTable) -> SmallTable:
    """`MSCK REPAIR TABLE name [ADD|DROP|SYNC PARTITIONS]`."""
    table = writable_table(session, session.table_parts(command.name), "MSCK REPAIR TABLE")
    repair(
        session,
        table,
        "MSCK REPAIR TABLE",
        adds=command.option in ("add", "sync"),
        drops=command.option in ("drop", "sync"),
    )
    return EMPTY


def repair(session: CommandSession, table: Table, operation: str, *, adds: bool, drops: bool) -> None:
    """Folders become partitions (`adds`), and partitions without a folder go (`drops`).

    From then on the catalog lists the table's partitions, whoever made it. Nothing is done to tables with a log.
    """
    if is_versioned(table.provider):
        return  # its log says which partitions there are
    if not table.partition_columns:
        raise analysis_error("NOT_A_PARTITIONED_TABLE", operation=operation, tableIdentWithDB=quoted(*table.parts))
    known = session.catalog.metastore.partitions(table)
    gone = [name for name, folder in known.items() if not os.path.isdir(folder)] if drops else []
    found = dict(_folders(table.location, "", table.partition_columns)) if adds else {}
    added = {name: folder for name, folder in found.items() if name not in known}
    session.catalog.metastore.set_partitions(table, added, gone)
    if not table.lists_partitions:
        listing = replace(table, properties={**table.properties, PARTITION_PROVIDER: "catalog"})
        session.catalog.store(table.catalog).alter_table(listing)
    session.state.cached_tables.pop(table.parts, None)


def _folders(folder: str, name: str, columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(`a=1/b=x`, its folder) for each that spells all the columns, one a level, in their order."""
    if not columns:
        yield name, folder
        return
    if not os.path.isdir(folder):
        return
    for entry in sorted(os.scandir(folder), key=lambda e: e.name):
        spelled, equals, value = entry.name.partition("=")
        is_of_column = bool(equals) and unescape(spelled).lower() == columns[0].lower()
        if is_of_column and entry.is_dir() and not entry.name.startswith(("_", ".")):
            segment = folder_name(columns[0], unescape(value))
            yield from _folders(entry.path, f"{name}/{segment}" if name else segment, columns[1:])
