"""Small queries that data sources ask while they are opened: footers, samples, inference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pyarrow as pa
from sqlglot import exp

from hiveframe.engine.database import reader
from hiveframe.engine.kernels import Function, Kernel, keep_failure, take_failure
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.settings import Settings

_BATCH_ROWS = 2048


def _readable(data: Any) -> Any:
    """Arrow data as DuckDB reads it; a failure in a stream travels through DuckDB's message."""
    if not isinstance(data, BatchStream):
        return data

    def batches() -> Iterator[pa.RecordBatch]:
        try:
            yield from data.batches()
        except BaseException as failure:
            raise RuntimeError(keep_failure(failure)) from failure

    return pa.RecordBatchReader.from_batches(data.schema, batches())


class Inspector:
    """A `lake.runner.QueryRunner` on the process's database; DuckDB's errors leave as `duckdb.Error`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def rows(
        self,
        query: exp.Expression,
        *,
        time_zone: str,
        arrow: Mapping[str, Any] | None = None,
        functions: Mapping[str, Function] | None = None,
    ) -> list[tuple[Any, ...]]:
        """Every row; `arrow` names what the query reads besides files, `functions` what it calls."""
        engine = database(self._settings)
        handles = {name: engine.source(_readable(data)) for name, data in (arrow or {}).items()}
        for table in query.find_all(exp.Table) if handles else ():
            if table.name in handles:
                table.set("this", exp.to_identifier(handles[table.name].name, quoted=True))
        kernels = {name: Kernel.of_texts(function) for name, function in (functions or {}).items()}
        for call in query.find_all(exp.Anonymous) if kernels else ():
            if call.name in kernels:
                call.set("this", kernels[call.name].name)
        for made in kernels.values():
            engine.register(made)
        try:
            with engine.lease(time_zone, keeps_footers=False) as connection:
                table = reader(connection, render(query), _BATCH_ROWS).read_all()
        except (duckdb.Error, pa.ArrowException, OSError) as error:  # what fails in a stream comes as Arrow's
            failure = take_failure(str(error))
            if failure is None and isinstance(error, duckdb.Error):
                raise
            raise (failure or duckdb.Error(str(error))) from error
        finally:
            for made in kernels.values():
                engine.unregister(made)
        columns = [column.to_pylist() for column in table.columns]
        return list(zip(*columns, strict=True))
