"""Text files: a row a line, or (`wholetext`) a row a file."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.errors import AnalysisException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import column
from hiveframe.lake.file_bytes import has_mixed_ends
from hiveframe.lake.file_listing import list_request, settle_schema
from hiveframe.lake.lines import LINE, LineFormat, read_lines
from hiveframe.lake.partition_columns import PATH
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType, sql_name

_VALUE = StructType((StructField("value", t.STRING),))


class TextSource:
    """Reads text."""

    label = "Text"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files; the schema is one text column, whatever it is called."""
        listed = list_request(request, context)
        schema, partitions = settle_schema(request, listed, self.label, lambda: _VALUE)
        for i, f in enumerate(schema.fields):
            if i not in partitions and not isinstance(f.dtype, (t.StringType, t.CharType, t.VarcharType)):
                params = {"format": self.label, "columnName": f"`{f.name}`", "columnType": f'"{sql_name(f.dtype)}"'}
                raise AnalysisException("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", params)
        if len(schema.fields) - len(partitions) > 1:
            size = str(len(schema.fields) - len(partitions))
            raise AnalysisException("_LEGACY_ERROR_TEMP_1290", {"schemaSize": size})
        separator = request.options.line_separator()
        how = LineFormat(  # text is UTF-8, whatever the option `encoding` says
            separator=separator,
            whole_file=request.options.flag("wholetext"),
            mixed_ends=separator is None and any(has_mixed_ends(f.path) for f in listed.files),
        )
        return ScanSource(
            "text",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            how,
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """The lines as they are."""
        if not source.files:
            return empty_scan(source, needed, with_path)
        folders = [i for i in needed if i in source.partitions]
        lines = read_lines(source, source.detail, folders, with_path=with_path)
        outputs = [(scan_column(i), column(scan_column(i) if i in source.partitions else LINE)) for i in needed]
        if with_path:
            outputs.append((FILE_PATH_COLUMN, column(PATH)))
        return ScanSql(select_from(subquery(lines.select, "__lines"), outputs), lines.arrow)
