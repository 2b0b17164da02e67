"""VARIANTs: from JSON, to values, their schema, rows of their parts."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pyarrow as pa

from hiveframe.errors import SparkException, SparkRuntimeException
from hiveframe.functions.aggregates import only_where, present
from hiveframe.functions.cast_rules import can_cast
from hiveframe.functions.emit import EmitContext
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
)
from hiveframe.functions.schema_argument import schema_argument
from hiveframe.functions.sql import Sql, cast, func, null, op, physical_type, text
from hiveframe.functions.strings import is_null_constant
from hiveframe.functions.variant_builder import DuplicateKey, InvalidJson, TooLarge, of_json
from hiveframe.functions.variant_columns import ARROW_TYPE, Pair, pairs, variant_column
from hiveframe.functions.variant_encode import encoded_as
from hiveframe.functions.variant_extract import extracted
from hiveframe.functions.variant_reader import NodeKind, is_valid, keys_of, read, subtree
from hiveframe.functions.variant_text import exact_schema, merged_text, shape_of, shown_schema
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Expr
from hiveframe.plan.type_json import type_from_json
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType

_TEXT = Kind("STRING", lambda d: isinstance(d, t.StringType), null_as=t.STRING)
_VARIANT = Kind("VARIANT", lambda d: isinstance(d, t.VariantType), null_as=t.VARIANT)
_PARTS = StructType(
    (StructField("pos", t.INT, False), StructField("key", t.STRING), StructField("value", t.VARIANT, False))
)
_ARROW_PARTS = pa.list_(pa.struct([("pos", pa.int32()), ("key", pa.string()), ("value", ARROW_TYPE)]))


def _parse(function: str, *, fails: bool) -> Callable[[pa.Array], pa.Array]:
    def parsed(document: str | None) -> Pair | None:
        if document is None:
            return None
        try:
            return of_json(document)
        except (InvalidJson, DuplicateKey) as error:
            if not fails:
                return None
            params = {"badRecord": document, "failFastMode": "FAILFAST"}
            raise SparkException("MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", params) from error
        except TooLarge as error:
            if not fails:
                return None
            params = {"sizeLimit": "128.0 MiB", "functionName": f"`{function}`"}
            raise SparkRuntimeException("VARIANT_SIZE_LIMIT", params) from error

    return lambda column: variant_column([parsed(document) for document in column.to_pylist()])


def _bind_get(function: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        dtype = schema_argument(binder, args[2]) if len(args) > 2 else t.VARIANT
        if not can_cast(t.VARIANT, dtype):
            raise binder.error(
                "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
                srcType='"VARIANT"',
                targetType=f'"{t.sql_name(dtype)}"',
            )
        return Call(function, args[:2], dtype, True)

    return bind


def _emit_get(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if is_null_constant(call.args[1]):
        return cast(null(), physical_type(call.dtype))
    fails = call.function == "variant_get"
    return extracted(args[0], args[1], call.dtype, ctx, fails=fails, function=call.function)


def _emit_is_null(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    value = func("struct_extract", args[0], text("value"))
    return func("coalesce", op("=", value, cast(text("\\x00"), "BLOB")), cast(text("false"), "BOOLEAN"))


def _is_valid(column: pa.StructArray) -> pa.Array:
    return pa.array([None if p is None else is_valid(*p) for p in pairs(column)], pa.bool_())


def _schema(column: pa.StructArray) -> pa.Array:
    return pa.array([None if p is None else shown_schema(shape_of(*p)) for p in pairs(column)], pa.string())


def _exact_schema(column: pa.StructArray) -> pa.Array:
    """Schemas in a form that can be read back."""
    return pa.array([None if p is None else exact_schema(shape_of(*p)) for p in pairs(column)], pa.string())


_read_schema = lru_cache(maxsize=4096)(type_from_json)


def _merged(column: pa.Array) -> pa.Array:
    """The schema that shows all of each list of them; VOID for none."""
    lists = column.to_pylist()
    return pa.array([merged_text([_read_schema(x) for x in schemas or ()]) for schemas in lists], pa.string())


def _emit_schema_agg(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """Schemas are few, rows are many: the distinct ones are brought together at the end."""
    if call.args[0].nullable:
        call = only_where(call, present(call.args[0]))
    schema = func(ctx.kernel("variant_schema", _exact_schema, [t.VARIANT], t.STRING), args[0])
    distinct = ctx.aggregate(
        "list",
        [schema],
        AggCall(call.function, call.args, call.dtype, call.nullable, distinct=ctx.over is None, filter=call.filter),
    )
    return func(ctx.kernel("merged_schema", _merged, [ArrayType(t.STRING)], t.STRING), distinct)


def _bind_to_object(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    dtype = args[0].dtype
    is_nested = isinstance(dtype, (StructType, ArrayType, t.MapType))
    if not (is_nested and _goes_in_object(dtype)):
        raise binder.error(
            "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
            srcType=f'"{t.sql_name(dtype)}"',
            targetType='"VARIANT"',
        )
    return Call("to_variant_object", args, t.VARIANT, args[0].nullable)


def _goes_in_object(dtype: DataType) -> bool:
    match dtype:
        case ArrayType(element):
            return _goes_in_object(element)
        case t.MapType(key, value):
            return isinstance(key, t.StringType) and _goes_in_object(value)
        case StructType(fields):
            return all(_goes_in_object(f.dtype) for f in fields)
    return not isinstance(dtype, t.NullType) and can_cast(dtype, t.VARIANT)


def _emit_to_object(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return encoded_as(args[0], call.args[0].dtype, ctx)


def _emit_explode(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func(ctx.kernel("variant_explode", _explode, [t.VARIANT], ArrayType(_PARTS)), args[0])


def _explode(column: pa.StructArray) -> pa.Array:
    return pa.array([None if p is None else _exploded(*p) for p in pairs(column)], _ARROW_PARTS)


def _exploded(value: bytes, metadata: bytes) -> list[tuple[int, str | None, Pair]]:
    kind, content = read(value, 0, keys_of(metadata))
    if kind is NodeKind.ARRAY:
        content = [(None, place) for place in content]
    elif kind is not NodeKind.OBJECT:
        return []
    return [(i, key, (subtree(value, place), metadata)) for i, (key, place) in enumerate(content)]


def _row(name: str, params: tuple[Any, ...], **rest: Any) -> Function:
    return Function(name, params, group="variant", since=rest.pop("since", "4.0.0"), **rest)


def _get_row(name: str, doc: str) -> Function:
    return _row(
        name,
        (_VARIANT, _TEXT, optional(ANY)),
        bind=_bind_get(name),
        emit=_emit_get,
        shows=lambda texts: f"{name}({texts[0]}, {texts[1]})",
        doc=doc,
    )


register(
    _row(
        "parse_json",
        (_TEXT,),
        result=t.VARIANT,
        kernel=_parse("parse_json", fails=True),
        doc="A JSON text as a VARIANT; malformed text raises.",
    ),
    _row(
        "try_parse_json",
        (_TEXT,),
        result=t.VARIANT,
        nullable=always_null,
        kernel=_parse("try_parse_json", fails=False),
        doc="A JSON text as a VARIANT; NULL for malformed text.",
    ),
    _get_row("variant_get", "The part of a VARIANT that a path leads to, as a type; what does not fit raises."),
    _get_row("try_variant_get", "The part of a VARIANT that a path leads to, as a type; NULL for what does not fit."),
    _row(
        "is_variant_null",
        (_VARIANT,),
        result=t.BOOLEAN,
        nullable=never_null,
        emit=_emit_is_null,
        doc="Whether a VARIANT is JSON's null.",
    ),
    _row(
        "is_valid_variant",
        (_VARIANT,),
        result=t.BOOLEAN,
        kernel=_is_valid,
        doc="Whether a VARIANT's bytes are well formed.",
        since="4.2.0",
    ),
    _row(
        "schema_of_variant",
        (_VARIANT,),
        result=t.STRING,
        kernel=_schema,
        doc="The schema of a VARIANT, as text.",
    ),
    _row(
        "schema_of_variant_agg",
        (_VARIANT,),
        result=t.STRING,
        nullable=never_null,
        kind=FunctionKind.AGGREGATE,
        emit=_emit_schema_agg,
        doc="The schema that shows every VARIANT of a group.",
    ),
    _row(
        "to_variant_object",
        (ANY,),
        bind=_bind_to_object,
        emit=_emit_to_object,
        doc="An array, map or struct as a VARIANT; a struct becomes an object.",
    ),
    *(
        _row(
            name,
            (_VARIANT,),
            result=_PARTS,
            kind=FunctionKind.TABLE,
            emit=_emit_explode,
            nullable=always_null,
            doc="A row for each element or member of a VARIANT.",
        )
        for name in ("variant_explode", "variant_explode_outer")
    ),
)
