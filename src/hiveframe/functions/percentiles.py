"""Percentiles and modes. DuckDB computes them exactly; `approximate_percentile` errs as Spark's summaries do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa

from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.aggregates import only_where, present
from hiveframe.functions.approximate_percentile import emit_percentile_approx
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.collation_sql import with_comparables
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import (
    ANY,
    INTEGRAL,
    NUMERIC,
    Binder,
    Function,
    FunctionKind,
    Kind,
    OrderedSet,
    Param,
    always_null,
    either,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, cast, func, lambda_, neg, param, physical_type, struct_pack, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Column, Expr, Literal, SortKey
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType
from hiveframe.plan.walk import rewrite_up

_DAY_TIME = Kind("INTERVAL DAY TO SECOND", lambda d: isinstance(d, t.DayTimeIntervalType))
_YEAR_MONTH = Kind("INTERVAL YEAR TO MONTH", lambda d: isinstance(d, t.YearMonthIntervalType))
_MEASURE = either(NUMERIC, _DAY_TIME, _YEAR_MONTH)
_ORDERED = either(NUMERIC, t.DATE, t.TIMESTAMP, t.TIMESTAMP_NTZ, _YEAR_MONTH, _DAY_TIME)
_SHARE = either(t.DOUBLE, ArrayType(t.DOUBLE, False))
_EXACT_SHARE = Param(_SHARE.kinds, by_shape=True)
_WEIGHTED = StructType((StructField("value", t.DOUBLE), StructField("count", t.LONG)))
_INT_MAX = 2**31 - 1
_DEFAULT_ACCURACY = 10_000


def _between(dtype: DataType) -> DataType:
    """What lies between two values: intervals of the widest kind, else DOUBLE."""
    match dtype:
        case t.YearMonthIntervalType():
            return t.YEAR_MONTH
        case t.DayTimeIntervalType():
            return t.DAY_TIME
    return t.DOUBLE


def _like_share(value: DataType, share: Expr) -> DataType:
    """One value for one percentage, an array for an array of them."""
    return ArrayType(value, False) if isinstance(share.dtype, ArrayType) else value


def _check_share(position: int) -> Callable[[Binder, tuple[Expr, ...]], None]:
    """Percentages are constant, not NULL and within [0, 1]."""

    def check(binder: Binder, args: tuple[Expr, ...]) -> None:
        value = binder.fold(args[position], "percentage")
        if value is None:
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="percentage")
        shares = value if isinstance(value, tuple) else (value,)
        shares = tuple(0.0 if share is None else share for share in shares)
        if not all(0.0 <= share <= 1.0 for share in shares):
            raise binder.error(
                "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                exprName="percentage",
                valueRange="[0.0, 1.0]",
                currentValue=",".join(f"{share}D" for share in shares),
            )

    return check


def _settled(position: int) -> Callable[[Binder, tuple[Expr, ...]], tuple[Expr, ...]]:
    """The arguments with an array of percentages as a constant; a NULL in it counts as 0."""

    def settle(binder: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
        if not isinstance(args[position].dtype, ArrayType):
            return args
        shares = tuple(share or 0.0 for share in binder.fold(args[position], "percentage"))
        return (*args[:position], Literal(shares, ArrayType(t.DOUBLE, False)), *args[position + 1 :])

    return settle


def _check_accuracy(binder: Binder, args: tuple[Expr, ...]) -> None:
    accuracy = binder.fold(args[2], "accuracy")
    if accuracy is None:
        raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName="accuracy")
    if not 0 < accuracy <= _INT_MAX:
        raise binder.error(
            "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
            exprName="accuracy",
            valueRange=f"(0, {_INT_MAX}]",
            currentValue=f"{accuracy}L",
        )


def _emit_percentile(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    frequency = call.args[2]
    if isinstance(frequency, Literal) and isinstance(frequency.value, int) and frequency.value > 0:
        made = ctx.aggregate("quantile_cont", [cast(args[0], "DOUBLE"), args[1]], call)
        return _cut(made, call.dtype, ctx, call.args[1])
    assert isinstance(call.args[3], Literal)
    pair = struct_pack(_WEIGHTED, [cast(args[0], "DOUBLE"), cast(args[2], "BIGINT")])
    shares = call.args[1].dtype
    kernel = ctx.kernel(
        "weighted_percentile",
        functools.partial(weighted_percentiles, frequency=str(call.args[3].value)),
        [ArrayType(_WEIGHTED), shares],
        _like_share(t.DOUBLE, call.args[1]),
    )
    return _cut(func(kernel, ctx.aggregate("list", [pair], call), args[1]), call.dtype, ctx)


def _with_frequency_shown(binder: Binder, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The arguments and, where it isn't one for all rows, the frequency as the error for a negative one shows it.

    By then Spark has put places of the row for its columns.
    """
    args = _settled(1)(binder, args)
    if isinstance(args[2], Literal) and args[2].value is not None and args[2].value > 0:
        return args
    shown = rewrite_up(args[2], Expr, lambda e: replace(e, name="boundreference()") if isinstance(e, Column) else e)
    return (*args, Literal(binder.quoted(shown), t.STRING))


