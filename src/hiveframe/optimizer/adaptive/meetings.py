"""Where a plan's relations meet: what is joined, on which equalities, and whose keys the others may be told of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.adaptive.keys import classes_of, equal_columns, is_exact
from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.join_groups import JoinGroup, group_at
from hiveframe.optimizer.mentions import mentioned, mentioned_below
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Column, Expr, InSubquery, Relation

_TELLS: Final = {"left": {(0, 1)}, "right": {(1, 0)}, "anti": {(0, 1)}, "semi": {(0, 1), (1, 0)}}
"""Of joins that are not inner ones, which side may be told of the other's keys: the one whose rows matter only then."""


@dataclass(frozen=True, slots=True, eq=False)
class Meeting:
    """Relations that are joined at and below `root`; behind them, the plans of the `subqueries` of its IN conditions.

    `own[i]` are the conditions on relation i alone that its rows fulfil before they are joined. `classes` are sets of
    columns, by id, that are equal in each row of the join; `tells` None lets each relation be told of all others.
    """

    root: Relation
    relations: tuple[Relation, ...]
    subqueries: tuple[InSubquery, ...]
    own: tuple[tuple[Expr, ...], ...]
    classes: tuple[dict[int, Column], ...]
    tells: frozenset[tuple[int, int]] | None = None

    @property
    def sides(self) -> tuple[Relation, ...]:
        """All that meets."""
        return (*self.relations, *(s.plan for s in self.subqueries))

    def told_by(self, place: int) -> tuple[tuple[Column, int, Column], ...]:
        """The key columns of one side, each with a side that may be told of it and its column there."""
        places = {c.id: i for i, side in enumerate(self.sides) for c in side.output}
        found: list[tuple[Column, int, Column]] = []
        for known in self.classes:
            own = next((c for c in known.values() if places.get(c.id) == place), None)
            if own is not None:
                others = [(places[c.id], c) for c in known.values() if places.get(c.id, place) != place]
                found += [(own, i, c) for i, c in others if self.tells is None or (place, i) in self.tells]
        return tuple(found)


def meetings(plan: Relation) -> Iterator[Meeting]:
    """The places where relations meet whose rows depend on nothing around the plan, outer ones first."""
    pending = [plan]
    seen: set[int] = set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        found = _at(node)
        if found is not None:
            yield found
            pending += found.relations
        else:
            pending += [node.left] if isinstance(node, lg.Join) and node.is_lateral else inputs(node)


def _at(node: Relation) -> Meeting | None:
    if isinstance(node, lg.Join) and node.kind in _TELLS and not node.is_lateral and node.condition is not None:
        classes = classes_of(equal_columns(conjuncts(node.condition)))
        return Meeting(node, (node.left, node.right), (), ((), ()), tuple(classes), frozenset(_TELLS[node.kind]))
    group = group_at(node)
    if group is not None:
        return _of_group(group)
    if isinstance(node, lg.Filter) and any(isinstance(c, InSubquery) for c in conjuncts(node.condition)):
        conditions = tuple(conjuncts(node.condition))
        return _of_group(JoinGroup(node, (node.child,), conditions, tuple(frozenset[int]() for _ in conditions)))
    return None


def _of_group(group: JoinGroup) -> Meeting:
    places = {c.id: i for i, relation in enumerate(group.relations) for c in relation.output}
    costs = Costs()
    own: list[list[Expr]] = [[] for _ in group.relations]
    subqueries: list[InSubquery] = []
    equal = equal_columns(c for c, link in zip(group.conditions, group.links, strict=True) if link)
    for condition, link in zip(group.conditions, group.links, strict=True):
        if isinstance(condition, InSubquery) and not mentioned_below(condition.plan) & places.keys():
            pairs = _pairs(condition)
            if pairs:
                subqueries.append(condition)
                equal += pairs
        if len(group.relations) > 1:
            if not link and not costs.of(condition).is_volatile:
                link = frozenset(places[i] for i in mentioned([condition]) if i in places)
            if len(link) == 1:
                own[min(link)].append(condition)
    classes = tuple(classes_of(equal))
    return Meeting(group.root, group.relations, tuple(subqueries), tuple(map(tuple, own)), classes)


def _pairs(condition: InSubquery) -> Sequence[tuple[Column, Column]]:
    return [
        (value, column)
        for value, column in zip(condition.values, condition.plan.output, strict=True)
        if isinstance(value, Column) and is_exact(value.dtype) and value.dtype == column.dtype
    ]
