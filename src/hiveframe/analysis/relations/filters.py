"""WHERE, HAVING and QUALIFY."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from hiveframe.analysis.aggregates import Grouping, has_aggregate
from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.references import columns_in
from hiveframe.analysis.relations.conditions import check_filter, check_where, refuse_generator
from hiveframe.analysis.select import Item, build, finish, over_aliases
from hiveframe.analysis.suggestions import unresolved_column
from hiveframe.errors import AnalysisException
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.walk import children, preorder


def filter_relation(node: spec.Filter, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Rows for which the condition holds; a column dropped by the SELECT below may still be named."""
    child = inputs[0]
    source = Input(child.scope, (child,))
    binder = Binder(context, source, fallback=fallback(child), aggregate_input=aggregate_input(child))
    condition = binder.bind_root(node.condition, "Filter")
    if needs_aggregation(child, (condition,)):
        return _having(child, binder, node, condition)
    refuse_generator(binder, node.condition, condition, "Filter {}")
    check_filter(binder, node, node.condition, condition)
    check_where(binder, node, node.condition, condition)
    found = filtered(child, condition, source)
    select = child.select
    if select is not None and select.grouping is not None and not select.has_windows():
        # ORDER BY above may still name aggregates
        found.select = replace(select, having=(*select.having, over_aliases(select.items, condition)))
    return found


def filtered(child: Resolved, condition: lg.Expr, source: Input) -> Resolved:
    """`child` filtered; columns that it does not output are taken from below and dropped again."""
    hidden = _hidden(child, condition, source)
    if not hidden:
        plan: lg.Relation = lg.Filter(child.plan, condition)
    else:
        wider = lg.Filter(expose(child.plan, hidden.values()), condition)
        plan = lg.Project(wider, tuple(lg.Named(c, c) for c in child.scope.columns))
    return Resolved(plan, child.scope, (child,), below=child)


def _hidden(child: Resolved, expr: lg.Expr, source: Input) -> dict[int, lg.Column]:
    """Columns in `expr` that the child knows of but does not output."""
    hidden = dict(source.missing)
    if child.below is not None or hidden:
        hidden |= hidden_columns(child, expr)
    return hidden


def hidden_columns(child: Resolved, *exprs: lg.Expr) -> dict[int, lg.Column]:
    """The columns of `exprs` that stand below `child`'s output."""
    found: dict[int, lg.Column] = {}
    for expr in exprs:
        for column in columns_in(expr):
            if column.id not in found and not child.scope.has(column) and _is_below(child, column):
                found[column.id] = column
    return found


def _is_below(child: Resolved, column: lg.Column) -> bool:
    below: Resolved | None = child
    while below is not None:
        if below.scope.reaches(column):
            return True
        below = below.below
    return False


def having(node: spec.Having, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """HAVING: may name aliases of the SELECT list, grouping columns and any aggregate of the input."""
    child = inputs[0]
    select = child.select
    if select is None and child.time_window is not None:  # a window of the SELECT's own time: nothing left to group
        return filter_relation(spec.Filter(node.child, node.condition, origin=node.origin), inputs, context)
    if select is None:
        raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", node, feature="HAVING without a SELECT below it")
    source = Input(child.scope, (child,))
    binder = Binder(context, source, fallback=fallback(child), aggregate_input=aggregate_input(child))
    condition = binder.bind_root(node.condition, "UnresolvedHaving")
    refuse_generator(binder, node.condition, condition, "'UnresolvedHaving cast({} as boolean)")
    check_filter(binder, node, node.condition, condition)
    if select.grouping is None:
        grouped = replace(select, grouping=Grouping((), None, node))
        child = replace(child, select=grouped)
    return _having(child, binder, node, condition)


def fallback(child: Resolved) -> Resolved | None:
    """Where names are looked for that the child does not output."""
    if child.select is not None and child.select.grouping is not None:
        return child.select.child
    return child.below


def needs_aggregation(child: Resolved, exprs: Sequence[lg.Expr]) -> bool:
    """Whether expressions over a GROUP BY hold an aggregate, or a column that only its input has."""
    select = child.select
    if select is None or select.grouping is None:
        return False
    if any(has_aggregate(e) for e in exprs):
        return True
    columns = [c for e in exprs for c in columns_in(e)]
    return any(not child.scope.has(c) and select.child.scope.reaches(c) for c in columns)


def aggregate_input(child: Resolved) -> Input | None:
    """What arguments of aggregates in HAVING and ORDER BY see first: the rows that are grouped below."""
    if child.select is None or child.select.grouping is None:
        return None
    return Input(child.select.child.scope, (child.select.child,))


def _having(child: Resolved, binder: Binder, node: spec.Filter | spec.Having, condition: lg.Expr) -> Resolved:
    """The condition over the aggregate: aliases stand for what they name."""
    select = child.select
    assert select is not None
    with grouped_columns_only(binder, node.condition):
        made = finish(
            replace(select, having=(*select.having, over_aliases(select.items, condition))), binder.context.run
        )
    return replace(made, inputs=(child,))


@contextmanager
def grouped_columns_only(binder: Binder, node: spec.Expr) -> Iterator[None]:
    """A column that is neither grouped nor in the output counts as unknown to HAVING and ORDER BY."""
    try:
        yield
    except AnalysisException as error:
        if error.condition not in ("MISSING_AGGREGATION", "MISSING_GROUP_BY"):
            raise
        found = _first_below(binder, node, node)
        if found is None:
            raise
        raise unresolved_column(binder, *found) from error


def _first_below(binder: Binder, node: spec.Expr, place: spec.Expr) -> tuple[spec.Attribute, spec.Expr] | None:
    """The first attribute in `node` that means no output column, and the innermost node with a place around it."""
    place = node if node.origin is not None else place
    if isinstance(node, spec.Attribute):
        bound = binder.context.run.bound.get(node)
        is_below = isinstance(bound, lg.Column) and not binder.input.scope.has(bound)
        return (node, place) if is_below else None
    for part in children(node, spec.Expr):
        found = _first_below(binder, part, place)
        if found is not None:
            return found
    return None


def qualify(node: spec.Qualify, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """QUALIFY: a condition over window functions and aliases, after they are computed."""
    child = inputs[0]
    select = child.select
    source = Input(child.scope, (child,))
    binder = Binder(context, source, fallback=fallback(child), aggregate_input=aggregate_input(child))
    condition = binder.bind_root(node.condition, "Qualify")
    check_filter(binder, node, node.condition, condition)
    if select is None:
        raise failure("UNSUPPORTED_FEATURE.HIVEFRAME", node, feature="QUALIFY without a SELECT below it")
    if not select.has_windows() and not any(isinstance(e, lg.WindowCall) for e in preorder(condition, lg.Expr)):
        raise failure("QUALIFY_REQUIRES_WINDOW_FUNCTION", None)
    column = context.run.column("qualify", condition.dtype, condition.nullable)
    level = 1 + max((i.level for i in select.items if isinstance(i, Item)), default=0)
    hidden = Item(column, condition, (), level, is_hidden=True)
    plan, _ = build(replace(select, items=(*select.items, hidden)), context.run)
    kept = tuple(lg.Named(c, c) for c in child.scope.columns)
    result = lg.Project(lg.Filter(plan, column), kept)
    return Resolved(result, child.scope, (child,), below=child)
