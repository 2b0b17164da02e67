"""One run of a plan: rows as they are made, progress, and cancelling."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from hiveframe.engine.arrow_edges import ResultBatches
from hiveframe.engine.compiled import Compiled
from hiveframe.engine.database import Connection, Database, reader, run
from hiveframe.engine.errors import raised
from hiveframe.engine.metrics import Observation
from hiveframe.errors import OperationCanceled
from hiveframe.plan.logical import Relation
from hiveframe.plan.types import StructType

if TYPE_CHECKING:
    from hiveframe.engine.profiling import EngineProfile

_RETRY_SECONDS = 0.005
_RETRIES = 40


class Execution:
    """Nothing runs before the first batch is asked for; `cancel` and `progress` may come from any thread."""

    def __init__(self, plan: Relation, compiled: Compiled, database: Database, *, batch_rows: int) -> None:
        self._plan = plan
        self._compiled = compiled
        self._database = database
        self._batch_rows = batch_rows
        self._convert = ResultBatches(compiled.schema.fields, compiled.context.time_zone)
        self.is_measured = False
        self.measured: EngineProfile | None = None
        self._row_count = 0
        self._is_canceled = False
        self._has_rows = threading.Event()

    @property
    def schema(self) -> StructType:
        """The result's schema as users see it."""
        return self._compiled.schema

    @property
    def arrow_schema(self) -> pa.Schema:
        """The schema of every batch."""
        return self._convert.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows; raises Spark's errors, OPERATION_CANCELED after `cancel`. Can be asked for once."""
        context = self._compiled.context
        with (
            context.kernels_in_force(),
            self._database.lease(context.time_zone) as connection,
            context.running.on(connection),
            raised(context.sites, self._plan),
        ):
            self._stop_if_canceled()
            with self._staged(connection), self._measured(connection):
                rows = reader(connection, self._compiled.text, self._batch_rows)
                self._has_rows.set()
                with contextlib.closing(rows):
                    for batch in rows:
                        self._stop_if_canceled()
                        self._row_count += batch.num_rows
                        yield self._convert(batch)

    @contextlib.contextmanager
    def _staged(self, connection: Connection) -> Iterator[None]:
        """The tables that the statement reads are there inside."""
        stages = self._compiled.context.stages
        try:
            for create, _ in stages:
                run(connection, create)
                self._stop_if_canceled()
            yield
        finally:
            for _, drop in stages:
                run(connection, drop)

    @contextlib.contextmanager
    def _measured(self, connection: Connection) -> Iterator[None]:
        """Where it was asked for, what the run does is measured inside, and known once its rows are exhausted."""
        if not self.is_measured:
            yield
            return
        from hiveframe.engine.profiling import last_profile, profiling  # what few runs need

        with profiling(connection):
            yield
            self.measured = last_profile(connection, self._row_count)

    def profile(self) -> EngineProfile:
        """What was measured of a run to its end, whose rows are let go; in place of `batches`, with its errors."""
        self.is_measured = True
        for _ in self.batches():
            pass
        assert self.measured is not None
        return self.measured

    def table(self) -> pa.Table:
        """All rows at once."""
        return pa.Table.from_batches(self.batches(), self.arrow_schema)

    @property
    def observations(self) -> Sequence[Observation]:
        """What the plan observes; complete once the batches are exhausted."""
        return self._compiled.context.observations

    def cancel(self) -> None:
        """Stop the run; what is asked of it afterwards raises OPERATION_CANCELED."""
        self._is_canceled = True
        for _ in range(_RETRIES):  # an interrupt that comes before DuckDB has begun is lost
            if not self._compiled.context.running.interrupt() or self._has_rows.wait(_RETRY_SECONDS):
                return

    def progress(self) -> float | None:
        """The share that is done, 0 to 1; None when DuckDB cannot tell."""
        percent = self._compiled.context.running.percent()
        return percent / 100 if percent >= 0 else None

    def _stop_if_canceled(self) -> None:
        if self._is_canceled:
            raise OperationCanceled("OPERATION_CANCELED")
