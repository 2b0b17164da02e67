"""The COPY (or SELECT) that turns the rows' query into files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.casts import cast_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, case, cast, column, func, ident, number, op, struct_pack, text
from hiveframe.functions.xml_options import XmlOptions, xml_options
from hiveframe.functions.xml_writer import xml_text
from hiveframe.lake.options import Options
from hiveframe.lake.partition_values import DEFAULT_PARTITION
from hiveframe.lake.sources.parquet_footer import ROW_METADATA
from hiveframe.lake.table_function import struct_literal, subquery
from hiveframe.lake.write.codecs import Codec
from hiveframe.lake.write.layout import CHUNK_COLUMN, partition_alias
from hiveframe.lake.write.text_lines import csv_writer, json_line
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType, json_value

SPARK_VERSION: Final = "4.2.0"


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How the rows become files. `positions` are the partition columns' places in `schema`.

    `max_records` is the most rows in a file; 0 for no limit.
    """

    format: str
    schema: StructType
    positions: tuple[int, ...]
    options: Options
    codec: Codec
    time_zone: str
    max_records: int = 0
    field_ids: Mapping[str, object] = field(default_factory=dict)
    parquet: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def data(self) -> tuple[int, ...]:
        """Places of the columns that go into the files."""
        return tuple(i for i in range(len(self.schema.fields)) if i not in self.positions)

    @property
    def data_fields(self) -> tuple[StructField, ...]:
        """The columns that go into the files."""
        return tuple(self.schema.fields[i] for i in self.data)

    @property
    def is_split(self) -> bool:
        """Whether the output is a folder tree and not one file."""
        return bool(self.positions) or self.max_records > 0


def data_select(plan: Plan, query: exp.Query, names: Sequence[str], context: EmitContext) -> exp.Select:
    """The file's columns under their names (or the one line), then the partition columns as Spark's texts."""
    items = [
        exp.Alias(this=value, alias=ident(name))
        for name, value in (*_file_columns(plan, names, context), *partition_texts(plan, names, context))
    ]
    select = exp.Select(expressions=items).from_(subquery(query, "__rows"))
    if plan.format == "csv" and len(plan.data) == 1:
        # A row that comes to nothing at all is no line: Spark's writer skips it.
        select = select.where(op("!=", items[0].this.copy(), text("")), copy=False)
    return select


def copy_statement(
    plan: Plan, query: exp.Query, names: Sequence[str], context: EmitContext, path: str
) -> exp.Expression:
    """`COPY (SELECT …) TO 'path' (…)`."""
    params: list[tuple[str, exp.Expression]] = list(
        _parquet_params(plan) if plan.format == "parquet" else _text_params(plan)
    )
    if plan.codec.duck is not None:
        params.append(("COMPRESSION", exp.Var(this=plan.codec.duck.upper())))
    split = [partition_alias(n) for n in range(len(plan.positions))] + ([CHUNK_COLUMN] if plan.max_records else [])
    if split:
        params.append(("PARTITION_BY", exp.Tuple(expressions=[ident(name) for name in split])))
    return exp.Copy(
        this=exp.Subquery(this=data_select(plan, query, names, context)),
        kind=False,
        files=[text(path)],
        params=[exp.CopyParameter(this=exp.Var(this=name), expression=value) for name, value in params],
    )


def _file_columns(plan: Plan, names: Sequence[str], context: EmitContext) -> list[tuple[str, Sql]]:
    values = [column(names[i]) for i in plan.data]
    if plan.format == "csv":
        writer = csv_writer(plan.options, plan.time_zone)
        header = writer.header([f.name for f in plan.data_fields]) if plan.options.flag("header") else "line"
        return [(header, writer.line(values, plan.data_fields, context))]
    if plan.format == "json":
        return [("line", json_line(values, plan.data_fields, plan.options, plan.time_zone, context))]
    if plan.format == "xml":
        record = StructType(plan.data_fields)
        return [("line", xml_text(struct_pack(record, values), record, _xml_options(plan), 1, context))]
    if plan.format == "text":
        return [("line", func("coalesce", values[0], text("")))]
    return [(f.name, value) for f, value in zip(plan.data_fields, values, strict=True)]


def _xml_options(plan: Plan) -> XmlOptions:
    return xml_options({name.lower(): value for name, value in plan.options.items()}, plan.time_zone)


def xml_frame(plan: Plan) -> tuple[str, str]:
    """What stands before the records of an XML file, and what ends it."""
    options = _xml_options(plan)
    name, *attributes = options.root_tag.split(" ")
    pairs = (a.partition("=") for a in attributes)
    shown = "".join(f' {key}="{value.strip(chr(34) + chr(39))}"' for key, _, value in pairs)
    declaration = f"<?xml {options.declaration}?>\n" if options.declaration else ""
    return f"{declaration}<{name}{shown}>\n", f"</{name}>"


def partition_texts(plan: Plan, names: Sequence[str], context: EmitContext) -> list[tuple[str, Sql]]:
    """The partition columns as folder texts, and the number of the file where files are cut by row count."""
    made: list[tuple[str, Sql]] = []
    for n, i in enumerate(plan.positions):
        dtype = plan.schema.fields[i].dtype
        value = column(names[i])
        shown = func("decode", value) if isinstance(dtype, t.BinaryType) else _shown(value, dtype, context)
        empty = op("=", func("coalesce", shown, text("")), text(""))
        made.append((partition_alias(n), case((empty, text(DEFAULT_PARTITION)), default=shown.copy())))
    if plan.max_records:
        window = exp.Window(
            this=func("row_number"),
            partition_by=[column(names[i]) for i in plan.positions],
        )
        made.append((CHUNK_COLUMN, op("//", op("-", window, number(1)), number(plan.max_records))))
    return made


def _shown(value: Sql, dtype: t.DataType, context: EmitContext) -> Sql:
    return (
        cast(value, "VARCHAR")
        if isinstance(dtype, t.StringType)
        else cast_value(value, dtype, t.STRING, "ansi", None, context)
    )


def _parquet_params(plan: Plan) -> list[tuple[str, exp.Expression]]:
    schema = StructType(plan.data_fields)
    metadata = {
        "org.apache.spark.version": SPARK_VERSION,
        ROW_METADATA: json.dumps(json_value(schema), separators=(",", ":"), ensure_ascii=False),
    }
    pairs = struct_literal((key, text(value)) for key, value in metadata.items())
    params: list[tuple[str, exp.Expression]] = [("FORMAT", exp.Var(this="PARQUET")), ("KV_METADATA", pairs)]
    params += [(name, exp.Var(this=str(value))) for name, value in plan.parquet.items()]
    return [*params, ("FIELD_IDS", _field_ids(plan.field_ids))] if plan.field_ids else params


def _field_ids(numbers: Mapping[str, object]) -> Sql:
    """DuckDB's struct of column numbers."""
    return struct_literal(
        (name, _field_ids(value) if isinstance(value, Mapping) else number(int(str(value))))
        for name, value in numbers.items()
    )


def _text_params(plan: Plan) -> list[tuple[str, exp.Expression]]:
    """DuckDB's CSV writer with nothing to quote: lines go out as they are."""
    has_header = plan.format == "csv" and plan.options.flag("header")
    return [
        ("FORMAT", exp.Var(this="CSV")),
        ("HEADER", exp.Boolean(this=has_header)),
        ("QUOTE", text("")),
        ("ESCAPE", text("")),
        ("DELIMITER", text("\x01")),
        ("NULLSTR", text("")),
    ]
