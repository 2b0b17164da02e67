"""Runs whose plan is chosen by what was learned of earlier ones, and which are learned from."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from random import Random
from typing import Final, Union

import pyarrow as pa

from hiveframe.engine.execution import Execution
from hiveframe.engine.metrics import Observation
from hiveframe.engine.process import database
from hiveframe.engine.profiling import EngineOperator, EngineProfile
from hiveframe.errors import OperationCanceled, SparkError
from hiveframe.optimizer.learning.learner import Choice, Learner
from hiveframe.optimizer.learning.search import Rows
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.plan.logical import Relation
from hiveframe.sessions.adaptive_runs import AdaptiveRun
from hiveframe.settings import Settings

Run = Union[Execution, AdaptiveRun, "LearnedRun"]
Execute = Callable[[Relation], Execution | AdaptiveRun]
"""Makes a run of an optimised plan, not yet begun."""

SETTING: Final = "spark.hiveframe.optimizer.learning"

_HELD_BYTES: Final = 32 << 20
"""A trial's rows are held back up to so many bytes, until it is sure that it is not cancelled."""

_AGAIN_S: Final = 0.05

_SEED: Final = 1


@cache
def learner() -> Learner:
    """The process's learner."""
    return Learner(Random(_SEED))


def run_of(plan: Relation, execute: Execute, settings: Settings, statistics: StatisticsOf) -> Run:
    """A run of an optimised plan, by the plan that is best or worth a try."""
    if not settings.flag(SETTING) or database(settings).active:
        return execute(plan)
    choice = learner().choose(plan, lambda: _rows(statistics))
    return execute(plan) if choice is None else LearnedRun(choice, execute, settings)


def _rows(statistics: StatisticsOf) -> Rows:
    return lambda relation: estimates(relation, statistics)[id(relation)].rows


class LearnedRun:
    """A run like `Execution`. A trial that takes too long, or fails, is followed by a run of the usual plan."""

    def __init__(self, choice: Choice, execute: Execute, settings: Settings) -> None:
        self._choice = choice
        self._execute = execute
        self._database = database(settings)
        self._run = self._execute(choice.plan)
        self._run.is_measured = choice.measures
        self._canceled = threading.Event()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, as of `Execution.batches`."""
        if self._choice.instead is None or self._choice.longest_s is None:
            yield from self._timed(self._choice)
        else:
            yield from self._tried(self._choice.longest_s, self._choice.instead)

    def _timed(self, choice: Choice) -> Iterator[pa.RecordBatch]:
        """The rows of the run, whose time is noted when it was alone all the while."""
        spent_s = 0.0
        with contextlib.closing(self._run.batches()) as rows:  # type: ignore[type-var]
            while True:
                began = time.perf_counter()
                batch = next(rows, None)
                spent_s += time.perf_counter() - began
                if batch is None:
                    break
                yield batch
        if not self._database.active:
            measured = self._run.measured
            learner().note(choice, spent_s, surprise=surprise(measured) if measured is not None else None)

    def _tried(self, longest_s: float, instead: Choice) -> Iterator[pa.RecordBatch]:
        """The rows of a trial, or of the usual plan after it."""
        expired, ended = threading.Event(), threading.Event()
        trial = self._run

        def expire() -> None:
            expired.set()
            trial.cancel()
            while not ended.wait(_AGAIN_S):  # an interrupt may come just before the engine goes on, and is lost then
                trial.cancel()

        timer = threading.Timer(longest_s, expire)
        timer.daemon = True
        held: list[pa.RecordBatch] | None = []
        size_bytes = 0
        began = time.perf_counter()
        timer.start()
        try:
            with contextlib.closing(self._run.batches()) as rows:  # type: ignore[type-var]
                for batch in rows:
                    if held is None:
                        yield batch
                        continue
                    held.append(batch)
                    size_bytes += batch.nbytes
                    if size_bytes > _HELD_BYTES and not expired.is_set():
                        timer.cancel()
                        yield from held
                        held = None
        except (OperationCanceled, SparkError):
            if self._canceled.is_set() or held is None:
                raise
            learner().note(self._choice, time.perf_counter() - began, succeeded=False)
        else:
            learner().note(self._choice, time.perf_counter() - began)
            yield from held or ()
            return
        finally:
            ended.set()
            timer.cancel()
        self._run = self._execute(instead.plan)
        if self._canceled.is_set():
            self._run.cancel()
        yield from self._timed(instead)

    @property
    def observations(self) -> Sequence[Observation]:
        """What the plan observes; complete once the batches are exhausted."""
        return self._run.observations

    def cancel(self) -> None:
        """Stop the run; what is asked of it afterwards raises OPERATION_CANCELED."""
        self._canceled.set()
        self._run.cancel()

    def progress(self) -> float | None:
        """The share that is done, 0 to 1; None when DuckDB cannot tell."""
        return self._run.progress()


def surprise(profile: EngineProfile) -> float:
    """By how many times a join gave more rows than the engine expected, of those that gave more than any scan read."""
    joins: list[EngineOperator] = []
    most = 1
    pending = list(profile.operators)
    while pending:
        node = pending.pop()
        pending += node.children
        if node.rows_scanned is not None:
            most = max(most, node.rows_scanned)
        elif node.name.endswith("JOIN"):
            joins.append(node)
    return max((j.rows / max(j.estimated_rows or 1, 1) for j in joins if j.rows > most), default=0.0)
