"""Python table functions: their arguments, the schema that `analyze` decides, and a TABLE argument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hiveframe.analysis.environment import AnalyzedArgument, TableFunctionAnalysis
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.expressions.sorting import bind_sort_key
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.relations.leaves import EMPTY
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.select import generated_columns
from hiveframe.functions.binding import is_foldable
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


@dataclass(slots=True, eq=False)
class _Table:
    """The TABLE argument: how it is to be given, where it stands, its rows, and the columns that are passed."""

    argument: spec.TableArgument
    position: int
    rows: Resolved
    columns: tuple[lg.Column, ...]


def python_udtf(node: spec.PythonTableFunction, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The rows that the function yields for its arguments."""
    binder = Binder(context, Input(EMPTY))
    names = tuple(arg.name if isinstance(arg, spec.NamedArgument) else None for arg in node.args)
    args: list[lg.Expr] = []
    table: _Table | None = None
    for i, arg in enumerate(node.args):
        value = arg.value if isinstance(arg, spec.NamedArgument) else arg
        if not isinstance(value, spec.TableArgument):
            args.append(binder.bind(value))
            continue
        if table is not None:
            raise failure("TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS", node, num="2")
        rows = context.run.analysis.resolve(value.plan, context)
        table = _Table(value, i, rows, rows.scope.columns)
        args.append(lg.Literal(None, _row_type(table.columns)))
    schema, analysis = _schema(node, args, names, table, context)
    if table is not None and analysis is not None:
        table = _as_analyzed(node, table, analysis, context)
        args[table.position] = lg.Literal(None, _row_type(table.columns))
    made = lg.PyUdtf(
        node.name,
        node.command,
        node.eval_type,
        tuple(args),
        names,
        schema,
        table=table.rows.plan if table is not None else None,
        table_columns=table.columns if table is not None else (),
        table_arg=table.position if table is not None else None,
        partition_by=_partition(table, context),
        order_by=_order(table, context),
        analyze_result=analysis.pickled if analysis is not None else None,
    )
    columns = generated_columns(context.run, made, ())
    plan = lg.Generate(lg.OneRow(), made, columns)
    return Resolved(plan, Scope(columns, [()] * len(columns), case_sensitive=context.env.settings.case_sensitive))


def _row_type(columns: tuple[lg.Column, ...]) -> t.StructType:
    return t.StructType(tuple(t.StructField(c.name, c.dtype, c.nullable) for c in columns))


def _schema(
    node: spec.PythonTableFunction,
    args: Sequence[lg.Expr],
    names: Sequence[str | None],
    table: _Table | None,
    context: Context,
) -> tuple[t.StructType, TableFunctionAnalysis | None]:
    declared = node.return_type
    if declared is None:
        seen = [
            _seen(node, arg, name, table is not None and i == table.position, context)
            for i, (arg, name) in enumerate(zip(args, names, strict=True))
        ]
        analysis = context.env.analyze_table_function(node, seen)
        return analysis.schema, analysis
    dtype = context.env.parse_schema(declared) if isinstance(declared, str) else declared
    if not isinstance(dtype, t.StructType):
        feature = f"a table function that returns {t.simple_string(dtype)} rather than a struct"
        raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", node, feature=feature)
    return dtype, None


def _seen(
    node: spec.PythonTableFunction, arg: lg.Expr, name: str | None, is_table: bool, context: Context
) -> AnalyzedArgument:
    if is_table:
        return AnalyzedArgument(arg.dtype, is_table=True, name=name)
    if not is_foldable(arg):
        return AnalyzedArgument(arg.dtype, name=name)
    return AnalyzedArgument(arg.dtype, call_binder(context, node).fold(arg), True, name=name)


def _as_analyzed(
    node: spec.PythonTableFunction, table: _Table, analysis: TableFunctionAnalysis, context: Context
) -> _Table:
    """The TABLE argument as `analyze` wants it; a caller who says how, too, is refused."""
    given = table.argument
    wants = analysis.partition_by or analysis.single_partition or analysis.order_by
    if wants and (given.partition_by or given.order_by or given.with_single_partition):
        raise failure(
            "TABLE_VALUED_FUNCTION_REQUIRED_METADATA_INCOMPATIBLE_WITH_CALL",
            node,
            functionName=node.name,
            requestedMetadata="specified its own required partitioning of the input table",
            invalidFunctionCallProperty="specified the WITH SINGLE PARTITION or PARTITION BY clause; please remove "
            "these clauses and retry the query again.",
        )
    if wants:
        order = tuple(spec.SortOrder(_parsed(text), up, first) for text, up, first in analysis.order_by)
        keys = tuple(_parsed(text) for text in analysis.partition_by)
        given = replace(given, partition_by=keys, order_by=order, with_single_partition=analysis.single_partition)
    if not analysis.select:
        return replace(table, argument=given)
    return _selected(replace(table, argument=given), analysis, context)


def _selected(table: _Table, analysis: TableFunctionAnalysis, context: Context) -> _Table:
    """The rows with the selected expressions as further columns, which alone are passed."""
    rows = table.rows
    binder = Binder(context, Input(rows.scope, (rows,)))
    items: list[lg.Named] = []
    for text, alias in analysis.select:
        expr = binder.bind(_parsed(text))
        if not alias and not isinstance(expr, lg.Column):
            raise failure(
                "UDTF_INVALID_REQUESTED_SELECTED_EXPRESSION_FROM_ANALYZE_METHOD_REQUIRES_ALIAS", None, expression=text
            )
        name = alias or (expr.name if isinstance(expr, lg.Column) else text)
        items.append(lg.Named(context.run.column(name, expr.dtype, expr.nullable), expr))
    passed = tuple(lg.Named(c, c) for c in rows.scope.columns)
    wider = replace(rows, plan=lg.Project(rows.plan, (*passed, *items)))
    return replace(table, rows=wider, columns=tuple(item.column for item in items))


def _parsed(text: str) -> spec.Expr:
    from hiveframe.sql.parser import parse_expression  # a program without SQL text loads no parser

    return parse_expression(text)


def _partition(table: _Table | None, context: Context) -> tuple[lg.Expr, ...]:
    if table is None:
        return ()
    return Binder(context, Input(table.rows.scope, (table.rows,))).bind_all(table.argument.partition_by)


def _order(table: _Table | None, context: Context) -> tuple[lg.SortKey, ...]:
    if table is None:
        return ()
    binder = Binder(context, Input(table.rows.scope, (table.rows,)))
    return tuple(bind_sort_key(binder, key) for key in table.argument.order_by)
