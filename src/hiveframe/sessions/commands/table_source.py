"""A catalog's table, opened as a query would."""

from __future__ import annotations

from hiveframe.catalog.entities import Table
from hiveframe.lake.scan import ScanSource
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.environment import read_schema
from hiveframe.sessions.tables_of import open_table


def table_source(session: CommandSession, table: Table) -> ScanSource:
    """The table's files as they are now; of a table whose partitions the catalog lists, those of the partitions."""
    is_listed = table.lists_partitions and session.settings.flag("spark.sql.hive.manageFilesourcePartitions")
    known = session.catalog.metastore.partitions(table) if is_listed else None
    return open_table(table, session.state.read_context(), read_schema(table.schema), known)
