"""PySpark's worker without a socket: functions unpickled, wrapped and checked by `pyspark.worker` itself.

`pyspark.worker.read_udfs` reads a header that the JVM writes and returns a function over what a serializer loads from
the socket. The header is written here into memory; what the serializer would load is made from Arrow batches at hand.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.engine.python import profiles
from hiveframe.engine.python.spark_files import SETTING, with_files
from hiveframe.plan import types as t
from hiveframe.settings import Settings

_CONF: Final = (
    "spark.sql.session.timeZone",
    "spark.sql.execution.arrow.maxRecordsPerBatch",
    "spark.sql.execution.arrow.useLargeVarTypes",
    "spark.sql.execution.pandas.convertToArrowArraySafely",
    "spark.sql.legacy.execution.pandas.groupedMap.assignColumnsByName",
    "spark.sql.legacy.execution.pythonUDF.pandas.conversion.enabled",
    "spark.sql.legacy.execution.pythonUDTF.pandas.conversion.enabled",
    "spark.sql.execution.pyspark.binaryAsBytes",
    "spark.sql.execution.pythonUDF.pandas.intToDecimalCoercionEnabled",
    "spark.sql.execution.pythonUDF.pandas.preferIntExtensionDtype",
    "spark.sql.execution.pythonUDF.arrow.concurrency.level",
    profiles.SETTING,
)


@dataclass(frozen=True, slots=True)
class Argument:
    """Which input column an argument is; `name` for a keyword argument."""

    offset: int
    name: str | None = None


class Program:
    """One user function of a scalar, grouped or mapping kind.

    `run` takes what its kind is given: batches; groups, each an iterator of batches; or pairs of lists of batches.
    It yields record batches whose columns are the results.
    """

    def __init__(
        self,
        command: bytes,
        eval_type: int,
        arguments: Sequence[Argument],
        input_type: t.StructType,
        settings: Settings,
        *,
        number: int = 0,
        more_conf: Mapping[str, str] | None = None,
    ) -> None:
        from pyspark.serializers import CPickleSerializer
        from pyspark.worker import read_udfs

        conf = runner_conf(settings, more_conf)
        evaluation = eval_conf({"input_type": json.dumps(t.json_value(input_type))})
        header = io.BytesIO()
        _write_udf(command, arguments, number, header)
        header.seek(0)
        self._files = settings.get(SETTING)
        with profiles.measured_into(profiles.profiles_of(settings)):
            self._function, _, self._serializer, _ = read_udfs(CPickleSerializer(), header, eval_type, conf, evaluation)

    def run(self, inputs: Iterable[Any]) -> Iterator[pa.RecordBatch]:
        """The result batches for all inputs."""
        results = self._function(0, self._loaded(iter(inputs)))
        return with_files(self._files, iter(self._dumped(results)))

    def rows(self, inputs: Iterable[Any]) -> Iterator[Any]:
        """The results of a pickled function, one for each tuple of arguments."""
        results: Iterator[Any] = self._function(0, iter(inputs))
        return with_files(self._files, iter(results))

    def _loaded(self, inputs: Iterator[Any]) -> Iterator[Any]:
        """What the serializer's `load_stream` yields for these inputs."""
        from pyspark.sql.pandas import serializers as s

        match self._serializer:
            case s.CogroupPandasUDFSerializer():
                return ((self._pandas_table(left), self._pandas_table(right)) for left, right in inputs)
            case s.ArrowStreamAggPandasUDFSerializer():
                return ((tuple(self._pandas(b)) for b in group) for group in inputs)
            case s.GroupPandasUDFSerializer():
                return inputs
            case s.ArrowStreamPandasUDFSerializer():
                return map(self._pandas, inputs)
        return inputs

    def _pandas(self, batch: pa.RecordBatch | pa.Table, schema: Any = None) -> list[Any]:
        from pyspark.sql.conversion import ArrowBatchTransformer

        s = self._serializer
        series: list[Any] = ArrowBatchTransformer.to_pandas(
            batch,
            timezone=s._timezone,
            schema=schema if schema is not None else s._input_type,
            struct_in_pandas=s._struct_in_pandas,
            ndarray_as_list=s._ndarray_as_list,
            prefer_int_ext_dtype=s._prefer_int_ext_dtype,
            df_for_struct=s._df_for_struct,
        )
        return series

    def _pandas_table(self, batches: list[pa.RecordBatch]) -> list[Any]:
        from pyspark.sql.pandas.types import from_arrow_schema

        table = pa.Table.from_batches(batches)
        return self._pandas(table, from_arrow_schema(table.schema))

    def _dumped(self, results: Iterator[Any]) -> Iterator[pa.RecordBatch]:
        """The batches that the serializer's `dump_stream` would write."""
        from pyspark.sql.pandas import serializers as s

        match self._serializer:
            case s.CogroupArrowUDFSerializer():
                return self._cogrouped(results)
            case s.GroupPandasUDFSerializer():
                return (self._arrow(packed) for group in results for packed in group)
            case s.ArrowStreamPandasUDFSerializer():
                return map(self._arrow, results)
        return results

    def _cogrouped(self, results: Iterator[Any]) -> Iterator[pa.RecordBatch]:
        from pyspark.sql.conversion import ArrowBatchTransformer

        for batches, arrow_type in results:
            for batch in batches:
                if self._serializer._assign_cols_by_name:
                    names = [f.name for f in arrow_type]
                    batch = pa.RecordBatch.from_arrays([batch.column(n) for n in names], names=names)
                yield ArrowBatchTransformer.wrap_struct(batch)

    def _arrow(self, packed: Any) -> pa.RecordBatch:
        """Pandas results as one batch (`ArrowStreamPandasUDFSerializer.dump_stream`)."""
        import pandas as pd
        from pyspark.errors import PySparkValueError
        from pyspark.sql.conversion import PandasToArrowConversion
        from pyspark.sql.pandas.serializers import _normalize_packed
        from pyspark.sql.types import StructField, StructType

        s = self._serializer
        pairs = _normalize_packed(packed)
        if s._struct_in_pandas == "dict":
            for series, spark_type in pairs:
                if isinstance(spark_type, StructType) and not isinstance(series, pd.DataFrame):
                    raise PySparkValueError(
                        "Invalid return type. Please make sure that the UDF returns a "
                        "pandas.DataFrame when the specified return type is StructType."
                    )
        return PandasToArrowConversion.convert(
            [series for series, _ in pairs],
            StructType([StructField(f"_{i}", spark_type) for i, (_, spark_type) in enumerate(pairs)]),
            timezone=s._timezone,
            safecheck=s._safecheck,
            arrow_cast=s._arrow_cast,
            prefers_large_types=s._prefers_large_types,
            assign_cols_by_name=s._assign_cols_by_name,
            int_to_decimal_coercion_enabled=s._int_to_decimal_coercion_enabled,
            ignore_unexpected_complex_type_values=s._ignore_unexpected_complex_type_values,
            is_legacy=s._is_legacy,
        )


