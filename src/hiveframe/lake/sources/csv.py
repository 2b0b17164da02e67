"""CSV files, read line by line as Spark does and typed by its rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import column, func
from hiveframe.lake.csv.header import FirstRecord, column_names, first_record, is_record
from hiveframe.lake.csv.infer import infer_types
from hiveframe.lake.csv.options import CsvOptions, read_options
from hiveframe.lake.csv.rows import csv_columns, csv_records, csv_rows, refuse_corrupt_alone, variant_rows
from hiveframe.lake.csv.splitting import SPLIT_NAME, field_value, records_of, scan_split, split_lines, splitter
from hiveframe.lake.csv.tokens import record_pattern
from hiveframe.lake.csv.variants import is_uneven, record_variant
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.lines import LINE, LineFormat, read_lines
from hiveframe.lake.options import Options
from hiveframe.lake.partition_columns import PATH
from hiveframe.lake.sampling import sampled_lines, without
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.table_function import select_from, subquery
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType


@dataclass(frozen=True, slots=True, eq=False)
class CsvDetail:
    """How the lines are cut and split, and how many of each file come before the data."""

    options: CsvOptions
    lines: LineFormat
    skip: Mapping[str, int]
    headers: Mapping[str, str]


class CsvSource:
    """Reads CSV."""

    label = "CSV"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files, reads their headers and, where asked, infers types from the data."""
        options = read_options(request.options, context.settings)
        listed = list_request(request, context)
        how = line_format(options)
        firsts = _first_records(listed, how, options, wanted=options.header)
        detail = CsvDetail(
            options,
            how,
            {path: first.line_count for path, first in firsts.items() if first.line_count},
            {path: first.text for path, first in firsts.items() if first.text is not None},
        )
        return self._opened(request, listed, detail, context)

    def open_rows(
        self, rows: pa.Table, schema: StructType | None, options: Options, context: ReadContext
    ) -> ScanSource:
        """A column of records in memory as a source; every line that equals the header is taken for one."""
        csv_options = read_options(options, context.settings)
        lines = [line or "" for line in rows.column(0).to_pylist()] if csv_options.header else []
        header = next((line for line in lines if is_record(line, csv_options)), None)
        if header is not None:
            rows = rows.filter(pc.invert(pc.equal(rows.column(0), header)))
        headers = {"": header} if header is not None else {}
        detail = CsvDetail(csv_options, LineFormat(rows=rows), {}, headers)
        return self._opened(ReadRequest("csv", (), schema, options), Listed((), StructType()), detail, context)

    def _opened(self, request: ReadRequest, listed: Listed, detail: CsvDetail, context: ReadContext) -> ScanSource:
        has_data = bool(listed.files) or detail.lines.rows is not None
        source = ScanSource(
            "csv",
            request.paths,
            listed.files,
            StructType(),
            request.options,
            (),
            listed.hive_layout,
            context.settings.time_zone,
            detail,
        )
        schema, partitions = settle_schema(
            request, listed, self.label, lambda: _infer(source, detail, context) if has_data else None
        )
        csv_columns(schema, detail.options)
        return replace(source, schema=schema, partitions=partitions)

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """Lines split and parsed by DuckDB expressions."""
        detail: CsvDetail = source.detail
        if not source.files and detail.lines.rows is None:
            return empty_scan(source, needed, with_path)
        if detail.options.header and not detail.options.enforce_schema:
            _check_headers(source, detail)
        folders = [i for i in needed if i in source.partitions]
        # The path travels along for error messages; DuckDB drops it where nothing asks.
        lines = read_lines(source, detail.lines, folders, with_path=True, skip=detail.skip)
        places = source.data_positions()
        columns = csv_columns(StructType(tuple(source.schema.fields[i] for i in places)), detail.options)
        inner = [places.index(i) for i in needed if i not in source.partitions]
        keep = [*(scan_column(i) for i in folders), *([PATH] if with_path else [])]
        if source.files:
            refuse_corrupt_alone(columns, inner)
        elif columns.corrupt in inner:
            inner = list(range(len(places)))  # rows at hand are judged by all of their columns
        split = scan_split(detail.options, _place(source), context)
        records = csv_records(lines.select, detail.options)
        if detail.options.variant_column is None:
            typed = csv_rows(records, columns, inner, detail.options, keep, split, context)
        else:
            names = {path: _names(header, detail.options) for path, header in detail.headers.items()}
            value = record_variant(
                column(LINE), column(PATH), names, detail.options, source.options, source.time_zone, context
            )
            uneven = is_uneven(func("len", split(column(LINE))), column(PATH), names)
            typed = variant_rows(records, columns, inner, detail.options, keep, (value, uneven), context)
        return ScanSql(_named(typed, places, needed, source, with_path), lines.arrow)


