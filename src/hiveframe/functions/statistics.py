"""Moments, correlation and linear regression, with Spark's results for no row, one row and no variance."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Function, FunctionKind, always_null, never_null, register
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, null, number, op
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
    covariance, x, y = _spreads(call, args, ctx)
    sums = [op("*", spread, cast(count, "DOUBLE")) for spread in (covariance, x, y)]  # Spark divides the sums
    value = op("/", sums[0], func("sqrt", op("*", sums[1], sums[2])))
    is_odd = func("isnan", value)
    single = op("and", is_odd, op("<=", count, number(1)))
    flat = op("and", is_odd, func("isfinite", covariance))
    return case((single, _null_double()), (flat, _divided_by_zero(call, ctx)), default=value)


def _spreads(call: AggCall, args: list[Sql], ctx: EmitContext) -> tuple[Sql, Sql, Sql]:
    """The covariance of pairs without NULL and both variances: Spark divides these last, as sums, by one another."""
    first, second = args
    both = op("and", is_not_null(first), is_not_null(second))
    x, y = (ctx.aggregate("var_pop", [case((both, a))], call) for a in args)
    return ctx.aggregate("covar_pop", args, call), x, y


def _emit_r2(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL where x has no variance, 1 where y has none."""
    covariance, y, x = _spreads(call, args, ctx)
    share = op("/", op("/", op("*", covariance, covariance), x), y)
    flat = cast(number(1), "DOUBLE")
    return case((op("=", x, number(0)), _null_double()), (op("=", y, number(0)), flat), default=share)


def _divided_by_zero(call: AggCall, ctx: EmitContext) -> Sql:
    if not ctx.ansi:
        return _null_double()
    params = {"config": '"spark.sql.ansi.enabled"'}
    return ctx.raise_error("ArithmeticException", "DIVIDE_BY_ZERO", params, t.DOUBLE, call.context)


def _null_double() -> Sql:
    return cast(null(), "DOUBLE")


def _emit_skewness(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The population skewness; DuckDB's is the sample's, which a factor of the count turns back."""
    count = ctx.aggregate("count", args, call)
    sample = ctx.aggregate("skewness", [_finite(args[0])], call)
    back = func("sqrt", cast(op("*", count, op("-", count, number(1))), "DOUBLE"))
    value = op("/", op("*", sample, op("-", count, number(2))), back)
    return _moment(call, args, ctx, case((op("=", count, number(2)), cast(number(0), "DOUBLE")), default=value))


def _emit_kurtosis(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return _moment(call, args, ctx, ctx.aggregate("kurtosis_pop", [_finite(args[0])], call))


def _moment(call: AggCall, args: list[Sql], ctx: EmitContext, value: Sql) -> Sql:
    """NULL without variance, NaN when a value is infinite or NaN (where DuckDB raises), else `value`."""
    variance = ctx.aggregate("var_pop", args, call)
    return case(
        (func("isnan", variance), variance),
        (op(">", variance, number(0)), value),
    )


def _finite(value: Sql) -> Sql:
    """`value`, or NULL where it is infinite or NaN."""
    return case((func("isfinite", value), value))


def _emit_count(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    return cast(ctx.aggregate("regr_count", args, call), "BIGINT")


def _emit_slope(name: str) -> Emit:
    """NULL where x has no variance: DuckDB gives NaN there."""

    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        spread = ctx.aggregate("regr_sxx", args, call)
        return case((op(">", spread, number(0)), ctx.aggregate(name, args, call)))

    return emit


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
    _one("skewness", _emit_skewness, "The population skewness."),
    _one("kurtosis", _emit_kurtosis, "The population's excess kurtosis."),
    _two("corr", _emit_corr, "Pearson's correlation.", "1.6.0"),
    _two("covar_pop", _named("covar_pop"), "The population covariance.", "2.0.0"),
    _two("covar_samp", _named("covar_samp"), "The sample covariance.", "2.0.0"),
    Function(
        "regr_count",
        (t.DOUBLE, t.DOUBLE),
        t.LONG,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_count,
        doc="The number of pairs without NULL.",
        group="aggregate",
        since="3.3.0",
    ),
    _two("regr_avgx", _named("regr_avgx"), "The mean of x over pairs (y, x) without NULL.", "3.3.0"),
    _two("regr_avgy", _named("regr_avgy"), "The mean of y over pairs (y, x) without NULL.", "3.3.0"),
    _two("regr_sxx", _named("regr_sxx"), "The sum of squares of x about its mean.", "3.4.0"),
    _two("regr_syy", _named("regr_syy"), "The sum of squares of y about its mean.", "3.4.0"),
    _two("regr_sxy", _named("regr_sxy"), "The sum of products of x and y about their means.", "3.4.0"),
    _two("regr_slope", _emit_slope("regr_slope"), "The slope of the line fitted to the pairs (y, x).", "3.4.0"),
    _two("regr_intercept", _emit_slope("regr_intercept"), "Where the fitted line meets the y axis.", "3.4.0"),
    _two("regr_r2", _emit_r2, "How much of y's variance the fitted line explains.", "3.3.0"),
)
