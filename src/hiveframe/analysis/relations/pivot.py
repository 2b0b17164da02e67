"""PIVOT: one output column for each pivot value and aggregate.

Each aggregate is computed with a FILTER for its value, which is what Spark's own plan does in effect. Without values
they are asked for first, sorted, at most `spark.sql.pivotMaxValues` of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, cast

from hiveframe.analysis.aggregates import Grouping, aggregates_in, has_aggregate, is_aggregate
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.naming import output_name, qualified
from hiveframe.analysis.references import columns_in, rewrite
from hiveframe.analysis.select import GeneratorItem, Item, Select, finish
from hiveframe.dataclass import dataclass
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.literal_text import literal_text
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

# Types that Spark's `PivotFirst` picks; aggregates of others are computed over all rows of a group.
_PICKED: Final = (t.NumericType, t.BooleanType)


@dataclass(frozen=True, slots=True, eq=False)
class _Value:
    """A pivot value and the name of its columns."""

    expr: lg.Expr
    name: str


def pivot_aggregate(node: spec.Aggregate, child: Resolved, context: Context) -> Resolved:
    """`groupBy(keys).pivot(column, values).agg(items)`."""
    assert node.pivot_column is not None
    source = Input(child.scope, (child,))
    binder = Binder(context, source)
    column = binder.bind(node.pivot_column)
    keys = [(output_name(k, context.run), binder.bind(k)) for k in node.keys]
    if node.pivot_values:
        values = [_bound_value(binder, node, v, column) for v in node.pivot_values]
    else:
        values = _distinct_values(context, child, node, column)
    return _pivoted(node, child, source, binder, keys, node.items, column, values)


def pivot(node: spec.Pivot, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """SQL's PIVOT: grouped by every column that is named neither in an aggregate nor as pivot column."""
    child = inputs[0]
    source = Input(child.scope, (child,))
    binder = Binder(context, source, at=node)
    columns = binder.bind_all(node.columns)
    column = columns[0] if len(columns) == 1 else call_binder(context, node).call("struct", *columns)
    values = [_bound_value(binder, node, v, column) for v in node.values]
    used = {c.id for e in columns for c in columns_in(e)}
    for aggregate in node.aggregates:
        inner = aggregate.child if isinstance(aggregate, spec.Alias) else aggregate
        used |= {c.id for c in columns_in(binder.bind(inner))}
    keys: list[tuple[str, lg.Expr]] = [(c.name, c) for c in child.scope.columns if c.id not in used]
    return _pivoted(node, child, source, binder, keys, node.aggregates, column, values)


def _bound_value(binder: Binder, at: spec.Relation, node: spec.Expr, column: lg.Expr) -> _Value:
    inner = node.child if isinstance(node, spec.Alias) else node
    expr = binder.bind(inner)
    if not is_foldable(expr):
        raise failure("NON_LITERAL_PIVOT_VALUES", None, expression=f'"{binder.text(inner)}"')
    services = call_binder(binder.context, at)
    if not _castable(expr.dtype, column.dtype):
        raise failure(
            "PIVOT_VALUE_DATA_TYPE_MISMATCH",
            at,
            value=binder.text(inner),
            valueType=t.simple_string(expr.dtype),
            pivotType=t.simple_string(column.dtype),
        )
    value = services.fold(services.cast(expr, column.dtype))
    literal = lg.Literal(value, column.dtype)
    name = node.names[0] if isinstance(node, spec.Alias) else value_name(value, column.dtype, binder.context)
    return _Value(literal, name)


def _castable(src: t.DataType, dst: t.DataType) -> bool:
    from hiveframe.functions.coercion import can_cast

    return can_cast(src, dst, "ansi")


def value_name(value: Any, dtype: t.DataType, context: Context) -> str:
    """A pivot value as the name of its column: as a cast to STRING writes it, `null` for NULL."""
    if value is None:
        return "null"
    match dtype:
        case t.StructType(fields):
            inner = [value_name(v, f.dtype, context) for v, f in zip(value, fields, strict=True)]
            return "{" + ", ".join(inner) + "}"
        case t.ArrayType(element):
            return "[" + ", ".join(value_name(v, element, context) for v in value) + "]"
    text = literal_text(value, t.STRING if isinstance(dtype, t.StringType) else dtype, context.run.time_zone)
    for prefix in ("DATE ", "TIMESTAMP ", "TIMESTAMP_NTZ ", "TIME "):
        if not isinstance(dtype, t.StringType) and text.startswith(prefix):
            return text[len(prefix) + 1 : -1]
    return text


