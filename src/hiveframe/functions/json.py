"""JSON texts: making them, reading them, asking them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import NO_CONDITION, JavaException
from hiveframe.functions.binding import is_foldable, wrong_input
from hiveframe.functions.by_row import by_row
from hiveframe.functions.deep_values import deeply
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.json_path import LENIENCY, extract
from hiveframe.functions.json_reader import JsonReader
from hiveframe.functions.json_schema import schema_of_json
from hiveframe.functions.json_text import Members, NotJson, parse, restyled, text_of
from hiveframe.functions.json_writer import json_text
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    FunctionKind,
    Kind,
    always_null,
    never_null,
    optional,
    register,
    rest,
)
from hiveframe.functions.schema_argument import schema_argument
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.text_options import TextOptions
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType


def options_of(binder: Binder, arg: Expr | None) -> dict[str, str]:
    """The constant map of options, keys in lower case; of keys that differ in case the last one counts."""
    if arg is None:
        return {}
    if not ((isinstance(arg, Call) and arg.function == "map") or isinstance(arg, Literal)):
        raise binder.error("INVALID_OPTIONS.NON_MAP_FUNCTION")
    match arg.dtype:
        case t.MapType(t.StringType(), t.StringType()):
            return {str(k).lower(): str(v) for k, v in binder.fold(arg) or ()}
        case t.MapType():
            raise binder.error("INVALID_OPTIONS.NON_STRING_TYPE", mapType=f'"{t.sql_name(arg.dtype)}"')
    raise binder.error("INVALID_OPTIONS.NON_MAP_FUNCTION")


def packed(options: dict[str, str]) -> Literal:
    """Options as a constant argument, so that the call alone says what it does."""
    return Literal(json.dumps(options, sort_keys=True), t.STRING)


def unpacked(expr: Expr) -> dict[str, str]:
    """What `packed` was given."""
    assert isinstance(expr, Literal)
    found: dict[str, str] = json.loads(expr.value)
    return found


def check_mode(binder: Binder, function: str, options: dict[str, str]) -> None:
    """Functions know no way to drop a record; an unknown mode is PERMISSIVE."""
    if options.get("mode", "").upper() == "DROPMALFORMED":
        raise binder.error("PARSE_MODE_UNSUPPORTED", funcName=f"`{function}`", mode="DROPMALFORMED")


def corrupt_name(binder: Binder, options: dict[str, str]) -> str:
    """The name of the field that takes malformed records."""
    default = binder.setting("spark.sql.columnNameOfCorruptRecord") or "_corrupt_record"
    return options.get("columnnameofcorruptrecord", default)


def check_corrupt(binder: Binder, dtype: DataType, name: str) -> None:
    """The field that takes malformed records is text."""
    if isinstance(dtype, StructType):
        for f in dtype.fields:
            if f.name == name and not isinstance(f.dtype, t.StringType):
                actual = f'"{t.sql_name(f.dtype)}"'
                raise binder.error("INVALID_CORRUPT_RECORD_TYPE", columnName=f"`{name}`", actualType=actual)


def _bind_to_json(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    value = args[0]
    options = options_of(binder, args[1] if len(args) > 1 else None)
    if isinstance(value.dtype, t.NullType):
        return Literal(None, t.STRING)
    if not isinstance(value.dtype, (StructType, ArrayType, t.MapType, t.VariantType)):
        raise binder.error("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", schema=f'"{t.sql_name(value.dtype)}"')
    return Call("to_json", (value, packed(options)), t.STRING, True)


def _emit_to_json(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    options = unpacked(call.args[1])
    asked = TextOptions(options)
    asked.check_line_separator()
    asked.check_charset("JSONOptions")
    asked.java_flag("ignoreNullFields")
    keeps_null = ctx.setting("spark.sql.jsonGenerator.ignoreNullFields")
    if keeps_null is not None:
        options.setdefault("ignorenullfields", keeps_null)
    made = json_text(args[0], call.args[0].dtype, options, ctx)
    styles = {
        "pretty": asked.java_flag("pretty"),
        "escapes": asked.java_flag("writeNonAsciiCharacterAsCodePoint"),
        "sorts": asked.java_flag("sortKeys"),
    }
    if isinstance(call.args[0].dtype, t.VariantType) or not any(styles.values()):
        return made
    restyle = functools.partial(_restyled, styles=styles)
    return func(ctx.kernel("restyled_json", restyle, [t.STRING], t.STRING), made)


def _restyled(texts: pa.Array, *, styles: dict[str, bool]) -> pa.Array:
    return by_row(lambda text: restyled(text, **styles), pa.string(), [texts])


def _bind_from_json(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = schema_argument(binder, args[1])
    options = options_of(binder, args[2] if len(args) > 2 else None)
    if not isinstance(dtype, (StructType, ArrayType, t.MapType, t.VariantType)):
        raise binder.error("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", schema=f'"{t.sql_name(dtype)}"')
    if isinstance(dtype, t.MapType) and not isinstance(dtype.key, t.StringType):
        schema = f'"{t.sql_name(dtype)}"'
        raise binder.error("DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE", schema=schema, sqlExpr='"entries"')
    site = {"sqlExpr": '"entries"'} if isinstance(dtype, t.MapType) else {}
    text = text_argument(binder, args, **site)
    corrupt = corrupt_name(binder, options)
    check_corrupt(binder, dtype, corrupt)
    check_mode(binder, "from_json", options)
    return Call("from_json", (text, packed({**options, CORRUPT: corrupt})), dtype, True)


def text_argument(binder: Binder, args: tuple[Expr, ...], **site: str) -> Expr:
    """The first argument, which has to be a text; NULL is one."""
    if isinstance(args[0].dtype, t.NullType):
        return Literal(None, t.STRING)
    if not isinstance(args[0].dtype, t.StringType):
        raise wrong_input(binder, args, 0, '"STRING"', **site)
    return args[0]


def constant_text(binder: Binder, args: tuple[Expr, ...], name: str) -> str:
    """The first argument's value, which has to be a constant text and no NULL."""
    value = binder.fold(args[0], name)
    if value is None:
        raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName=name)
    text_argument(binder, args)
    return str(value)


