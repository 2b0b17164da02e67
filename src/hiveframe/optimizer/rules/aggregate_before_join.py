"""Rows are added up before they are joined with what only names their groups.

    SELECT d.week, f.store, sum(CASE WHEN d.name = 'Monday' THEN f.price END)
    FROM f JOIN d ON f.day = d.day GROUP BY d.week, f.store
      → the same of (SELECT day, store, sum(price) FROM f GROUP BY day, store) JOIN d

A table of which no row is left out (it has no conditions but one equality to a column of the others) is joined after
the others have been aggregated by that column and by their own keys: so few rows are left to join, and to sort into
groups by wide keys. Only where statistics say that these are far fewer, and where the table has conditions inside of
aggregates or several keys, so that there is something to be saved beside an aggregation more.
TPC-DS's queries 2 and 59 at scale 1 take half the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.statistics.sources import source_statistics
from hiveframe.optimizer.adaptive.keys import equal_columns, is_exact
from hiveframe.optimizer.aggregate_branches import branches_of
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.global_aggregations import is_value
from hiveframe.optimizer.join_groups import JoinGroup, group_at, is_whole, joined
from hiveframe.optimizer.mentions import mentioned
from hiveframe.optimizer.partial_aggregates import merged, partials_of
from hiveframe.optimizer.statistics import estimates
from hiveframe.optimizer.substitute import substituted, with_parts
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.canonical import Fingerprints
from hiveframe.plan.logical import AggCall, Aggregate, Column, Expr, Named, Project, Relation, Scan
from hiveframe.plan.walk import preorder

_LEAST_ROWS: Final = 200_000
_LEAST_FEWER: Final = 4.0  # rows for each row that is left of them
_LEAST_SAVED: Final = 4  # conditions and keys of the tables that are joined later
_MOST_LATE: Final = 3


def aggregate_before_join(node: Relation, costs: Costs) -> Relation:
    """`Aggregate(F JOIN d)` → `Aggregate(Aggregate(F) JOIN d)`."""
    if not isinstance(node, Aggregate) or node.grouping_sets is not None or not node.keys:
        return node
    if not isinstance(node.child, (lg.Filter, lg.Join)):
        return node
    calls = [e for item in node.items for e in preorder(item.expr, Expr) if isinstance(e, AggCall)]
    if not calls or not all(map(_adds_up, calls)):
        return node
    exprs = [item.expr for item in (*node.keys, *node.items)]
    if holds(exprs, SUBQUERIES) or any(costs.of(e).is_volatile for e in exprs):
        return node
    group = group_at(node.child)
    if group is None or not all(group.links):
        return node
    late = _late(group)
    for chosen in (late, *([one] for one in late if len(late) > 1)):
        made = _Split(node, group, chosen).made() if chosen else None
        if made is not None:
            return made
    return node


def _adds_up(call: AggCall) -> bool:
    """Whether a call is the same in two steps, whatever the order: no double, no sum that may overflow in a part."""
    if partials_of(call, ansi=False) is None:
        return False
    if call.function in ("count", "count_if"):
        return True
    if call.function == "sum" and isinstance(call.args[0].dtype, (t.ByteType, t.ShortType, t.IntegerType)):
        return True
    if call.function in ("sum", "avg"):
        return isinstance(call.args[0].dtype, t.DecimalType)
    return is_exact(call.args[0].dtype)


@dataclass(frozen=True, slots=True, eq=False)
class _Late:
    """The relation at `place` of a group, joined with the others by one equality to their column `other`."""

    place: int
    condition: Expr
    other: Column


def _late(group: JoinGroup) -> list[_Late]:
    """The tables of which no row is left out, but for those that the equality has no use for."""
    found: list[_Late] = []
    for place, relation in enumerate(group.relations):
        own = [c for c, link in zip(group.conditions, group.links, strict=True) if place in link]
        pairs = equal_columns(own)
        mine = {c.id for c in relation.output}
        others = [c for pair in pairs for c in pair if c.id not in mine]
        if len(own) == len(pairs) == len(others) == 1 and _is_table(relation):
            found.append(_Late(place, own[0], others[0]))
    return found[:_MOST_LATE]


def _is_table(relation: Relation) -> bool:
    """Whether a relation is a table's rows as they are."""
    while isinstance(relation, Project):
        if not all(isinstance(item.expr, Column) for item in relation.items):
            return False
        relation = relation.child
    return isinstance(relation, Scan)


