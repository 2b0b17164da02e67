"""XML files: a row for each element of the name `rowTag`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.xml_options import XmlOptions, xml_options
from hiveframe.functions.xml_reader import XmlReader
from hiveframe.functions.xml_schema import XmlSchema
from hiveframe.functions.xml_variant import XmlVariantReader
from hiveframe.lake.batch_stream import BatchStream, scan_files, scan_stream
from hiveframe.lake.csv.options import charset
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.lines import open_binary
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource, ScanSql, empty_scan, scan_column
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.plan import types as t
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class XmlDetail:
    """How files become records."""

    options: XmlOptions
    encoding: str
    multi_line: bool
    rows: pa.Table | None = None


class XmlSource:
    """Reads XML."""

    label = "XML"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files; without a schema, every record is looked at."""
        detail = read_detail(request.options, context.settings)
        return self._opened(request, list_request(request, context), detail, context)

    def open_rows(
        self, rows: pa.Table, schema: StructType | None, options: Options, context: ReadContext
    ) -> ScanSource:
        """A column of documents in memory as a source; the root of each is the record."""
        detail = XmlDetail(_xml_options(options, context.settings), "utf-8", False, rows)
        return self._opened(ReadRequest("xml", (), schema, options), Listed((), StructType()), detail, context)

    def _opened(self, request: ReadRequest, listed: Listed, detail: XmlDetail, context: ReadContext) -> ScanSource:
        has_data = bool(listed.files) or detail.rows is not None
        schema, partitions = settle_schema(
            request, listed, self.label, lambda: _inferred(listed, detail, context.settings) if has_data else None
        )
        return ScanSource(
            "xml",
            request.paths,
            listed.files,
            schema,
            request.options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            detail,
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """Records parsed here, as an Arrow stream."""
        detail: XmlDetail = source.detail
        if detail.rows is not None:
            return _scan_rows(source, needed, context)
        if not source.files:
            return empty_scan(source, needed, with_path)
        places = source.data_positions()
        stored = StructType(tuple(source.schema.fields[i] for i in places))
        reader = _reader(stored, detail.options)

        def read(path: str, wanted: tuple[int, ...]) -> Iterator[Sequence[Any]]:
            content = _content(path, detail)
            rows = reader.records(content, path) if detail.multi_line else reader.documents(content.splitlines(), path)
            columns = [places.index(i) for i in wanted]
            for row in rows:
                yield [row[n] for n in columns]

        return scan_files(source, needed, read, context, with_path=with_path)


def _reader(schema: StructType, options: XmlOptions) -> XmlReader:
    """What reads records; where they are to be one VARIANT each, there must be a column for it and no other."""
    if options.variant_column is None:
        return XmlReader(schema, options)
    fields = [f for f in schema.fields if f.name != options.corrupt_column]
    if len(fields) != 1 or not isinstance(fields[0].dtype, t.VariantType):
        raise analysis_error("INVALID_SINGLE_VARIANT_COLUMN", schema=f'"{t.sql_name(schema)}"')
    return XmlVariantReader(schema, options)


def read_detail(options: Options, settings: Settings) -> XmlDetail:
    """The options of a read or a write; XML_ROW_TAG_MISSING without a row tag."""
    if "rowTag" not in options:
        raise analysis_error("XML_ROW_TAG_MISSING", rowTag="`rowTag`")
    return XmlDetail(
        _xml_options(options, settings),
        charset(options.first("encoding", "charset") or "utf-8", "XMLOptions"),
        options.flag("multiLine", True),
    )


def _xml_options(options: Options, settings: Settings) -> XmlOptions:
    given = {name.lower(): value for name, value in options.items()}
    return xml_options(given, settings.time_zone, case_sensitive=settings.flag("spark.sql.caseSensitive"))


def _scan_rows(source: ScanSource, needed: Sequence[int], context: EmitContext) -> ScanSql:
    detail: XmlDetail = source.detail
    reader = _reader(source.schema, detail.options)
    kept = list(needed) or [0]
    fields = source.schema.fields
    types = [context.arrow_type(fields[i].dtype) if fields else pa.int8() for i in kept]
    schema = pa.schema([(scan_column(i), dtype) for i, dtype in zip(kept, types, strict=True)])

    def batches() -> Iterator[pa.RecordBatch]:
        rows = list(reader.documents(_texts(detail)))
        columns = [
            pa.array([row[i] if fields else None for row in rows], dtype) for i, dtype in zip(kept, types, strict=True)
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)

    return scan_stream(source, kept, BatchStream(schema, batches))


def _texts(detail: XmlDetail) -> list[str]:
    assert detail.rows is not None
    return [text or "" for text in detail.rows.column(0).to_pylist()]


def _content(path: str, detail: XmlDetail) -> str:
    with open_binary(path) as raw:
        return raw.read().decode(detail.encoding, "replace")


def _inferred(listed: Listed, detail: XmlDetail, settings: Settings) -> StructType:
    if detail.options.variant_column is not None:
        return StructType((t.StructField(detail.options.variant_column, t.VARIANT),))
    inference = XmlSchema(detail.options, ntz=settings.get("spark.sql.timestampType") == "TIMESTAMP_NTZ")
    found: list[t.DataType] = []
    if detail.rows is not None:
        found += [dtype for dtype in map(inference.document, filter(str.strip, _texts(detail))) if dtype is not None]
    for file in listed.files:
        content = _content(file.path, detail)
        if detail.multi_line:
            found += inference.records(content)
        else:
            lines = (inference.document(line) for line in content.splitlines() if line.strip())
            found += [dtype for dtype in lines if dtype is not None]
    merged: t.DataType = StructType()
    for dtype in found:
        merged = inference.merged(merged, dtype)
    settled = inference.settled(merged)
    return settled if isinstance(settled, StructType) else StructType()
