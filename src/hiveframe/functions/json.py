"""JSON texts: making them, reading them, asking them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json_path import extract
from hiveframe.functions.json_reader import JsonReader
from hiveframe.functions.json_schema import schema_of_json
from hiveframe.functions.json_writer import json_text
from hiveframe.functions.registry import ANY, Binder, Function, always_null, constant, never_null, optional, register
from hiveframe.functions.schema_argument import schema_argument
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import ArrayType


def _options(binder: Binder, arg: Expr | None) -> dict[str, str]:
    """The constant map of options, keys in lower case."""
    if arg is None:
        return {}
    match arg.dtype:
        case t.MapType(t.StringType(), t.StringType()):
            return {str(k).lower(): str(v) for k, v in binder.fold(arg) or ()}
    raise binder.error("INVALID_OPTIONS.NON_STRING_TYPE", mapType=f'"{t.sql_name(arg.dtype)}"')


def _packed(options: dict[str, str]) -> Literal:
    """Options as a constant argument, so that the call alone says what it does."""
    return Literal(json.dumps(options, sort_keys=True), t.STRING)


def _unpacked(expr: Expr) -> dict[str, str]:
    assert isinstance(expr, Literal)
    found: dict[str, str] = json.loads(expr.value)
    return found


def _bind_to_json(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    value = args[0]
    if not isinstance(value.dtype, (t.StructType, t.ArrayType, t.MapType, t.VariantType)):
        raise binder.error("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", schema=f'"{t.sql_name(value.dtype)}"')
    options = _options(binder, args[1] if len(args) > 1 else None)
    return Call("to_json", (value, _packed(options)), t.STRING, True)


def _emit_to_json(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return json_text(args[0], call.args[0].dtype, _unpacked(call.args[1]), ctx)


def _bind_from_json(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = schema_argument(binder, args[1])
    if not isinstance(dtype, (t.StructType, t.ArrayType, t.MapType, t.VariantType)):
        raise binder.error("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", schema=f'"{t.sql_name(dtype)}"')
    options = _options(binder, args[2] if len(args) > 2 else None)
    if options.get("mode", "PERMISSIVE").upper() not in ("PERMISSIVE", "FAILFAST"):
        raise binder.error("PARSE_MODE_UNSUPPORTED", funcName="`from_json`", mode=options["mode"])
    return Call("from_json", (args[0], _packed(options)), dtype, True)


def _emit_from_json(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    reader = JsonReader(call.dtype, _unpacked(call.args[1]), ctx.time_zone)
    read = functools.partial(_read, reader=reader, arrow_type=ctx.arrow_type(call.dtype))
    return func(ctx.kernel("from_json", read, [t.STRING], call.dtype), args[0])


def _read(texts: pa.Array, *, reader: JsonReader, arrow_type: pa.DataType) -> pa.Array:
    return reader.column(texts, arrow_type)


def _each(convert: Callable[..., Any], dtype: pa.DataType) -> Callable[..., pa.Array]:
    """A kernel of a Python function of texts; NULL in, NULL out."""

    def kernel(*columns: pa.Array) -> pa.Array:
        rows = zip(*(c.to_pylist() for c in columns), strict=True)
        return pa.array([None if None in row else convert(*row) for row in rows], dtype)

    return kernel


def _parsed(document: str) -> Any:
    try:
        return json.loads(document)
    except (ValueError, RecursionError):
        return None


def _array_length(document: str) -> int | None:
    value = _parsed(document)
    return len(value) if isinstance(value, list) else None


def _object_keys(document: str) -> list[str] | None:
    value = _parsed(document)
    return list(value) if isinstance(value, dict) else None


def _bind_schema_of_json(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    document = binder.fold(args[0])
    if document is None:
        raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="json")
    return Call("schema_of_json", (args[0], Literal(schema_of_json(str(document)), t.STRING)), t.STRING, False)


register(
    Function(
        "to_json",
        (ANY, optional(ANY)),
        bind=_bind_to_json,
        shows=lambda texts: f"to_json({texts[0]})",
        emit=_emit_to_json,
        doc="A struct, array or map as JSON text.",
        group="json",
        since="2.2.0",
    ),
    Function(
        "from_json",
        (t.STRING, ANY, optional(ANY)),
        bind=_bind_from_json,
        shows=lambda texts: f"from_json({texts[0]})",
        emit=_emit_from_json,
        doc="JSON text as a value of a schema.",
        group="json",
        since="2.2.0",
    ),
    Function(
        "get_json_object",
        (t.STRING, t.STRING),
        t.STRING,
        nullable=always_null,
        kernel=_each(extract, pa.string()),
        doc="The part of a JSON text that a path leads to, as text.",
        group="json",
        since="1.5.0",
    ),
    Function(
        "json_array_length",
        (t.STRING,),
        t.INT,
        nullable=always_null,
        kernel=_each(_array_length, pa.int32()),
        doc="How many elements a JSON array has.",
        group="json",
        since="3.1.0",
    ),
    Function(
        "json_object_keys",
        (t.STRING,),
        ArrayType(t.STRING),
        nullable=always_null,
        kernel=_each(_object_keys, pa.list_(pa.string())),
        doc="The keys of a JSON object.",
        group="json",
        since="3.1.0",
    ),
    Function(
        "schema_of_json",
        (constant(t.STRING), optional(ANY)),
        nullable=never_null,
        bind=_bind_schema_of_json,
        emit=lambda call, args, ctx: args[1],
        doc="The schema of a JSON text, as DDL.",
        group="json",
        since="2.4.0",
    ),
)
