"""DESCRIBE of tables, columns, queries and functions."""

from __future__ import annotations

import json
from collections.abc import Sequence

from hiveframe.analysis.environment import ClassFunction, SqlFunction
from hiveframe.catalog.entities import DEFAULT, Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.functions import registry
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import DataType, StructField, StructType, json_value, simple_string, sql_name
from hiveframe.sessions.commands.analyze import table_statistics
from hiveframe.sessions.commands.describe_column import describe_column
from hiveframe.sessions.commands.lookup import find_table, table_schema
from hiveframe.sessions.commands.partitions import partition_fields
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.table_details import details, partition_details
from hiveframe.sessions.results import SmallTable, column, small_table

_FIELDS = (column("col_name"), column("data_type"), column("comment", nullable=True))
_HEADER = ("# col_name", "data_type", "comment")
Row = tuple[str, str, str | None]


@handles(c.DescribeTable)
def describe_table(session: CommandSession, command: c.DescribeTable) -> SmallTable:
    """Columns, partitioning and (EXTENDED) everything else; one column's facts; or all of it AS JSON."""
    parts = session.table_parts(command.name)
    if command.column:
        return describe_column(session, parts, command.column, extended=command.extended)
    table = find_table(session, parts)
    schema = table.schema if table else table_schema(session, parts)
    if command.as_json:
        return _as_json(session, parts, schema, table)
    rows = _column_rows(schema.fields)
    if table is not None:
        rows += _partition_rows(table) + _default_rows(schema)
        if command.partition:
            partition = partition_details(session, table, command.partition)
            rows += partition if command.extended else []
        elif command.extended:
            rows += [("", "", ""), ("# Detailed Table Information", "", "")]
            rows += [(name, value, "") for name, value in details(session, table)]
    return small_table(_FIELDS, rows)


def _column_rows(fields: Sequence[StructField]) -> list[Row]:
    return [(f.name, simple_string(f.dtype), f.metadata.get("comment")) for f in fields]


def _partition_rows(table: Table) -> list[Row]:
    if any(term.function != "identity" for term in table.terms):
        parts = [(f"Part {i}", str(term), "") for i, term in enumerate(table.terms)]
        return [("", "", ""), ("# Partitioning", "", ""), *parts]
    if not table.partition_columns:
        return []
    return [("# Partition Information", "", ""), _HEADER, *_column_rows(partition_fields(table))]


def _default_rows(schema: StructType) -> list[Row]:
    found = [(f.name, simple_string(f.dtype), str(f.metadata[DEFAULT])) for f in schema.fields if DEFAULT in f.metadata]
    return [("", "", ""), ("# Column Default Values", "", ""), *found] if found else []


def _as_json(session: CommandSession, parts: tuple[str, ...], schema: StructType, table: Table | None) -> SmallTable:
    columns = [{"name": f.name, "type": json_value(f.dtype), "nullable": f.nullable} for f in schema.fields]
    document: dict[str, object] = {"table_name": table.name if table else parts[-1], "columns": columns}
    if table is not None:
        document |= {
            "catalog_name": table.catalog,
            "namespace": [table.database],
            "schema_name": table.database,
            "type": table.type,
            "provider": table.provider,
            "location": f"file:{table.location}" if table.location else None,
            "partition_columns": list(table.partition_columns),
            "table_properties": dict(table.shown_properties),
        }
        known = table_statistics(session, table)
        if known is not None:
            rows = {} if known.row_count is None else {"num_rows": known.row_count}
            document["statistics"] = {"size_in_bytes": known.size_bytes, **rows}
    return small_table((column("json_metadata"),), [(json.dumps(document),)])


@handles(c.DescribeQuery)
def describe_query(session: CommandSession, command: c.DescribeQuery) -> SmallTable:
    """The columns of a query."""
    return small_table(_FIELDS, _column_rows(schema_of(session.analyze(command.child)).fields))


@handles(c.DescribeFunction)
def describe_function(session: CommandSession, command: c.DescribeFunction) -> SmallTable:
    """A function's usage, from its row in the table of functions or its definition."""
    fields = (column("function_desc"),)
    user = session.environment.user_function(command.name)
    if isinstance(user, SqlFunction):
        return small_table(fields, [(line,) for line in _sql_function(user)])
    if isinstance(user, ClassFunction):
        lines = [f"Function: {'.'.join(user.name)}", f"Class: {user.class_name}", "Usage: N/A."]
        if command.extended:
            lines.append(f"Extended Usage:\n    No example/argument for {user.name[-1]}.\n")
        return small_table(fields, [(line,) for line in lines])
    if user is not None:
        return small_table(fields, [(f"Function: {user.name}",), ("Type:     PYTHON",)])
    row = registry.lookup(command.name[-1])
    if row is None:
        raise analysis_error(
            "UNRESOLVED_ROUTINE", routineName=quoted(*command.name), searchPath=session.catalog.search_path()
        )
    lines = [f"Function: {command.name[-1].lower()}", f"Usage: {row.usage or row.name + '(…)'} - {row.doc}"]
    if command.extended:
        since = f"\n    Since: {row.since}\n" if row.since else "\n"
        lines.append(f"Extended Usage:\n    Group: {row.group}\n{since}")
    return small_table(fields, [(line,) for line in lines])


def _sql_function(function: SqlFunction) -> list[str]:
    is_table = isinstance(function.body, spec.Relation)
    lines = [f"Function: {'.'.join(function.name)}", f"Type:     {'TABLE' if is_table else 'SCALAR'}"]
    lines += _listed("Input:    ", [(name, dtype) for name, dtype, _ in function.params]) or ["Input:    ()"]
    match function.result:
        case StructType(fields):
            lines += _listed("Returns:  ", [(f.name, f.dtype) for f in fields])
        case DataType():
            lines.append(f"Returns:  {sql_name(function.result)}")
    return lines


def _listed(title: str, fields: Sequence[tuple[str, DataType]]) -> list[str]:
    """Names and types in columns, the title before the first."""
    names, types = [name for name, _ in fields], [sql_name(dtype) for _, dtype in fields]
    widths = [max(map(len, texts), default=0) for texts in (names, types)]
    rows = [f"{n.ljust(widths[0])} {d.ljust(widths[1])}" for n, d in zip(names, types, strict=True)]
    return [(title if i == 0 else " " * len(title)) + row for i, row in enumerate(rows)]
