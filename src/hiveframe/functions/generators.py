"""Functions that make rows from a row: explode and its kin.

The result of a generator's call is a `StructType`: the columns it yields, with Spark's default names. Its SQL is a
LIST: of the column's values when there is one column, else of structs with the physical field names of the result.
The engine unnests that list; `outer` generators keep a row whose list is empty or NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlglot import exp

from hiveframe.functions.binding import wrong_input
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import (
    ANY,
    TYPED_ARRAY,
    TYPED_MAP,
    Binder,
    Function,
    FunctionKind,
    Param,
    register,
    rest,
)
from hiveframe.functions.sql import Sql, cast, func, lambda_, number, op, param, physical_type, struct_pack, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType, StructField, StructType

OUTER_SUFFIX = "_outer"


def _exploded(with_position: bool) -> Callable[[Sequence[Expr]], DataType]:
    def columns(args: Sequence[Expr]) -> DataType:
        match args[0].dtype:
            case t.MapType(key, value, value_contains_null):
                fields = [StructField("key", key, False), StructField("value", value, value_contains_null)]
            case t.ArrayType(element, contains_null):
                fields = [StructField("col", element, contains_null)]
            case _:
                fields = [StructField("col", t.NULL)]
        if with_position:
            fields.insert(0, StructField("pos", t.INT, False))
        return StructType(tuple(fields))

    return columns


def _emit_explode(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    source = call.args[0].dtype
    return func("map_entries", args[0]) if isinstance(source, t.MapType) else args[0]


def _emit_posexplode(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Entries with their position from 0: `list_transform(list, LAMBDA x, i: {pos, …})` counts from 1."""
    assert isinstance(call.dtype, StructType)
    x, i = ctx.fresh("x"), ctx.fresh("i")
    position = cast(op("-", param(i), number(1)), "INTEGER")
    if isinstance(call.args[0].dtype, t.MapType):
        entries = func("map_entries", args[0])
        values = [func("struct_extract", param(x), text("key")), func("struct_extract", param(x), text("value"))]
    else:
        entries, values = args[0], [param(x)]
    return func("list_transform", entries, lambda_([x, i], struct_pack(call.dtype, [position, *values])))


def _inlined(args: Sequence[Expr]) -> DataType:
    match args[0].dtype:
        case t.ArrayType(StructType(fields), contains_null):
            return StructType(tuple(StructField(f.name, f.dtype, f.nullable or contains_null) for f in fields))
    return StructType()


def _check_inline(binder: Binder, args: tuple[Expr, ...]) -> None:
    dtype = args[0].dtype
    if not (isinstance(dtype, t.ArrayType) and isinstance(dtype.element, StructType)):
        raise wrong_input(binder, args, 0, '"ARRAY<STRUCT>"')


def _emit_inline(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, StructType)
    if len(call.dtype.fields) != 1:
        return args[0]
    x = ctx.fresh("x")
    return func("list_transform", args[0], lambda_([x], func("struct_extract_at", param(x), number(1))))


def _bind_stack(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """`stack(n, v1, …)`: n rows; the values of a column have one type, or none."""
    row_count = binder.fold(args[0], "n")
    if args[0].dtype != t.INT:
        raise wrong_input(binder, args, 0, '"INT"')
    if row_count is None or row_count < 1:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="`n`",
            valueRange="(0, 2147483647]",
            currentValue=str(row_count or 0),
        )
    values = args[1:]
    width = -(-len(values) // row_count)
    fields = [StructField(f"col{place}", _column_type(binder, place, args, width)) for place in range(width)]
    cells: list[Expr] = []
    for i in range(row_count * width):
        dtype = fields[i % width].dtype
        cells.append(binder.cast(values[i], dtype) if i < len(values) else Literal(None, dtype))
    return Call("stack", tuple(cells), StructType(tuple(fields)), False)


def _column_type(binder: Binder, place: int, args: tuple[Expr, ...], width: int) -> DataType:
    """The type of a stack's column, its first value's; nothing is cast to it."""
    typed = [i for i in range(place + 1, len(args), width) if not isinstance(args[i].dtype, t.NullType)]
    if not typed:
        return t.NULL
    dtype = args[typed[0]].dtype
    other = next((i for i in typed if args[i].dtype != dtype), None)
    if other is not None:
        raise binder.error(
            "DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES",
            columnIndex=str(place),
            leftParamIndex=str(typed[0]),
            leftType=f'"{t.sql_name(dtype)}"',
            rightParamIndex=str(other),
            rightType=f'"{t.sql_name(args[other].dtype)}"',
        )
    return dtype


def _emit_stack(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    assert isinstance(call.dtype, StructType)
    width = len(call.dtype.fields)
    types = [physical_type(f.dtype) for f in call.dtype.fields]
    typed = [exp.Cast(this=a, to=types[i % width]) for i, a in enumerate(args)]
    if width == 1:
        return func("list_value", *typed)
    rows = [struct_pack(call.dtype, list(typed[i : i + width])) for i in range(0, len(typed), width)]
    return func("list_value", *rows)


def _with_outer(name: str, **row: Any) -> list[Function]:
    """A generator and its outer form, whose errors speak of the plain one."""
    row |= {"kind": FunctionKind.GENERATOR, "group": "generator", "site": name}
    return [Function(n, **row) for n in (name, name + OUTER_SUFFIX)]


_COLLECTION = Param((TYPED_ARRAY, TYPED_MAP), name="collection")


register(
    *_with_outer(
        "explode",
        params=(_COLLECTION,),
        result=_exploded(False),
        emit=_emit_explode,
        doc="A row for each element of an array or entry of a map.",
        since="1.0.0",
    ),
    *_with_outer(
        "posexplode",
        params=(_COLLECTION,),
        result=_exploded(True),
        emit=_emit_posexplode,
        doc="Like explode, with the position from 0.",
        since="2.0.0",
    ),
    *_with_outer(
        "inline",
        params=(Param((ANY,), name="input"),),
        result=_inlined,
        emit=_emit_inline,
        checks=(_check_inline,),
        doc="A row for each struct of an array, a column for each of its fields.",
        since="2.0.0",
    ),
    Function(
        "stack",
        (ANY, ANY, rest(ANY)),
        kind=FunctionKind.GENERATOR,
        bind=_bind_stack,
        emit=_emit_stack,
        doc="The values laid out in n rows.",
        group="generator",
        since="2.0.0",
    ),
)
