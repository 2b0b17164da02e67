"""Sums and means, in exactly Spark's types: BIGINT, DOUBLE, wider decimals, intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Context, Decimal

import pyarrow as pa

from hiveframe.functions.decimal_arithmetic import DecimalForms
from hiveframe.functions.decimal_quotients import quotients
from hiveframe.functions.decimals import bounded
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.half_up import quotient, scaled, unscaled
from hiveframe.functions.registry import Function, FunctionKind, Kind, always_null, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, is_null, null, number, op, physical_type, text
from hiveframe.plan import types as t
from hiveframe.plan.decimal_type import MAX_PRECISION
from hiveframe.plan.logical import AggCall, Call, Cast, Expr
from hiveframe.plan.types import DataType, DecimalType

_SUMMABLE = Kind(
    '"NUMERIC" or "ANSI INTERVAL"',
    lambda d: isinstance(d, (t.NumericType, t.YearMonthIntervalType, t.DayTimeIntervalType)),
    t.DOUBLE,
)

# How many digits a sum may have beyond those of its values: ten billion rows.
_SUM_DIGITS = 10
_MEAN_DIGITS = 4
_NARROW = 18  # digits that DuckDB adds up in 64 bits

MERGED_SUM = "merged_sum"
"""The sum of groups' sums, which are decimals."""

MERGED_MEAN = "merged_avg"
"""The mean over groups, of each of which the first argument is the sum and the second the count."""

MEAN_OF = "mean_of"
"""The mean of decimals of which the first argument is the sum and the second the count: `mean_cannot_fail` of them."""

_OUT_OF_RANGE = "NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION"
_SUM_FAILED = r"Overflow in (?:HUGEINT addition|SUM of DECIMAL|addition of DECIMAL\(38\))"
_QUOTIENT_SCALE = MAX_PRECISION + 1  # of the quotient that a message shows, cut off there
_STEP = 19  # digits of a quotient that one division of 128 bits yields

_INT_RANGE = (-(2**31), 2**31 - 1)
_LONG_RANGE = (-(2**63), 2**63 - 1)


def _sum_type(args: Sequence[Expr]) -> DataType:
    match args[0].dtype:
        case DecimalType(precision, scale):
            return bounded(precision + _SUM_DIGITS, scale)
        case t.IntegralType():
            return t.LONG
        case t.YearMonthIntervalType() | t.DayTimeIntervalType() as interval:
            return interval
    return t.DOUBLE


def mean_type(args: Sequence[Expr]) -> DataType:
    """The type of the mean of the first argument."""
    match args[0].dtype:
        case DecimalType(precision, scale):
            return bounded(precision + _MEAN_DIGITS, scale + _MEAN_DIGITS)
        case t.YearMonthIntervalType():
            return t.YEAR_MONTH
        case t.DayTimeIntervalType():
            return t.DAY_TIME
    return t.DOUBLE


def mean_parts(call: AggCall) -> tuple[AggCall, AggCall]:
    """The sum and the count that the mean of numbers `call` is made of."""
    value = call.args[0]
    if not isinstance(value.dtype, (DecimalType, t.DoubleType)):
        value = Cast(value, t.DOUBLE, nullable=value.nullable)
    count = replace(call, function="count", dtype=t.LONG, nullable=False)
    return replace(call, function="sum", args=(value,), dtype=_sum_type((value,))), count


def mean_cannot_fail(dtype: DataType) -> bool:
    """Whether values of this type are decimals whose mean has room whenever their sum has."""
    return isinstance(dtype, DecimalType) and dtype.precision + _SUM_DIGITS + _MEAN_DIGITS < MAX_PRECISION


