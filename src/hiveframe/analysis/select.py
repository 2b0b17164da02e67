"""A SELECT list over a relation: from bound items to projections, aggregation, windows and generators.

The same description serves HAVING, QUALIFY and ORDER BY above it, which may add conditions and hidden items.

Order of evaluation: aggregation, HAVING, generators, then level by level (an item that names an alias of its own list
stands one level above it) windows and projections.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from hiveframe.analysis.aggregates import Aggregator, Grouping, has_aggregate
from hiveframe.analysis.expose import expose
from hiveframe.analysis.frame import Input, Resolved, Run
from hiveframe.analysis.references import columns_in, replace_columns, rewrite_down
from hiveframe.analysis.scope import Qualifier, Scope
from hiveframe.dataclass import dataclass
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder, with_children

Extract = Callable[[lg.Expr], lg.Expr | None]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One output: `expr` over the input (aliases of the same list by their column) becomes `column`."""

    column: lg.Column
    expr: lg.Expr
    qualifier: Qualifier = ()
    level: int = 0
    is_hidden: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class GeneratorItem:
    """A generator among the items: rows from a row, under `columns`."""

    columns: tuple[lg.Column, ...]
    expr: lg.Expr
    outer: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Select:
    """A SELECT list, resolved but not yet laid out as a plan."""

    child: Resolved
    input: Input
    items: tuple[Item | GeneratorItem, ...]
    grouping: Grouping | None = None
    having: tuple[lg.Expr, ...] = ()

    def has_windows(self) -> bool:
        """Whether an item is computed by a window function, or makes rows."""
        return any(
            isinstance(i, GeneratorItem) or any(isinstance(e, lg.WindowCall) for e in preorder(i.expr, lg.Expr))
            for i in self.items
        )


def finish(select: Select, run: Run) -> Resolved:
    """The relation of a SELECT."""
    plan, items = build(select, run)
    visible = [i for i in items if not i.is_hidden]
    scope = Scope(
        [i.column for i in visible],
        [i.qualifier for i in visible],
        case_sensitive=select.child.scope.case_sensitive,
    )
    below = select.child if select.grouping is None else None
    return Resolved(plan, scope, (select.child,), below=below, select=select)


def build(select: Select, run: Run) -> tuple[lg.Relation, list[Item]]:
    """The plan of a SELECT, hidden items included, and its items in order (generated columns as items)."""
    plan = expose(select.child.plan, select.input.missing.values())
    rewritten: Sequence[Item | GeneratorItem] = select.items
    if select.grouping is not None:
        plan, rewritten = _aggregate(select, plan, run)
    items: list[Item] = []
    for item in rewritten:
        if isinstance(item, GeneratorItem):
            plan = lg.Generate(plan, item.expr, item.columns, item.outer)
            items += [Item(c, c) for c in item.columns]
        else:
            items.append(item)
    return _levels(plan, items, run), items


def _aggregate(select: Select, plan: lg.Relation, run: Run) -> tuple[lg.Relation, list[Item | GeneratorItem]]:
    assert select.grouping is not None
    own = {i.column.id for i in select.items if isinstance(i, Item) and not _passes(i)}
    aggregator = Aggregator(run, select.grouping, select.child.scope, own)
    rewritten: list[Item | GeneratorItem] = [
        _over_keys(item, (aggregator.rewrite if _is_hidden(item) else aggregator.rewrite_item)(item.expr))
        for item in select.items
    ]
    conditions = [aggregator.rewrite(condition) for condition in select.having]
    made: lg.Relation = lg.Aggregate(plan, select.grouping.keys, tuple(aggregator.calls.values()), select.grouping.sets)
    for condition in conditions:
        made = lg.Filter(made, condition)
    return made, rewritten


def _is_hidden(item: Item | GeneratorItem) -> bool:
    return isinstance(item, Item) and item.is_hidden


def _passes(item: Item) -> bool:
    return isinstance(item.expr, lg.Column) and item.expr.id == item.column.id


def _over_keys(item: Item | GeneratorItem, expr: lg.Expr) -> Item | GeneratorItem:
    """The item over the aggregate's output; a column passed through takes its key's id."""
    if isinstance(item, Item) and _passes(item) and isinstance(expr, lg.Column):
        return replace(item, column=replace(expr, name=item.column.name), expr=expr)
    if isinstance(item, Item) and expr.nullable and not item.column.nullable:
        return replace(item, column=replace(item.column, nullable=True), expr=expr)
    return replace(item, expr=expr)