def weighted_percentiles(lists: pa.ListArray, shares: pa.Array, *, frequency: str) -> pa.Array:
    """For each list of {value, count} the interpolated value(s) at each share; NULL when nothing counts."""
    result: list[float | list[float] | None] = []
    for pairs, share in zip(lists.to_pylist(), shares.to_pylist(), strict=True):
        counts: dict[float, int] = {}
        for pair in pairs or ():
            value, count = pair["value"], pair["count"]
            if value is None or not count:
                continue
            if count < 0:
                params = {"frequencyExpression": frequency, "negativeValue": f"{count}L"}
                raise IllegalArgumentException("NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", params)
            counts[value] = counts.get(value, 0) + count
        if not counts:
            result.append(None)
        elif isinstance(share, list):
            result.append([_at(sorted(counts.items()), one) for one in share])
        else:
            result.append(_at(sorted(counts.items()), share))
    return pa.array(result, pa.list_(pa.float64()) if pa.types.is_list(shares.type) else pa.float64())


def _at(counts: list[tuple[float, int]], share: float) -> float:
    position = (sum(n for _, n in counts) - 1) * share
    lower, upper = math.floor(position), math.ceil(position)
    low, high = _nth(counts, lower), _nth(counts, upper)
    return low if low == high else (upper - position) * low + (position - lower) * high


def _nth(counts: list[tuple[float, int]], index: int) -> float:
    for value, count in counts:
        index -= count
        if index < 0:
            return value
    return counts[-1][0]


