"""Which parts of a plan are worth running before the rest.

A part is a side of a join, or the plan of an IN, with its own conditions, of which few rows are expected and which
reads little beside what it is joined with. It is worth running where its keys, once known, leave out much of what would
be read and then thrown away, of which the engine tells no scan by itself while it runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.adaptive.meetings import Meeting, meetings
from hiveframe.optimizer.adaptive.narrowing import narrowed
from hiveframe.optimizer.adaptive.reading import Worth, bytes_read
from hiveframe.optimizer.costs import SUBQUERIES, Costs, those_of
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.join_groups import is_whole
from hiveframe.optimizer.rules.merge_filters import all_of
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Column, Expr, Relation
from hiveframe.plan.types import BOOLEAN

_MOST_PARTS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class FirstPart:
    """A part of a plan that is run before the rest: the side at `place` of a meeting, with its own `conditions`.

    `plan` has the side's columns. `told` are its keys, each with a side that is told of them and the column there.
    `spared_bytes` is what is expected to be left out of reading.
    """

    meeting: Meeting
    place: int
    plan: Relation
    conditions: tuple[Expr, ...]
    told: tuple[tuple[Column, int, Column], ...]
    spared_bytes: float


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
    parents: Counter[int] | None = None
    ctes = _plain_ctes(plan)
    for meeting in reversed(list(meetings(plan))):
        if max(map(bytes_read, meeting.sides)) < worth.least_bytes:
            continue
        parents = parents if parents is not None else _parents(plan)
        if all(parents[id(relation)] == 1 for relation in meeting.relations):
            found += _of_meeting(meeting, ctes, statistics, is_steady, worth)
    return found


def _of_meeting(
    meeting: Meeting,
    ctes: Mapping[int, Relation],
    statistics: Callable[[], StatisticsOf],
    is_steady: Callable[[Relation], bool],
    worth: Worth,
) -> Iterator[FirstPart]:
    possible: list[FirstPart] = []
    for place, side in enumerate(meeting.sides):
        told = meeting.told_by(place)
        conditions = meeting.own[place] if place < len(meeting.own) else ()
        relation = _defined(side, ctes)
        if not told or not (conditions or not _is_plain(relation)):
            continue
        size = bytes_read(relation) + sum(bytes_read(e.plan) for e in those_of(conditions, SUBQUERIES))
        if size * worth.share > sum(bytes_read(meeting.sides[i]) for i in {i for _, i, _ in told}):
            continue
        spared = told_bytes(meeting.sides, told, everywhere=worth.is_forced)
        if size * worth.share <= spared and spared >= worth.least_bytes:
            plan = lg.Filter(relation, all_of(conditions)) if conditions else relation
            possible.append(FirstPart(meeting, place, plan, conditions, told, spared))
    for part in sorted(possible, key=lambda p: -p.spared_bytes)[:_MOST_PARTS]:
        if not is_whole(part.plan) or not is_steady(part.plan):
            continue
        left = _share_left(part.plan, statistics())
        spared = part.spared_bytes * max(1 - left, 0.0)
        if left <= worth.most_left and spared >= worth.least_bytes:
            yield replace(part, spared_bytes=spared)


def told_bytes(
    sides: Sequence[Relation], told: Sequence[tuple[Column, int, Column]], *, everywhere: bool = False
) -> float:
    """The bytes that sides read and that keys would leave out, where the engine does not tell a scan by itself.

    While it runs it tells the scan of the side that is probed, which is taken to be the largest, through projections
    and joins whose larger side it is. It tells no scan below an aggregation, a window or a set operation, none on a
    side from which a hash table is made, and none of partitions that it does not read off the folders' names.
    `everywhere` counts all.
    """
    costs, marks = Costs(), dict[int, Column]()
    narrow: dict[int, Relation] = {}
    for _, place, column in told:
        narrow[place] = narrowed(narrow.get(place, sides[place]), column, lambda c: _marked(c, marks), costs)
    largest = max(narrow, key=lambda i: bytes_read(sides[i]))
    found = 0.0
    pending = [(side, everywhere or place != largest) for place, side in narrow.items()]
    while pending:
        node, is_hindered = pending.pop()
        below = inputs(node)
        if isinstance(node, lg.Filter) and id(node.condition) in marks:
            is_told = not is_hindered and not _is_foreign_partition(marks[id(node.condition)], node)
            found += 0.0 if is_told else bytes_read(node)
        elif isinstance(node, lg.Join):
            probed = max(below, key=bytes_read)
            pending += [(child, is_hindered or child is not probed) for child in below]
        else:
            pending += [(child, is_hindered or not _is_open(node)) for child in below]
    return found


def _marked(column: Column, marks: dict[int, Column]) -> Expr:
    """A condition by which the column is found again."""
    made = replace(column, dtype=BOOLEAN)
    marks[id(made)] = made
    return made


def _is_foreign_partition(column: Column, node: Relation) -> bool:
    """Whether a scan below filters has the column by what a table's log says of its files, not by their folders."""
    while isinstance(node, lg.Filter):
        node = node.child
    if not isinstance(node, lg.Scan) or not isinstance(node.source, ScanSource) or node.source.hive_layout:
        return False
    position = next((p for c, p in zip(node.output, node.positions, strict=True) if c.id == column.id), -1)
    return position in node.source.partitions


def _is_open(node: Relation) -> bool:
    """Whether the engine tells scans below a step of the keys of a join above it."""
    return isinstance(node, _OPEN) or (isinstance(node, lg.SetOperation) and node.kind == "union" and node.is_all)


_OPEN: Final = (lg.Filter, lg.Project, lg.Sort, lg.Repartition)


def _plain_ctes(plan: Relation) -> dict[int, Relation]:
    """The plans of a plan's CTEs by their numbers, those aside that are recursive."""
    found: dict[int, Relation] = {}
    pending = [plan]
    while pending:
        node = pending.pop()
        if isinstance(node, lg.WithCtes):
            found |= {cte.id: cte.plan for cte in node.ctes if cte.step is None}
        pending += inputs(node)
    return found


def _defined(side: Relation, ctes: Mapping[int, Relation]) -> Relation:
    """A side, or what it refers to."""
    if not isinstance(side, lg.CteRef) or side.id not in ctes:
        return side
    plan = ctes[side.id]
    return lg.Project(plan, tuple(lg.Named(own, c) for own, c in zip(side.output, plan.output, strict=True)))


def _is_plain(relation: Relation) -> bool:
    """Whether a relation has all rows of a table."""
    while isinstance(relation, (lg.Project, lg.Sort, lg.Repartition)):
        relation = relation.child
    return not inputs(relation)


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
