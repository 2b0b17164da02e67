"""Sources opened and scanned on the engine's own database; rows written from a DuckDB query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlglot import exp

from hiveframe.engine.database import reader
from hiveframe.engine.emit.context import Context
from hiveframe.engine.errors import raised
from hiveframe.engine.inspector import Inspector
from hiveframe.engine.process import database
from hiveframe.engine.render import render
from hiveframe.lake.options import Options
from hiveframe.lake.registry import open_source, scan_expression
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.write.request import Build, WriteRequest, WriteResult
from hiveframe.lake.write.writer import write
from hiveframe.plan.types import StructType, simple_string
from hiveframe.settings import Settings
from hiveframe.sql.parser import parse_schema

UTC = {"spark.sql.session.timeZone": "UTC"}


def schema_of(ddl: str) -> StructType:
    """A schema written as DDL."""
    parsed = parse_schema(ddl, conf=Settings(UTC))
    assert isinstance(parsed, StructType)
    return parsed


def opened(
    format_name: str, *paths: Path | str, schema: str | None = None, conf: dict[str, str] | None = None, **options: Any
) -> ScanSource:
    """A source for `paths`."""
    settings = Settings(UTC | (conf or {}))
    texts = {k: str(v).lower() if isinstance(v, bool) else str(v) for k, v in options.items()}
    request = ReadRequest(format_name, tuple(map(str, paths)), schema_of(schema) if schema else None, Options(texts))
    return open_source(request, ReadContext(settings, Inspector(settings)))


def rows_of(source: ScanSource, *, with_path: bool = False) -> list[tuple[Any, ...]]:
    """Every row of an opened source, sorted by its text."""
    context = Context(Settings(UTC | {"spark.sql.session.timeZone": source.time_zone}), database())
    sql = scan_expression(source, range(len(source.schema.fields)), context, with_path=with_path)
    handles = {name: context.source(data).this for name, data in sql.arrow.items()}
    for table in sql.select.find_all(exp.Table):
        if table.name in handles:
            table.set("this", handles[table.name])
    with context.kernels_in_force(), database().lease(source.time_zone) as connection, raised(context.sites):
        table = reader(connection, render(sql.select), 2048).read_all()
    columns = [[plain(v) for v in column.to_pylist()] for column in table.columns]
    return sorted(zip(*columns, strict=True), key=repr)


def read(format_name: str, *paths: Path | str, **options: Any) -> tuple[str, list[tuple[Any, ...]]]:
    """Schema and rows."""
    source = opened(format_name, *paths, **options)
    return simple_string(source.schema), rows_of(source)


def plain(value: Any) -> Any:
    """Moments without their zone."""
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else value


class QueryRows:
    """Rows of a DuckDB query for the writers."""

    def __init__(self, query: str) -> None:
        self._query = query

    def copy(self, build: Build) -> int:
        return int(next(iter(self.stream(build))).column(0)[0].as_py())

    def stream(self, build: Build) -> Iterator[pa.RecordBatch]:
        context = Context(Settings(UTC), database())
        query = exp.maybe_parse(self._query, dialect="duckdb")
        names = tuple(f"r{i}" for i in range(len(query.expressions)))
        alias = exp.TableAlias(this=exp.to_identifier("t"), columns=[exp.to_identifier(n, quoted=True) for n in names])
        select = exp.select("*").from_(exp.Subquery(this=query, alias=alias))
        text = render(build(select, names, context))
        with context.kernels_in_force(), database().lease("UTC") as connection, raised(context.sites):
            yield from reader(connection, text, 2048)


def wrote(
    query: str, schema: str, path: Path, *, format_name: str = "parquet", mode: str = "error", **request: Any
) -> WriteResult:
    """What came of writing a query's rows."""
    options = Options(request.pop("options", {}))
    asked = WriteRequest(format_name, str(path), schema_of(schema), mode, options=options, **request)
    return write(asked, QueryRows(query), Settings(UTC))
