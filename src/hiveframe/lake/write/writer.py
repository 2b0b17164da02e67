"""A write from beginning to end: checks, files aside, then into place."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import takewhile
from typing import Final

import pyarrow as pa
from sqlglot import exp

from hiveframe.errors import (
    IllegalArgumentException,
    SparkException,
    UnsupportedOperationException,
    analysis_error,
    unsupported,
)
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.xml_options import check_writing
from hiveframe.lake.csv.options import charset
from hiveframe.lake.partitions import folder_name
from hiveframe.lake.paths import file_uri, local_path
from hiveframe.lake.sources.xml import read_detail
from hiveframe.lake.write.avro_files import AvroFileWriter
from hiveframe.lake.write.checks import HOLDS, check_request, check_unique, partition_positions
from hiveframe.lake.write.codecs import codec_of
from hiveframe.lake.write.layout import SUCCESS, Laid, lay_out, mark_success
from hiveframe.lake.write.request import (
    ERROR_IF_EXISTS,
    IGNORE,
    OVERWRITE,
    Rows,
    WriteRequest,
    WriteResult,
    max_records,
)
from hiveframe.lake.write.staging import Staging, commit_append, commit_overwrite, staging
from hiveframe.lake.write.statements import Plan, copy_statement, data_select, xml_frame
from hiveframe.lake.write.stream_files import FileWriter, LineWriter, OrcFileWriter, XmlFileWriter, write_stream
from hiveframe.lake.write.text_lines import csv_writer
from hiveframe.settings import Settings


def write(request: WriteRequest, rows: Rows, settings: Settings) -> WriteResult:
    """Writes the rows as the request says. On any failure the target is as it was."""
    target = os.path.realpath(local_path(request.path))
    if os.path.exists(target):
        if request.mode == ERROR_IF_EXISTS:
            raise analysis_error("PATH_ALREADY_EXISTS", outputPath=file_uri(local_path(request.path)))
        if request.mode == IGNORE:
            return WriteResult(0, (), is_skipped=True)
    plan = make_plan(request, settings)
    try:
        return _write(request, plan, rows, target)
    except OSError as error:
        raise _write_failed(target, f" {error.strerror or error}") from error
    except SparkException as error:
        if error.condition != "TASK_WRITE_FAILED":
            raise
        raise _write_failed(target, error.detail) from error


def _write_failed(target: str, detail: str) -> SparkException:
    return SparkException("TASK_WRITE_FAILED", {"path": file_uri(target)}, detail=detail)


def _write(request: WriteRequest, plan: Plan, rows: Rows, target: str) -> WriteResult:
    with staging(target) as made:
        raw = os.path.join(made.root, "raw")
        row_count = compute_files(plan, rows, raw)
        names = list(request.partition_by)
        laid = lay_out(raw, made.data, names, str(uuid.uuid4()), file_suffix(plan))
        moved = next((folder for folder in laid.folders if folder in request.elsewhere), None)
        if moved is not None:
            raise unsupported(f"writing into the partition {moved}, which lies outside of its table's folder")
        _commit(request, made, laid, names)
    files = tuple(os.path.join(target, f) for f in laid.files)
    return WriteResult(row_count, files, laid.folders)


def make_plan(request: WriteRequest, settings: Settings) -> Plan:
    """The request, checked: DATA_SOURCE_NOT_FOUND, types, partition columns, codec."""
    if request.format == "binaryfile":
        raise UnsupportedOperationException("UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", {})
    label = _LABELS.get(request.format)
    if label is None:
        raise SparkException("DATA_SOURCE_NOT_FOUND", {"provider": request.format})
    check_request(request, label, HOLDS[request.format])
    codec = codec_of(request.format, request.options, _default_codec(request.format, settings))
    positions = partition_positions(request.schema, request.partition_by)
    plan = Plan(
        request.format,
        request.schema,
        positions,
        request.options,
        codec,
        request.time_zone,
        max_records(request.options, settings),
        request.field_ids,
        request.parquet,
    )
    if request.format in ("parquet", "orc", "avro"):
        check_unique(plan.data_fields)
    if request.format == "xml":
        check_writing(read_detail(request.options, settings).options)
    if request.format == "text" and len(plan.data_fields) != 1:
        raise analysis_error("_LEGACY_ERROR_TEMP_1290", schemaSize=str(len(plan.data_fields)))
    return plan


def _default_codec(format_name: str, settings: Settings) -> str:
    name = {"parquet": "spark.sql.parquet.compression.codec", "orc": "spark.sql.orc.compression.codec"}.get(format_name)
    if format_name == "avro":
        return settings.get("spark.sql.avro.compression.codec") or "snappy"
    if name is None:
        return "none"
    return settings.get(name) or ("zstd" if format_name == "orc" else "snappy")


def file_suffix(plan: Plan) -> str:
    """What ends a file's name: `.snappy.parquet`, but `.csv.gz`."""
    is_codec_first = plan.format in ("parquet", "orc")
    return f"{plan.codec.suffix}{_extension(plan)}" if is_codec_first else f"{_extension(plan)}{plan.codec.suffix}"