def _emit_median(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _cut(ctx.aggregate("median", [cast(args[0], "DOUBLE")], call), call.dtype, ctx)


def _emit_approx(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _unless_empty(emit_percentile_approx(call, args, ctx), call.args[1])


def _unless_empty(made: Sql, share: Expr) -> Sql:
    """NULL where there are no percentages."""
    return func("nullif", made, func("list_value")) if isinstance(share, Literal) and share.value == () else made


def _emit_ordered(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    """`percentile_cont(p) WITHIN GROUP (ORDER BY x)`; DuckDB takes a negative share in descending order."""

    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        value, share = cast(args[0], "DOUBLE"), args[1]
        if call.order_by and not call.order_by[0].ascending:
            share = _negated(call.args[1], share, ctx)
        made = ctx.aggregate(name, [value, share], replace(call, order_by=()))
        return _cut(made, call.dtype, ctx, call.args[1])

    return emit


def _negated(share: Expr, emitted: Sql, ctx: EmitContext) -> Sql:
    if not isinstance(share.dtype, ArrayType):
        return neg(cast(emitted, "DOUBLE"))  # -0.0 where it is zero
    assert isinstance(share, Literal)
    return ctx.expr(replace(share, value=tuple(-one for one in share.value)))


def _cut(made: Sql, dtype: DataType, ctx: EmitContext, share: Expr | None = None) -> Sql:
    """DOUBLEs in the call's type: intervals are cut to whole units."""
    if share is not None:
        made = _unless_empty(made, share)
    element = dtype.element if isinstance(dtype, ArrayType) else dtype
    if isinstance(element, t.DoubleType):
        return made
    if element is dtype:
        return cast(func("trunc", made), physical_type(dtype))
    x = ctx.fresh("x")
    return func("list_transform", made, lambda_([x], cast(func("trunc", param(x)), physical_type(element))))


def _bind_mode(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """`mode(x, TRUE)` and `mode() WITHIN GROUP (ORDER BY x)` take the first in order of equally frequent values."""
    order_by = (SortKey(args[0]),) if len(args) > 1 and _is_deterministic(binder, args[1]) else ()
    return AggCall("mode", args[:1], args[0].dtype, True, order_by=order_by)


def _is_deterministic(binder: Binder, flag: Expr) -> bool:
    if not is_foldable(flag):
        shown = {"funcName": "`mode`", "paramName": "`deterministic`", "paramType": '"BOOLEAN"'}
        raise binder.error("NON_FOLDABLE_ARGUMENT", **shown)
    value = binder.fold(flag, "deterministic")
    if value is None:
        shown = {"exprName": "`deterministic`", "sqlExpr": binder.quoted(flag)}
        raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", **shown)
    if not isinstance(flag.dtype, t.BooleanType):
        raise binder.error(
            "UNEXPECTED_INPUT_TYPE",
            functionName="`mode`",
            paramIndex="second",
            requiredType='"BOOLEAN"',
            inputSql=binder.quoted(flag),
            inputType=f'"{t.sql_name(flag.dtype)}"',
        )
    return bool(value)


def _mode_shown(texts: Sequence[str]) -> str:
    """The flag is shown as the order that it asks for."""
    if len(texts) < 2:
        return f"mode({', '.join(texts)})"
    return f"mode() WITHIN GROUP (ORDER BY {texts[0]} DESC)" if texts[1] == "true" else f"mode({texts[0]})"


def _emit_mode(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    call, dtype = replace(call, distinct=False), call.args[0].dtype
    if not is_collated(dtype):
        return ctx.aggregate("mode", args, call)
    values = ctx.aggregate("list", args, only_where(call, present(call.args[0])))

    def build(array: Sql, keyed: Sql) -> Sql:
        most = func("list_aggregate", keyed.copy(), text("mode"))
        return func("list_extract", array, func("list_position", keyed, most))

    return with_comparables(values, dtype, ctx, build)


def _default_int(value: int, dtype: DataType) -> Param:
    return Param((INTEGRAL,), optional=True, default=Literal(value, dtype))


def _ordered_row(name: str, duck_name: str, node: str, doc: str) -> Function:
    return Function(
        name,
        (_MEASURE, _EXACT_SHARE),
        lambda args: _like_share(_between(args[0].dtype), args[1]),
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_ordered(duck_name),
        checks=(_check_share(1),),
        coerce=_settled(1),
        ordered_set=OrderedSet(1, 1, node),
        doc=doc,
        group="aggregate",
        since="4.0.0",
    )


register(
    Function(
        "percentile",
        (_MEASURE, _EXACT_SHARE, _default_int(1, t.INT)),
        lambda args: _like_share(_between(args[0].dtype), args[1]),
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_percentile,
        checks=(_check_share(1),),
        coerce=_with_frequency_shown,
        doc="The exact percentile, interpolated between neighbours; each value counts as often as the frequency says.",
        group="aggregate",
        since="2.1.0",
    ),
    Function(
        "median",
        (_MEASURE,),
        lambda args: _between(args[0].dtype),
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_median,
        doc="The middle value, or the mean of the two in the middle.",
        group="aggregate",
        since="3.4.0",
    ),
    Function(
        "percentile_approx",
        (_ORDERED, _SHARE, _default_int(_DEFAULT_ACCURACY, t.INT)),
        lambda args: _like_share(args[0].dtype, args[1]),
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_approx,
        checks=(_check_share(1), _check_accuracy),
        coerce=_settled(1),
        aliases=("approx_percentile",),
        doc="The smallest value at or above which the given share of values lies; always one of the values.",
        group="aggregate",
        since="2.1.0",
    ),
    _ordered_row(
        "percentile_cont", "quantile_cont", "percentile_cont", "The percentile of an ordered group, interpolated."
    ),
    _ordered_row(
        "percentile_disc", "quantile_disc", "PercentileDisc", "The percentile of an ordered group, one of its values."
    ),
    Function(
        "mode",
        (ANY, optional(ANY)),
        kind=FunctionKind.AGGREGATE,
        bind=_bind_mode,
        emit=_emit_mode,
        shows=_mode_shown,
        ordered_set=OrderedSet(0, 2, "Mode"),
        doc="The most frequent value.",
        group="aggregate",
        since="3.4.0",
    ),
)
