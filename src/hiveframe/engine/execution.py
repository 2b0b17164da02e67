"""One run of a plan: rows as they are made, progress, and cancelling."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pyarrow as pa

from hiveframe.engine.arrow_edges import ResultBatches
from hiveframe.engine.compiled import Compiled
from hiveframe.engine.database import Connection, Database, reader
from hiveframe.engine.errors import raised
from hiveframe.errors import OperationCanceled
from hiveframe.plan.logical import Relation
from hiveframe.plan.types import StructType

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
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._canceled = False
        self._is_open = threading.Event()

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
            self._held(connection),
            raised(context.sites, self._plan),
        ):
            rows = reader(connection, self._compiled.text, self._batch_rows)
            self._is_open.set()
            with contextlib.closing(rows):
                for batch in rows:
                    self._stop_if_canceled()
                    yield self._convert(batch)

    def table(self) -> pa.Table:
        """All rows at once."""
        return pa.Table.from_batches(self.batches(), self.arrow_schema)

    def cancel(self) -> None:
        """Stop the run; what is asked of it afterwards raises OPERATION_CANCELED."""
        self._canceled = True
        for _ in range(_RETRIES):  # an interrupt that comes before DuckDB has begun is lost
            with self._lock:
                if self._connection is None:
                    return
                self._connection.interrupt()
            if self._is_open.wait(_RETRY_SECONDS):
                return

    def progress(self) -> float | None:
        """The share that is done, 0 to 1; None when DuckDB cannot tell."""
        with self._lock:
            percent = self._connection.query_progress() if self._connection is not None else -1.0
        return percent / 100 if percent >= 0 else None

    @contextlib.contextmanager
    def _held(self, connection: Connection) -> Iterator[None]:
        """The connection is ours to interrupt inside, and nobody's afterwards."""
        with self._lock:
            self._connection = connection
        try:
            self._stop_if_canceled()
            yield
        finally:
            with self._lock:
                self._connection = None

    def _stop_if_canceled(self) -> None:
        if self._canceled:
            raise OperationCanceled("OPERATION_CANCELED")
