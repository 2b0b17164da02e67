"""Chooses the plan of each run, and learns from how long it took."""

from __future__ import annotations

import os
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.join_groups import JoinGroup, Stages, has_joins, join_groups, staged
from hiveframe.optimizer.learning.history import LONGEST, Learned
from hiveframe.optimizer.learning.search import Rows, new_colony
from hiveframe.optimizer.rules.prune_columns import prune_columns
from hiveframe.plan.canonical import shape_key
from hiveframe.plan.logical import Relation, Scan

SHORTEST_S: Final = 0.03
"""Queries that are faster are left alone."""

_SHAPES: Final = 2000

Hint = tuple[str, ...]
"""What a query reads: told sooner than its shape, which queries that are fast need not have."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The plan of one run. `stages` are None for the engine's own.

    `key` is that of `shape_key`, where it was needed. `measures`: by how much the engine was wrong is to be told with
    the time. A trial is cancelled after `longest_s`; then `instead` is run.
    """

    plan: Relation
    hint: Hint
    key: tuple[str, str] | None = None
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
    joined_first: tuple[tuple[str, ...], ...]
    invested_s: float
    saved_s: float


class Learner:
    """What a process has learned. Thread-safe."""

    def __init__(self, random: Random) -> None:
        self._shapes: OrderedDict[str, Learned] = OrderedDict()
        self._hints: Counter[Hint] = Counter()  # of the shapes
        self._random = random
        self._lock = threading.Lock()

    def choose(self, plan: Relation, rows: Callable[[], Rows]) -> Choice | None:
        """The plan for a run that nothing else disturbs; None where there is nothing to choose, as joins are few.

        `rows` gives estimates; it is called when a search begins.
        """
        if not has_joins(plan):
            return None
        usual = Choice(plan, _hint(plan))
        if not self._hints[usual.hint]:
            return usual
        shape, constants = key = shape_key(plan)
        usual = replace(usual, key=key)
        with self._lock:
            known = self._shapes.get(shape)
            if known is None or known.own.median < SHORTEST_S:
                return usual
            self._shapes.move_to_end(shape)
            if known.looks_back():
                return usual
            trial = self._trial(known, plan, rows) if known.may_try(constants) else None
            longest_s = LONGEST * known.expected_s(constants)
            best, measures = known.best, known.surprise is None
        usual = replace(usual, measures=measures) if best is None else _with_stages(usual, best)
        if trial is None:
            return usual
        return replace(_with_stages(replace(usual, plan=plan), trial), longest_s=longest_s, instead=usual)

    def _trial(self, known: Learned, plan: Relation, rows: Callable[[], Rows]) -> Stages | None:
        if known.colony is None:
            group = largest_group(plan)
            known.colony = new_colony(group, rows(), self._random) if group is not None else None
            known.relations = tuple(map(_named, group.relations)) if group is not None else ()
        if known.colony is None:
            known.surprise = 0.0
            return None
        return known.colony.ask()

    def note(self, choice: Choice, seconds: float, *, succeeded: bool = True, surprise: float | None = None) -> None:
        """A choice's run took so long; a trial that did not succeed was cancelled, or failed."""
        if choice.key is None and seconds < SHORTEST_S:
            return
        shape, constants = choice.key or shape_key(choice.plan)
        with self._lock:
            known = self._shapes.get(shape) or self._added(shape, choice.hint)
            if surprise is not None:
                known.surprise = surprise
            if choice.stages is None:
                known.note_own(constants, seconds)
            elif choice.instead is not None:
                known.note_trial(choice.stages, constants, seconds, succeeded=succeeded)
            elif choice.stages == known.best:
                known.note_best(constants, seconds)

    def _added(self, shape: str, hint: Hint) -> Learned:
        made = self._shapes[shape] = Learned(hint)
        self._hints[hint] += 1
        if len(self._shapes) > _SHAPES:
            _, gone = self._shapes.popitem(last=False)
            self._hints.subtract([gone.hint])
            self._hints = +self._hints
        return made

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
                    tuple(tuple(known.relations[i] for i in sorted(stage)) for stage in known.best or ()),
                    known.invested_s,
                    known.saved_s,
                )
                for shape, known in self._shapes.items()
            ]

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._shapes.clear()
            self._hints.clear()


def _with_stages(choice: Choice, stages: Stages) -> Choice:
    group = largest_group(choice.plan)
    assert group is not None
    return replace(choice, plan=prune_columns(staged(choice.plan, group, stages)), stages=stages)


def _hint(plan: Relation) -> Hint:
    """The paths of all that a plan scans outside of subqueries."""
    found: list[str] = []
    pending = [plan]
    while pending:
        node = pending.pop()
        if isinstance(node, Scan) and isinstance(node.source, ScanSource):
            found += node.source.paths
        pending += inputs(node)
    return tuple(sorted(found))


def _named(relation: Relation) -> str:
    """What a relation is called when it is shown: after what it reads, or what it is."""
    return ", ".join(os.path.basename(path) for path in _hint(relation)) or type(relation).__name__


def largest_group(plan: Relation) -> JoinGroup | None:
    """The group with most relations, the first of several."""
    return max(join_groups(plan), key=lambda group: len(group.relations), default=None)
