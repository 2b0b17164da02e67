"""Functions of whole groups: DuckDB collects a group's values into lists, the user's function sees them as a batch."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import nullcontext

import pyarrow as pa

from hiveframe.engine.arrow_edges import ResultBatches, physical_batch
from hiveframe.engine.python.failures import user_code
from hiveframe.engine.python.printing import printing_to_stderr
from hiveframe.engine.python.profiles import fresh_number, profiles_of
from hiveframe.engine.python.scalar import arguments_of, input_type_of
from hiveframe.engine.python.worker import Program
from hiveframe.plan.logical import Column, PyUdf
from hiveframe.settings import Settings


class GroupFunction:
    """One call of a grouped pandas or Arrow function, one row a group."""

    def __init__(self, node: PyUdf, settings: Settings) -> None:
        self._node = node
        self._settings = settings
        self._input = input_type_of(node)
        self._inward = ResultBatches(self._input.fields, settings.time_zone)
        self._batch_rows = settings.number("spark.sql.execution.arrow.maxRecordsPerBatch")
        self._result = Column(0, "result", node.dtype)
        self._lock = threading.Lock()
        self._number = fresh_number(settings)
        self._profiles = profiles_of(settings)
        self._program: Program | None = None

    def __call__(self, *lists: pa.ListArray) -> pa.Array:
        """The results; every argument is a list of the group's values, in one order."""
        with user_code(), printing_to_stderr(), self._profiles.running if self._profiles else nullcontext():
            columns = [result.column(0) for result in self._opened().run(self._groups(lists))]
        return physical_batch([pa.concat_arrays(columns)], [self._result]).column(0)

    def _groups(self, lists: tuple[pa.ListArray, ...]) -> Iterator[Iterator[pa.RecordBatch]]:
        values = [column.values for column in lists]
        offsets = lists[0].offsets.to_pylist()
        names = [f"a{i}" for i in range(len(lists))]
        for start, stop in itertools.pairwise(offsets):
            group = pa.RecordBatch.from_arrays([v.slice(start, stop - start) for v in values], names=names)
            yield iter(sliced(self._inward(group), self._batch_rows))

    def _opened(self) -> Program:
        with self._lock:
            if self._program is None:
                udf, given = self._node.udf, arguments_of(self._node)
                self._program = Program(
                    udf.command, udf.eval_type, given, self._input, self._settings, number=self._number
                )
            return self._program


def sliced(batch: pa.RecordBatch, most_rows: int) -> list[pa.RecordBatch]:
    """The batch in pieces of at most `most_rows` (0: no limit); an empty one stays one piece."""
    if most_rows <= 0 or batch.num_rows <= most_rows:
        return [batch]
    return [batch.slice(start, most_rows) for start in range(0, batch.num_rows, most_rows)]
