"""Aggregates that keep values: lists, sets, joined text, histograms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.functions.aggregates import only_where, present
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.collation_sql import distinct, with_comparables
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.numeric_histogram import numeric_histograms
from hiveframe.functions.ordering import order_key
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    FunctionKind,
    Kind,
    Param,
    always_null,
    either,
    never_null,
    register,
)
from hiveframe.functions.sql import (
    Sql,
    cast,
    field,
    func,
    lambda_,
    number,
    op,
    param,
    physical_type,
    struct_pack,
    text,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType

_TEXT_OR_BYTES = Kind("STRING or BINARY", lambda d: isinstance(d, (t.StringType, t.BinaryType)), t.STRING)
_NO_DELIMITER = Literal(None, t.NULL)
_HISTOGRAM_VALUE = Kind(
    "NUMERIC or DATE or TIMESTAMP or TIMESTAMP_NTZ or INTERVAL YEAR TO MONTH or INTERVAL DAY TO SECOND",
    lambda d: isinstance(
        d,
        (
            t.NumericType,
            t.DateType,
            t.TimestampType,
            t.TimestampNTZType,
            t.DayTimeIntervalType,
            t.YearMonthIntervalType,
        ),
    ),
    t.DOUBLE,
)


def _list_type(args: Sequence[Expr]) -> DataType:
    return ArrayType(args[0].dtype, False)


def _values(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB's list of the values, without NULLs unless RESPECT NULLS; NULL for no values."""
    if call.ignore_nulls and call.args[0].nullable:
        call = only_where(call, present(call.args[0]))
    return ctx.aggregate("list", args[:1], call)


def _emit_list(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The values in the order met; different ones ascending, so that the same rows always give the same array."""
    if call.distinct and is_collated(call.args[0].dtype):
        values = _different(_values(replace(call, distinct=False), args, ctx), call.args[0].dtype, ctx)
        return func("coalesce", values, cast(func("list_value"), physical_type(call.dtype)))
    if call.distinct and isinstance(call.args[0].dtype, (t.FloatType, t.DoubleType)):
        args = [op("+", args[0], cast(number(0), physical_type(call.args[0].dtype)))]  # -0.0 is 0.0
    values = func("coalesce", _values(call, args, ctx), cast(func("list_value"), physical_type(call.dtype)))
    if call.distinct and not call.order_by:
        return func("list_sort", values, text("ASC"), text("NULLS FIRST"))
    return values


def _different(values: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """Collated values, the first of each that are equal."""
    return with_comparables(values, dtype, ctx, lambda array, keyed: distinct(array, keyed, ctx))


def _emit_set(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _emit_list(replace(call, distinct=True), args, ctx)


def _bind_array_agg(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return AggCall("collect_list", args, _list_type(args), False)


def _check_set(binder: Binder, args: tuple[Expr, ...]) -> None:
    dtype = args[0].dtype
    collated = isinstance(dtype, t.StringType) and dtype.collation != "UTF8_BINARY"
    if _holds_map(dtype) or collated:
        raise binder.error(
            "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
            functionName="`collect_set`",
            dataType='"MAP" or "COLLATED STRING"',
        )


def _holds_map(dtype: DataType) -> bool:
    match dtype:
        case ArrayType(element):
            return _holds_map(element)
        case StructType(fields):
            return any(_holds_map(f.dtype) for f in fields)
    return isinstance(dtype, t.MapType)


def _check_delimiter(binder: Binder, args: tuple[Expr, ...]) -> None:
    binder.fold(args[1], "delimiter")
    value, delimiter = args[0].dtype, args[1].dtype
    if isinstance(delimiter, t.NullType) or delimiter == value:
        return
    if isinstance(value, t.BinaryType) == isinstance(delimiter, t.BinaryType) and not is_collated(value):
        return
    raise binder.error(
        "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
        functionName=f"`{binder.called()}`",
        dataType=f'("{t.sql_name(value)}" or "{t.sql_name(delimiter)}")',
    )


def _emit_joined(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB joins text only: bytes travel as hex."""
    value, delimiter = args
    is_binary = isinstance(call.dtype, t.BinaryType)
    if isinstance(call.args[1], Literal) and call.args[1].value is None:
        delimiter = text("")
    elif is_binary:
        delimiter = func("hex", delimiter)
    parts = func("hex", value) if is_binary else value
    if call.distinct and call.order_by and not is_collated(call.args[0].dtype):
        joined = func("array_to_string", _sorted_set(call, parts, ctx), delimiter)
    elif call.distinct and is_collated(call.args[0].dtype):
        met = only_where(replace(call, distinct=False), present(call.args[0]))
        found = _different(ctx.aggregate("list", [parts], met), call.args[0].dtype, ctx)
        joined = func("array_to_string", found, delimiter)
    elif call.distinct:
        # Spark's order is any: ours is always the same
        found = ctx.aggregate("list", [parts], only_where(call, present(call.args[0])))
        joined = func("array_to_string", func("list_sort", found), delimiter)
    else:
        joined = ctx.aggregate("string_agg", [parts, delimiter], call)
    return func("from_hex", joined) if is_binary else joined


def _sorted_set(call: AggCall, part: Sql, ctx: EmitContext) -> Sql:
    """The different texts in the order of the key, which is what they are the texts of: sorted as pairs with it."""
    (key,) = call.order_by
    pair = StructType((StructField("key", key.child.dtype), StructField("part", t.STRING)))
    order = order_key(ctx.expr(key.child), key.child.dtype, ctx)
    present_call = only_where(replace(call, order_by=()), present(call.args[0]))
    found = ctx.aggregate("list", [struct_pack(pair, [order, part])], present_call)
    x = ctx.fresh("x")
    in_order = func("list_sort", found, text("ASC" if key.ascending else "DESC"))
    return func("list_transform", in_order, lambda_([x], field(param(x), pair, 1)))


def _histogram_type(args: Sequence[Expr]) -> DataType:
    return ArrayType(StructType((StructField("x", args[0].dtype, True), StructField("y", t.DOUBLE, True))), True)


def _check_bins(binder: Binder, args: tuple[Expr, ...]) -> None:
    bins = binder.fold(args[1], "nb")
    if bins is None:
        raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="nb")
    if bins < 2:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="nb",
            valueRange="[2, 2147483647]",
            currentValue=str(bins),
        )


