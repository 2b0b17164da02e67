"""Runs that begin with parts of the plan, and plan the rest by what these gave."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.cache.traits import traits
from hiveframe.dataclass import dataclass
from hiveframe.engine.execution import Execution
from hiveframe.engine.metrics import Observation
from hiveframe.engine.profiling import EngineProfile
from hiveframe.engine.storage import storage_value
from hiveframe.errors import OperationCanceled
from hiveframe.optimizer.adaptive.choosing import FirstPart, first_parts
from hiveframe.optimizer.adaptive.reading import Worth
from hiveframe.optimizer.adaptive.replanning import Keys, Measured, replanned
from hiveframe.optimizer.statistics import StatisticsOf
from hiveframe.plan.logical import Relation
from hiveframe.plan.types import DataType

MOST_KEYS: Final = 10_000
"""Of more keys the least and the greatest alone are told."""

_MOST_BYTES: Final = 64 << 20
"""A part that gives more is given up: the rest is planned without it."""


def parts_of(plan: Relation, statistics: Callable[[], StatisticsOf], worth: Worth) -> list[FirstPart]:
    """What of an optimised plan is run first."""
    return first_parts(plan, statistics, lambda part: traits(part).is_repeatable, worth)


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a part; `is_used` False where it gave too much."""

    part: FirstPart
    row_count: int
    seconds: float
    is_used: bool


class AdaptiveRun:
    """A run like `Execution`. `execute` compiles a plan, `prune` leaves out the files that its conditions exclude."""

    def __init__(
        self,
        plan: Relation,
        parts: Sequence[FirstPart],
        execute: Callable[[Relation], Execution],
        prune: Callable[[Relation], Relation],
    ) -> None:
        self._plan = plan
        self._parts = parts
        self._execute = execute
        self._prune = prune
        self._current: Execution | None = None
        self._is_canceled = False
        self._lock = threading.Lock()
        self.is_measured = False
        self.found: list[Found] = []

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, as of `Execution.batches`; what fails in a part fails as the whole would."""
        yield from self.rest.batches()

    @cached_property
    def rest(self) -> Execution:
        """The run of the plan that is made once its parts have been run, which they are when it is first asked for."""
        run = self._started(self._execute(self.rest_plan))
        run.is_measured = self.is_measured
        return run

    @cached_property
    def rest_plan(self) -> Relation:
        """The plan with what the parts gave."""
        measured: list[Measured] = []
        for part in self._parts:
            began = time.perf_counter()
            table = self._rows(part)
            rows = table.num_rows if table is not None else 0
            self.found.append(Found(part, rows, time.perf_counter() - began, table is not None))
            if table is not None:
                measured.append(Measured(part, table, _keys(part, table)))
        return self._prune(replanned(self._plan, measured)) if measured else self._plan

    def _rows(self, part: FirstPart) -> pa.Table | None:
        """A part's rows; None where they are too many."""
        run = self._started(self._execute(part.plan))
        batches: list[pa.RecordBatch] = []
        size_bytes = 0
        with contextlib.closing(run.batches()) as rows:  # type: ignore[type-var]
            for batch in rows:
                batches.append(batch)
                size_bytes += batch.nbytes
                if size_bytes > _MOST_BYTES:
                    return None
        return pa.Table.from_batches(batches, run.arrow_schema)

    def _started(self, run: Execution) -> Execution:
        """The run that is cancelled from now on when this one is."""
        with self._lock:
            if self._is_canceled:
                raise OperationCanceled("OPERATION_CANCELED")
            self._current = run
        return run

    @property
    def measured(self) -> EngineProfile | None:
        """What was measured of the rest, where that was asked for."""
        return self.rest.measured

    @property
    def observations(self) -> Sequence[Observation]:
        """What the plan observes; complete once the batches are exhausted."""
        return self.rest.observations

    def cancel(self) -> None:
        """Stop the run; what is asked of it afterwards raises OPERATION_CANCELED."""
        with self._lock:
            self._is_canceled = True
            run = self._current
        if run is not None:
            run.cancel()

    def progress(self) -> float | None:
        """The share of the statement at hand that is done, 0 to 1; None when DuckDB cannot tell."""
        run = self._current
        return run.progress() if run is not None else None


def _keys(part: FirstPart, table: pa.Table) -> dict[int, Keys]:
    """The keys that others are told of."""
    told = {own.id for own, _, _ in part.told}
    return {c.id: _keys_of(table.column(i), c.dtype) for i, c in enumerate(part.plan.output) if c.id in told}


def _keys_of(column: pa.ChunkedArray, dtype: DataType) -> Keys:
    values = pc.drop_null(pc.unique(column))
    are_all = len(values) <= MOST_KEYS
    kept = values if are_all else pc.min_max(values).values()
    return Keys(tuple(sorted(storage_value(value, dtype) for value in kept)), are_all)
