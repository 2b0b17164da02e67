"""Avro files, by way of fastavro."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException, unsupported
from hiveframe.functions.avro_types import Avro, parse_schema, spark_type
from hiveframe.functions.avro_values import fastavro, from_datum, named_types
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.batch_stream import scan_files
from hiveframe.lake.file_listing import Listed, list_request, settle_schema
from hiveframe.lake.options import Options
from hiveframe.lake.paths import file_uri
from hiveframe.lake.scan import ScanSource, ScanSql, empty_scan
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.plan.types import StructField, StructType


@dataclass(frozen=True, slots=True, eq=False)
class AvroDetail:
    """The schema that values are resolved to (None: each file's own), and whether fields match by place."""

    wanted: Avro | None
    is_positional: bool


class AvroSource:
    """Reads Avro."""

    label = "Avro"

    def open(self, request: ReadRequest, context: ReadContext) -> ScanSource:
        """Lists the files; the schema is the `avroSchema` option's, or that of the first file."""
        options = request.options
        if options.get("datetimeRebaseMode", "CORRECTED").upper() == "LEGACY":
            raise unsupported("the Avro option datetimeRebaseMode=LEGACY")
        if "avroSchemaUrl" in options:
            raise unsupported("the Avro option avroSchemaUrl; give avroSchema the text")
        listed = _with_extension(list_request(request, context), options)
        wanted = parse_schema(options["avroSchema"]) if "avroSchema" in options else None
        detail = AvroDetail(wanted, options.flag("positionalFieldMatching"))
        schema, partitions = settle_schema(request, listed, self.label, lambda: _inferred(listed, wanted))
        return ScanSource(
            "avro",
            request.paths,
            listed.files,
            schema,
            options,
            partitions,
            listed.hive_layout,
            context.settings.time_zone,
            detail,
        )

    def scan(
        self, source: ScanSource, needed: Sequence[int], context: EmitContext, *, with_path: bool = False
    ) -> ScanSql:
        """Records decoded here, as an Arrow stream."""
        if not source.files:
            return empty_scan(source, needed, with_path)
        detail: AvroDetail = source.detail
        places = source.data_positions()

        def read(path: str, wanted: tuple[int, ...]) -> Iterator[Sequence[Any]]:
            fields = [(source.schema.fields[i], places.index(i)) for i in wanted]
            return _rows(path, fields, detail)

        return scan_files(source, needed, read, context, with_path=with_path)


def _rows(path: str, fields: Sequence[tuple[StructField, int]], detail: AvroDetail) -> Iterator[Sequence[Any]]:
    library = fastavro()
    try:
        with open(path, "rb") as raw:
            reader = library.reader(raw, detail.wanted)
            shape = detail.wanted if detail.wanted is not None else _own_schema(reader)
            members = shape["fields"]
            by_name = {f["name"].lower(): f for f in members}
            named = named_types(shape)
            found = [
                (members[place] if place < len(members) else None)
                if detail.is_positional
                else by_name.get(f.name.lower())
                for f, place in fields
            ]
            for record in reader:
                yield [
                    None if member is None else from_datum(record[member["name"]], member["type"], f.dtype, named)
                    for (f, _), member in zip(fields, found, strict=True)
                ]
    except (ValueError, EOFError, OSError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise SparkException("FAILED_READ_FILE.NO_HINT", {"path": f"file://{path}"}, detail=f" {error}") from error


def _own_schema(reader: Any) -> Avro:
    return json.loads(reader.metadata["avro.schema"])


def _with_extension(listed: Listed, options: Options) -> Listed:
    if options.flag("ignoreExtension", True):
        return listed
    files = tuple(f for f in listed.files if f.path.endswith(".avro"))
    return Listed(files, listed.partition_schema, listed.hive_layout)


def _inferred(listed: Listed, wanted: Avro | None) -> StructType | None:
    if wanted is None and not listed.files:
        return None
    schema = wanted if wanted is not None else _schema_of(listed.files[0].path)
    dtype, _ = spark_type(schema)
    if not isinstance(dtype, StructType):
        raise unsupported("Avro files whose schema is no record")
    return dtype


def _schema_of(path: str) -> Avro:
    library = fastavro()
    try:
        with open(path, "rb") as raw:
            return _own_schema(library.reader(raw))
    except (ValueError, EOFError, OSError, IndexError, KeyError) as error:
        raise SparkException("FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", {"path": file_uri(path)}) from error
