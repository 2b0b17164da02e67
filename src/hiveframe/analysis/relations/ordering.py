"""ORDER BY and SORT BY: ordinals, ALL, and keys that the SELECT list does not hold.

A key may be an expression over the output, a column below it, or (over an aggregation) any grouping expression or
aggregate; what is not in the output is computed beside it and dropped after the sort.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.aggregates import is_aggregate
from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.sorting import check_orderable, sort_key
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.generators import is_generator
from hiveframe.analysis.naming import describe, numbered
from hiveframe.analysis.references import columns_in
from hiveframe.analysis.relations.filters import (
    aggregate_input,
    fallback,
    grouped_columns_only,
    hidden_columns,
    needs_aggregation,
)
from hiveframe.analysis.select import Item, Select, build
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder


def sort(node: spec.Sort, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The child's rows in order."""
    child = inputs[0]
    if node.by_all:
        return _sort_all(node, child, context)
    source = Input(child.scope, (child,))
    binder = Binder(context, source, fallback=fallback(child), aggregate_input=aggregate_input(child))
    keys = tuple(_bind_key(binder, node, key, child) for key in node.keys)
    plan = _plan(node, child, keys, binder)
    return Resolved(plan, child.scope, (child,), below=child)


def _sort_all(node: spec.Sort, child: Resolved, context: Context) -> Resolved:
    """ORDER BY ALL: every output column, unless there is a column of that name."""
    scope = child.scope
    pattern = node.keys[0] if node.keys else spec.SortOrder(spec.Attribute(("all",)))
    if scope.positions("all"):
        return sort(replace(node, by_all=False), (child,), context)
    keys: list[lg.SortKey] = []
    binder = Binder(context, Input(scope, (child,)))
    for column in scope.columns:
        check_orderable(binder, pattern, column)
        keys.append(sort_key(pattern, column))
    return Resolved(lg.Sort(child.plan, tuple(keys), node.is_global), scope, (child,), below=child)


def _bind_key(binder: Binder, node: spec.Sort, key: spec.SortOrder, child: Resolved) -> lg.SortKey:
    column = ordinal(binder, key.child, child, "ORDER_BY_POS_OUT_OF_RANGE", "spark.sql.orderByOrdinal")
    expr = column if column is not None else binder.bind_root(key.child, "Sort")
    check_orderable(binder, key, expr)
    if is_generator(expr):
        plan = f"Sort [{numbered(key, binder.context.run)}], {str(node.is_global).lower()}"
        raise failure("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", None, plan=plan)
    return sort_key(key, expr)


def ordinal(binder: Binder, node: spec.Expr, child: Resolved, condition: str, setting: str) -> lg.Column | None:
    """The output column that a whole-number key means, or None when it is no ordinal."""
    if not (isinstance(node, spec.Literal) and node.dtype == t.INT and isinstance(node.value, int)):
        return None
    if not binder.context.env.settings.flag(setting):
        return None
    columns = child.scope.columns
    if not 1 <= node.value <= len(columns):
        raise failure(condition, node, index=str(node.value), size=str(len(columns)))
    return columns[node.value - 1]


def _plan(node: spec.Sort, child: Resolved, keys: tuple[lg.SortKey, ...], binder: Binder) -> lg.Relation:
    context = binder.context
    exprs = [k.child for k in keys]
    select = child.select
    if select is not None and needs_aggregation(child, exprs):
        _refuse(node, [e for expr in exprs for e in preorder(expr, lg.Expr) if isinstance(e, lg.WindowCall)], context)
        with grouped_columns_only(binder, spec.Function(("order",), tuple(k.child for k in node.keys))):
            return _over_aggregate(node, child, select, keys, context)
    calls = [e for expr in exprs for e in preorder(expr, lg.Expr) if isinstance(e, lg.WindowCall) or is_aggregate(e)]
    _refuse(node, calls, context)
    hidden = {**binder.input.missing, **(hidden_columns(child, *exprs) if child.below is not None else {})}
    ordered = lg.Sort(expose(child.plan, hidden.values()), keys, node.is_global)
    return _only(ordered, child) if hidden else ordered


def _refuse(node: spec.Sort, calls: Sequence[lg.Expr], context: Context) -> None:
    """No windows or stray aggregates in a sort key."""
    if calls:
        shown = ", ".join(f'"{describe(c, context.run)}"' for c in calls)
        raise failure("UNSUPPORTED_EXPR_FOR_OPERATOR", node, invalidExprSqls=shown)


def _only(plan: lg.Relation, child: Resolved) -> lg.Relation:
    """`plan` with the child's columns alone."""
    return lg.Project(plan, tuple(lg.Named(c, c) for c in child.scope.columns))


def _over_aggregate(
    node: spec.Sort, child: Resolved, select: Select, keys: tuple[lg.SortKey, ...], context: Context
) -> lg.Relation:
    """Keys computed with the aggregation, as hidden items of its SELECT list."""
    run = context.run
    levels = {i.column.id: i.level for i in select.items if isinstance(i, Item) and i.expr is not i.column}
    passed = {
        i.column.id
        for i in select.items
        if isinstance(i, Item) and isinstance(i.expr, lg.Column) and i.expr.id == i.column.id
    }
    hidden: list[Item] = []
    new_keys: list[lg.SortKey] = []
    for key in keys:
        used = {c.id for c in columns_in(key.child)}
        if isinstance(key.child, lg.Column) and child.scope.has(key.child):
            new_keys.append(key)
            continue
        level = max((levels[i] + 1 for i in used if i in levels and i not in passed), default=0)
        column = run.column("sort key", key.child.dtype, key.child.nullable)
        hidden.append(Item(column, key.child, (), level, is_hidden=True))
        new_keys.append(replace(key, child=column))
    plan, _ = build(replace(select, items=(*select.items, *hidden)), run)
    return _only(lg.Sort(plan, tuple(new_keys), node.is_global), child)
