"""Results of little local data come in the order in which Spark gives them, though neither promises one.

Spark leaves a window's rows sorted by its partition and order, and a product's rows by the larger side; the engine
leaves them as its hash tables and loops do. Sorting costs nothing where there is next to nothing to sort; rows that
come from files are left alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.rules.merge_filters import all_of
from hiveframe.optimizer.sizes import sizes
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Column, Expr, Named, Relation, SortKey, WindowCall

MOST_ROWS: Final = 10_000
_PASSING: Final = (lg.Project, lg.Filter, lg.Limit)
_BY_ROW: Final = frozenset({"row_number", "ntile", "lag", "lead"})
_BY_RANK: Final = frozenset({"rank", "dense_rank", "percent_rank", "cume_dist"})
_KNOWN: Final = (lg.LocalData, lg.Values, lg.Range, lg.OneRow)


def order_small_results(plan: Relation) -> Relation:
    """`Project(Window(x))` → `Project(Sort(Window(x)))`, and the like for a product of two relations."""
    above: list[Relation] = []
    node = plan
    while isinstance(node, _PASSING):
        above.append(node)
        (node,) = inputs(node)
    made = node
    match node:
        case lg.Window() if _is_small(node):
            made = _sorted_window(node)
        case lg.Join(kind="inner" | "cross", condition=None, is_lateral=False) if _is_small(node):
            made = _sorted_product(node)
        case lg.SetOperation(kind="except" | "intersect") if _is_small(node):
            made = _as_first_met(node)
    if made is node:
        return plan
    for parent in reversed(above):
        made = replace(parent, child=made)  # type: ignore[type-var]
    return made


def _is_small(node: Relation) -> bool:
    """Whether every row comes from local data, and few do."""
    total = 1
    pending = [node]
    while pending:
        step = pending.pop()
        below = inputs(step)
        if not below:
            if not isinstance(step, _KNOWN):
                return False
            total *= max(_rows(step), 1)
            if total > MOST_ROWS:
                return False
        pending.extend(below)
    return True


def _rows(leaf: Relation) -> int:
    return sizes(leaf)[id(leaf)].rows or 1


def _sorted_window(node: lg.Window) -> Relation:
    """Sorted as Spark sorts before it opens windows, by a sort that keeps equal rows as they came."""
    call = node.items[0].expr
    assert isinstance(call, WindowCall)
    keys = (*(SortKey(e) for e in call.partition_by), *call.order_by)
    if not keys:
        return node
    place, child = _placed(node.child)
    items = tuple(Named(item.column, _stable(item.expr, place)) for item in node.items)
    ordered = lg.Sort(replace(node, child=child, items=items), (*keys, SortKey(place)))
    return lg.Project(ordered, tuple(Named(c, c) for c in node.output))


def _stable(expr: Expr, place: Column) -> Expr:
    """A call that tells rows of equal order apart tells them apart by their place."""
    assert isinstance(expr, WindowCall)
    function = expr.function.function if isinstance(expr.function, AggCall) else ""
    by_rows = expr.frame is not None and expr.frame.unit == "rows"
    if not expr.order_by or function in _BY_RANK or not (by_rows or function in _BY_ROW):
        return expr
    return replace(expr, order_by=(*expr.order_by, SortKey(place)))


def _sorted_product(node: lg.Join) -> Relation:
    """The larger side varies slowest, the left one where they are equal: the other is Spark's broadcast side."""
    known = sizes(node)
    left, right = (_placed(side) for side in (node.left, node.right))
    is_left_first = known[id(node.right)].bytes <= known[id(node.left)].bytes
    order = (left[0], right[0]) if is_left_first else (right[0], left[0])
    joined = replace(node, left=left[1], right=right[1], output=(*left[1].output, *right[1].output))
    ordered = lg.Sort(joined, tuple(SortKey(c) for c in order))
    return lg.Project(ordered, tuple(Named(c, c) for c in node.output))


def _as_first_met(node: lg.SetOperation) -> Relation:
    """What is left of the first side, in the order in which its rows were first met there."""
    place, source = _placed(node.children[0])
    first = AggCall("min", (place,), t.LONG, True)
    met = fresh_column("met", first)
    keys = tuple(Named(fresh_column(c.name, c), c) for c in node.children[0].output)
    firsts = lg.Aggregate(source, keys, (Named(met, first),))
    same = [Call("<=>", (mine, key.column), t.BOOLEAN, False) for mine, key in zip(node.output, keys, strict=True)]
    if not same:
        return node
    joined = lg.Join(node, firsts, "inner", all_of(same), (*node.output, *firsts.output))
    return lg.Project(lg.Sort(joined, (SortKey(met),)), tuple(Named(c, c) for c in node.output))


def _placed(side: Relation) -> tuple[Column, Relation]:
    call = WindowCall(AggCall("row_place", (), t.LONG, False), (), (), None, t.LONG, False)
    place = fresh_column("place", call)
    return place, lg.Window(side, (Named(place, call),))