def compute_files(plan: Plan, rows: Rows, raw: str) -> int:
    """Runs the query and leaves its files below `raw`."""
    if not os.path.isdir(raw):
        os.makedirs(raw)
    path = os.path.join(raw, "tree") if plan.is_split else os.path.join(raw, "data_0")
    if _is_copied(plan):
        return rows.copy(lambda query, names, context: copy_statement(plan, query, names, context, path))
    split = len(plan.positions) + (1 if plan.max_records else 0)
    batches = rows.stream(partial(_stream_select, plan))
    return write_stream(batches, raw, split, partial(_open_file, plan))


def _is_copied(plan: Plan) -> bool:
    """Whether DuckDB writes the files itself."""
    if plan.format == "parquet":
        return True
    usual = _encoding(plan) == "utf-8"
    return (
        plan.format not in ("avro", "orc", "xml")
        and usual
        and plan.codec.duck is not None
        and plan.options.get("lineSep", "\n") == "\n"
    )


def _encoding(plan: Plan) -> str:
    """The files' charset; text is UTF-8 whatever the options say."""
    if plan.format == "text":
        return "utf-8"
    return charset(plan.options.first("encoding", "charset") or "utf-8", "CSVOptions")


def _stream_select(plan: Plan, query: exp.Query, names: tuple[str, ...], context: EmitContext) -> exp.Select:
    return data_select(plan, query, names, context)


def _open_file(plan: Plan, path: str, schema: pa.Schema) -> FileWriter:
    if plan.format == "orc":
        return OrcFileWriter(path, schema, plan.data_fields, plan.codec.python or "uncompressed")
    if plan.format == "avro":
        return AvroFileWriter(path, plan.data_fields, plan.options, plan.codec.python or "null")
    if plan.format == "xml":
        return XmlFileWriter(path, xml_frame(plan), encoding=_encoding(plan), codec=plan.codec.python)
    header = None
    if plan.format == "csv" and plan.options.flag("header"):
        header = csv_writer(plan.options, plan.time_zone).header([f.name for f in plan.data_fields])
    return LineWriter(
        path,
        encoding=_encoding(plan),
        separator=plan.options.get("lineSep", "\n"),
        codec=plan.codec.python,
        header=header,
    )


def _commit(request: WriteRequest, made: Staging, laid: Laid, names: Sequence[str]) -> None:
    """New files beside the old ones, or in the place of them."""
    replaces_all = request.mode == OVERWRITE and not request.is_dynamic and not request.static_partition
    if replaces_all or not os.path.isdir(made.target):
        mark_success(made.data)
        commit_overwrite(made, ["."])
        return
    if request.mode != OVERWRITE:
        mark_success(made.data)
        commit_append(made, [*laid.files, SUCCESS])
        return
    folders = list(laid.folders) if request.is_dynamic else _covered(request, made, laid, names)
    commit_overwrite(made, folders)


def _covered(request: WriteRequest, made: Staging, laid: Laid, names: Sequence[str]) -> list[str]:
    """The folders that a static partition covers: one, where its columns lead, else every one that fits."""
    values = {name.lower(): value for name, value in request.static_partition.items()}
    wanted = [folder_name(n, values[n.lower()]) if n.lower() in values else None for n in names]
    leading = list(takewhile(lambda segment: segment is not None, wanted))
    if len(leading) == len(values):
        return [os.path.join(*(segment for segment in leading if segment is not None))]
    present = {os.path.relpath(folder, made.target) for folder, _, files in os.walk(made.target) if files}
    fits = [f for f in present if _fits(f.split(os.sep), wanted)]
    return sorted({*fits, *laid.folders})


def _fits(segments: Sequence[str], wanted: Sequence[str | None]) -> bool:
    if len(segments) != len(wanted):
        return False
    return all(w is None or w.lower() == s.lower() for s, w in zip(segments, wanted, strict=True))


def _extension(plan: Plan) -> str:
    """The files' ending; CSV's can be chosen, of three letters."""
    chosen = plan.options.get("extension") if plan.format == "csv" else None
    if chosen is None:
        return _EXTENSIONS[plan.format]
    if len(chosen) != 3 or not chosen.isalpha():
        params = {"parameter": "`extension`", "functionName": "`CSVOptions`", "invalidValue": chosen}
        raise IllegalArgumentException("INVALID_PARAMETER_VALUE.EXTENSION", params)
    return f".{chosen}"


_EXTENSIONS: Final[Mapping[str, str]] = {
    "parquet": ".parquet",
    "orc": ".orc",
    "csv": ".csv",
    "json": ".json",
    "text": ".txt",
    "xml": ".xml",
    "avro": ".avro",
}

_LABELS: Final[Mapping[str, str]] = {
    "parquet": "Parquet",
    "orc": "ORC",
    "csv": "CSV",
    "json": "JSON",
    "text": "Text",
    "xml": "XML",
    "avro": "Avro",
}
