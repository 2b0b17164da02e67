"""Moments, correlation and linear regression, with Spark's results for no row, one row and no variance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hiveframe.functions.aggregates import emit_count
from hiveframe.functions.central_moments import emit_kurtosis, emit_skewness
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import NUMERIC, Function, FunctionKind, always_null, never_null, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, null, number, op
from hiveframe.functions.sums import emit_mean, mean_type
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall
from hiveframe.plan.types import DataType

Emit = Callable[[AggCall, list[Sql], EmitContext], Sql]


def _named(name: str) -> Emit:
    """DuckDB's aggregate of that name, which agrees with Spark's everywhere."""
    return lambda call, args, ctx: ctx.aggregate(name, args, call)


def _emit_corr(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL for one row; without variance an error (ANSI) or NULL; NaN where DuckDB gives it for other reasons."""
    count = ctx.aggregate("regr_count", args, call)
    product, x, y = _products(call, args, ctx, count)
    value = op("/", product, func("sqrt", op("*", x, y)))
    is_odd = func("isnan", value)
    single = op("and", is_odd, op("<=", count.copy(), number(1)))
    flat = op("and", is_odd.copy(), func("isfinite", product.copy()))
    return case((single, _null_double()), (flat, _divided_by_zero(call, ctx)), default=value.copy())


def _products(call: AggCall, args: list[Sql], ctx: EmitContext, count: Sql) -> tuple[Sql, Sql, Sql]:
    """Over pairs without NULL (different ones under DISTINCT), sums about the means: of both, of the first's squares
    and of the second's; these are what Spark divides by one another."""
    covariance = ctx.aggregate("covar_pop", args, call)
    first, second = (ctx.aggregate(name, [a.copy() for a in args], call) for name in ("regr_syy", "regr_sxx"))
    return op("*", covariance, cast(count.copy(), "DOUBLE")), first, second


def _emit_r2(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL where x has no variance, 1 where y has none."""
    product, y, x = _products(call, args, ctx, ctx.aggregate("regr_count", args, call))
    share = op("/", op("/", op("*", product, product.copy()), x), y)
    flat = cast(number(1), "DOUBLE")
    no_x, no_y = (op("=", spread.copy(), number(0)) for spread in (x, y))
    return case((no_x, _null_double()), (no_y, flat), default=share)


def _divided_by_zero(call: AggCall, ctx: EmitContext) -> Sql:
    if not ctx.ansi:
        return _null_double()
    params = {"config": '"spark.sql.ansi.enabled"'}
    return ctx.raise_error("ArithmeticException", "DIVIDE_BY_ZERO", params, t.DOUBLE, call.context)


def _null_double() -> Sql:
    return cast(null(), "DOUBLE")


def _emit_slope(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL where x has no variance."""
    product, _, x = _products(call, args, ctx, ctx.aggregate("regr_count", args, call))
    return case((op("=", x.copy(), number(0)), _null_double()), default=op("/", product, x))


def _emit_intercept(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL where x has no variance."""
    product, _, x = _products(call, args, ctx, ctx.aggregate("regr_count", args, call))
    mean_y, mean_x = (ctx.aggregate(name, [a.copy() for a in args], call) for name in ("regr_avgy", "regr_avgx"))
    height = op("-", mean_y, op("*", op("/", product, x), mean_x))
    return case((op("=", x.copy(), number(0)), _null_double()), default=height)


def _of_pairs(position: int, emit: Emit) -> Emit:
    """An aggregate of one of two arguments, over the rows where neither is NULL.

    Spark makes it so: DISTINCT then means different values of that argument, not different pairs.
    """

    def emit_one(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        other = 1 - position
        value = args[position]
        if call.args[other].nullable:
            value = case((is_not_null(args[other]), value))
        return emit(replace(call, args=(call.args[position],)), [value], ctx)

    return emit_one


def _emit_squares(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The sum of squares about the mean."""
    count = ctx.aggregate("count", [args[0].copy()], call)
    return op("*", ctx.aggregate("var_pop", args, call), cast(count, "DOUBLE"))


def _mean(name: str, position: int, doc: str) -> Function:
    return Function(
        name,
        (NUMERIC, NUMERIC),
        lambda args: mean_type(args[position:]),
        always_null,
        FunctionKind.AGGREGATE,
        emit=_of_pairs(position, emit_mean),
        doc=doc,
        group="aggregate",
        since="3.3.0",
    )


def _one(name: str, emit: Emit, doc: str, *aliases: str) -> Function:
    return _row(name, (t.DOUBLE,), emit, doc, "1.6.0", aliases)


def _two(name: str, emit: Emit, doc: str, since: str) -> Function:
    return _row(name, (t.DOUBLE, t.DOUBLE), emit, doc, since, ())


def _row(
    name: str, params: tuple[DataType, ...], emit: Emit, doc: str, since: str, aliases: tuple[str, ...]
) -> Function:
    return Function(
        name,
        params,
        t.DOUBLE,
        always_null,
        FunctionKind.AGGREGATE,
        emit=emit,
        aliases=aliases,
        doc=doc,
        group="aggregate",
        since=since,
    )


register(
    _one("stddev_samp", _named("stddev_samp"), "The sample standard deviation.", "stddev", "std"),
    _one("stddev_pop", _named("stddev_pop"), "The population standard deviation."),
    _one("var_samp", _named("var_samp"), "The sample variance.", "variance"),
    _one("var_pop", _named("var_pop"), "The population variance."),
    _one("skewness", emit_skewness, "The population skewness."),
    _one("kurtosis", emit_kurtosis, "The population's excess kurtosis."),
    _two("corr", _emit_corr, "Pearson's correlation.", "1.6.0"),
    _two("covar_pop", _named("covar_pop"), "The population covariance.", "2.0.0"),
    _two("covar_samp", _named("covar_samp"), "The sample covariance.", "2.0.0"),
    Function(
        "regr_count",
        (NUMERIC, NUMERIC),
        t.LONG,
        never_null,
        FunctionKind.AGGREGATE,
        emit=emit_count,
        doc="The number of pairs without NULL.",
        group="aggregate",
        since="3.3.0",
    ),
    _mean("regr_avgx", 1, "The mean of x over pairs (y, x) without NULL."),
    _mean("regr_avgy", 0, "The mean of y over pairs (y, x) without NULL."),
    _two("regr_sxx", _of_pairs(1, _emit_squares), "The sum of squares of x about its mean.", "3.4.0"),
    _two("regr_syy", _of_pairs(0, _emit_squares), "The sum of squares of y about its mean.", "3.4.0"),
    _two("regr_sxy", _named("regr_sxy"), "The sum of products of x and y about their means.", "3.4.0"),
    _two("regr_slope", _emit_slope, "The slope of the line fitted to the pairs (y, x).", "3.4.0"),
    _two("regr_intercept", _emit_intercept, "Where the fitted line meets the y axis.", "3.4.0"),
    _two("regr_r2", _emit_r2, "How much of y's variance the fitted line explains.", "3.3.0"),
)