def _emit_sum(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _total(call, args, ctx, is_try=False)


def _emit_try_sum(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _total(call, args, ctx, is_try=True)


def _total(call: AggCall, args: list[Sql], ctx: EmitContext, *, is_try: bool) -> Sql:
    source, target = call.args[0].dtype, call.dtype
    if isinstance(target, DecimalType):
        return _decimal_total(call, args, ctx, is_try=is_try)
    total = ctx.aggregate("sum", args, call)
    if isinstance(target, t.DoubleType):
        return total
    if source in (t.BYTE, t.SHORT, t.INT):
        return cast(total, "BIGINT")  # billions of rows would be needed to leave the range
    if ctx.ansi and not is_try and isinstance(target, t.LongType):
        return cast(total, "BIGINT")  # the engine knows this cast's failure as an overflow
    low, high = _INT_RANGE if isinstance(target, t.YearMonthIntervalType) else _LONG_RANGE
    fits = op("and", op(">=", total, number(low)), op("<=", total, number(high)))
    inside = cast(total, physical_type(target))
    return case((fits, inside), (is_not_null(total), _overflowed(call, total, ctx, is_try=is_try)))


def _overflowed(call: AggCall, total: Sql, ctx: EmitContext, *, is_try: bool) -> Sql:
    """What a sum outside of its type is: NULL, an error, or wrapped as Java's arithmetic does."""
    if is_try:
        return null()
    if not isinstance(call.dtype, t.LongType):
        params = {"functionName": "`try_add`"}
        condition = "INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION"
        return ctx.raise_error("ArithmeticException", condition, params, call.dtype, call.context)
    turn = number(2**64)
    wrapped = op("%", op("+", op("%", op("+", total, number(2**63)), turn), turn), turn)
    return cast(op("-", wrapped, number(2**63)), "BIGINT")


def _decimal_total(call: AggCall, args: list[Sql], ctx: EmitContext, *, is_try: bool) -> Sql:
    source = call.args[0].dtype
    assert isinstance(source, DecimalType)
    if source.precision + _SUM_DIGITS > MAX_PRECISION and (is_try or not ctx.ansi):
        # DuckDB raises past 38 digits and nothing can catch it inside an aggregate: add in Python.
        listed = ctx.aggregate("list", args, call)
        total_type = bounded(source.precision + _SUM_DIGITS, source.scale)
        kernel = ctx.kernel("decimal_total", decimal_totals, [t.ArrayType(source)], total_type)
        return func(kernel, listed)
    target = bounded(source.precision + _SUM_DIGITS, source.scale)
    _name_sum_failure(call, ctx)
    forms = args[0].meta.get("decimal_forms")
    if isinstance(forms, DecimalForms) and forms.narrow_digits <= _NARROW and ctx.over is None and not call.distinct:
        return _total_of_forms(forms, call, target, ctx)
    return cast(ctx.aggregate("sum", args, call), physical_type(target))


def _name_sum_failure(call: AggCall, ctx: EmitContext) -> None:
    """Say what the engine's failure to add up decimals is in Spark."""
    name = "try_sum" if call.function in ("sum", MERGED_SUM) else "try_avg"
    params = {
        "message": "Overflow in sum of decimals",
        "alternative": f" Use '{name}' to tolerate overflow and return NULL instead.",
        "config": '"spark.sql.ansi.enabled"',
    }
    ctx.native(_SUM_FAILED, "ArithmeticException", "ARITHMETIC_OVERFLOW", params, call.context)


def _total_of_forms(forms: DecimalForms, call: AggCall, target: DecimalType, ctx: EmitContext) -> Sql:
    """What fits in 64 bits is added up so, the rest apart: to bring both to one type would cost as much as the sum."""
    dtype = physical_type(target)
    narrow = func("try", forms.narrow)
    small = cast(ctx.aggregate("sum", [narrow], call), dtype)
    large = cast(ctx.aggregate("sum", [case((is_null(narrow), forms.wide))], call), dtype)
    both = op("+", func("coalesce", small, cast(number(0), dtype)), large)
    return case((is_null(large), small), default=cast(both, dtype))


def decimal_totals(lists: pa.ListArray) -> pa.Array:
    """The sum of each list of decimals, NULL for no values and for more than 38 digits."""
    dtype: pa.Decimal128Type = lists.type.value_type
    exact = Context(prec=80)
    limit = Decimal(10) ** (MAX_PRECISION - dtype.scale)
    totals: list[Decimal | None] = []
    for values in lists.to_pylist():
        present = [v for v in values or () if v is not None]
        total = Decimal(0)
        for value in present:
            total = exact.add(total, value)
        totals.append(total if present and abs(total) < limit else None)
    return pa.array(totals, pa.decimal128(MAX_PRECISION, dtype.scale))


def emit_mean(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The mean of the first argument."""
    return _mean(call, args, ctx, is_try=False)


def _emit_try_mean(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _mean(call, args, ctx, is_try=True)


def _mean(call: AggCall, args: list[Sql], ctx: EmitContext, *, is_try: bool) -> Sql:
    source, target = call.args[0].dtype, call.dtype
    if isinstance(target, t.DoubleType):
        # Spark adds BIGINTs up as DOUBLEs; DuckDB would as HUGEINTs, in twice the time
        values = [cast(args[0], "DOUBLE")] if source == t.LONG else args
        return ctx.aggregate("avg", values, call)
    count = ctx.aggregate("count", args, call)
    if isinstance(source, DecimalType) and isinstance(target, DecimalType):
        total = _decimal_total(call, args, ctx, is_try=is_try)
        return _decimal_mean(call, source, target, total, count, ctx, is_try=is_try)
    total = ctx.aggregate("sum", args, call)
    low, high = _INT_RANGE if isinstance(target, t.YearMonthIntervalType) else _LONG_RANGE
    fits = op("and", op(">=", total, number(low)), op("<=", total, number(high)))
    mean = cast(quotient(total, count), physical_type(target))
    return case((fits, mean), (is_not_null(total), _overflowed(call, total, ctx, is_try=is_try)))


def _decimal_mean(
    call: AggCall, source: DecimalType, target: DecimalType, total: Sql, count: Sql, ctx: EmitContext, *, is_try: bool
) -> Sql:
    """`total / count` rounded half up at the target's scale, without leaving 128 bits on the way."""
    digits = min(source.precision + _SUM_DIGITS, MAX_PRECISION)
    shift = 10 ** (target.scale - source.scale)
    if mean_cannot_fail(source):
        return _small_mean(DecimalType(digits, source.scale), target, total, count, ctx)
    whole = unscaled(total, digits, source.scale)
    # Long division in two steps: the remainder is below the count, so its fraction always fits.
    high = op("//", whole, count)
    low = quotient(op("*", op("%", whole, count), number(shift)), count)
    limit = number(10**MAX_PRECISION // shift)
    fits = op("<", func("abs", high), limit)
    mean = cast(scaled(op("+", op("*", high, number(shift)), low), target.scale), physical_type(target))
    if is_try or not ctx.ansi:
        return case((fits, mean), (is_not_null(total), null()))
    params: dict[str, Sql | str] = {
        "value": _quotient_text(whole, count, source.scale),
        "precision": str(target.precision),
        "scale": str(target.scale),
        "config": '"spark.sql.ansi.enabled"',
    }
    too_wide = ctx.raise_error("ArithmeticException", _OUT_OF_RANGE, params, call.dtype, call.context)
    return case((fits, mean), (is_not_null(total), too_wide))


def _small_mean(total_type: DecimalType, target: DecimalType, total: Sql, count: Sql, ctx: EmitContext) -> Sql:
    kernel = ctx.kernel("decimal_mean", decimal_means, [total_type, t.LONG, t.INT, t.INT], target)
    return func(kernel, total, count, number(target.precision), number(target.scale))


def decimal_means(totals: pa.Array, counts: pa.Array, precisions: pa.Array, scales: pa.Array) -> pa.Array:
    """Each total by its count, of the first precision and scale; NULL for no values."""
    precision, scale = (precisions[0].as_py(), scales[0].as_py()) if len(totals) else (MAX_PRECISION, 0)
    return quotients(totals, counts, precision, scale)


def _emit_merged_sum(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    _name_sum_failure(call, ctx)
    return cast(ctx.aggregate("sum", args, call), physical_type(call.dtype))


def _emit_merged_mean(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    total, target = call.args[0].dtype, call.dtype
    count = cast(ctx.aggregate("sum", args[1:], call), "BIGINT")
    if not (isinstance(total, DecimalType) and isinstance(target, DecimalType)):
        return op("/", ctx.aggregate("sum", args[:1], call), func("nullif", count, number(0)))
    _name_sum_failure(call, ctx)
    whole = cast(ctx.aggregate("sum", args[:1], call), physical_type(total))
    source = DecimalType(total.precision - _SUM_DIGITS, total.scale)
    return _decimal_mean(call, source, target, whole, func("nullif", count, number(0)), ctx, is_try=False)


def _mean_of_type(args: Sequence[Expr]) -> DataType:
    total = args[0].dtype
    assert isinstance(total, DecimalType)
    return bounded(total.precision - _SUM_DIGITS + _MEAN_DIGITS, total.scale + _MEAN_DIGITS)


def _emit_mean_of(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    total, target = call.args[0].dtype, call.dtype
    assert isinstance(total, DecimalType)
    assert isinstance(target, DecimalType)
    return _small_mean(total, target, args[0], args[1], ctx)


def _quotient_text(whole: Sql, count: Sql, scale: int) -> Sql:
    """`whole / count / 10**scale` with all the digits that Spark's division has: long division in three steps."""
    size = func("abs", whole)
    sign = case((op("<", whole, number(0)), text("-")), default=text(""))
    digits = cast(op("//", size, count), "VARCHAR")
    rest = op("%", size, count)
    left = _QUOTIENT_SCALE - scale
    parts = [digits if scale == 0 else func("left", digits, number(-scale)), text(".")]
    parts += [func("right", digits, number(scale))] if scale else []
    while left > 0:
        step = min(left, _STEP)
        shifted = op("*", rest, number(10**step))
        parts.append(func("lpad", cast(op("//", shifted, count), "VARCHAR"), number(step), text("0")))
        rest, left = op("%", shifted, count), left - step
    return func("concat", sign, *parts)


def _row(
    name: str,
    result: Callable[[Sequence[Expr]], DataType],
    emit: Callable[[AggCall, list[Sql], EmitContext], Sql],
    doc: str,
    since: str,
    *aliases: str,
    expected: str = "",
    is_internal: bool = False,
) -> Function:
    return Function(
        name,
        (_SUMMABLE,),
        result,
        always_null,
        FunctionKind.AGGREGATE,
        emit=emit,
        aliases=aliases,
        expected=expected,
        doc=doc,
        group="aggregate",
        since=since,
        is_internal=is_internal,
    )


register(
    _row("sum", _sum_type, _emit_sum, "The sum of the values.", "1.0.0"),
    _row(
        "try_sum",
        _sum_type,
        _emit_try_sum,
        "The sum of the values, NULL where it overflows.",
        "3.3.0",
        expected="[1, 2]",
    ),
    _row("avg", mean_type, emit_mean, "The mean of the values.", "1.0.0", "mean"),
    _row(
        "try_avg",
        mean_type,
        _emit_try_mean,
        "The mean of the values, NULL where it overflows.",
        "3.3.0",
        expected="[1, 2]",
    ),
    _row(MERGED_SUM, _sum_type, _emit_merged_sum, "The sum of sums.", "", is_internal=True),
    _row(MERGED_MEAN, mean_type, _emit_merged_mean, "The mean of groups.", "", is_internal=True),
    Function(
        MEAN_OF,
        (_SUMMABLE, t.LONG),
        _mean_of_type,
        always_null,
        emit=_emit_mean_of,
        is_internal=True,
        doc="A sum of decimals by their count.",
    ),
)
