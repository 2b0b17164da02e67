"""The table of data sources, and the two questions that everyone asks of it: open, and scan."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from typing import Any, Final

from hiveframe.errors import SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.file_listing import list_request
from hiveframe.lake.file_metadata import scan_with_metadata
from hiveframe.lake.scan import METADATA_POSITION, ScanSource, ScanSql
from hiveframe.lake.sources.source import ReadContext, ReadRequest, Source


def open_source(request: ReadRequest, context: ReadContext) -> ScanSource:
    """The request's source, opened; DATA_SOURCE_NOT_FOUND names a format that nobody reads."""
    return source_of(request.format).open(request, context)


def scan_expression(
    source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
) -> ScanSql:
    """The query that reads `needed` (positions in `source.schema`, or that of the hidden column).

    `with_path` adds `scan.FILE_PATH_COLUMN`.
    """
    reader = source_of(source.format)
    if METADATA_POSITION in needed:
        return scan_with_metadata(reader, source, needed, context)
    return reader.scan(source, needed, context, with_path=with_path)


def source_state(request: ReadRequest, context: ReadContext) -> object:
    """What would have to be as it was for the request to open to the same rows: files, or a table's version."""
    ask = getattr(source_of(request.format), "state", None)
    return ask(request, context) if ask is not None else list_request(request, context).files


def source_of(name: str) -> Source:
    """The source registered under `name` (any case, or the class name Spark programs use)."""
    short = short_name(name)
    if short in SOURCES:
        return _loaded(short)
    installed = installed_source(short)
    if installed is None or is_python_source(installed):
        raise SparkException("DATA_SOURCE_NOT_FOUND", {"provider": name})
    made: Source = installed()
    return made


@cache
def _loaded(short: str) -> Source:
    module, name = SOURCES[short]
    made: Source = getattr(importlib.import_module(f"hiveframe.lake.sources.{module}"), name)()
    return made


@cache
def installed_source(short: str) -> Any:
    """What an installed package offers under that name: a `Source`, or a `pyspark.sql.datasource.DataSource`."""
    found = [point for point in metadata.entry_points(group=ENTRY_POINTS) if point.name.lower() == short]
    return found[0].load() if found else None


def is_python_source(offered: Any) -> bool:
    """Whether that is a data source of PySpark's kind."""
    from pyspark.sql.datasource import DataSource

    return isinstance(offered, type) and issubclass(offered, DataSource)


def short_name(name: str) -> str:
    """The registry's name for a format: `Parquet`, `org.apache.spark.sql.parquet` and `parquet` are one."""
    lowered = name.lower()
    return CLASS_NAMES.get(lowered, lowered)


ENTRY_POINTS: Final = "hiveframe.data_sources"

CLASS_NAMES: Final[Mapping[str, str]] = {
    **{f"org.apache.spark.sql.{f}": f for f in ("parquet", "json", "orc")},
    **{
        f"org.apache.spark.sql.execution.datasources.{f}.{f}fileformat": f
        for f in ("parquet", "json", "csv", "text", "orc", "xml")
    },
    "org.apache.iceberg.spark.source.icebergsource": "iceberg",
    "com.databricks.spark.csv": "csv",
    "com.databricks.spark.xml": "xml",
    "com.databricks.spark.avro": "avro",
    "org.apache.spark.sql.avro.avrofileformat": "avro",
}

# The file and the class of each source; it is imported when the format is first used.
SOURCES: Final[Mapping[str, tuple[str, str]]] = {
    "avro": ("avro", "AvroSource"),
    "csv": ("csv", "CsvSource"),
    "delta": ("delta", "DeltaSource"),
    "honeystore": ("honeystore", "HoneySource"),
    "iceberg": ("iceberg", "IcebergSource"),
    "delta changes": ("delta_changes", "DeltaChangesSource"),
    "jdbc": ("jdbc", "JdbcSource"),
    "json": ("json", "JsonSource"),
    "orc": ("orc", "OrcSource"),
    "parquet": ("parquet", "ParquetSource"),
    "python data source": ("python_source", "PythonSource"),
    "text": ("text", "TextSource"),
    "xml": ("xml", "XmlSource"),
    "binaryfile": ("binary_file", "BinaryFileSource"),
}
