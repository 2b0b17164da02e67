"""What mapping, grouped and iterator functions make of a stream of batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from hiveframe.engine.arrow_edges import physical_batch, uncolumned_batch
from hiveframe.engine.python import eval_types as ev
from hiveframe.engine.python.failures import user_code
from hiveframe.engine.python.groups import groups
from hiveframe.engine.python.profiles import fresh_number
from hiveframe.engine.python.scalar import arguments_of, input_type_of
from hiveframe.engine.python.worker import Argument, Program, as_struct, flattened, grouped_arguments
from hiveframe.plan import types as t
from hiveframe.plan.logical import Column, PyUdf
from hiveframe.settings import Settings

Change = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def mapped(
    udf: PyUdf, row_type: t.StructType, output: Sequence[Column], settings: Settings, partitions: int | None = None
) -> Change:
    """`mapInPandas` and `mapInArrow`; with `partitions` the last column is the row's, and each is a call of its own."""
    number = fresh_number(settings)

    def change(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if partitions is None:
            yield from one(batches)
            return
        cut = _Cut(batches)
        for partition in range(partitions):
            yield from one(cut.rows_of(partition))

    def one(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with user_code():
            program = Program(udf.udf.command, udf.udf.eval_type, [Argument(0)], row_type, settings, number=number)
            yield from _results(program, map(as_struct, batches), output)

    return change


class _Cut:
    """A stream that is ordered by its last column, cut where that changes."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self._left: pa.RecordBatch | None = next(batches, None)

    def rows_of(self, partition: int) -> Iterator[pa.RecordBatch]:
        """The rows whose last column is `partition`, without it; rows of earlier ones that nobody read are skipped."""
        while self._left is not None:
            numbers = self._left.column(self._left.num_columns - 1).to_numpy()
            start, stop = np.searchsorted(numbers, [partition, partition + 1])
            found = self._left.slice(start, stop - start).select(range(self._left.num_columns - 1))
            is_whole = stop == len(numbers)
            self._left = next(self._batches, None) if is_whole else self._left.slice(stop)
            if found.num_rows:
                yield found
            if not is_whole:
                return


def grouped(udf: PyUdf, row_type: t.StructType, key_count: int, output: Sequence[Column], settings: Settings) -> Change:
    """`applyInPandas` and `applyInArrow`: rows come sorted by their first `key_count` columns, the keys."""
    keys = list(range(key_count))
    values = list(range(key_count, len(row_type.fields)))
    number = fresh_number(settings)

    def change(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with user_code():
            arguments = grouped_arguments((keys, values))
            program = Program(udf.udf.command, udf.udf.eval_type, arguments, row_type, settings, number=number)
            cut = groups(batches, keys)
            wraps = udf.udf.eval_type in ev.STRUCT_INPUT
            yield from _results(program, (map(as_struct, g) for g in cut) if wraps else cut, output)

    return change


def co_grouped(
    udf: PyUdf,
    sides: tuple[t.StructType, t.StructType],
    key_count: int,
    output: Sequence[Column],
    settings: Settings,
) -> Change:
    """`cogroup`: each row has two lists of structs, the groups of one key; a struct's first fields are the key."""
    offsets = [(list(range(key_count)), list(range(key_count, len(side.fields)))) for side in sides]
    names = [[f.name for f in side.fields] for side in sides]
    number = fresh_number(settings)

    def change(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with user_code():
            arguments = grouped_arguments(*offsets)
            program = Program(udf.udf.command, udf.udf.eval_type, arguments, sides[0], settings, number=number)
            yield from _results(program, _pairs(batches, names), output)

    return change


def _pairs(batches: Iterator[pa.RecordBatch], names: Sequence[list[str]]) -> Iterator[tuple[list[pa.RecordBatch], ...]]:
    for batch in batches:
        for row in range(batch.num_rows):
            yield tuple(_group(column, row, named) for column, named in zip(batch.columns, names, strict=True))


def _group(column: pa.ListArray, row: int, names: list[str]) -> list[pa.RecordBatch]:
    """The list at `row` as a batch with the columns' real names; an absent group is an empty one."""
    start, stop = column.offsets[row].as_py(), column.offsets[row + 1].as_py()
    if not column[row].is_valid:
        stop = start
    rows = pa.RecordBatch.from_struct_array(column.values.slice(start, stop - start))
    return [rows.rename_columns(names)]


def _results(program: Program, inputs: Iterator[object], output: Sequence[Column]) -> Iterator[pa.RecordBatch]:
    for result in program.run(inputs):
        batch = flattened(result)
        yield physical_batch(batch.columns, output) if output else uncolumned_batch(batch.num_rows)


def appended(udf: PyUdf, passed: Sequence[Column], output: Sequence[Column], settings: Settings) -> Change:
    """Scalar functions over a stream: the first columns pass, the others are arguments; the result is one more."""
    count = len(passed)
    number = fresh_number(settings)

    def change(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with user_code():
            given, row_type = arguments_of(udf), input_type_of(udf)
            program = Program(udf.udf.command, udf.udf.eval_type, given, row_type, settings, number=number)
            waiting: deque[pa.RecordBatch] = deque()

            def arguments() -> Iterator[pa.RecordBatch]:
                for batch in batches:
                    waiting.append(batch.select(range(count)))
                    yield batch.select(range(count, batch.num_columns))

            for result in program.run(arguments()):
                yield from _beside(waiting, result.column(0), output)

    return change


def _beside(waiting: deque[pa.RecordBatch], values: pa.Array, output: Sequence[Column]) -> Iterator[pa.RecordBatch]:
    """Results beside the rows that they belong to; a function may cut its batches as it likes."""
    start = 0
    while start < len(values):
        rows = waiting.popleft()
        size = min(rows.num_rows, len(values) - start)
        if size < rows.num_rows:
            waiting.appendleft(rows.slice(size))
        columns = [*rows.slice(0, size).columns, values.slice(start, size)]
        yield physical_batch(columns, output)
        start += size
