"""Reaching into values: `struct.field`, `array_of_structs.field`, `array[i]`, `map[key]`.

Analysis makes these calls; the function namespace has no names for them. Source: Spark's `complexTypeExtractors`.
"""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.elements import map_value, place_nullable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, INTEGRAL, STRUCT, TYPED_ARRAY, TYPED_MAP, Binder, Function, register
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    field,
    func,
    is_null,
    lambda_,
    null,
    number,
    op,
    param,
    physical_type,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Column, Expr, Literal


def _position(struct: t.StructType, name: Expr) -> int:
    """Where the field stands whose exact name is the literal `name`."""
    assert isinstance(name, Literal)
    return next(i for i, f in enumerate(struct.fields) if f.name == name.value)


def _field_type(args: Sequence[Expr]) -> t.DataType:
    struct = args[0].dtype
    assert isinstance(struct, t.StructType)
    return struct.fields[_position(struct, args[1])].dtype


def _field_of_each_type(args: Sequence[Expr]) -> t.DataType:
    array = args[0].dtype
    assert isinstance(array, t.ArrayType)
    assert isinstance(array.element, t.StructType)
    found = array.element.fields[_position(array.element, args[1])]
    return t.ArrayType(found.dtype, array.contains_null or found.nullable)


def _emit_field(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    whole = call.args[0]
    struct = whole.dtype
    assert isinstance(struct, t.StructType)
    found = field(args[0], struct, _position(struct, call.args[1]))
    # of a struct that it knows to be NULL while it binds, DuckDB's field has no type
    return found if isinstance(whole, Column) or not whole.nullable else cast(found, physical_type(call.dtype))


def _emit_field_of_each(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    array = call.args[0].dtype
    assert isinstance(array, t.ArrayType)
    assert isinstance(array.element, t.StructType)
    x = ctx.fresh("x")
    value = field(param(x), array.element, _position(array.element, call.args[1]))
    return func("list_transform", args[0], lambda_([x], value))


def _bind_item(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    array, place = args
    assert isinstance(array.dtype, t.ArrayType)
    return Call("getitem", args, array.dtype.element, _item_nullable(array, array.dtype, place, ansi=binder.ansi))


def _item_nullable(array: Expr, dtype: t.ArrayType, place: Expr, *, ansi: bool) -> bool:
    """Spark's `computeNullabilityFromArray`: a constant place counts as doubtful, one that varies does not."""
    found = place_nullable(array, place, from_one=False, strict=ansi)
    return dtype.contains_null or not ansi if found is None else found


def _emit_item(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    array, place = args
    found = func("list_extract", array, op("+", cast(place, "BIGINT"), number(1)))
    is_inside = op(">=", place, number(0))
    if not ctx.ansi:
        return case((is_inside, found), default=null())
    size = func("len", array)
    params = {"indexValue": cast(place, "VARCHAR"), "arraySize": cast(size, "VARCHAR")}
    outside = ctx.raise_error("ArrayIndexOutOfBoundsException", "INVALID_ARRAY_INDEX", params, call.dtype, call.context)
    missing = op("or", is_null(array), is_null(place))
    within = op("and", is_inside, op("<", place, size))
    return case((missing, null()), (within, found), default=outside)


def _bind_value(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    container, key = args
    assert isinstance(container.dtype, t.MapType)
    wanted = implicit_cast(key.dtype, container.dtype.key, ansi=binder.ansi)
    if isinstance(key.dtype, t.StringType) and key.dtype != container.dtype.key:
        wanted = container.dtype.key if isinstance(key, Literal) else None  # a constant alone takes its collation
    if wanted is None:
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex="second",
            requiredType=f'"{t.sql_name(container.dtype.key)}"',
            inputSql=binder.quoted(key),
            inputType=f'"{t.sql_name(key.dtype)}"',
        )
    return Call("getvalue", (container, binder.cast(key, wanted)), container.dtype.value, True)


def _emit_value(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    container = call.args[0].dtype
    assert isinstance(container, t.MapType)
    return map_value(args[0], container, args[1], ctx)


register(
    Function(
        "getfield",
        (STRUCT, t.STRING),
        _field_type,
        emit=_emit_field,
        shows=lambda texts: f"{texts[0]}.{texts[1]}",
        doc="A struct's field.",
        is_internal=True,
    ),
    Function(
        "getfields",
        (TYPED_ARRAY, t.STRING),
        _field_of_each_type,
        emit=_emit_field_of_each,
        shows=lambda texts: f"{texts[0]}.{texts[1]}",
        doc="A field of each struct of an array.",
        is_internal=True,
    ),
    Function(
        "getitem",
        (TYPED_ARRAY, INTEGRAL),
        bind=_bind_item,
        emit=_emit_item,
        shows=lambda texts: f"{texts[0]}[{texts[1]}]",
        doc="An array's element at a place from 0.",
        is_internal=True,
    ),
    Function(
        "getvalue",
        (TYPED_MAP, ANY),
        bind=_bind_value,
        emit=_emit_value,
        shows=lambda texts: f"{texts[0]}[{texts[1]}]",
        doc="A map's value of a key; NULL when the key is not there.",
        is_internal=True,
    ),
)
