"""CONVERT TO DELTA: a table of Parquet files, or a folder of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.delta.converting import convert as convert_files
from hiveframe.lake.delta.log import is_table
from hiveframe.lake.options import Options
from hiveframe.lake.paths import local_path
from hiveframe.lake.registry import open_source, short_name
from hiveframe.lake.sources.source import ReadRequest
from hiveframe.plan import commands as c
from hiveframe.plan.types import StructField, StructType
from hiveframe.sessions.commands.lookup import writable_table
from hiveframe.sessions.commands.seam import CommandSession


def convert(session: CommandSession, parts: tuple[str, ...], columns: Sequence[c.ColumnDef]) -> None:
    """Put a log beside the files; a table of the catalog becomes a Delta table there, too."""
    context = session.state.read_context()
    if len(parts) == 2 and short_name(parts[0]) == "parquet":
        location = local_path(parts[1])
        if is_table(location):
            return
        source = open_source(ReadRequest("parquet", (location,), options=Options()), context)
        typed = {d.name[-1].lower(): StructField(d.name[-1], d.dtype) for d in columns}
        found = [f.name for f in source.partition_schema.fields]
        if sorted(typed) != sorted(n.lower() for n in found):
            shown = ", ".join(found) or "none"
            raise analysis_error(
                "DELTA_PARTITION_COLUMNS_MISMATCH", path=location, tableColumns=shown, writeColumns=", ".join(typed)
            )
        if typed:
            schema = StructType(tuple(typed.get(f.name.lower(), f) for f in source.schema.fields))
            source = open_source(ReadRequest("parquet", (location,), schema), context)
        convert_files(location, source, {})
        return
    table = writable_table(session, parts, "CONVERT TO DELTA")
    if table.provider == "delta":
        return
    if table.provider != "parquet":
        raise analysis_error(
            "UNSUPPORTED_FEATURE.TABLE_OPERATION", tableName=quoted(*table.parts), operation="CONVERT TO DELTA"
        )
    request = ReadRequest(
        "parquet", (table.location,), table.schema, partition_columns=table.partition_columns, is_table=True
    )
    convert_files(table.location, open_source(request, context), table.properties)
    session.catalog.store(table.catalog).alter_table(replace(table, provider="delta"))
