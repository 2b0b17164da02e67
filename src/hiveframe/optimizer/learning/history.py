"""What is known of a query that came again: its times by plan, and what may be spent on looking for a better one."""

from __future__ import annotations

import math
import statistics
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from hiveframe.optimizer.join_groups import Stages
from hiveframe.swarm.bee_colony import BeeColony

LONGEST: Final = 1.2
"""A trial is cancelled at this multiple of the best known time."""

_BETTER: Final = 0.9  # a plan takes over when it needs no more than this of the time
_RUNS_BEFORE: Final = 3  # without a trial
_KEPT: Final = 24  # times of each plan
_SURPRISED_RUNS: Final = 3.0
_SHARE_OF_RUNS: Final = 0.1
_SHARE_OF_SAVED: Final = 0.25
_PATIENCE: Final = 2  # vain trials in a row, after each such number of which trials come a run later
_LOOK_BACK: Final = 64  # at least once in so many runs the engine's own plan is timed again


class Times:
    """The latest seconds of one plan, by the constants of the query: other constants may be another matter."""

    def __init__(self) -> None:
        self._by: OrderedDict[str, float] = OrderedDict()

    def add(self, constants: str, seconds: float) -> None:
        """A run with these constants."""
        self._by[constants] = seconds
        self._by.move_to_end(constants)
        if len(self._by) > _KEPT:
            self._by.popitem(last=False)

    def of(self, constants: str) -> float | None:
        """The seconds with these constants; None when they are new."""
        return self._by.get(constants)

    def expected(self, constants: str) -> float:
        """The seconds with these constants, the median of others when they are new."""
        known = self._by.get(constants)
        return statistics.median(self._by.values()) if known is None else known

    @property
    def median(self) -> float:
        """The median over the constants; 0 before any run."""
        return statistics.median(self._by.values()) if self._by else 0.0

    def share_of(self, other: Times) -> float:
        """The part that this plan needs of the other's time: over the constants that both had, else by the medians."""
        ratios = [s / t for c, s in self._by.items() if (t := other.of(c))]
        if ratios:
            return math.exp(statistics.mean(map(math.log, ratios)))
        return self.median / other.median if other.median else 1.0


@dataclass
class Learned:
    """One query's shape. `surprise` is by how much the engine was wrong about the rows of a join, if that is known.

    `invested_s` is what trials took longer than the best plan would have, `saved_s` what the found plan saved.
    """

    hint: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()  # that the stages are made of, as they are shown
    own: Times = field(default_factory=Times)
    best: Stages | None = None
    best_times: Times = field(default_factory=Times)
    colony: BeeColony[Stages] | None = None
    surprise: float | None = None
    runs: int = 0
    trials: int = 0
    vain_trials: int = 0  # since one was better
    next_trial: int = 0  # by the number of runs, as the next look at the engine's own plan
    next_look: int = 0
    look_after: int = 0
    run_s: float = 0.0
    invested_s: float = 0.0
    saved_s: float = 0.0

    def expected_s(self, constants: str) -> float:
        """How long the best known plan takes."""
        if self.best is None:
            return self.own.expected(constants)
        known = self.best_times.of(constants)
        return self.own.expected(constants) * self.best_times.share_of(self.own) if known is None else known

    def may_try(self, constants: str) -> bool:
        """Whether a trial that fails is within what may be invested.

        That is a tenth of what runs took, or a fourth of what was saved.
        Where the engine was wrong about a join by far, it may begin with three runs' worth. Constants that have come
        before are preferred, as their time is known.
        """
        if self.runs < _RUNS_BEFORE or self.surprise is None or self.runs < self.next_trial:
            return False
        if self.own.of(constants) is None and self.runs % 2:
            return False
        start = _SURPRISED_RUNS * self.own.median if self.surprise >= 10 else 0.0
        may = max(start, _SHARE_OF_RUNS * self.run_s) + _SHARE_OF_SAVED * max(self.saved_s, 0.0)
        return self.invested_s + (LONGEST + 0.1) * self.expected_s(constants) <= may

    def looks_back(self) -> bool:
        """Whether it is time for a run of the engine's own plan, against which the best is held: soon, then seldom."""
        return self.best is not None and self.runs >= self.next_look

    def note_own(self, constants: str, seconds: float) -> None:
        """A run of the engine's own plan. The first, which finds nothing in memory, counts until there is another."""
        if self.runs == 1:
            self.own = Times()
        self.runs += 1
        self.run_s += seconds
        self.own.add(constants, seconds)
        if self.best is not None:
            self.look_after = min(2 * self.look_after, _LOOK_BACK)
            self.next_look = self.runs + self.look_after
            self._judge()

    def note_best(self, constants: str, seconds: float) -> None:
        """A run of the best plan; it goes where it is no longer better."""
        self.runs += 1
        self.run_s += seconds
        self.best_times.add(constants, seconds)
        self.saved_s += self.own.expected(constants) - seconds
        self._judge()

    def _judge(self) -> None:
        share = self.best_times.share_of(self.own)
        if share > _BETTER:
            if self.colony is not None and self.best is not None:
                self.colony.tell(self.best, share)
            self.best, self.best_times = None, Times()

    def note_trial(self, stages: Stages, constants: str, seconds: float, *, succeeded: bool) -> None:
        """A trial that took so long, a run after it not included. The colony learns its part of the own plan's time."""
        assert self.colony is not None
        expected_s = self.expected_s(constants)
        self.trials += 1
        self.run_s += seconds
        self.invested_s += seconds if not succeeded else max(0.0, seconds - expected_s)
        self.colony.tell(stages, seconds / self.own.expected(constants) if succeeded else math.inf)
        self.runs += succeeded
        if succeeded and seconds <= _BETTER * expected_s:
            self.best, self.best_times, self.vain_trials = stages, Times(), 0
            self.best_times.add(constants, seconds)
            self.look_after, self.next_look = 2, self.runs + 2
        else:
            self.vain_trials += 1
        self.next_trial = self.runs + self.vain_trials // _PATIENCE
