"""JSON files: a record a line, or (`multiLine`) a document a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import column
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.json.infer import Inferred, infer_schema
from hiveframe.lake.json.options import JsonOptions, read_options
from hiveframe.lake.json.rows import (
    corrupt_position,
    json_lines,
    json_records,
    json_rows,
    refuse_corrupt_alone,
    variant_rows,
)
from hiveframe.lake.lines import LINE, LineFormat, read_lines
from hiveframe.lake.options import Options
from hiveframe.lake.partition_columns import PATH
from hiveframe.lake.sampling import sampled_lines
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType


@dataclass(frozen=True, slots=True, eq=False)
class JsonDetail:
    """How files become records; `is_uniform` says that every value is known to be of its column's very kind."""

    options: JsonOptions
    lines: LineFormat
    is_uniform: bool = False


class JsonSource:
    """Reads JSON."""

    label = "JSON"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files; without a schema, every record is looked at."""
        options = read_options(request.options, context.settings)
        how = LineFormat(
            options.encoding,
            separator=options.line_separator,
            whole_file=options.multi_line,
            marks_undecoded=True,
        )
        return self._opened(request, list_request(request, context), JsonDetail(options, how), context)

    def open_rows(
        self, rows: pa.Table, schema: StructType | None, options: Options, context: ReadContext
    ) -> ScanSource:
        """A column of records in memory as a source."""
        detail = JsonDetail(read_options(options, context.settings), LineFormat(rows=rows))
        request = ReadRequest("json", (), schema, options)
        return self._opened(request, Listed((), StructType()), detail, context)

    def _opened(self, request: ReadRequest, listed: Listed, detail: JsonDetail, context: ReadContext) -> ScanSource:
        source = ScanSource(
            "json",
            request.paths,
            listed.files,
            StructType(),
            request.options,
            (),
            listed.hive_layout,
            context.settings.time_zone,
            detail,
        )
        has_data = bool(listed.files) or detail.lines.rows is not None
        inferred = _infer(source, detail, context) if request.schema is None and has_data else None
        schema, partitions = settle_schema(request, listed, self.label, lambda: inferred.schema if inferred else None)
        corrupt_position(schema, detail.options)
        detail = replace(detail, is_uniform=inferred is not None and inferred.is_uniform)
        return replace(source, schema=schema, partitions=partitions, detail=detail)

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """Records parsed by DuckDB's JSON functions."""
        detail: JsonDetail = source.detail
        if not source.files and detail.lines.rows is None:
            return empty_scan(source, needed, with_path)
        folders = [i for i in needed if i in source.partitions]
        lines = read_lines(source, detail.lines, folders, with_path=True)
        places = source.data_positions()
        inner = [places.index(i) for i in needed if i not in source.partitions]
        keep = [*(scan_column(i) for i in folders), *([PATH] if with_path else [])]
        data = StructType(tuple(source.schema.fields[i] for i in places))
        if detail.options.variant_column is not None:
            typed = variant_rows(lines.select, data, inner, detail.options, keep, context)
        elif inner or detail.options.multi_line:
            carried = list(dict.fromkeys([*keep, LINE, PATH]))
            records = json_records(lines.select, carried, detail.options.leniency.unmeasured, context)
            if source.files:
                refuse_corrupt_alone(data, inner, detail.options)
            typed = json_rows(records, data, inner, detail.options, keep, context, is_uniform=detail.is_uniform)
        else:
            typed = json_lines(lines.select)
        outputs = [
            (scan_column(i), column(scan_column(i if i in source.partitions else places.index(i)))) for i in needed
        ]
        if with_path:
            outputs.append((FILE_PATH_COLUMN, column(PATH)))
        return ScanSql(select_from(subquery(typed, "__rows"), outputs), lines.arrow)


def _infer(source: ScanSource, detail: JsonDetail, context: ReadContext) -> Inferred:
    sample = sampled_lines(source, detail.lines, source.options)
    if sample is not None:
        detail = replace(detail, lines=sample)
    if detail.options.variant_column is not None:
        return Inferred(StructType((StructField(detail.options.variant_column, t.VARIANT),)), is_uniform=False)

    def ask(build: Callable[[exp.Select], exp.Expression]) -> list[tuple[Any, ...]]:
        lines = read_lines(source, detail.lines)
        return context.runner.rows(build(lines.select), time_zone=source.time_zone, arrow=lines.arrow)

    return infer_schema(ask, detail.options)
