"""Avro messages: binary data of a schema to values and back."""

from __future__ import annotations

import functools
import io
import json
from typing import Any

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.functions.avro_types import Avro, avro_schema, parse_schema, spark_type
from hiveframe.functions.avro_values import fastavro, from_datum, named_types, to_datum
from hiveframe.functions.binding import is_foldable, ordinal
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.map_options import is_text_map, packed, unpacked
from hiveframe.functions.registry import ANY, Binder, Function, always_null, never_null, optional, register
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

_MOST_ARGUMENTS = {"from_avro": 3, "to_avro": 2, "schema_of_avro": 2}


def _schema_text(binder: Binder, function: str, args: tuple[Expr, ...], position: int) -> str:
    arg = args[position]
    value = binder.fold(arg) if is_foldable(arg) and isinstance(arg.dtype, t.StringType) else None
    if value is None:
        wanted = "string containing the JSON representation of the schema to use"
        raise _mismatch(binder, function, args, position, wanted)
    return str(value)


def _options(binder: Binder, function: str, args: tuple[Expr, ...], position: int) -> dict[str, str]:
    if len(args) <= position or isinstance(args[position].dtype, t.NullType):
        return {}
    arg = args[position]
    if not (is_foldable(arg) and is_text_map(arg.dtype)):
        wanted = "map of strings to strings containing the options to use"
        raise _mismatch(binder, function, args, position, wanted)
    return {str(k).lower(): str(v) for k, v in binder.fold(arg) or ()}


def _mismatch(binder: Binder, function: str, args: tuple[Expr, ...], position: int, wanted: str) -> Exception:
    name, direction = function.upper(), "to" if function == "to_avro" else "from"
    place = f"The {ordinal(position)} argument of the {name} SQL function must be a constant"
    shown = [binder.quoted(a)[1:-1] for a in args]
    shown += ["NULL"] * (_MOST_ARGUMENTS[function] - len(shown))
    return binder.error(
        "DATATYPE_MISMATCH.TYPE_CHECK_FAILURE_WITH_HINT",
        msg=f"{place} {wanted} for converting the value {direction} AVRO format",
        hint="",
        sqlExpr=f'"{function}({", ".join(shown)})"',
    )


def _bind_from_avro(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    text = _schema_text(binder, "from_avro", args, 1)
    options = _options(binder, "from_avro", args, 2)
    mode = options.get("mode", "FAILFAST").upper()
    if mode not in ("PERMISSIVE", "FAILFAST"):
        raise binder.error("PARSE_MODE_UNSUPPORTED", funcName="`from_avro`", mode=options["mode"])
    dtype = t.as_nullable(spark_type(parse_schema(options.get("avroschema", text)))[0])
    return Call("from_avro", (binder.cast(args[0], t.BINARY), Literal(text, t.STRING), packed(options)), dtype, True)


def _emit_from_avro(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    text = call.args[1]
    assert isinstance(text, Literal)
    options = unpacked(call.args[2])
    written = parse_schema(str(text.value))
    wanted = parse_schema(options["avroschema"]) if "avroschema" in options else None
    is_strict = options.get("mode", "FAILFAST").upper() == "FAILFAST"
    read = functools.partial(
        _read, written=written, wanted=wanted, dtype=call.dtype, arrow=ctx.arrow_type(call.dtype), is_strict=is_strict
    )
    return func(ctx.kernel("from_avro", read, [t.BINARY], call.dtype), args[0])


def _read(
    messages: pa.Array, *, written: Avro, wanted: Avro | None, dtype: DataType, arrow: pa.DataType, is_strict: bool
) -> pa.Array:
    library = fastavro()
    parsed = library.parse_schema(written)
    reader = library.parse_schema(wanted) if wanted is not None else None
    shape = wanted if wanted is not None else written
    named = named_types(shape)

    def row(message: bytes | None) -> Any:
        if message is None:
            return None
        try:
            datum = library.schemaless_reader(io.BytesIO(message), parsed, reader)
        except (ValueError, EOFError, IndexError, TypeError, KeyError, StopIteration, OverflowError) as error:
            if not is_strict:
                return None
            params = {"badRecord": "[null]", "failFastMode": "FAILFAST"}
            raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params) from error
        return from_datum(datum, shape, dtype, named)

    return pa.array([row(message) for message in messages.to_pylist()], arrow)


def _bind_to_avro(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if len(args) > 1:
        text = _schema_text(binder, "to_avro", args, 1)
    else:
        text = json.dumps(avro_schema(args[0].dtype, args[0].nullable, "topLevelRecord"))
    return Call("to_avro", (args[0], Literal(text, t.STRING)), t.BINARY, True)


def _emit_to_avro(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    text = call.args[1]
    assert isinstance(text, Literal)
    dtype = call.args[0].dtype
    write = functools.partial(_write, schema=parse_schema(str(text.value)), dtype=dtype)
    return func(ctx.kernel("to_avro", write, [dtype], t.BINARY), args[0])


def _write(values: pa.Array, *, schema: Avro, dtype: DataType) -> pa.Array:
    library = fastavro()
    parsed = library.parse_schema(schema)
    takes_null = schema == "null" or (isinstance(schema, list) and "null" in schema)

    def row(value: Any) -> bytes | None:
        if value is None and not takes_null:
            return None
        out = io.BytesIO()
        library.schemaless_writer(out, parsed, to_datum(value, dtype))
        return out.getvalue()

    return pa.array([row(value) for value in values.to_pylist()], pa.binary())


def _bind_schema_of_avro(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    text = _schema_text(binder, "schema_of_avro", args, 0)
    _options(binder, "schema_of_avro", args, 1)
    dtype, _ = spark_type(parse_schema(text))
    return Call("schema_of_avro", (args[0], Literal(t.sql_name(dtype), t.STRING)), t.STRING, False)


register(
    Function(
        "from_avro",
        (ANY, ANY, optional(ANY)),
        nullable=always_null,
        bind=_bind_from_avro,
        shows=lambda texts: f"from_avro({texts[0]})",
        emit=_emit_from_avro,
        doc="An Avro message as a value of its schema.",
        group="avro",
        since="4.0.0",
    ),
    Function(
        "to_avro",
        (ANY, optional(ANY)),
        nullable=always_null,
        bind=_bind_to_avro,
        shows=lambda texts: f"to_avro({texts[0]})",
        emit=_emit_to_avro,
        doc="A value as an Avro message.",
        group="avro",
        since="4.0.0",
    ),
    Function(
        "schema_of_avro",
        (ANY, optional(ANY)),
        nullable=never_null,
        bind=_bind_schema_of_avro,
        shows=lambda texts: f"schema_of_avro({texts[0]})",
        emit=lambda call, args, ctx: args[1],
        doc="The type that an Avro schema is read as, as DDL.",
        group="avro",
        since="4.0.0",
    ),
)
