"""A value of any type as JSON text, built from DuckDB expressions: `to_json`, and the JSON files that are written.

Shapes and defaults are those of Spark's `JacksonGenerator`: fields that are NULL are left out of structs unless
`ignoreNullFields` is false, elements and map values that are NULL are `null`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hiveframe.functions import variant_extract
from hiveframe.functions.casts import cast_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, field, func, is_null, lambda_, null, number, op, param, text
from hiveframe.functions.text_printer import TextPrinter, is_mentioned
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_ISO = "%Y-%m-%dT%H:%M:%S.%g"


def json_text(value: Sql, dtype: DataType, options: Mapping[str, str], ctx: EmitContext) -> Sql:
    """The JSON of `value`, VARCHAR; NULL where `value` is NULL. `options` have their names in lower case."""
    printed = TextPrinter(options, ctx).shown(value, dtype) if is_mentioned(options) else None
    if printed is not None:
        return _escaped(printed)
    match dtype:
        case t.StructType():
            return let(value, ctx, lambda v: _struct(v, dtype, options, ctx))
        case t.ArrayType(element):
            x = ctx.fresh("x")
            items = func("list_transform", value, lambda_([x], _or_null(json_text(param(x), element, options, ctx))))
            return _wrapped("[", items, "]")
        case t.MapType():
            return _map(value, dtype, options, ctx)
        case t.VariantType():
            return variant_extract.json_text(value, ctx)
        case t.UserDefinedType(storage):
            return json_text(value, storage, options, ctx)
        case t.StringType() | t.CharType() | t.VarcharType():
            return _escaped(value)
        case t.DecimalType():  # small ones with an exponent, as Java's BigDecimal prints them
            return cast_value(value, dtype, t.STRING, "legacy", None, ctx)
        case t.BooleanType() | t.ByteType() | t.ShortType() | t.IntegerType() | t.LongType():
            return cast(value, "VARCHAR")
        case t.FloatType() | t.DoubleType():
            shown = cast_value(value, dtype, t.STRING, "ansi", None, ctx)
            return let(value, ctx, lambda v: case((func("isfinite", v), shown), default=_quoted(shown)))
        case t.BinaryType():
            return _quoted(func("base64", value))
        case t.TimestampType():
            return let(value, ctx, lambda v: _quoted(_moment(v)))
        case t.TimestampNTZType():
            return _quoted(func("strftime", value, text(_ISO)))
    return _quoted(cast_value(value, dtype, t.STRING, "ansi", None, ctx))


def _quoted(shown: Sql) -> Sql:
    return op("||", op("||", text('"'), shown), text('"'))


def _escaped(value: Sql) -> Sql:
    return cast(func("to_json", value), "VARCHAR")


def _or_null(shown: Sql) -> Sql:
    return func("coalesce", shown, text("null"))


def _wrapped(before: str, items: Sql, after: str) -> Sql:
    """`before item,item after`; NULL when the list is."""
    joined = func("array_to_string", items, text(","))
    return op("||", op("||", text(before), joined), text(after))


def _struct(value: Sql, dtype: StructType, options: Mapping[str, str], ctx: EmitContext) -> Sql:
    keeps_null = options.get("ignorenullfields", "true").lower() == "false"
    members: list[Sql] = []
    for i, f in enumerate(dtype.fields):
        shown = json_text(field(value, dtype, i), f.dtype, options, ctx)
        name = _escaped(text(f.name))
        members.append(op("||", op("||", name, text(":")), _or_null(shown) if keeps_null else shown))
    body = func("concat_ws", text(","), *members) if members else text("")
    made = op("||", op("||", text("{"), body), text("}"))
    return case((is_null(value), null()), default=made)


def _map(value: Sql, dtype: t.MapType, options: Mapping[str, str], ctx: EmitContext) -> Sql:
    e = ctx.fresh("e")
    key = func("struct_extract", param(e), text("key"))
    held = func("struct_extract", param(e), text("value"))
    name = _escaped(_key_text(key, dtype.key, ctx))
    member = op("||", op("||", name, text(":")), _or_null(json_text(held, dtype.value, options, ctx)))
    return _wrapped("{", func("list_transform", func("map_entries", value), lambda_([e], member)), "}")


def _key_text(key: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """A map's key as Java prints Spark's inner value: days of a date, microseconds of a moment, `[1]` of a struct."""
    match dtype:
        case t.DateType():
            return cast(op("-", key, cast(text("1970-01-01"), "DATE")), "VARCHAR")
        case t.TimestampType() | t.TimestampNTZType():
            return cast(func("epoch_us", key), "VARCHAR")
        case t.YearMonthIntervalType() | t.DayTimeIntervalType():
            return cast(key, "VARCHAR")
        case t.ArrayType(element):
            x = ctx.fresh("x")
            item = func("coalesce", _key_text(param(x), element, ctx), text("null"))
            return _wrapped("[", func("list_transform", key, lambda_([x], item)), "]")
        case StructType(fields):
            parts = [
                func("coalesce", _key_text(field(key, dtype, i), f.dtype, ctx), text("null"))
                for i, f in enumerate(fields)
            ]
            body = func("concat_ws", text(","), *parts) if parts else text("")
            return op("||", op("||", text("["), body), text("]"))
    return cast_value(key, dtype, t.STRING, "ansi", None, ctx)


def _moment(value: Sql) -> Sql:
    """ISO 8601 with milliseconds and the session zone's offset, `Z` for none."""
    offset = func("date_part", text("timezone"), value)
    minutes = op("//", func("abs", offset), number(60))
    sign = case((op("<", offset, number(0)), text("-")), default=text("+"))
    hours = func("lpad", cast(op("//", minutes, number(60)), "VARCHAR"), number(2), text("0"))
    rest = func("lpad", cast(op("%", minutes, number(60)), "VARCHAR"), number(2), text("0"))
    shown = func("concat", sign, hours, text(":"), rest)
    zone = case((op("=", offset, number(0)), text("Z")), default=shown)
    return op("||", func("strftime", value, text(_ISO)), zone)  # NULL of NULL
