"""Python table functions: rows (or a whole table) in, any number of rows out, each beside the row it came from."""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from hiveframe.engine.arrow_edges import physical_arrow_type, physical_batch
from hiveframe.engine.python import eval_types as ev
from hiveframe.engine.python.failures import user_code
from hiveframe.engine.python.pickled import from_result
from hiveframe.engine.python.scalar import positional, python_columns
from hiveframe.engine.python.worker import Argument, eval_conf, runner_conf, write_arguments
from hiveframe.plan import types as t
from hiveframe.plan.logical import Column, PyUdtf
from hiveframe.settings import Settings

Change = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Mapper = Callable[[int, Iterator[Any]], Iterator[Any]]


def generated(
    call: PyUdtf, passed: Sequence[Column], input_type: t.StructType, output: Sequence[Column], settings: Settings
) -> Change:
    """The first columns pass, the others are the call's arguments; results stand beside what passed."""

    def change(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        with user_code():
            yield from _Rows(call, len(passed), input_type, output, settings).run(batches)

    return change


class _Rows:
    """One run of a table function. `terminate`'s rows stand beside the last input row, as in Spark."""

    def __init__(
        self, call: PyUdtf, passed: int, input_type: t.StructType, output: Sequence[Column], settings: Settings
    ) -> None:
        self._call = call
        self._passed = passed
        self._input = input_type
        self._output = output
        self._mapper = _opened(call, input_type, settings)
        self._row: pa.RecordBatch | None = None  # the passed columns of the row being worked on

    def run(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The function's rows for all input rows."""
        for made in self._mapper(0, self._inputs(batches)):
            columns = self._columns(made)
            count = len(columns[0]) if columns else 0
            if count and self._row is not None:
                beside = self._row.take(pa.array([0] * count))
                yield physical_batch([*beside.columns, *columns], self._output)

    def _inputs(self, batches: Iterator[pa.RecordBatch]) -> Iterator[Any]:
        """Each row's arguments in the form of the function's kind."""
        for batch in batches:
            passed, args = batch.select(range(self._passed)), batch.select(range(self._passed, batch.num_columns))
            if self._call.eval_type == ev.ARROW_UDTF and self._call.table_arg is not None:
                self._row = _one(passed, 0)
                yield [_unpacked(args.column(i), i == self._call.table_arg) for i in range(args.num_columns)]
                continue
            rows = self._rows(args)
            for i, row in enumerate(rows):
                self._row = _one(passed, i)
                yield row

    def _rows(self, args: pa.RecordBatch) -> Iterator[Any]:
        if self._call.eval_type == ev.TABLE:
            if not args.num_columns:
                return iter([()] * args.num_rows)
            return zip(*python_columns(args, self._input), strict=True)
        rows = (args.slice(i, 1) for i in range(args.num_rows))
        return rows if self._call.eval_type == ev.ARROW_TABLE else (list(row.columns) for row in rows)

    def _columns(self, made: Any) -> list[pa.Array]:
        if self._call.eval_type != ev.TABLE:
            return list(made[0].columns)
        convert = from_result(self._call.dtype)
        values = pa.array([convert(row) for row in made], positional(physical_arrow_type(self._call.dtype)))
        return [values.field(i) for i in range(len(self._call.dtype.fields))]


def _one(passed: pa.RecordBatch, row: int) -> pa.RecordBatch:
    """One row of the columns that pass; without any, a row that can still be repeated."""
    if passed.num_columns:
        return passed.slice(row, 1)
    return pa.RecordBatch.from_struct_array(pa.array([{}], pa.struct([])))


def _unpacked(column: pa.Array, is_table: bool) -> pa.Array | pa.RecordBatch:
    return pa.RecordBatch.from_struct_array(column) if is_table else column


def _opened(call: PyUdtf, input_type: t.StructType, settings: Settings) -> Mapper:
    """The function as `pyspark.worker.read_udtf` wraps it."""
    from pyspark.serializers import CPickleSerializer, write_int, write_with_length
    from pyspark.worker import read_udtf

    header = io.BytesIO()
    names = call.arg_names or (None,) * len(call.args)
    write_arguments([Argument(i, name) for i, name in enumerate(names)], header)
    indexes = _partition_indexes(call)
    write_int(len(indexes), header)
    for index in indexes:
        write_int(index, header)
    header.write(b"\x00" if call.analyze_result is None else b"\x01")
    if call.analyze_result is not None:
        write_with_length(_pickled(call.analyze_result), header)
    write_with_length(call.command, header)
    write_with_length(json.dumps(t.json_value(call.dtype)).encode(), header)
    write_with_length(call.name.encode(), header)
    header.seek(0)
    conf = {"input_type": json.dumps(t.json_value(input_type))}
    if call.table_arg is not None:
        conf["table_arg_offsets"] = str(call.table_arg)
    mapper, _, _, _ = read_udtf(CPickleSerializer(), header, call.eval_type, runner_conf(settings), eval_conf(conf))
    opened: Mapper = mapper
    return opened


def _partition_indexes(call: PyUdtf) -> list[int]:
    """Where the PARTITION BY values stand in the table argument's rows: behind its own columns."""
    if call.table is None:
        return []
    width = len(call.table_columns)
    return list(range(width, width + len(call.partition_by)))


def _pickled(result: Any) -> bytes:
    return result if isinstance(result, bytes) else pickle.dumps(result)
