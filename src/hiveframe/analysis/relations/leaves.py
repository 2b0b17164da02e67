"""Relations without inputs: one row, VALUES, ranges, rows sent with the plan, kept rows, sources, commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hiveframe.analysis.aggregates import aggregates_in
from hiveframe.analysis.environment import DataTable
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder, implicit_cast
from hiveframe.analysis.frame import Context, Input, Resolved, context_of, failure, quoted
from hiveframe.analysis.scope import METADATA, Qualifier, Scope
from hiveframe.errors import (
    NO_CONDITION,
    AnalysisException,
    IllegalArgumentException,
    ParseException,
    PlainIllegalArgument,
)
from hiveframe.functions.coercion import common_type
from hiveframe.functions.registry import lookup
from hiveframe.lake.registry import source_of
from hiveframe.lake.scan import ScanSource
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder
from hiveframe.sql.calls import is_constant

EMPTY = Scope((), ())


def leaf(context: Context, plan: lg.Relation, qualifier: Qualifier = ()) -> Resolved:
    """A relation of its own, its columns under one qualifier."""
    output = plan.output
    scope = Scope(output, [qualifier] * len(output), case_sensitive=context.env.settings.case_sensitive)
    return Resolved(plan, scope)


def columns_of(context: Context, schema: t.StructType) -> tuple[lg.Column, ...]:
    """New columns for the fields of a schema."""
    return tuple(context.run.column(f.name, f.dtype, f.nullable, f.metadata) for f in schema.fields)


def from_table(context: Context, table: DataTable) -> Resolved:
    """A table's rows under new columns."""
    columns = columns_of(context, table.schema)
    if table.metadata_schema is None or METADATA in {c.name for c in columns}:
        return leaf(context, table.make(columns, None), table.qualifier)
    metadata = context.run.column(METADATA, table.metadata_schema, False)
    found = leaf(context, table.make(columns, metadata), table.qualifier)
    found.scope = found.scope.with_hidden([(metadata, table.qualifier, False)])
    return found


def opened_table(source: ScanSource, qualifier: Qualifier = ()) -> DataTable:
    """An opened data source as a table."""

    def scan(columns: tuple[lg.Column, ...], metadata: lg.Column | None) -> lg.Relation:
        return lg.Scan(columns, source, tuple(range(len(columns))), metadata)

    return DataTable(source.schema, scan, qualifier, source.metadata_schema)