def runner_conf(settings: Settings, more: Mapping[str, str] | None = None) -> Any:
    """PySpark's `RunnerConf` with the session's settings."""
    from pyspark.worker import RunnerConf

    values = {name: value for name in _CONF if (value := settings.get(name)) is not None}
    return RunnerConf(_pairs({**values, **(more or {})}))


def eval_conf(values: Mapping[str, str]) -> Any:
    """PySpark's `EvalConf`."""
    from pyspark.worker import EvalConf

    return EvalConf(_pairs(values))


def _pairs(values: Mapping[str, str]) -> io.BytesIO:
    from pyspark.serializers import write_int, write_with_length

    out = io.BytesIO()
    write_int(len(values), out)
    for name, value in values.items():
        write_with_length(name.encode(), out)
        write_with_length(value.encode(), out)
    out.seek(0)
    return out


def _write_udf(command: bytes, arguments: Sequence[Argument], number: int, out: io.BytesIO) -> None:
    """One function as `PythonUDFRunner.writeUDFs` writes it: arguments, a chain of one, its profile's number."""
    from pyspark.serializers import write_int, write_long, write_with_length

    write_int(1, out)
    write_arguments(arguments, out)
    write_int(1, out)
    write_with_length(command, out)
    write_long(number, out)


def write_arguments(arguments: Sequence[Argument], out: io.BytesIO) -> None:
    """Offsets and keyword names as the worker reads them."""
    from pyspark.serializers import write_int, write_with_length

    write_int(len(arguments), out)
    for argument in arguments:
        write_int(argument.offset, out)
        out.write(b"\x01" if argument.name is not None else b"\x00")
        if argument.name is not None:
            write_with_length(argument.name.encode(), out)


def grouped_arguments(*sides: tuple[Sequence[int], Sequence[int]]) -> list[Argument]:
    """Key and value offsets of each side as grouped functions read them (`BasePandasGroupExec.resolveArgOffsets`)."""
    found: list[int] = []
    for keys, values in sides:
        found += [1 + len(keys) + len(values), len(keys), *keys, *values]
    return [Argument(offset) for offset in found]


def as_struct(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch as the one struct column that mapping functions read."""
    return pa.RecordBatch.from_arrays([batch.to_struct_array()], ["_0"])


def flattened(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The fields of the one struct column that mapping functions write."""
    return pa.RecordBatch.from_struct_array(batch.column(0))
