"""Data sources written in Python: registered in the session, or offered by an installed package; and their writes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pyarrow as pa

from hiveframe.engine.python.failures import user_code
from hiveframe.errors import AnalysisException
from hiveframe.lake.registry import SOURCES, installed_source, is_python_source, short_name
from hiveframe.lake.sources.python_source import client_schema, expected, source_options, user_action
from hiveframe.plan import commands as c
from hiveframe.plan.types import StructType
from hiveframe.sessions.state import SessionState

_OTHERS: Final = ("noop", "rate", "socket", "kafka", "console", "memory")
_MODES: Final = {"append": False, "overwrite": True}
_SHOWN_MODES: Final = {"error": '"ErrorIfExists"', "ignore": '"Ignore"'}


def register(state: SessionState, command: c.RegisterDataSource) -> None:
    """Keeps the class under its name; DATA_SOURCE_ALREADY_EXISTS for the name of a built-in one."""
    from pyspark.serializers import CloudPickleSerializer

    short = short_name(command.name)
    if short in SOURCES or short in _OTHERS:
        raise AnalysisException("DATA_SOURCE_ALREADY_EXISTS", {"provider": command.name})
    with user_action("create", "instance"):
        state.data_sources[short] = CloudPickleSerializer().loads(command.command)


def find_provider(state: SessionState, name: str) -> Any:
    """The class of that name; None when there is none that is written in Python."""
    short = short_name(name)
    if short in SOURCES:
        return None
    found = state.data_sources.get(short) or installed_source(short)
    return found if found is not None and is_python_source(found) else None


def write_to(
    provider: Any, name: str, command: c.WriteSource, schema: StructType, rows: Iterator[pa.RecordBatch]
) -> None:
    """All rows to one writer; then `commit`, or `abort` where anything failed."""
    from pyspark.sql.datasource import DataSourceArrowWriter, DataSourceWriter, WriterCommitMessage

    if command.mode not in _MODES:
        params = {"source": name, "createMode": _SHOWN_MODES.get(command.mode, command.mode)}
        raise AnalysisException("UNSUPPORTED_DATA_SOURCE_SAVE_MODE", params)
    options = source_options((command.path,) if command.path else (), command.options or {})
    with user_action("initialize", "writer"):
        writer = provider(options=options).writer(client_schema(schema), _MODES[command.mode])
        if not isinstance(writer, DataSourceWriter):
            raise expected("an instance of DataSourceWriter", writer)
    message = None
    try:
        with user_code():
            message = writer.write(rows if isinstance(writer, DataSourceArrowWriter) else _as_rows(rows, schema))
            if not isinstance(message, WriterCommitMessage):
                raise expected("'WriterCommitMessage' as the return type of the `write` method", message)
            writer.commit([message])
    except BaseException:
        with user_code():
            writer.abort([message])
        raise


def _as_rows(batches: Iterator[pa.RecordBatch], schema: StructType) -> Iterator[Any]:
    from pyspark.sql.conversion import ArrowTableToRowsConversion
    from pyspark.sql.types import _create_row

    client = client_schema(schema)
    converters = [ArrowTableToRowsConversion._create_converter(f.dataType) for f in client.fields]
    names = client.fieldNames()
    for batch in batches:
        columns = [column.to_pylist() for column in batch.columns]
        for values in zip(*columns, strict=True):
            yield _create_row(names, [convert(v) for convert, v in zip(converters, values, strict=True)])
