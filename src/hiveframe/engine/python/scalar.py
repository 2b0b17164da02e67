"""Scalar functions as kernels: DuckDB's vectors in, the user's function over them, the result type's array out."""

from __future__ import annotations

import json
import threading
from contextlib import nullcontext
from typing import Any

import pyarrow as pa

from hiveframe.engine.arrow_edges import ResultBatches, physical_arrow_type, physical_batch
from hiveframe.engine.python import eval_types as ev
from hiveframe.engine.python.failures import user_code
from hiveframe.engine.python.pickled import from_result
from hiveframe.engine.python.printing import printing_to_stderr
from hiveframe.engine.python.profiles import fresh_number, profiles_of
from hiveframe.engine.python.worker import Argument, Program
from hiveframe.plan import types as t
from hiveframe.plan.logical import Column, PyUdf
from hiveframe.settings import Settings


def arguments_of(node: PyUdf, first: int = 0) -> list[Argument]:
    """The call's arguments as the columns from `first` on."""
    names = node.arg_names or (None,) * len(node.args)
    return [Argument(first + i, name) for i, name in enumerate(names)]


def input_type_of(node: PyUdf) -> t.StructType:
    """The arguments as a row of `_0`, `_1`, …"""
    return t.StructType(tuple(t.StructField(f"_{i}", arg.dtype) for i, arg in enumerate(node.args)))


class ScalarFunction:
    """One call of a scalar Python, pandas or Arrow function. A function without arguments is given one to ignore."""

    def __init__(self, node: PyUdf, settings: Settings) -> None:
        self._node = node
        self._settings = settings
        self._input = input_type_of(node)
        self._inward = ResultBatches(self._input.fields, settings.time_zone)
        self._result = Column(0, "result", node.dtype)
        self._lock = threading.Lock()
        self._number = fresh_number(settings)
        self._profiles = profiles_of(settings)
        self._program: Program | None = None

    def __call__(self, *arrays: pa.Array) -> pa.Array:
        """The results for one vector of each argument."""
        batch = pa.RecordBatch.from_arrays(list(arrays), names=[f"a{i}" for i in range(len(arrays))])
        batch = self._inward(batch)
        with user_code(), printing_to_stderr(), self._profiles.running if self._profiles else nullcontext():
            program = self._opened()
            if self._node.udf.eval_type == ev.BATCHED:
                return self._rows(program, batch)
            columns = [result.column(0) for result in program.run([batch])]
        array = columns[0] if len(columns) == 1 else pa.concat_arrays(columns)
        return physical_batch([array], [self._result]).column(0)

    def _opened(self) -> Program:
        with self._lock:
            if self._program is None:
                udf, given = self._node.udf, arguments_of(self._node)
                self._program = Program(
                    udf.command, udf.eval_type, given, self._input, self._settings, number=self._number
                )
            return self._program

    def _rows(self, program: Program, batch: pa.RecordBatch) -> pa.Array:
        rows = zip(*python_columns(batch, self._input), strict=True) if batch.num_columns else [()] * batch.num_rows
        convert = from_result(self._node.dtype)
        values = [None if value is None else convert(value) for value in program.rows(rows)]
        made = pa.array(values, positional(physical_arrow_type(self._node.dtype)))
        return physical_batch([made], [self._result]).column(0)


def python_columns(batch: pa.RecordBatch, input_type: t.StructType) -> list[list[Any]]:
    """Each column's values as PySpark gives them to a function: Row, dict, Decimal, datetime in the session's zone."""
    from pyspark.sql.conversion import ArrowTableToRowsConversion
    from pyspark.sql.types import _parse_datatype_json_string

    columns = []
    spark_type: Any = _parse_datatype_json_string(json.dumps(t.json_value(input_type)))
    for array, field in zip(batch.columns, spark_type.fields, strict=True):
        convert = ArrowTableToRowsConversion._create_converter(field.dataType)
        columns.append([convert(value) for value in array.to_pylist()])
    return columns


def positional(arrow: pa.DataType) -> pa.DataType:
    """The type with struct fields called `f0`, `f1`, …, so that values may be given by position."""
    if pa.types.is_struct(arrow):
        return pa.struct([pa.field(f"f{i}", positional(f.type)) for i, f in enumerate(arrow)])
    if pa.types.is_list(arrow):
        return pa.list_(positional(arrow.value_type))
    if pa.types.is_map(arrow):
        return pa.map_(positional(arrow.key_type), positional(arrow.item_type))
    return arrow