def _named(
    typed: exp.Select, places: Sequence[int], needed: Sequence[int], source: ScanSource, with_path: bool
) -> exp.Select:
    """The projections under their places in the whole schema."""
    outputs = [(scan_column(i), column(scan_column(i if i in source.partitions else places.index(i)))) for i in needed]
    if with_path:
        outputs.append((FILE_PATH_COLUMN, column(PATH)))
    return select_from(subquery(typed, "__rows"), outputs)


def line_format(options: CsvOptions) -> LineFormat:
    """How a CSV file's bytes become records."""
    if options.multi_line and options.needs_univocity:
        return LineFormat(options.encoding, cut=partial(records_of, options=options))
    if options.multi_line:
        return LineFormat(options.encoding, record=record_pattern(options))
    return LineFormat(options.encoding, separator=options.line_separator)


def _first_records(listed: Listed, how: LineFormat, options: CsvOptions, *, wanted: bool) -> dict[str, FirstRecord]:
    return {file.path: first_record(file.path, how, options) for file in listed.files} if wanted else {}


def _infer(source: ScanSource, detail: CsvDetail, context: ReadContext) -> StructType:
    """Names from the first file that has a record; types from the data, or text."""
    options = detail.options
    if options.variant_column is not None:
        return StructType((StructField(options.variant_column, t.VARIANT),))
    first = next(iter(detail.headers.values()), None)
    if not options.header:
        first = _first_data_record(source, detail)
    if first is None:
        return StructType()
    tokens = [field_value(token, options) for token in splitter(options, _place(source))(first)]
    if len(tokens) > source.options.integer("maxColumns", 20_480):
        raise SparkException("MALFORMED_CSV_RECORD", {"badRecord": first})
    names = column_names(tokens) if options.header else [f"_c{i}" for i in range(len(tokens))]
    types: Sequence[t.DataType] = [t.STRING] * len(names)
    if options.infer_schema:
        types = _types(source, detail, len(names), context)
    return StructType(tuple(StructField(n, d) for n, d in zip(names, types, strict=True)))


def _first_data_record(source: ScanSource, detail: CsvDetail) -> str | None:
    if detail.lines.rows is not None:
        lines = (line or "" for line in detail.lines.rows.column(0).to_pylist())
        return next((line for line in lines if is_record(line, detail.options)), None)
    found = (first_record(f.path, detail.lines, detail.options).text for f in source.files)
    return next((record for record in found if record is not None), None)


def _types(source: ScanSource, detail: CsvDetail, count: int, context: ReadContext) -> Sequence[t.DataType]:
    ntz = context.settings.get("spark.sql.timestampType") == "TIMESTAMP_NTZ"
    sample = sampled_lines(source, detail.lines, source.options)
    if sample is not None:
        detail = replace(detail, lines=without(sample, detail.headers), skip={})

    def ask(build: Callable[[exp.Select], exp.Select]) -> tuple[Any, ...]:
        lines = read_lines(source, detail.lines, skip=detail.skip)
        split = partial(split_lines, options=detail.options, path=_place(source))
        query, functions = build(lines.select), {SPLIT_NAME: split}
        return context.runner.rows(query, time_zone=source.time_zone, arrow=lines.arrow, functions=functions)[0]

    return infer_types(ask, count, detail.options, ntz=ntz)


def _names(header: str, options: CsvOptions) -> tuple[str, ...]:
    return tuple(field_value(token, options) or "" for token in splitter(options, "")(header))


def _place(source: ScanSource) -> str:
    """The file that an error names: the first one."""
    return source.files[0].path if source.files else ""


def _check_headers(source: ScanSource, detail: CsvDetail) -> None:
    """`enforceSchema=false`: a file's header must name the schema's columns in order."""
    names = [source.schema.fields[i].name.lower() for i in source.data_positions()]
    for path, header in detail.headers.items():
        tokens = [token.strip().lower() for token in header.split(detail.options.separator)]
        if tokens != names:
            raise SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{path}"})