def _emit_histogram(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    source = call.args[0].dtype
    values = ctx.aggregate("list", args[:1], only_where(call, present(call.args[0])))
    name = ctx.kernel("histogram_numeric", numeric_histograms, [ArrayType(source), t.INT], call.dtype)
    return func(name, values, args[1])


register(
    Function(
        "collect_list",
        (ANY,),
        _list_type,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_list,
        skips_nulls=True,
        doc="The values as an array, without NULLs.",
        group="aggregate",
        since="2.0.0",
    ),
    Function(
        "array_agg",
        (ANY,),
        kind=FunctionKind.AGGREGATE,
        bind=_bind_array_agg,
        label="collect_list",
        skips_nulls=True,
        doc="The values as an array, without NULLs.",
        group="aggregate",
        since="3.3.0",
    ),
    Function(
        "collect_set",
        (ANY,),
        _list_type,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_set,
        checks=(_check_set,),
        skips_nulls=True,
        doc="The different values as an array, without NULLs.",
        group="aggregate",
        since="2.0.0",
    ),
    Function(
        "listagg",
        (either(_TEXT_OR_BYTES), Param((t.STRING, t.BINARY, t.NULL), optional=True, default=_NO_DELIMITER)),
        lambda args: args[0].dtype,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_joined,
        checks=(_check_delimiter,),
        takes_order=True,
        aliases=("string_agg",),
        doc="The values that are not NULL as one text, the delimiter between them.",
        group="aggregate",
        since="4.0.0",
    ),
    Function(
        "histogram_numeric",
        (_HISTOGRAM_VALUE, t.INT),
        _histogram_type,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_histogram,
        checks=(_check_bins,),
        doc="A histogram of at most n bins of varying width: centres x and counts y.",
        group="aggregate",
        since="3.3.0",
    ),
)