CORRUPT: Final = "columnnameofcorruptrecord"


def _emit_from_json(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    read = functools.partial(
        _read,
        dtype=call.dtype,
        options=unpacked(call.args[1]),
        time_zone=ctx.time_zone,
        arrow_type=ctx.arrow_type(call.dtype),
    )
    return func(ctx.kernel("from_json", read, [t.STRING], call.dtype), args[0])


def _read(
    texts: pa.Array, *, dtype: DataType, options: dict[str, str], time_zone: str, arrow_type: pa.DataType
) -> pa.Array:
    """The reader is made where there is text to read: wrong options are no error before."""
    if texts.null_count == len(texts):
        return pa.nulls(len(texts), arrow_type)
    return JsonReader(dtype, TextOptions(options), time_zone, options[CORRUPT]).column(texts, arrow_type)


def _each(convert: Callable[..., Any], dtype: pa.DataType) -> Callable[..., pa.Array]:
    """A kernel of a Python function of texts; NULL in, NULL out."""
    return lambda *columns: by_row(convert, dtype, columns)


def _parsed(document: str) -> Any:
    try:
        return parse(document, LENIENCY)
    except NotJson:
        return None


def _array_length(document: str) -> int | None:
    value = _parsed(document)
    return len(value) if isinstance(value, list) and not isinstance(value, Members) else None


def _object_keys(document: str) -> list[str] | None:
    value = _parsed(document)
    return [name for name, _ in value] if isinstance(value, Members) else None


def _bind_schema_of_json(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if is_foldable(args[0]) and not isinstance(args[0].dtype, (t.StringType, t.NullType)):
        kind = t.sql_name(args[0].dtype)  # which Spark takes for a text until it reads it
        raise JavaException(NO_CONDITION, {"message": f"a value of type {kind} cannot be cast to a text"})
    document = constant_text(binder, args, "json")
    options = options_of(binder, args[1] if len(args) > 1 else None)
    found = deeply(schema_of_json, document, TextOptions(options), binder.time_zone)
    return Call("schema_of_json", (args[0], Literal(found, t.STRING)), t.STRING, False)


def _bind_json_tuple(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    if not all(isinstance(arg.dtype, t.StringType) for arg in args):
        raise binder.error("DATATYPE_MISMATCH.NON_STRING_TYPE", funcName="`json_tuple`")
    columns = StructType(tuple(StructField(f"c{i}", t.STRING) for i in range(len(args) - 1)))
    return Call("json_tuple", args, columns, False)


def _emit_json_tuple(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """A list of one row: each field's text, NULL where it is missing or the document is malformed."""
    assert isinstance(call.dtype, StructType)
    width = len(call.dtype.fields)
    row = ArrayType(t.STRING if width == 1 else call.dtype)
    kernel = functools.partial(_json_tuple, arrow_type=ctx.arrow_type(row))
    return func(ctx.kernel("json_tuple", kernel, [t.STRING] * len(args), row), *args)


def _json_tuple(texts: pa.Array, *names: pa.Array, arrow_type: pa.DataType) -> pa.Array:
    documents = [None if x is None else _parsed(x) for x in texts.to_pylist()]
    held = [dict(x) if isinstance(x, Members) else {} for x in documents]
    columns = [
        [None if name is None else _member_text(x.get(name)) for x, name in zip(held, column.to_pylist(), strict=True)]
        for column in names
    ]
    rows = columns[0] if len(columns) == 1 else list(zip(*columns, strict=True))
    return pa.array([[row] for row in rows], arrow_type)


def _member_text(value: Any) -> str | None:
    return None if value is None else text_of(value)


_TEXT = Kind("STRING", lambda d: isinstance(d, t.StringType), null_as=t.STRING)


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
        (ANY, ANY, optional(ANY)),
        bind=_bind_from_json,
        shows=lambda texts: f"from_json({texts[0]})",
        shown_as=lambda dtype: "entries" if isinstance(dtype, t.MapType) else None,
        emit=_emit_from_json,
        doc="JSON text as a value of a schema.",
        group="json",
        since="2.2.0",
    ),
    Function(
        "get_json_object",
        (_TEXT, _TEXT),
        t.STRING,
        nullable=always_null,
        kernel=_each(extract, pa.string()),
        doc="The part of a JSON text that a path leads to, as text.",
        group="json",
        since="1.5.0",
    ),
    Function(
        "json_array_length",
        (_TEXT,),
        t.INT,
        nullable=always_null,
        kernel=_each(_array_length, pa.int32()),
        doc="How many elements a JSON array has.",
        group="json",
        since="3.1.0",
    ),
    Function(
        "json_object_keys",
        (_TEXT,),
        ArrayType(t.STRING),
        nullable=always_null,
        kernel=_each(_object_keys, pa.list_(pa.string())),
        doc="The keys of a JSON object.",
        group="json",
        since="3.1.0",
    ),
    Function(
        "json_tuple",
        (ANY, ANY, rest(ANY)),
        kind=FunctionKind.GENERATOR,
        bind=_bind_json_tuple,
        emit=_emit_json_tuple,
        doc="The named top-level fields of a JSON text, as text.",
        group="generator",
        since="1.6.0",
    ),
    Function(
        "schema_of_json",
        (ANY, optional(ANY)),
        nullable=never_null,
        shows=lambda texts: f"schema_of_json({texts[0]})",
        bind=_bind_schema_of_json,
        emit=lambda call, args, ctx: args[1],
        doc="The schema of a JSON text, as DDL.",
        group="json",
        since="2.4.0",
    ),
)