def one_row(node: spec.OneRow, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """SELECT without FROM."""
    return Resolved(lg.OneRow(), Scope((), (), case_sensitive=context.env.settings.case_sensitive))


def range_relation(node: spec.Range, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`spark.range`."""
    column = context.run.column("id", t.LONG, False)
    return leaf(context, numbers(column, node.start, node.end, node.step, node.partitions))


def numbers(column: lg.Column, start: int, end: int, step: int, partitions: int | None) -> lg.Range:
    """A range, which is cut into one part or more."""
    if partitions is not None and partitions < 1:
        raise PlainIllegalArgument(NO_CONDITION, {"message": "Positive number of partitions required"})
    return lg.Range((column,), start, end, step, partitions)


def values(node: spec.Values, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """VALUES: each column takes the common type of its rows."""
    width = len(node.names or node.rows[0])
    for i, row in enumerate(node.rows):
        if len(row) != width:
            params = {"expectedNumCols": str(width), "actualNumCols": str(len(row)), "rowIndex": str(i)}
            raise _no_table(node, "NUM_COLUMNS_MISMATCH", params)
    binder = Binder(context, Input(EMPTY))
    rows = [[binder.bind(cell) for cell in row] for row in node.rows]
    for row, cells in zip(node.rows, rows, strict=True):
        for cell, expr in zip(row, cells, strict=True):
            _check_cell(binder, node, cell, expr)
    columns: list[lg.Column] = []
    for i in range(width):
        column = [row[i] for row in rows]
        dtype = common_type([e.dtype for e in column], ansi=context.ansi)
        if dtype is None:
            name = node.names[i] if i < len(node.names) else f"col{i + 1}"
            raise _no_table(node, "INCOMPATIBLE_TYPES_IN_INLINE_TABLE", {"colName": quoted(name)})
        for cells in rows:
            cells[i] = implicit_cast(context, cells[i], dtype, node)
        columns.append(context.run.column(f"col{i + 1}", dtype, any(cells[i].nullable for cells in rows)))
    return leaf(context, lg.Values(tuple(columns), tuple(map(tuple, rows))))


def _no_table(node: spec.Values, condition: str, params: Mapping[str, str]) -> AnalysisException:
    """What is wrong with the rows; of constants alone the parser makes the table, and says so."""
    error = ParseException if all(is_constant(cell) for row in node.rows for cell in row) else AnalysisException
    return error(f"INVALID_INLINE_TABLE.{condition}", params, context=context_of(node.origin))


def _check_cell(binder: Binder, at: spec.Values, node: spec.Expr, expr: lg.Expr) -> None:
    for part in preorder(expr, lg.Expr):
        if isinstance(part, (lg.ScalarSubquery, lg.Exists, lg.InSubquery)):
            raise failure("UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.SCALAR_SUBQUERY_IN_VALUES", at)
        row = lookup(part.function) if isinstance(part, lg.Call) else None
        is_volatile = row is not None and not row.deterministic
        if is_volatile or isinstance(part, (lg.WindowCall, lg.PyUdf)) or aggregates_in(part):
            raise failure(
                "INVALID_INLINE_TABLE.CANNOT_EVALUATE_EXPRESSION_IN_INLINE_TABLE", node, expr=f'"{binder.text(node)}"'
            )


def read_source(node: spec.ReadSource, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`spark.read…load`, and what `spark.readStream` will read."""
    if node.is_streaming:
        return _stream_source(node, context)
    return from_table(context, context.env.read_source(node))


_FIXED_STREAMS: Final[Mapping[str, t.StructType]] = {
    "rate": t.StructType((t.StructField("timestamp", t.TIMESTAMP), t.StructField("value", t.LONG))),
    "rate-micro-batch": t.StructType((t.StructField("timestamp", t.TIMESTAMP), t.StructField("value", t.LONG))),
    "socket": t.StructType((t.StructField("value", t.STRING),)),
}


def opened_source(node: spec.OpenedSource, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A source that a command has opened."""
    return from_table(context, opened_table(node.source))


def _stream_source(node: spec.ReadSource, context: Context) -> Resolved:
    name = (node.format or context.env.settings.require("spark.sql.sources.default")).lower()
    fixed = _FIXED_STREAMS.get(name)
    schema = fixed if fixed is not None else node.schema
    if isinstance(schema, str):
        schema = as_struct(context.env.parse_schema(schema)) if schema else None
    if fixed is None:
        source_of(name)  # DATA_SOURCE_NOT_FOUND names one that nobody reads
    if schema is None:
        raise IllegalArgumentException("_LEGACY_ERROR_TEMP_2048")
    return leaf(context, lg.StreamSource(columns_of(context, schema), name))


def as_struct(dtype: t.DataType) -> t.StructType:
    """A row type; any other is that of one column, `value`."""
    return dtype if isinstance(dtype, t.StructType) else t.StructType((t.StructField("value", dtype),))


def cached_relation(node: spec.CachedRelation, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Rows that the session keeps."""
    return from_table(context, context.env.cached_relation(node.key))


def command_result(node: spec.CommandResult, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A command's rows."""
    return from_table(context, context.env.run_command(node.command))


def constant(context: Context, node: spec.Expr, dtype: t.DataType) -> object:
    """The value of an argument that must be constant, as `dtype`."""
    binder = Binder(context, Input(EMPTY))
    expr = implicit_cast(context, binder.bind(node), dtype, node)
    return call_binder(context, node).fold(expr)