class _Split:
    """An aggregation in two: of the relations of a group but `late`, and of what these are joined with later."""

    def __init__(self, node: Aggregate, group: JoinGroup, late: Sequence[_Late]) -> None:
        self._node = node
        self._group = group
        self._late = late
        places = {one.place for one in late}
        self._early = [r for i, r in enumerate(group.relations) if i not in places]
        self._known = {c.id for relation in self._early for c in relation.output}
        self._prints = Fingerprints([c for relation in self._early for c in relation.output])
        self._keys: dict[int, Named] = {}
        self._partials: dict[bytes, Named] = {}
        self._saved = 0

    def made(self) -> Relation | None:
        """The aggregation over less; None where it cannot be made so, or saves nothing."""
        if not all(one.other.id in self._known for one in self._late) or not all(map(is_whole, self._early)):
            return None
        if len(self._early) == 1 and isinstance(self._early[0], Aggregate):
            return None  # as few as they will be
        for one in self._late:
            self._keys.setdefault(one.other.id, Named(fresh_column(one.other.name, one.other), one.other))
        keys = [self._key(item) for item in self._node.keys]
        values = self._values()
        if values is None or any(key is None for key in keys) or self._saved < _LEAST_SAVED:
            return None
        conditions = [c for c in self._group.conditions if all(c is not one.condition for one in self._late)]
        early = joined(self._early, conditions)
        pre = Aggregate(early, tuple(self._keys.values()), tuple(self._partials.values()))
        if not _is_worth_it(pre, early):
            return None
        tables = [self._group.relations[one.place] for one in self._late]
        given: dict[int, Expr] = {i: item.column for i, item in self._keys.items()}
        later = [substituted(one.condition, given) for one in self._late]
        items = tuple(Named(i.column, with_parts(i.expr, values)) for i in self._node.items)
        named = tuple(Named(i.column, e) for i, e in zip(self._node.keys, keys, strict=True) if e is not None)
        return Aggregate(joined([pre, *tables], later), named, items)

    def _key(self, item: Named) -> Expr | None:
        """A key over the smaller join; None where it mentions both sides."""
        used = mentioned([item.expr])
        if not used & self._known:
            self._saved += 1
            return item.expr
        if not used <= self._known or not isinstance(item.expr, Column):
            return None
        return self._keys.setdefault(item.expr.id, Named(fresh_column(item.expr.name, item.expr), item.expr)).column

    def _values(self) -> dict[int, Expr] | None:
        """What stands for each call; None where one cannot be made in two steps."""
        values: dict[int, Expr] = {}
        for item in self._node.items:
            for call in preorder(item.expr, Expr):
                if not isinstance(call, AggCall):
                    continue
                parts = [self._part(p) for p in partials_of(call, ansi=False) or ()]
                told = [part for part in parts if part is not None]
                if len(told) < len(parts):
                    return None
                values[id(call)] = merged(call, told)
        return values

    def _part(self, partial: AggCall) -> Expr | None:
        """A partial aggregate of the early rows, or the choice between several that the late tables make."""
        if mentioned([partial]) <= self._known:
            if partial.filter is not None or not all(map(is_value, partial.args)):
                return None  # it might fail of a row that nothing is joined with
            made = Named(fresh_column(partial.function, partial), partial)
            return self._partials.setdefault(self._prints.of(partial), made).column
        branches = branches_of(partial)
        if branches is None or mentioned(branches.conditions) & self._known:
            return None
        self._saved += 1
        parts: dict[int, Expr] = {}
        for own in branches.calls:
            part = self._part(own) if own is not None else None
            if own is not None and part is None:
                return None
            parts |= {id(own): part} if part is not None else {}
        return branches.choice(partial, lambda e: e, lambda own: parts[id(own)])


def _is_worth_it(pre: Aggregate, early: Relation) -> bool:
    known = estimates(pre, source_statistics)
    rows, groups = known[id(early)].rows, known[id(pre)].rows
    return rows >= _LEAST_ROWS and groups * _LEAST_FEWER <= rows