def _distinct_values(context: Context, child: Resolved, node: spec.Aggregate, column: lg.Expr) -> list[_Value]:
    most = context.env.settings.number("spark.sql.pivotMaxValues")
    named = lg.Named(context.run.column("pivot", column.dtype, column.nullable), column)
    distinct = lg.Distinct(lg.Project(child.plan, (named,)))
    ordered = lg.Sort(distinct, (lg.SortKey(named.column),))
    rows = context.env.collect(lg.Limit(ordered, most + 1))
    if len(rows) > most:
        raise failure(
            "_LEGACY_ERROR_TEMP_1324",
            node,
            maxValues=str(most),
            pivotColumn=output_name(node.pivot_column, context.run) if node.pivot_column else "",
        )
    values = [row[0] for row in rows]
    return [_Value(lg.Literal(v, column.dtype), value_name(v, column.dtype, context)) for v in values]


def _pivoted(
    node: spec.Relation,
    child: Resolved,
    source: Input,
    binder: Binder,
    keys: Sequence[tuple[str, lg.Expr]],
    aggregates: Sequence[spec.Expr],
    column: lg.Expr,
    values: Sequence[_Value],
) -> Resolved:
    run = binder.context.run
    bound = [_aggregate_of(binder, a) for a in aggregates]
    items: list[Item | GeneratorItem] = []
    named: list[lg.Named] = []
    for name, expr in keys:
        if isinstance(expr, lg.Column):
            named.append(lg.Named(expr, expr))
            items.append(Item(expr, expr))
        else:
            named.append(lg.Named(run.column(name, expr.dtype, expr.nullable), expr))
            items.append(Item(run.column(name, expr.dtype, expr.nullable), expr))
    services = call_binder(binder.context, node)
    in_two_steps = all(isinstance(expr.dtype, _PICKED) for _, expr in bound)
    for value in values:
        is_value = services.call("<=>", column, value.expr)
        for name, expr in bound:
            filtered = rewrite(expr, _filter_by(is_value, services))
            if in_two_steps and _counts_nothing(expr):
                filtered = _where_met(filtered, is_value, services)
            shown = value.name if len(bound) == 1 else f"{value.name}_{name}"
            nullable = in_two_steps or filtered.nullable
            items.append(Item(run.column(shown, filtered.dtype, nullable), filtered))
    return finish(Select(child, source, tuple(items), Grouping(tuple(named), None, node)), run)


def _aggregate_of(binder: Binder, node: spec.Expr) -> tuple[str, lg.Expr]:
    inner = node.child if isinstance(node, spec.Alias) else node
    expr = binder.bind(inner)
    if not has_aggregate(expr):
        raise failure("_LEGACY_ERROR_TEMP_1006", None, sql=qualified(inner, binder.context.run))
    name = node.names[0] if isinstance(node, spec.Alias) else output_name(inner, binder.context.run)
    return name, expr


def _counts_nothing(expr: lg.Expr) -> bool:
    """Whether an aggregate's expression says something other than NULL of no rows."""
    return not expr.nullable or any(not call.nullable for call in aggregates_in(expr))


def _where_met(expr: lg.Expr, is_value: lg.Expr, services: Any) -> lg.Expr:
    """Spark groups by the pivot column too, then picks: a value that a group lacks leaves NULL."""
    count = replace(services.call("count", lg.Literal(1, t.INT)), filter=is_value)
    is_met = services.call(">", count, lg.Literal(0, t.LONG))
    return cast("lg.Expr", services.call("if", is_met, expr, lg.Literal(None, expr.dtype)))


def _filter_by(is_value: lg.Expr, services: Any) -> Any:
    def rule(expr: lg.Expr) -> lg.Expr:
        if isinstance(expr, lg.AggCall) and is_aggregate(expr):
            condition = is_value if expr.filter is None else services.call("and", is_value, expr.filter)
            return replace(expr, filter=condition)
        return expr

    return rule
