"""An aggregation of inner joins taken apart: what is joined, which conditions hold, what it computes by what.

Everything is told in columns of what is joined (the leaves), whatever projections stand between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.mentions import mentioned
from hiveframe.optimizer.partial_aggregates import partials_of
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan import logical as lg
from hiveframe.plan.canonical import Fingerprints
from hiveframe.plan.logical import AggCall, Column, Expr, Relation
from hiveframe.plan.walk import children, preorder, rewrite_up

_DEEPEST: Final = 60
_GROUPING: Final = frozenset({"grouping", "grouping_id"})


@dataclass(frozen=True, eq=False)
class Asked:
    """`keys` and `calls` are those of `node` over the leaves' columns, `own_calls` the same as they stand in its items.

    `node` is a DISTINCT's aggregation without items where it is no aggregation itself.
    """

    node: lg.Aggregate
    leaves: tuple[Relation, ...]
    conditions: tuple[Expr, ...]
    keys: tuple[Expr, ...]
    calls: tuple[AggCall, ...]
    own_calls: tuple[AggCall, ...]

    @cached_property
    def prints(self) -> Fingerprints:
        """The digests of expressions over the leaves."""
        return Fingerprints([c for leaf in self.leaves for c in leaf.output])

    @cached_property
    def shapes(self) -> Fingerprints:
        """The digests of expressions over the leaves without their constants."""
        return Fingerprints([c for leaf in self.leaves for c in leaf.output], is_shape=True)

    @cached_property
    def condition_prints(self) -> tuple[bytes, ...]:
        """The conditions' digests."""
        return tuple(map(self.prints.of, self.conditions))

    @cached_property
    def family(self) -> tuple[bytes, ...]:
        """Equal for aggregations of the same leaves, in whatever versions."""
        prints = Fingerprints()
        return tuple(prints.of(leaf) for leaf in self.leaves)

    @cached_property
    def sources(self) -> tuple[ScanSource, ...]:
        """All that is read, in the order of the family and then of the conditions."""
        return tuple(
            part.source
            for root in (*self.leaves, *self.conditions)
            for part in preorder(root, lg.Node)
            if isinstance(part, lg.Scan)
        )

    def reading(self, sources: Sequence[ScanSource]) -> Asked:
        """The same of other versions of its sources."""
        by_id = {id(old): new for old, new in zip(self.sources, sources, strict=True)}

        def renewed(node: lg.Node) -> lg.Node:
            return replace(node, source=by_id[id(node.source)]) if isinstance(node, lg.Scan) else node

        leaves = tuple(rewrite_up(leaf, lg.Node, renewed) for leaf in self.leaves)
        return replace(self, leaves=leaves, conditions=tuple(rewrite_up(c, lg.Node, renewed) for c in self.conditions))


def hint_of(node: Relation) -> tuple[object, ...] | None:
    """What tells sooner than the family which aggregations may be alike: the paths that the leaves scan themselves."""
    if not isinstance(node, (lg.Aggregate, lg.Distinct)):
        return None
    return tuple(
        leaf.source.paths if isinstance(leaf, lg.Scan) and isinstance(leaf.source, ScanSource) else None
        for leaf in _Parts(node.child).leaves
    )


def asked(node: Relation, *, ansi: bool) -> Asked | None:
    """The aggregation taken apart; None for what is none, or cannot be put together from groups of it."""
    if isinstance(node, lg.Distinct) and not node.keys:
        node = lg.Aggregate(node.child, tuple(lg.Named(c, c) for c in node.output), ())
    if not isinstance(node, lg.Aggregate) or holds((item.expr for item in node.items), (lg.PyUdf,)):
        return None  # a user's aggregate sees the rows
    calls = [e for item in node.items for e in _calls(item.expr)]
    if any(not call.distinct and partials_of(call, ansi=ansi) is None for call in calls):
        return None
    parts = _Parts(node.child)
    values = parts.values
    known = {c.id for leaf in parts.leaves for c in leaf.output}
    roots = (*parts.conditions, *(k.expr for k in node.keys), *calls)
    if not all(_is_plain(e, values) for e in roots) or not all(map(_stands_alone, parts.leaves)):
        return None
    told = [substituted(e, values) for e in roots]
    count, key_count = len(parts.conditions), len(node.keys)
    if holds(told[count:], SUBQUERIES) or not _mentions_only(told, known, (lg.CteRef,)):
        return None
    costs = Costs()
    if any(costs.of(e).is_volatile for e in told):
        return None  # another value each time that it is computed, so also for each row rather than each group
    conditions = [part for condition in told[:count] for part in conjuncts(condition)]
    own = [call for call in told[count + key_count :] if isinstance(call, AggCall)]
    return Asked(
        node, tuple(parts.leaves), tuple(conditions), tuple(told[count : count + key_count]), tuple(own), tuple(calls)
    )


class _Parts:
    """What is below an aggregation: leaves, conditions, and the values of projections over columns of leaves."""

    def __init__(self, root: Relation) -> None:
        self.leaves: list[Relation] = []
        self.conditions: list[Expr] = []
        projects: list[lg.Project] = []
        pending = [root]
        while pending:
            node = pending.pop()
            match node:
                case lg.Filter():
                    self.conditions += conjuncts(node.condition)
                    pending.append(node.child)
                case lg.Project():
                    projects.append(node)
                    pending.append(node.child)
                case lg.Join(kind="inner" | "cross", is_lateral=False):
                    self.conditions += conjuncts(node.condition) if node.condition is not None else []
                    pending += [node.right, node.left]
                case _:
                    self.leaves.append(node)
        self._projects = projects

    @property
    def values(self) -> dict[int, Expr]:
        """What stands for the columns that projections make."""
        made: dict[int, Expr] = {}
        for project in reversed(self._projects):  # those below come first
            for item in project.items:
                if not (isinstance(item.expr, Column) and item.expr.id == item.column.id):
                    made[item.column.id] = substituted(item.expr, made)
        return made


def _calls(expr: Expr) -> list[AggCall]:
    """The aggregates of an item but those that tell of the grouping alone."""
    found = [e for e in preorder(expr, Expr) if isinstance(e, AggCall)]
    return [call for call in found if call.function not in _GROUPING]


def _is_plain(expr: Expr, values: dict[int, Expr]) -> bool:
    """Whether columns can be put in the place of others: none of a projection's inside of a subquery; not too deep."""
    level, depth = [expr], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            return False
        for part in level:
            if isinstance(part, SUBQUERIES) and not values.keys().isdisjoint(mentioned([part])):
                return False
        level = [below for part in level for below in children(part, Expr)]
    return True


_NOT_FROM_FILES: Final = (lg.CteRef, lg.LocalData, lg.KeptRows)


def _stands_alone(leaf: Relation) -> bool:
    """Whether nothing in it is defined elsewhere, and rows come from nowhere but sources."""
    return isinstance(leaf, lg.Scan) or _mentions_only([leaf], set(), _NOT_FROM_FILES)


def _mentions_only(roots: Sequence[lg.Node], known: set[int], refused: tuple[type[lg.Node], ...]) -> bool:
    """Whether nothing of these kinds is in the roots, and no column but those known and those of relations inside."""
    used: set[int] = set()
    inside = set(known)
    for root in roots:
        for part in preorder(root, lg.Node):
            if isinstance(part, refused):
                return False
            if isinstance(part, Column):
                used.add(part.id)
            elif isinstance(part, Relation):
                inside |= {c.id for c in part.output}
                if isinstance(part, lg.Scan) and part.metadata is not None:
                    inside.add(part.metadata.id)  # which it has at hand
    return used <= inside
