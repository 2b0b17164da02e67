"""Aggregates that keep values: lists, sets, joined text, histograms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.functions.aggregates import only_where, present
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.collation_sql import distinct, with_comparables
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.numeric_histogram import numeric_histograms
from hiveframe.functions.registry import (
    ANY,
    NUMERIC,
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
from hiveframe.functions.sql import Sql, cast, func, number, op, physical_type, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Expr, Literal
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType

_TEXT_OR_BYTES = Kind("STRING or BINARY", lambda d: isinstance(d, (t.StringType, t.BinaryType)), t.STRING)
_NO_DELIMITER = Literal(None, t.NULL)
_HISTOGRAM_VALUE = Kind(
    "NUMERIC or DATE or TIMESTAMP or TIMESTAMP_NTZ or INTERVAL DAY TO SECOND or INTERVAL YEAR TO MONTH",
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
    values = func("coalesce", _values(call, args, ctx), cast(func("list_value"), physical_type(call.dtype)))
    if call.distinct and not call.order_by:
        return func("list_sort", values, text("ASC"), text("NULLS FIRST"))
    return values


def _different(values: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """Collated values, the first of each that are equal."""
    return with_comparables(values, dtype, ctx, lambda array, keyed: distinct(array, keyed, ctx))


def _emit_set(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    if isinstance(call.args[0].dtype, (t.FloatType, t.DoubleType)):
        args = [op("+", args[0], cast(number(0), physical_type(call.args[0].dtype)))]  # -0.0 is 0.0
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
    kinds = (args[0].dtype, args[1].dtype)
    if is_collated(kinds[0]) and kinds[1] not in (t.NULL, kinds[0]):
        listed = " or ".join(f'"{t.sql_name(kind)}"' for kind in kinds)
        raise binder.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`listagg`", dataType=f"({listed})")


def _emit_joined(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """DuckDB joins text only: bytes travel as hex."""
    value, delimiter = args
    is_binary = isinstance(call.dtype, t.BinaryType)
    if isinstance(call.args[1], Literal) and call.args[1].value is None:
        delimiter = text("")
    elif is_binary:
        delimiter = func("hex", delimiter)
    parts = func("hex", value) if is_binary else value
    if call.distinct and is_collated(call.args[0].dtype):
        met = only_where(replace(call, distinct=False), present(call.args[0]))
        found = _different(ctx.aggregate("list", [parts], met), call.args[0].dtype, ctx)
        joined = func("array_to_string", found, delimiter)
    elif call.distinct and not call.order_by:
        # Spark's order is any: ours is always the same
        found = ctx.aggregate("list", [parts], only_where(call, present(call.args[0])))
        joined = func("array_to_string", func("list_sort", found), delimiter)
    else:
        joined = ctx.aggregate("string_agg", [parts, delimiter], call)
    return func("from_hex", joined) if is_binary else joined


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
        aliases=("string_agg",),
        doc="The values that are not NULL as one text, the delimiter between them.",
        group="aggregate",
        since="4.0.0",
    ),
    Function(
        "histogram_numeric",
        (either(_HISTOGRAM_VALUE, NUMERIC), t.INT),
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
