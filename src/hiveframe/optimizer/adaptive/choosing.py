"""Which parts of a plan are worth running before the rest.

A part is one of the relations of inner joins, with its own conditions, of which few rows are expected and which reads
little beside what it is joined with. It is worth running where its keys, once known, leave out much of what would be
read and then thrown away: where between the join and the files there is a step (an aggregation, a window, another join)
over which the engine tells a scan nothing of the keys while it runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.adaptive.keys import classes_of, equal_columns
from hiveframe.optimizer.adaptive.reading import Worth, bytes_read
from hiveframe.optimizer.costs import SUBQUERIES, Costs, those_of
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.join_groups import JoinGroup, join_groups
from hiveframe.optimizer.mentions import mentioned
from hiveframe.optimizer.rules.merge_filters import all_of
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Column, Expr, Relation
from hiveframe.plan.walk import preorder

_MOST_PARTS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class FirstPart:
    """A part of a plan that is run before the rest: the relation at `place` of a group, with its own `conditions`.

    `plan` has the relation's columns. `told` are pairs of one of these and what is equal to it in another relation,
    which is given by its place. `spared_bytes` is what is expected to be left out of reading.
    """

    group: JoinGroup
    place: int
    conditions: tuple[Expr, ...]
    told: tuple[tuple[Column, int, Column], ...]
    spared_bytes: float

    @property
    def plan(self) -> Relation:
        """What is run first."""
        relation = self.group.relations[self.place]
        return lg.Filter(relation, all_of(self.conditions)) if self.conditions else relation


def first_parts(
    plan: Relation,
    statistics: Callable[[], StatisticsOf],
    is_steady: Callable[[Relation], bool],
    worth: Worth,
) -> list[FirstPart]:
    """The parts of an optimised plan to run first, inner ones before those around them.

    `is_steady`: another run of a part gives the same rows, as far as Spark says what they are.
    """
    found: list[FirstPart] = []
    groups = join_groups(plan, least=2)
    parents = _parents(plan) if groups else Counter()
    for group in reversed(groups):
        if all(parents[id(relation)] == 1 for relation in group.relations):
            found += _of_group(group, statistics, is_steady, worth)
    return found


def _of_group(
    group: JoinGroup,
    statistics: Callable[[], StatisticsOf],
    is_steady: Callable[[Relation], bool],
    worth: Worth,
) -> Iterator[FirstPart]:
    sizes = [bytes_read(relation) for relation in group.relations]
    if max(sizes) < worth.least_bytes:
        return
    linked = [condition for condition, link in zip(group.conditions, group.links, strict=True) if link]
    places = {c.id: i for i, relation in enumerate(group.relations) for c in relation.output}
    classes = classes_of(equal_columns(linked))
    own = _own_conditions(group, places)
    possible: list[FirstPart] = []
    for place, relation in enumerate(group.relations):
        told: list[tuple[Column, int, Column]] = []
        for known in classes:
            key = next((c for c in known.values() if places.get(c.id) == place), None)
            if key is not None:
                told += [(key, places[c.id], c) for c in known.values() if places.get(c.id, place) != place]
        helped = _helped(group.relations, sizes, [i for _, i, _ in told], worth)
        size = sizes[place] + sum(bytes_read(e.plan) for e in those_of(own[place], SUBQUERIES))
        spared = sum(sizes[i] for i in helped)
        if helped and size * worth.share <= spared and (own[place] or not _is_plain(relation)):
            possible.append(FirstPart(group, place, tuple(own[place]), tuple(told), spared))
    for part in sorted(possible, key=lambda p: -p.spared_bytes)[:_MOST_PARTS]:
        if not is_whole(part.plan) or not is_steady(part.plan):
            continue
        left = _share_left(part.plan, statistics())
        spared = part.spared_bytes * max(1 - left, 0.0)
        if left <= worth.most_left and spared >= worth.least_bytes:
            yield FirstPart(group, part.place, part.conditions, part.told, spared)


def _own_conditions(group: JoinGroup, places: Mapping[int, int]) -> list[list[Expr]]:
    """For each relation the conditions that mention no other's columns, those with subqueries among them."""
    costs = Costs()
    found: list[list[Expr]] = [[] for _ in group.relations]
    for condition, link in zip(group.conditions, group.links, strict=True):
        if not link and not costs.of(condition).is_volatile:
            link = frozenset(places[i] for i in mentioned([condition]) if i in places)
        if len(link) == 1:
            found[min(link)].append(condition)
    return found


def _helped(relations: Sequence[Relation], sizes: Sequence[float], told: Sequence[int], worth: Worth) -> set[int]:
    """Of the relations that are told of keys those that would read less for it.

    Of plain scans the engine tells the one that is probed by itself, while it runs; of several all others read all.
    """
    chosen = set(told)
    if worth.is_forced:
        return chosen
    hindered = {i for i in chosen if _is_hindered(relations[i])}
    plain = sorted(chosen - hindered, key=lambda i: -sizes[i])
    return hindered | set(plain[1:])


def _is_hindered(relation: Relation) -> bool:
    """Whether there is a step above a scan over which the engine tells it nothing of keys."""
    pending = [relation]
    while pending:
        node = pending.pop()
        if isinstance(node, _OPEN) or (isinstance(node, lg.SetOperation) and node.kind == "union" and node.is_all):
            pending += inputs(node)
        elif inputs(node):
            return True
    return False


_OPEN: Final = (lg.Filter, lg.Project, lg.Sort, lg.Repartition)


def _is_plain(relation: Relation) -> bool:
    """Whether a relation has all rows of a table."""
    while isinstance(relation, (lg.Project, lg.Sort, lg.Repartition)):
        relation = relation.child
    return not inputs(relation)


def is_whole(relation: Relation) -> bool:
    """Whether nothing in it is named elsewhere."""
    return not any(isinstance(part, lg.CteRef) for part in preorder(relation, lg.Node))


def _share_left(plan: Relation, statistics: StatisticsOf) -> float:
    """Which share of the rows that a part reads of its largest source it is expected to give."""
    known = estimates(plan, statistics)
    most = 1.0
    pending = [plan]
    while pending:
        node = pending.pop()
        below = inputs(node)
        pending += below
        if not below:
            most = max(most, known[id(node)].rows)
    return known[id(plan)].rows / most


def _parents(plan: Relation) -> Counter[int]:
    """Of how many relations each is an input, by its `id()`."""
    found: Counter[int] = Counter()
    seen = {id(plan)}
    pending = [plan]
    while pending:
        for child in inputs(pending.pop()):
            found[id(child)] += 1
            if id(child) not in seen:
                seen.add(id(child))
                pending.append(child)
    return found
