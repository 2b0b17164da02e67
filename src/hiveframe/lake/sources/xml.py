"""XML files: a row for each element of the name `rowTag`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hiveframe.errors import analysis_error
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.xml_options import XmlOptions, xml_options
from hiveframe.functions.xml_reader import XmlReader
from hiveframe.functions.xml_schema import XmlSchema
from hiveframe.lake.batch_stream import scan_files
from hiveframe.lake.csv.options import charset
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.lines import open_binary
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource, ScanSql, empty_scan
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


class XmlSource:
    """Reads XML."""

    label = "XML"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files; without a schema, every record is looked at."""
        detail = read_detail(request.options, context.settings)
        listed = list_request(request, context)
        schema, partitions = settle_schema(
            request, listed, self.label, lambda: _inferred(listed, detail, context.settings) if listed.files else None
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
        if not source.files:
            return empty_scan(source, needed, with_path)
        detail: XmlDetail = source.detail
        places = source.data_positions()
        reader = XmlReader(StructType(tuple(source.schema.fields[i] for i in places)), detail.options)

        def read(path: str, wanted: tuple[int, ...]) -> Iterator[Sequence[Any]]:
            content = _content(path, detail)
            rows = reader.records(content, path) if detail.multi_line else reader.lines(content, path)
            columns = [places.index(i) for i in wanted]
            for row in rows:
                yield [row[n] for n in columns]

        return scan_files(source, needed, read, context, with_path=with_path)


def read_detail(options: Options, settings: Settings) -> XmlDetail:
    """The options of a read or a write; XML_ROW_TAG_MISSING without a row tag."""
    if "rowTag" not in options:
        raise analysis_error("XML_ROW_TAG_MISSING", rowTag="`rowTag`")
    given = {name.lower(): value for name, value in options.items()}
    sensitive = settings.flag("spark.sql.caseSensitive")
    return XmlDetail(
        xml_options(given, settings.time_zone, case_sensitive=sensitive),
        charset(options.first("encoding", "charset") or "utf-8", "XMLOptions"),
        options.flag("multiLine", True),
    )


def _content(path: str, detail: XmlDetail) -> str:
    with open_binary(path) as raw:
        return raw.read().decode(detail.encoding, "replace")


def _inferred(listed: Listed, detail: XmlDetail, settings: Settings) -> StructType:
    inference = XmlSchema(detail.options, ntz=settings.get("spark.sql.timestampType") == "TIMESTAMP_NTZ")
    found: list[t.DataType] = []
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
