"""CSV records: making them, reading them, asking for their schema."""

from __future__ import annotations

import functools

import pyarrow as pa

from hiveframe.functions.csv_reader import CsvReader
from hiveframe.functions.csv_schema import schema_of_csv
from hiveframe.functions.csv_writer import csv_record
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json import (
    CORRUPT,
    check_corrupt,
    check_mode,
    constant_text,
    corrupt_name,
    options_of,
    packed,
    unpacked,
)
from hiveframe.functions.registry import ANY, Binder, Function, Kind, never_null, optional, register
from hiveframe.functions.schema_argument import schema_argument
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.text_options import TextOptions
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType, StructType

_TEXT = Kind("STRING", lambda d: isinstance(d, t.StringType), null_as=t.STRING)


def _bind_from_csv(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = schema_argument(binder, args[1])
    if not isinstance(dtype, StructType):
        schema = binder.quoted(args[1])
        raise binder.error("INVALID_SCHEMA.NON_STRUCT_TYPE", inputSchema=schema, dataType=f'"{t.sql_name(dtype)}"')
    options = options_of(binder, args[2] if len(args) > 2 else None)
    corrupt = corrupt_name(binder, options)
    check_corrupt(binder, dtype, corrupt)
    check_mode(binder, "from_csv", options)
    return Call("from_csv", (args[0], packed({**options, CORRUPT: corrupt})), dtype, args[0].nullable)


def _emit_from_csv(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    read = functools.partial(
        _read,
        dtype=call.dtype,
        options=unpacked(call.args[1]),
        time_zone=ctx.time_zone,
        arrow_type=ctx.arrow_type(call.dtype),
        legacy_times=(ctx.setting("spark.sql.legacy.timeParserPolicy") or "").upper() == "LEGACY",
    )
    return func(ctx.kernel("from_csv", read, [t.STRING], call.dtype), args[0])


def _read(
    texts: pa.Array,
    *,
    dtype: DataType,
    options: dict[str, str],
    time_zone: str,
    arrow_type: pa.DataType,
    legacy_times: bool,
) -> pa.Array:
    """The reader is made where there is text to read: wrong options are no error before."""
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), arrow_type)
    assert isinstance(dtype, StructType)
    reader = CsvReader(dtype, TextOptions(options), time_zone, options[CORRUPT], legacy_times=legacy_times)
    return reader.column(texts, arrow_type)


def _bind_to_csv(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    value = args[0]
    options = options_of(binder, args[1] if len(args) > 1 else None)
    if isinstance(value.dtype, t.NullType):
        return Literal(None, t.STRING)
    if not isinstance(value.dtype, StructType) or _holds_variant(value.dtype):
        shown = f'"{t.sql_name(value.dtype)}"'
        raise binder.error("DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", functionName="`to_csv`", dataType=shown)
    return Call("to_csv", (value, packed(options)), t.STRING, True)


def _holds_variant(dtype: DataType) -> bool:
    match dtype:
        case t.ArrayType(element):
            return _holds_variant(element)
        case t.MapType(key, value):
            return _holds_variant(key) or _holds_variant(value)
        case StructType(fields):
            return any(_holds_variant(f.dtype) for f in fields)
    return isinstance(dtype, t.VariantType)


def _emit_to_csv(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.args[0].dtype, StructType)
    return csv_record(args[0], call.args[0].dtype, unpacked(call.args[1]), ctx)


def _bind_schema_of_csv(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    record = constant_text(binder, args, "csv")
    if not record:  # which is no record: Spark fails within
        raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="csv")
    options = options_of(binder, args[1] if len(args) > 1 else None)
    ntz = (binder.setting("spark.sql.timestampType") or "").upper() == "TIMESTAMP_NTZ"
    found = schema_of_csv(record, TextOptions(options), binder.time_zone, ntz=ntz)
    return Call("schema_of_csv", (args[0], Literal(found, t.STRING)), t.STRING, False)


register(
    Function(
        "from_csv",
        (_TEXT, ANY, optional(ANY)),
        bind=_bind_from_csv,
        shows=lambda texts: f"from_csv({texts[0]})",
        emit=_emit_from_csv,
        doc="A CSV record as a struct of a schema.",
        group="csv",
        since="3.0.0",
    ),
    Function(
        "to_csv",
        (ANY, optional(ANY)),
        bind=_bind_to_csv,
        shows=lambda texts: f"to_csv({texts[0]})",
        emit=_emit_to_csv,
        doc="A struct as a CSV record.",
        group="csv",
        since="3.0.0",
    ),
    Function(
        "schema_of_csv",
        (ANY, optional(ANY)),
        nullable=never_null,
        bind=_bind_schema_of_csv,
        shows=lambda texts: f"schema_of_csv({texts[0]})",
        emit=lambda call, args, ctx: args[1],
        doc="The schema of a CSV record, as DDL.",
        group="csv",
        since="3.0.0",
    ),
)
