"""Data sources that users write in Python: subclasses of `pyspark.sql.datasource.DataSource`."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import AnalysisException, SparkError, SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.batch_stream import BatchStream, scan_stream
from hiveframe.lake.options import Options
from hiveframe.lake.pruning import Predicate
from hiveframe.lake.scan import ScanSource, ScanSql
from hiveframe.lake.sources.python_filters import client_filters
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import StructType, json_value

FORMAT: Final = "python data source"
"""The registry's name for all of them; no format that a user can ask for has blanks in it."""

_PUSHDOWN: Final = "spark.sql.python.filterPushdown.enabled"
_BATCH_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class PythonDetail:
    """The user's instance, what makes its reader for the source's schema and filters, and what is asked of the rows."""

    data_source: Any
    reader: Callable[[StructType, Sequence[Any]], Any]
    predicates: tuple[Predicate, ...] = ()


class PythonPruner:
    """Keeps the predicates for the user's reader."""

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source with what is asked of its rows."""
        return replace(source, detail=replace(source.detail, predicates=tuple(predicates)))


class PythonSource:
    """Reads what a user's reader yields, partition after partition."""

    label = "Python"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Makes the user's object and asks it for its schema, unless the schema is given."""
        if request.provider is None:
            raise SparkException("DATA_SOURCE_NOT_FOUND", {"provider": request.format})
        options = source_options(request.paths, request.options)
        with user_action("create", "instance"):
            data_source = request.provider(options=options)
            schema = request.schema if request.schema is not None else _schema(data_source.schema(), request)
        pushes = context.settings.flag(_PUSHDOWN)

        def reader(wanted: StructType, filters: Sequence[Any]) -> Any:
            with user_action("initialize", "reader"):
                return _reader(data_source, wanted, filters, pushes=pushes)

        return ScanSource(
            FORMAT,
            (),
            (),
            schema,
            Options(),
            time_zone=context.settings.time_zone,
            detail=PythonDetail(data_source, reader),
            pruner=PythonPruner() if pushes else None,
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The reader's rows as an Arrow stream; the columns that nobody needs are left behind."""
        detail: PythonDetail = source.detail
        filters = client_filters(detail.predicates, source.schema, source.time_zone)
        reader, partitions = detail.reader(source.schema, filters)
        kept = list(needed) or [0]
        row_type = StructType(tuple(source.schema.fields[i] for i in kept))

        def batches() -> Iterator[pa.RecordBatch]:
            for partition in partitions:
                for batch in _read(detail.data_source, reader, partition, source.schema):
                    yield batch.select(kept)

        return scan_stream(source, kept, BatchStream(None, batches, row_type))


def source_options(paths: Sequence[str], options: Mapping[str, str]) -> Any:
    """The options as the user's class gets them: keys ignore case; a path is one of them, several are JSON."""
    from pyspark.sql.datasource import CaseInsensitiveDict

    given = CaseInsensitiveDict(dict(options))
    if len(paths) == 1:
        given["path"] = paths[0]
    elif paths:
        given["paths"] = json.dumps(list(paths))
    return given


@contextmanager
def user_action(action: str, what: str) -> Iterator[None]:
    """What the user's code raises leaves as PYTHON_DATA_SOURCE_ERROR."""
    try:
        yield
    except SparkError:
        raise
    except Exception as failure:
        message = "".join(traceback.format_exception(failure))
        params = {"action": action, "type": what, "msg": message}
        raise AnalysisException("PYTHON_DATA_SOURCE_ERROR", params) from failure


def client_schema(schema: StructType) -> Any:
    """The schema as PySpark's own type."""
    from pyspark.sql.types import StructType as ClientStructType

    return ClientStructType.fromJson(json_value(schema))


def expected(what: str, actual: object) -> Exception:
    """PySpark's error for a method that gives something else."""
    from pyspark.errors import PySparkAssertionError

    params = {"expected": what, "actual": f"'{type(actual).__name__}'"}
    return PySparkAssertionError(errorClass="DATA_SOURCE_TYPE_MISMATCH", messageParameters=params)


def _schema(given: Any, request: ReadRequest) -> StructType:
    if isinstance(given, str):
        assert request.parse_schema is not None
        return request.parse_schema(given)
    dtype = type_from_json(given.json())
    if not isinstance(dtype, StructType):
        raise expected("'schema' to return a StructType or DDL", given)
    return dtype


def _reader(data_source: Any, schema: StructType, filters: Sequence[Any], *, pushes: bool) -> tuple[Any, Sequence[Any]]:
    """The reader and its partitions, checked as PySpark's worker checks them."""
    from pyspark.errors import PySparkAssertionError, PySparkRuntimeError
    from pyspark.sql.datasource import DataSourceReader, InputPartition

    reader = data_source.reader(schema=client_schema(schema))
    if not isinstance(reader, DataSourceReader):
        raise expected("an instance of DataSourceReader", reader)
    takes_filters = getattr(reader.pushFilters, "__func__", None) is not DataSourceReader.pushFilters
    if takes_filters and not pushes:
        params = {"type": type(reader).__name__, "conf": _PUSHDOWN}
        raise PySparkAssertionError(errorClass="DATA_SOURCE_PUSHDOWN_DISABLED", messageParameters=params)
    if takes_filters and filters:
        _push(reader, filters)
    try:
        partitions = reader.partitions()
    except NotImplementedError:
        partitions = [InputPartition(None)]
    if not isinstance(partitions, list):
        params = {"expected": "'partitions' to return a list", "actual": f"'{type(partitions).__name__}'"}
        raise PySparkRuntimeError(errorClass="DATA_SOURCE_TYPE_MISMATCH", messageParameters=params)
    if not all(isinstance(p, InputPartition) for p in partitions):
        kinds = ", ".join(f"'{type(p).__name__}'" for p in partitions)
        params = {"expected": "elements in 'partitions' to be of type 'InputPartition'", "actual": kinds}
        raise PySparkRuntimeError(errorClass="DATA_SOURCE_TYPE_MISMATCH", messageParameters=params)
    return reader, partitions


def _push(reader: Any, filters: Sequence[Any]) -> None:
    """Tells the reader the filters; it gives back those that it leaves to the engine, which applies all of them."""
    from pyspark.errors import PySparkValueError

    known = {id(f) for f in filters}
    strange = [f for f in reader.pushFilters(list(filters)) if id(f) not in known]
    if strange:
        params = {"type": type(reader).__name__, "input": str(list(filters)), "extraneous": str(strange)}
        raise PySparkValueError(errorClass="DATA_SOURCE_EXTRANEOUS_FILTERS", messageParameters=params)


def _read(data_source: Any, reader: Any, partition: Any, schema: StructType) -> Iterator[pa.RecordBatch]:
    """A partition's rows in Spark's Arrow types."""
    from pyspark.errors import PySparkRuntimeError
    from pyspark.sql.worker.plan_data_source_read import records_to_arrow_batches

    rows: Any = reader.read(partition)
    if not isinstance(rows, Iterator):
        params = {"type": type(rows).__name__, "name": data_source.name(), "supported_types": "iterator"}
        raise PySparkRuntimeError(errorClass="DATA_SOURCE_INVALID_RETURN_TYPE", messageParameters=params)
    return iter(records_to_arrow_batches(rows, _BATCH_ROWS, client_schema(schema), data_source))