def _levels(plan: lg.Relation, items: list[Item], run: Run) -> lg.Relation:
    top = max((i.level for i in items), default=0)
    for level in range(top + 1):
        current = [i for i in items if i.level == level]
        plan, exprs = windows_computed(plan, [i.expr for i in current], run)
        done = [lg.Named(i.column, e) for i, e in zip(current, exprs, strict=True)]
        if level == top:
            by_column = {n.column.id: n for n in done}
            final = [by_column.get(i.column.id) or lg.Named(i.column, i.column) for i in items]
            return lg.Project(plan, tuple(final))
        earlier = [lg.Named(i.column, i.column) for i in items if i.level < level]
        kept = {n.column.id for n in (*earlier, *done)}
        later = {c.id for i in items if i.level > level for c in columns_in(i.expr)}
        passed = [lg.Named(c, c) for c in plan.output if c.id in later and c.id not in kept]
        plan = lg.Project(plan, (*earlier, *done, *passed))
    return plan


def windows_computed(plan: lg.Relation, exprs: Sequence[lg.Expr], run: Run) -> tuple[lg.Relation, list[lg.Expr]]:
    """`plan` with the window functions in `exprs` computed, and `exprs` over it."""
    made: list[lg.Named] = []

    def extract(expr: lg.Expr) -> lg.Expr | None:
        if not isinstance(expr, lg.WindowCall):
            return None
        column = run.column("window", expr.dtype, expr.nullable)
        made.append(lg.Named(column, expr))
        return column

    rewritten = [e if isinstance(e, lg.Column) else rewrite_down(e, extract) for e in exprs]
    return (_inner_windows(plan, made, run) if made else plan), rewritten


def _inner_windows(plan: lg.Relation, made: list[lg.Named], run: Run) -> lg.Relation:
    """Windows over windows: the inner ones are computed first."""
    inner: list[lg.Named] = []

    def extract(expr: lg.Expr) -> lg.Expr | None:
        if not isinstance(expr, lg.WindowCall):
            return None
        column = run.column("window", expr.dtype, expr.nullable)
        inner.append(lg.Named(column, expr))
        return column

    outer: list[lg.Named] = []
    for named in made:
        call = named.expr
        assert isinstance(call, lg.WindowCall)
        rewritten = replace(
            call,
            function=_rewrite_arguments(call.function, extract),
            partition_by=tuple(rewrite_down(e, extract) for e in call.partition_by),
            order_by=tuple(replace(k, child=rewrite_down(k.child, extract)) for k in call.order_by),
        )
        outer.append(lg.Named(named.column, rewritten))
    if not inner:
        return lg.Window(plan, tuple(made))
    return lg.Window(_inner_windows(plan, inner, run), tuple(outer))


def _rewrite_arguments(function: lg.Expr, rule: Extract) -> lg.Expr:
    return with_children(function, lg.Expr, lambda e: rewrite_down(e, rule))


def over_aliases(items: Sequence[Item | GeneratorItem], expr: lg.Expr) -> lg.Expr:
    """`expr` with the aliases of the SELECT list replaced by what they name."""
    aliases = [
        item
        for item in items
        if isinstance(item, Item) and not (isinstance(item.expr, lg.Column) and item.expr.id == item.column.id)
    ]
    named = {item.column.id for item in aliases}
    if not any(column.id in named for column in columns_in(expr)):
        return expr
    meanings: dict[int, lg.Expr] = {}
    for item in aliases:
        meanings[item.column.id] = replace_columns(item.expr, meanings)
    return replace_columns(expr, meanings)


def needs_aggregation(items: Sequence[Item | GeneratorItem]) -> bool:
    """Whether a list without GROUP BY is a global aggregate."""
    return any(has_aggregate(item.expr) for item in items)


def generated_columns(run: Run, expr: lg.Expr, names: Sequence[str]) -> tuple[lg.Column, ...]:
    """The columns that a generator yields, under `names` when given."""
    assert isinstance(expr.dtype, t.StructType)
    fields = expr.dtype.fields
    shown = names or [f.name for f in fields]
    return tuple(run.column(n, f.dtype, f.nullable) for n, f in zip(shown, fields, strict=True))
