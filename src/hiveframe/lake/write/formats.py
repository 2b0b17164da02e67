"""How each format is written: the COPY statement's parameters, and in which shape columns go in.

Parquet takes physical columns as they are and carries Spark's schema in its metadata; CSV takes every column as Spark's
text; text and JSON take one column of lines.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlglot import exp

from hiveframe.errors import AnalysisException, IllegalArgumentException, analysis_error
from hiveframe.functions.sql import Sql, ident, text
from hiveframe.lake.options import Options
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType, json_value, sql_name
from hiveframe.settings import Settings

SPARK_VERSION = "4.2.0"


@dataclass(frozen=True, slots=True)
class WriteFormat:
    """How a format is written. `label` is its name in Spark's messages.

    `shape`: columns (as they are), texts (each as text), or lines (one text column).
    """

    name: str
    label: str
    shape: str
    suffix: str
    accepts: Callable[[DataType], bool]
    parameters: Callable[[Options, StructType, Settings], list[tuple[str, Any]]]
    codecs: Mapping[str, tuple[str, str]]  # Spark's name -> (DuckDB's, what the file name gains)
    default_codec: str = "none"

    def codec(self, options: Options, settings: Settings) -> tuple[str, str]:
        """The engine's codec and the file name's part, from the `compression` option or the setting."""
        chosen = (options.first("compression", "codec") or self._configured(settings)).lower()
        found = self.codecs.get(chosen)
        if found is None:
            raise IllegalArgumentException(
                "CODEC_SHORT_NAME_NOT_FOUND"
                if self.name != "parquet"
                else "CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION",
                {"codecName": chosen, "availableCodecs": ", ".join(sorted(self.codecs))},
            )
        return found

    def _configured(self, settings: Settings) -> str:
        if self.name == "parquet":
            return settings.require("spark.sql.parquet.compression.codec")
        return self.default_codec

    def check(self, schema: StructType) -> None:
        """UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE names the first column that the format cannot hold."""
        for f in schema.fields:
            if not self.accepts(f.dtype):
                raise analysis_error(
                    "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
                    columnName=f"`{f.name}`",
                    columnType=f'"{sql_name(f.dtype)}"',
                    format=self.label,
                )


def copy_statement(
    query: Sql,
    folder: str,
    write_format: WriteFormat,
    options: Options,
    schema: StructType,
    partition_by: tuple[str, ...],
    settings: Settings,
) -> exp.Copy:
    """`COPY query TO folder`: one file, or folders of files by partition. `schema` is that of the files alone."""
    codec, gained = write_format.codec(options, settings)
    parameters: list[tuple[str, Any]] = [("FORMAT", exp.Var(this=_ENGINE_FORMAT[write_format.name]))]
    parameters += [(k, v) for k, v in write_format.parameters(options, schema, settings)]
    parameters.append(("COMPRESSION", text(codec)))
    stem = f"part-00000-{uuid.uuid4()}"
    suffix = (gained + write_format.suffix) if write_format.name == "parquet" else (write_format.suffix + gained)
    if partition_by:
        columns = [exp.Column(this=ident(name)) for name in partition_by]
        parameters += [
            ("PARTITION_BY", exp.Tuple(expressions=columns)),
            ("FILENAME_PATTERN", text(f"{stem}.c{{i}}")),
            ("FILE_EXTENSION", text(suffix.removeprefix("."))),
        ]
        target = folder
    else:
        target = f"{folder}/{stem}-c000{suffix}"
    return exp.Copy(
        this=exp.Subquery(this=query),
        kind=False,
        files=[text(target)],
        params=[exp.CopyParameter(this=exp.Var(this=k), expression=v) for k, v in parameters],
    )


def _parquet_parameters(options: Options, schema: StructType, settings: Settings) -> list[tuple[str, Any]]:
    metadata = {
        "org.apache.spark.version": SPARK_VERSION,
        "org.apache.spark.sql.parquet.row.metadata": json.dumps(json_value(schema), separators=(",", ":")),
    }
    pairs = [exp.PropertyEQ(this=ident(k), expression=text(v)) for k, v in metadata.items()]
    return [("KV_METADATA", exp.Struct(expressions=pairs))]


def _csv_parameters(options: Options, schema: StructType, settings: Settings) -> list[tuple[str, Any]]:
    separator = options.first("sep", "delimiter") or ","
    quote = options.character(("quote",), '"')
    escape = options.character(("escape",), "\\")
    parameters: list[tuple[str, Any]] = [
        ("HEADER", exp.Boolean(this=options.flag("header"))),
        ("DELIMITER", text(separator)),
        ("QUOTE", text(quote)),
        ("ESCAPE", text(escape if quote else "")),
        ("NULLSTR", text(options.get("nullValue", "") or "")),
    ]
    if options.flag("quoteAll"):
        parameters.append(("FORCE_QUOTE", exp.Star()))
    return parameters


def _line_parameters(options: Options, schema: StructType, settings: Settings) -> list[tuple[str, Any]]:
    separator = options.get("lineSep")
    if separator not in (None, "\n"):
        raise AnalysisException(
            "UNSUPPORTED_FEATURE.HIVEFRAME", {"feature": f"writing with lineSep {separator!r}; leave it out"}
        )
    none = text("")
    return [("HEADER", exp.Boolean(this=False)), ("DELIMITER", none), ("QUOTE", none), ("ESCAPE", none)]


def _any_type(dtype: DataType) -> bool:
    return True


def _parquet_type(dtype: DataType) -> bool:
    match dtype:
        case t.NullType() | t.CalendarIntervalType():
            return False
        case t.ArrayType(element):
            return _parquet_type(element)
        case t.MapType(key, value):
            return _parquet_type(key) and _parquet_type(value)
        case t.StructType(fields):
            return all(_parquet_type(f.dtype) for f in fields)
    return True


def _csv_type(dtype: DataType) -> bool:
    return not isinstance(
        dtype, (t.NullType, t.ArrayType, t.MapType, t.StructType, t.BinaryType, t.CalendarIntervalType, t.VariantType)
    )


def _text_type(dtype: DataType) -> bool:
    return isinstance(dtype, (t.StringType, t.CharType, t.VarcharType))


_ENGINE_FORMAT: Final = {"parquet": "parquet", "csv": "csv", "json": "csv", "text": "csv"}
_TEXT_CODECS: Final = {
    "none": ("none", ""),
    "uncompressed": ("none", ""),
    "gzip": ("gzip", ".gz"),
    "zstd": ("zstd", ".zst"),
}

FORMATS: Final[Mapping[str, WriteFormat]] = {
    "parquet": WriteFormat(
        "parquet",
        "Parquet",
        "columns",
        ".parquet",
        _parquet_type,
        _parquet_parameters,
        {
            "none": ("uncompressed", ""),
            "uncompressed": ("uncompressed", ""),
            "snappy": ("snappy", ".snappy"),
            "gzip": ("gzip", ".gz"),
            "zstd": ("zstd", ".zstd"),
            "brotli": ("brotli", ".br"),
            "lz4_raw": ("lz4_raw", ".lz4raw"),
        },
    ),
    "csv": WriteFormat("csv", "CSV", "texts", ".csv", _csv_type, _csv_parameters, _TEXT_CODECS),
    "json": WriteFormat("json", "JSON", "lines", ".json", _any_type, _line_parameters, _TEXT_CODECS),
    "text": WriteFormat("text", "Text", "lines", ".txt", _text_type, _line_parameters, _TEXT_CODECS),
}
