"""What a table's name leads to, and how its rows are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.analysis.environment import DataTable
from hiveframe.catalog.entities import Table
from hiveframe.lake.options import Options
from hiveframe.lake.registry import open_source
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.tables.table import TablePlace
from hiveframe.plan import logical as lg
from hiveframe.plan.types import StructType
from hiveframe.sessions.state import Kept

BRANCH: Final = "branch"
"""The option of an entry that names one of a table's branches."""


def kept_table(kept: Kept, qualifier: tuple[str, ...] = ()) -> DataTable:
    """Rows in memory as a table."""
    return DataTable(kept.schema, lambda columns, metadata: lg.LocalData(columns, kept.table, is_kept=True), qualifier)


def open_table(
    table: Table,
    context: ReadContext,
    schema: StructType,
    partitions: Mapping[str, str] | None = None,
) -> ScanSource:
    """A catalog table's files, opened."""
    return open_source(table_request(table, {}, schema, partitions), context)


def table_request(
    table: Table, options: Mapping[str, str], schema: StructType, partitions: Mapping[str, str] | None = None
) -> ReadRequest:
    """What reading a catalog table asks for; `schema` is the table's with CHAR and VARCHAR read as STRING.

    `partitions` are those that the catalog knows, `a=1/b=x` to their folders; None: those that the folders spell.
    """
    return ReadRequest(
        format=table.provider,
        paths=(table.location,),
        schema=schema,
        options=Options({**table.options, **options}),
        partition_columns=table.partition_columns,
        is_table=True,
        partitions=partitions,
        place=place_of(table),
    )


def place_of(table: Table) -> TablePlace:
    """Where a catalog's table is."""
    name = (table.database, table.name)
    branch = table.options.get(BRANCH)
    return TablePlace(table.location, table.properties, name=name, home=table.home, branch=branch)
