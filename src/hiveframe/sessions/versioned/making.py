"""Tables of the catalog that keep versions: made, with a query's rows or without, or found where they stand."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.tables.table import TableState
from hiveframe.plan import spec
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructField, StructType, as_nullable, simple_string
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import described, table_of
from hiveframe.sessions.versioned.writing import create, definition_of


def make_table(
    session: CommandSession,
    table: Table,
    query: spec.Relation | None,
    *,
    replaces: Table | None,
    is_listed: bool = True,
) -> None:
    """The table's first version (or, where it replaces one, the next), then (`is_listed`) the catalog's entry."""
    root = session.catalog.metastore.warehouse_dir if table.type == "MANAGED" else None
    place = table_of(table, root=root)
    state = place.state()
    if state is not None and replaces is None and query is None:
        _adopt(session, table, state)
        return
    if state is not None and replaces is None:
        raise analysis_error(
            "LOCATION_ALREADY_EXISTS", location=f"'file:{table.location}'", identifier=quoted(*table.parts)
        )
    existed = os.path.isdir(table.location)
    schema = _columns(session, query) if query is not None else table.schema
    kind = "CREATE OR REPLACE TABLE" if replaces is not None else "CREATE TABLE"
    operation = f"{kind} AS SELECT" if query is not None else kind
    try:
        options = Options(table.options)
        create(session, place, definition_of(table, schema), query, operation=operation, options=options)
        if not is_listed:
            return
        entry = described(replace(table, schema=schema))
        session.catalog.store(table.catalog).create_table(entry, replace_existing=replaces is not None)
    except BaseException:
        if not existed:
            shutil.rmtree(table.location, ignore_errors=True)
        raise
    session.state.cached_tables.pop(table.parts, None)


def _columns(session: CommandSession, query: spec.Relation) -> StructType:
    fields = schema_of(session.analyze(query)).fields
    return StructType(tuple(StructField(f.name, as_nullable(f.dtype), True, f.metadata) for f in fields))


def _adopt(session: CommandSession, table: Table, state: TableState) -> None:
    """An entry for a table that stands there; columns that were given must be its own."""
    held = state.definition
    given = [(f.name.lower(), f.dtype) for f in table.schema.fields]
    if given and given != [(f.name.lower(), f.dtype) for f in held.schema.fields]:
        shown = simple_string(table.schema)
        raise analysis_error("DELTA_SCHEMA_MISMATCH", dataSchema=shown, tableSchema=simple_string(held.schema))
    session.catalog.store(table.catalog).create_table(described(table))
