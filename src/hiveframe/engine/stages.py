"""Functions over streams: a query's batches go through Python and come back as something DuckDB scans.

A stage is scanned by the statement around it. DuckDB asks for the stream when it gets there; only then the inner query
runs, on a connection of its own, and it runs no further than rows are asked for. A second scan runs it again.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa

from hiveframe.engine.arrow_edges import ResultBatches, physical_batch, physical_schema, relabelled
from hiveframe.engine.database import Database, reader
from hiveframe.engine.kernels import keep_failure
from hiveframe.engine.python.failures import user_code
from hiveframe.engine.python.printing import printing_to_stderr
from hiveframe.engine.running import Running
from hiveframe.plan import types as t
from hiveframe.plan.logical import Column
from hiveframe.settings import Settings

_PASSED_ROWS: Final = 100_000


class Stage(ABC):
    """An Arrow stream that is made when it is read. `schema` is that of the physical batches."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema

    def __arrow_c_schema__(self) -> Any:
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return pa.RecordBatchReader.from_batches(self._schema, self._guarded()).__arrow_c_stream__()

    def _guarded(self) -> Iterator[pa.RecordBatch]:
        """The batches; what goes wrong is kept, for DuckDB passes on nothing but text."""
        rows = self.batches()
        try:
            while True:
                with printing_to_stderr():
                    batch = next(rows, None)
                if batch is None:
                    return
                yield batch
        except Exception as failure:
            raise RuntimeError(keep_failure(failure)) from failure
        finally:
            close = getattr(rows, "close", None)
            if close is not None:
                close()

    @abstractmethod
    def batches(self) -> Iterator[pa.RecordBatch]:
        """The physical batches."""


class StreamStage(Stage):
    """The batches of a data source."""

    def __init__(self, schema: pa.Schema, batches: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        super().__init__(schema)
        self._batches = batches

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, made anew."""
        return self._batches()


class UserStream(Stage):
    """Batches that a user's code makes, in Spark's Arrow types."""

    def __init__(self, row_type: t.StructType, batches: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        self._output = [Column(i, f.name, f.dtype) for i, f in enumerate(row_type.fields)]
        super().__init__(physical_schema(self._output))
        self._batches = batches

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, made anew."""
        with user_code():
            for batch in self._batches():
                yield physical_batch(batch.columns, self._output)


class Query:
    """An inner query and how its rows are read: in Spark's Arrow types, in batches of the session's size."""

    def __init__(
        self, text: str, row_type: t.StructType, database: Database, running: Running, settings: Settings
    ) -> None:
        self._text = text
        self._database = database
        self._running = running
        self._time_zone = settings.time_zone
        rows = settings.number("spark.sql.execution.arrow.maxRecordsPerBatch")
        self._batch_rows = rows if rows > 0 else 1_000_000
        self._outward = ResultBatches(row_type.fields, settings.time_zone)

    @property
    def schema(self) -> pa.Schema:
        """The schema of the batches."""
        return self._outward.schema

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The query's rows."""
        with (
            self._database.lease(self._time_zone) as connection,
            self._running.on(connection),
            contextlib.closing(reader(connection, self._text, self._batch_rows)) as rows,
        ):
            for batch in rows:
                yield self._outward(batch)


class PlainStage(Stage):
    """A stage that is `change` over a query's batches."""

    def __init__(
        self, schema: pa.Schema, query: Query, change: Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
    ) -> None:
        super().__init__(schema)
        self._query = query
        self._change = change

    def batches(self) -> Iterator[pa.RecordBatch]:
        """What the function makes of the query's rows."""
        with contextlib.closing(self._query.batches()) as rows:  # type: ignore[type-var]
            yield from self._change(rows)


class PassStage(Stage):
    """The rows of a statement of its own: where one statement would be too deep for DuckDB."""

    def __init__(self, schema: pa.Schema, text: str, database: Database, running: Running, time_zone: str) -> None:
        super().__init__(schema)
        self._text = text
        self._database = database
        self._running = running
        self._time_zone = time_zone

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, as they are."""
        with (
            self._database.lease(self._time_zone) as connection,
            self._running.on(connection),
            contextlib.closing(reader(connection, self._text, _PASSED_ROWS)) as rows,
        ):
            for batch in rows:
                yield relabelled(batch, self._schema)
