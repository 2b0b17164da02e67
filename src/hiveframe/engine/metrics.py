"""`observe`: rows pass through while a second statement computes the metrics over the same batches."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from hiveframe.engine.arrow_edges import relabelled
from hiveframe.engine.database import Database, reader
from hiveframe.engine.running import Running
from hiveframe.engine.stages import Stage
from hiveframe.engine.storage import storage_value
from hiveframe.plan.logical import Column

_AHEAD: Final = 4  # batches that the metrics may lag behind


@dataclass(slots=True, eq=False)
class Observation:
    """What `observe` measured under `name`: a value in storage form for each column, once all rows have passed."""

    name: str
    columns: tuple[Column, ...]
    values: tuple[Any, ...] = ()
    is_complete: bool = field(default=False)


class Tee:
    """A stream of the batches that pass a `MetricsStage`, for the statement that computes the metrics."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema
        self._queue: queue.Queue[pa.RecordBatch | None] = queue.Queue(_AHEAD)

    def __arrow_c_schema__(self) -> Any:
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        batches = iter(self._queue.get, None)
        return pa.RecordBatchReader.from_batches(self._schema, batches).__arrow_c_stream__()

    def put(self, batch: pa.RecordBatch | None, reader_thread: threading.Thread) -> None:
        """Hand a batch over (None: the last has passed), unless nobody reads any more."""
        while reader_thread.is_alive():
            with contextlib.suppress(queue.Full):
                self._queue.put(batch, timeout=0.1)
                return


class MetricsStage(Stage):
    """The rows of `text`; when the last has passed, `observation` has its values."""

    def __init__(
        self,
        schema: pa.Schema,
        text: str,
        metrics_text: str,
        tee: Tee,
        observation: Observation,
        database: Database,
        running: Running,
        time_zone: str,
    ) -> None:
        super().__init__(schema)
        self._text = text
        self._metrics_text = metrics_text
        self._tee = tee
        self._observation = observation
        self._database = database
        self._running = running
        self._time_zone = time_zone

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, as they are."""
        failures: list[Exception] = []
        measuring = threading.Thread(target=self._measure, args=(failures,), name="hiveframe-observe", daemon=True)
        measuring.start()
        try:
            with (
                self._database.lease(self._time_zone) as connection,
                self._running.on(connection),
                contextlib.closing(reader(connection, self._text, 10_000)) as rows,
            ):
                for batch in rows:
                    named = relabelled(batch, self._schema)
                    self._tee.put(named, measuring)
                    yield named
        finally:
            self._tee.put(None, measuring)
            measuring.join()
        if failures:
            raise failures[0]

    def _measure(self, failures: list[Exception]) -> None:
        try:
            with self._database.lease(self._time_zone) as connection, self._running.on(connection):
                table = reader(connection, self._metrics_text, 1).read_all()
            self._observation.values = _values(table, self._observation.columns)
            self._observation.is_complete = True
        except Exception as failure:  # noqa: BLE001 - it is raised on the thread that reads the rows
            failures.append(failure)


def _values(table: pa.Table, columns: Sequence[Column]) -> tuple[Any, ...]:
    return tuple(storage_value(table.column(i)[0], c.dtype) for i, c in enumerate(columns))
