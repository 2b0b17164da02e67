"""Inner joins that may be made in any order, and plans in which some of them are made first.

A group is a tree of inner and cross joins with the conditions in and above it: which relations are joined, and what
must hold. Its rows are the same in whatever order it is joined. `staged` makes some of its relations' join a statement
of its own, so that the engine knows how many rows it has before it plans the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.inputs import inputs, rewrite_relations
from hiveframe.optimizer.mentions import mentioned
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Expr, Relation
from hiveframe.plan.walk import preorder

Stages = tuple[frozenset[int], ...]
"""Relations of a group, by their place in it, that are joined in a statement of their own, one set after the other."""


@dataclass(frozen=True, slots=True, eq=False)
class JoinGroup:
    """The joins at and below `root`. `links[i]` are the relations that `conditions[i]` mentions.

    Conditions that have to stay where they are (they depend on chance, or hold a subquery) link nothing.
    """

    root: Relation
    relations: tuple[Relation, ...]
    conditions: tuple[Expr, ...]
    links: tuple[frozenset[int], ...]

    def is_connected(self, chosen: frozenset[int]) -> bool:
        """Whether conditions lead from each of the relations to all others."""
        reached = {min(chosen)}
        while grown := {i for i in chosen - reached if self.touches(reached, i, chosen)}:
            reached |= grown
        return reached == chosen

    def touches(self, some: set[int] | frozenset[int], other: int, within: frozenset[int] | None = None) -> bool:
        """Whether a condition (over nothing but `within`) links a relation with some others."""
        return any(
            other in link and len(link) > 1 and link & some and (within is None or link <= within)
            for link in self.links
        )


def has_joins(plan: Relation) -> bool:
    """Whether there are two inner joins, so that their order can be chosen."""
    count = 0
    pending: list[Relation] = [plan]
    while pending:
        node = pending.pop()
        count += isinstance(node, lg.Join) and node.kind in ("inner", "cross")
        if count > 1:
            return True
        pending += inputs(node)
    return False


def join_groups(plan: Relation, least: int = 3) -> list[JoinGroup]:
    """The groups of at least so many relations whose rows depend on nothing around the plan."""
    found: list[JoinGroup] = []
    pending = [plan]
    while pending:
        node = pending.pop()
        group = group_at(node)
        if group is None:
            pending += [node.left] if isinstance(node, lg.Join) and node.is_lateral else inputs(node)
            continue
        if len(group.relations) >= least:
            found.append(group)
        pending += group.relations
    return found


def group_at(root: Relation) -> JoinGroup | None:
    """The group whose topmost filter or join is `root`; None where there is none."""
    if not isinstance(root, (lg.Filter, lg.Join)):
        return None
    relations: list[Relation] = []
    conditions: list[Expr] = []
    pending: list[Relation] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, lg.Filter) and _is_free(_below_filters(node)):
            conditions += conjuncts(node.condition)
            pending.append(node.child)
        elif _is_free(node):
            assert isinstance(node, lg.Join)
            conditions += conjuncts(node.condition) if node.condition is not None else []
            pending += [node.right, node.left]
        else:
            relations.append(node)
    if len(relations) < 2:
        return None
    costs = Costs()
    places = {c.id: i for i, relation in enumerate(relations) for c in relation.output}
    links = tuple(_link(condition, places, costs) for condition in conditions)
    return JoinGroup(root, tuple(relations), tuple(conditions), links)


def _below_filters(node: Relation) -> Relation:
    while isinstance(node, lg.Filter):
        node = node.child
    return node


def _is_free(node: Relation) -> bool:
    return isinstance(node, lg.Join) and node.kind in ("inner", "cross") and not node.is_lateral


def _link(condition: Expr, places: dict[int, int], costs: Costs) -> frozenset[int]:
    if costs.of(condition).is_volatile or holds([condition], SUBQUERIES):
        return frozenset()
    used = mentioned([condition])
    return frozenset(places[i] for i in used) if used <= places.keys() else frozenset()


def may_stage(group: JoinGroup, chosen: frozenset[int]) -> bool:
    """Whether the join of the chosen relations can be a statement of its own that leaves something to be done."""
    if not 2 <= len(chosen) < len(group.relations) or not group.is_connected(chosen):
        return False
    return all(is_whole(group.relations[i]) for i in chosen)


def is_whole(relation: Relation) -> bool:
    """Whether nothing in it is named elsewhere."""
    return not any(isinstance(part, lg.CteRef) for part in preorder(relation, lg.Node))


def staged(plan: Relation, group: JoinGroup, stages: Stages) -> Relation:
    """The plan with the group's relations joined in stages; a later stage takes in what earlier ones have joined."""
    parts: list[tuple[frozenset[int], Relation]] = [(frozenset({i}), r) for i, r in enumerate(group.relations)]
    left = list(zip(group.conditions, group.links, strict=True))
    for chosen in stages:
        members = [part for part in parts if part[0] & chosen]
        places = frozenset().union(*(part[0] for part in members))
        inside = [condition for condition, link in left if link and link <= places]
        left = [(condition, link) for condition, link in left if not (link and link <= places)]
        needed = mentioned(condition for condition, _ in left) | {c.id for c in group.root.output}
        made = lg.Staged(_kept(joined([r for _, r in members], inside), needed))
        parts = [(places, made), *(part for part in parts if not part[0] & chosen)]
    rest = joined([relation for _, relation in parts], [condition for condition, _ in left])
    whole = lg.Project(rest, tuple(lg.Named(c, c) for c in group.root.output))
    return rewrite_relations(plan, lambda node: whole if node is group.root else node)


def joined(relations: Sequence[Relation], conditions: Sequence[Expr]) -> Relation:
    """The relations' rows side by side for which all conditions hold."""

    def crossed(left: Relation, right: Relation) -> Relation:
        return lg.Join(left, right, "cross", None, (*left.output, *right.output))

    made = reduce(crossed, relations)
    return lg.Filter(made, all_of(conditions)) if conditions else made


def _kept(relation: Relation, needed: set[int]) -> Relation:
    kept = [c for c in relation.output if c.id in needed]
    return lg.Project(relation, tuple(lg.Named(c, c) for c in kept)) if len(kept) < len(relation.output) else relation


def neighbours(group: JoinGroup, chosen: frozenset[int]) -> Iterator[frozenset[int]]:
    """The sets of relations that can be staged and have one more, or one less."""
    for i in range(len(group.relations)):
        other = chosen ^ {i}
        if may_stage(group, other):
            yield other
