"""A very deep expression is computed in steps: DuckDB's time grows with the cube of the depth, and it refuses 1,000.

`a + b + c + …` over a thousand columns is a tree a thousand levels deep. Parts of it become columns of a projection
below. Only operands that are evaluated whenever their operator is are cut, so that nothing guarded is evaluated early:
of a condition or `coalesce`, the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from hiveframe.optimizer.costs import Costs, those_of
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Call,
    Cast,
    Column,
    Expr,
    Filter,
    Lambda,
    Named,
    Project,
    Relation,
    Sort,
)
from hiveframe.plan.walk import preorder, rewrite_up

STEP: Final = 60
DEEP: Final = 100
_GUARDING: Final = frozenset({"and", "or", "coalesce", "if", "when", "nvl2"})  # only the first operand is sure


def split_deep_expressions(plan: Relation, costs: Costs) -> Relation:
    """`Project(x, deep)` → `Project(Project(x, parts), shallow)`, as often as it takes."""
    return rewrite_relations(plan, lambda node: _split(node, costs))


def _split(node: Relation, costs: Costs) -> Relation:
    match node:
        case Sort(child=child, keys=keys, is_global=is_global) if _is_deep((k.child for k in keys), costs):
            computed = [Named(fresh_column("key", k.child), k.child) for k in keys]
            passed = tuple(Named(c, c) for c in child.output)
            sorts = tuple(replace(k, child=named.column) for k, named in zip(keys, computed, strict=True))
            below = _split(Project(child, (*passed, *computed)), costs)
            return Project(Sort(below, sorts, is_global), passed)
        case Aggregate(child=child, keys=keys, items=items) if _is_deep(_arguments(node), costs):
            computed = []
            keyed = tuple(Named(k.column, _moved(k.expr, computed, costs)) for k in keys)
            moved = tuple(Named(i.column, _with_moved_arguments(i.expr, computed, costs)) for i in items)
            passed = tuple(Named(c, c) for c in child.output)
            below = _split(Project(child, (*passed, *computed)), costs)
            return Aggregate(below, keyed, moved, node.grouping_sets)
        case Project(child=child, items=items) if any(costs.of(item.expr).depth > DEEP for item in items):
            shallow = list(items)
            below = child
            while True:
                layers: list[list[Named]] = []
                exprs = [_cut(item.expr, layers, costs) for item in shallow]
                if not layers:
                    return Project(below, tuple(shallow))
                shallow = [Named(item.column, expr) for item, expr in zip(shallow, exprs, strict=True)]
                below = _stacked(below, layers, exprs)
        case Filter(child=child, condition=condition) if costs.of(condition).depth > DEEP:
            deep = [part for part in conjuncts(condition) if costs.of(part).depth > DEEP]
            if not deep:
                return node
            columns = [fresh_column("condition", part) for part in deep]
            plain = [part for part in conjuncts(condition) if costs.of(part).depth <= DEEP]
            passed = tuple(Named(c, c) for c in child.output)
            inner = Project(child, (*passed, *(Named(c, part) for c, part in zip(columns, deep, strict=True))))
            return Project(Filter(_split(inner, costs), all_of([*plain, *columns])), passed)
    return node


def _cut(expr: Expr, layers: list[list[Named]], costs: Costs) -> Expr:
    """`expr` with its parts that are STEP deep replaced by columns, which `layers` get from the bottom up.

    It goes down the deepest path once. Where another operand of that path is too deep itself, the next call goes on.
    """
    if costs.of(expr).depth <= DEEP:
        return expr
    path: list[Call | Cast] = []
    node = expr
    while costs.of(node).depth > STEP and (sure := _sure(node)):
        assert isinstance(node, (Call, Cast))
        path.append(node)
        node = max(sure, key=lambda e: costs.of(e).depth)
    if not path or not _may_part(node, costs):
        return expr
    made: Expr = _part(node, layers, 0)
    count = 1
    while path:
        above = path.pop()
        raised: Expr = _with_deepest(above, node, made)
        too_deep = costs.of(raised).depth > STEP and costs.of(made).depth + len(path) >= DEEP
        if too_deep and _may_part(made, costs):
            raised = _with_deepest(above, node, _part(made, layers, count))
            count += 1
        made, node = raised, above
    return made


def _may_part(expr: Expr, costs: Costs) -> bool:
    cost = costs.of(expr)
    return 1 < cost.depth <= STEP and not cost.is_bound


def _part(expr: Expr, layers: list[list[Named]], number: int) -> Column:
    """The column that computes `expr` in the layer of that number, counted from the bottom."""
    if number == len(layers):
        layers.append([])
    column = fresh_column("part", expr)
    layers[number].append(Named(column, expr))
    return column


def _with_deepest(node: Call | Cast, old: Expr, new: Expr) -> Expr:
    if isinstance(node, Cast):
        return Cast(new, node.dtype, node.mode, node.nullable, node.implicit, node.context)
    args = tuple(new if arg is old else arg for arg in node.args)
    return Call(node.function, args, node.dtype, node.nullable, node.shown, node.context)


def _sure(node: Expr) -> tuple[Expr, ...]:
    """The operands that are evaluated whenever `node` is."""
    match node:
        case Cast(child=child, mode=mode):
            return (child,) if mode != "try" else ()
        case Call(function=function, args=args):
            if function.startswith("try"):
                return ()
            return args[:1] if function in _GUARDING else tuple(a for a in args if not isinstance(a, Lambda))
    return ()


def _is_deep(exprs: Iterable[Expr], costs: Costs) -> bool:
    return any(costs.of(e).depth > DEEP for e in exprs)


def _arguments(node: Aggregate) -> list[Expr]:
    """What an aggregation computes of its input: keys, and arguments that every row needs."""
    return [*(k.expr for k in node.keys), *(a for i in node.items for c in _calls(i.expr) for a in c.args)]


def _calls(expr: Expr) -> list[AggCall]:
    return [e for e in those_of([expr], (AggCall,)) if e.filter is None]


def _moved(expr: Expr, computed: list[Named], costs: Costs) -> Expr:
    """A column in the place of a deep expression, which `computed` gets."""
    if costs.of(expr).depth <= DEEP or costs.of(expr).is_bound:
        return expr
    column = fresh_column("argument", expr)
    computed.append(Named(column, expr))
    return column


def _with_moved_arguments(expr: Expr, computed: list[Named], costs: Costs) -> Expr:
    def moved(node: Expr) -> Expr:
        if not isinstance(node, AggCall) or node.filter is not None:
            return node
        args = tuple(_moved(a, computed, costs) for a in node.args)
        return node if all(a is b for a, b in zip(args, node.args, strict=True)) else replace(node, args=args)

    return rewrite_up(expr, Expr, moved) if _is_deep((a for c in _calls(expr) for a in c.args), costs) else expr


def _stacked(below: Relation, layers: list[list[Named]], exprs: list[Expr]) -> Relation:
    """Projections that compute the layers one after another, and pass what those above or `exprs` mention."""
    used = _columns(exprs)
    needed = [used]
    for layer in reversed(layers[1:]):
        used = used | _columns([part.expr for part in layer])
        needed.append(used)
    for layer, mentioned in zip(layers, reversed(needed), strict=True):
        below = Project(below, (*(Named(c, c) for c in below.output if c.id in mentioned), *layer))
    return below


def _columns(exprs: list[Expr]) -> set[int]:
    return {e.id for expr in exprs for e in preorder(expr, Expr) if isinstance(e, Column)}
