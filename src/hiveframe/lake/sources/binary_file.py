"""Whole files as rows: path, modificationTime, length, content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlglot import exp

from hiveframe.errors import AnalysisException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, func, text
from hiveframe.lake.file_listing import list_request, settle_schema
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanSource, ScanSql, empty_scan, reading_order, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import call, path_list, select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType, same_type, simple_string

SCHEMA = StructType(
    (
        StructField("path", t.STRING),
        StructField("modificationTime", t.TIMESTAMP),
        StructField("length", t.LONG),
        StructField("content", t.BINARY),
    )
)


class BinaryFileSource:
    """Reads files of any kind."""

    label = "binaryFile"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files; the schema is fixed."""
        if request.schema is not None and not same_type(request.schema, SCHEMA):
            found, expected = simple_string(request.schema), simple_string(SCHEMA)
            feature = f"binaryFile with the schema {found}; it is always {expected}"
            raise AnalysisException("UNSUPPORTED_FEATURE.HIVEFRAME", {"feature": feature})
        listed = list_request(request, context)
        schema, partitions = settle_schema(request, listed, self.label, lambda: SCHEMA)
        return ScanSource(
            "binaryFile",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """DuckDB's `read_blob`; content is read only where it is asked for."""
        if not source.files:
            return empty_scan(source, needed, with_path)
        reader = call("read_blob", path_list(reading_order(source.files)))
        stored = [
            (PATH, column("filename")),
            ("path", func("concat", text("file:"), column("filename"))),
            ("modificationTime", cast(column("last_modified"), "TIMESTAMP WITH TIME ZONE")),
            ("length", cast(column("size"), "BIGINT")),
            ("content", column("content")),
        ]
        files = subquery(select_from(reader, stored), "__files")
        by_path = replace(source, hive_layout=False)
        outputs: list[tuple[str, Sql]] = []
        for i in needed:
            name = source.schema.fields[i].name
            value = partition_value(by_path, i) if i in source.partitions else _stored(name)
            outputs.append((scan_column(i), value))
        if with_path:
            outputs.append((FILE_PATH_COLUMN, column(PATH)))
        return ScanSql(partitioned_select(by_path, files, outputs))


def _stored(name: str) -> exp.Expression:
    return column(next(f.name for f in SCHEMA.fields if f.name.lower() == name.lower()))
