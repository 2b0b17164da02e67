"""Chooses the plan of each run, and learns from how long it took."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.join_groups import JoinGroup, Stages, has_joins, join_groups, joined, staged
from hiveframe.optimizer.learning.memory import LONGEST, Learned, new_colony
from hiveframe.optimizer.rules.prune_columns import prune_columns
from hiveframe.plan.canonical import shape_key
from hiveframe.plan.logical import Relation

SHORTEST_S: Final = 0.03
"""Queries that are faster are left alone."""

_SHAPES: Final = 2000

Rows = Callable[[Relation], float]
"""About how many rows a relation has."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The plan of one run. `stages` are None for the engine's own.

    `measures`: by how much the engine was wrong is to be told with the time. A trial is cancelled after `longest_s`;
    then `instead` is run.
    """

    plan: Relation
    shape: str
    constants: str
    stages: Stages | None = None
    longest_s: float | None = None
    measures: bool = False
    instead: Choice | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a shape, to be shown."""

    shape: str
    runs: int
    trials: int
    own_s: float
    best_s: float | None
    stages: Stages | None
    invested_s: float
    saved_s: float


class Learner:
    """What a process has learned. Thread-safe."""

    def __init__(self, random: Random) -> None:
        self._shapes: OrderedDict[str, Learned] = OrderedDict()
        self._random = random
        self._lock = threading.Lock()

    def choose(self, plan: Relation, rows: Callable[[], Rows]) -> Choice | None:
        """The plan for a run that nothing else disturbs; None where there is nothing to choose, as joins are few.

        `rows` gives estimates; it is called when a search begins.
        """
        if not has_joins(plan):
            return None
        shape, constants = shape_key(plan)
        with self._lock:
            known = self._shapes.get(shape)
            if known is None or known.runs == 0 or known.own.median < SHORTEST_S:
                return Choice(plan, shape, constants)
            self._shapes.move_to_end(shape)
            if known.looks_back():
                return Choice(plan, shape, constants)
            trial = self._trial(known, plan, rows) if known.may_try(constants) else None
            longest_s = LONGEST * known.expected_s(constants)
            best, measures = known.best, known.surprise is None
        usual = Choice(plan, shape, constants, measures=measures)
        if best is not None:
            usual = _with_stages(usual, plan, best)
        return usual if trial is None else replace(_with_stages(usual, plan, trial), longest_s=longest_s, instead=usual)

    def _trial(self, known: Learned, plan: Relation, rows: Callable[[], Rows]) -> Stages | None:
        if known.colony is None:
            group = largest_group(plan)
            known.colony = new_colony(group, promise(group, rows()), self._random) if group is not None else None
        if known.colony is None:
            known.surprise = 0.0
            return None
        return known.colony.ask()

    def note(self, choice: Choice, seconds: float, *, succeeded: bool = True, surprise: float | None = None) -> None:
        """A choice's run took so long; a trial that did not succeed was cancelled, or failed."""
        with self._lock:
            known = self._shapes.setdefault(choice.shape, Learned())
            if len(self._shapes) > _SHAPES:
                self._shapes.popitem(last=False)
            if surprise is not None:
                known.surprise = surprise
            if choice.stages is None:
                known.note_own(choice.constants, seconds)
            elif choice.instead is not None:
                known.note_trial(choice.stages, choice.constants, seconds, succeeded=succeeded)
            elif choice.stages == known.best:
                known.note_best(choice.constants, seconds)

    def found(self) -> list[Found]:
        """What is known, the latest last."""
        with self._lock:
            return [
                Found(
                    shape,
                    known.runs,
                    known.trials,
                    known.own.median,
                    known.best_times.median if known.best is not None else None,
                    known.best,
                    known.invested_s,
                    known.saved_s,
                )
                for shape, known in self._shapes.items()
                if known.runs
            ]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._shapes.clear()


def _with_stages(choice: Choice, plan: Relation, stages: Stages) -> Choice:
    group = largest_group(plan)
    assert group is not None
    return Choice(prune_columns(staged(plan, group, stages)), choice.shape, choice.constants, stages)


def largest_group(plan: Relation) -> JoinGroup | None:
    """The group with most relations, the first of several."""
    return max(join_groups(plan), key=lambda group: len(group.relations), default=None)


def promise(group: JoinGroup, rows: Rows) -> Callable[[frozenset[int]], float]:
    """How few rows some relations' join is expected to leave of the largest of them."""

    def of(chosen: frozenset[int]) -> float:
        relations = [group.relations[i] for i in sorted(chosen)]
        conditions = [c for c, link in zip(group.conditions, group.links, strict=True) if link and link <= chosen]
        return rows(joined(relations, conditions)) / max(*(rows(r) for r in relations), 1.0)

    return of
