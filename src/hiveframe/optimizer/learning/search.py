"""The search for what to join first: a bee colony over the stages that a group of joins can have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from hiveframe.optimizer.join_groups import JoinGroup, Stages, joined, may_stage, neighbours
from hiveframe.plan.logical import Relation
from hiveframe.swarm.bee_colony import BeeColony

Rows = Callable[[Relation], float]
"""About how many rows a relation has."""

_STARTS: Final = 5


def new_colony(group: JoinGroup, rows: Rows, random: Random) -> BeeColony[Stages] | None:
    """A colony over what can be staged of a group, beginning with the most promising pairs; None where nothing can."""
    count = len(group.relations)
    pairs = [frozenset({i, j}) for i in range(count) for j in range(i) if may_stage(group, frozenset({i, j}))]
    if not pairs:
        return None
    first: list[Stages] = [(pair,) for pair in sorted(pairs, key=promise(group, rows))[:_STARTS]]

    def neighbour(stages: Stages, draw: Random) -> Stages:
        return _changed(group, pairs, stages, draw)

    def scout(draw: Random) -> Stages:
        stages: Stages = (draw.choice(pairs),)
        for _ in range(draw.randrange(count)):
            stages = neighbour(stages, draw)
        return stages

    return BeeColony(first, neighbour, scout, random=random)


def _changed(group: JoinGroup, pairs: Sequence[frozenset[int]], stages: Stages, draw: Random) -> Stages:
    """Stages with one relation more or less in the last, or with another stage, or without one."""
    *before, last = stages
    moves: list[Stages] = [(*before, other) for other in neighbours(group, last) if _follows(before, other)]
    moves += [(*stages, other) for other in neighbours(group, last) if last < other and _follows(before, other)]
    moves += [(*stages, pair) for pair in pairs if not any(pair & stage for stage in stages)]
    if before:
        moves.append(tuple(before))
    return draw.choice(moves) if moves else stages


def _follows(before: Sequence[frozenset[int]], stage: frozenset[int]) -> bool:
    """Whether a stage takes in each stage before it whole, or nothing of it."""
    return all(earlier < stage or not earlier & stage for earlier in before)


def promise(group: JoinGroup, rows: Rows) -> Callable[[frozenset[int]], float]:
    """How few rows some relations' join is expected to leave of the largest of them: lower is better joined first."""
    alone = [rows(relation) for relation in group.relations]

    def of(chosen: frozenset[int]) -> float:
        relations = [group.relations[i] for i in sorted(chosen)]
        conditions = [c for c, link in zip(group.conditions, group.links, strict=True) if link and link <= chosen]
        return rows(joined(relations, conditions)) / max(1.0, *(alone[i] for i in chosen))

    return of
