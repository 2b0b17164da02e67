"""Skewness and kurtosis from moments about the mean.

DuckDB's own come from sums of powers, which cancel where the mean is far from zero and raise where they overflow.
Source: Spark's `CentralMomentAgg`, whose results these are, in two passes over a group's values.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let_all
from hiveframe.functions.sketch_rows import gathered
from hiveframe.functions.sql import Sql, case, func, null, number, op
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall

_LIST: Final = t.ArrayType(t.DOUBLE)


def emit_skewness(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The population's skewness; NULL without variance."""
    if ctx.over is not None:
        return _running(call, args, ctx, order=3)
    listed, _ = gathered(call, args, ctx)
    return func(ctx.kernel("skewness", skewnesses, [_LIST], t.DOUBLE), listed)


def emit_kurtosis(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    """The population's excess kurtosis; NULL without variance."""
    if ctx.over is not None:
        return _running(call, args, ctx, order=4)
    listed, _ = gathered(call, args, ctx)
    return func(ctx.kernel("kurtosis", kurtoses, [_LIST], t.DOUBLE), listed)


def skewnesses(lists: pa.ListArray) -> pa.Array:
    """For each list the third moment over the second's power of 3/2."""
    counts, deviations, starts = _deviations(lists)
    with np.errstate(all="ignore"):
        squares = deviations * deviations
        second, third = _moment(squares, starts), _moment(squares * deviations, starts)
        return _placed(np.sqrt(counts[counts > 0]) * third / np.sqrt(second * second * second), second, counts)


def kurtoses(lists: pa.ListArray) -> pa.Array:
    """For each list the fourth moment over the second's square, less the 3 of a normal distribution."""
    counts, deviations, starts = _deviations(lists)
    with np.errstate(all="ignore"):
        squares = deviations * deviations
        second, fourth = _moment(squares, starts), _moment(squares * squares, starts)
        return _placed(counts[counts > 0] * fourth / (second * second) - 3.0, second, counts)


def _deviations(lists: pa.ListArray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The size of each list, every value less its list's mean, and where the lists that are not empty start."""
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    # in more digits than a DOUBLE has, where the platform has them: the moments are then right to the last
    values = lists.flatten().to_numpy(zero_copy_only=False).astype(np.longdouble)
    sizes = counts[counts > 0]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else np.zeros(0, dtype=np.int64)
    with np.errstate(all="ignore"):
        # about the first value first: equal values deviate by exactly nothing, whatever their mean rounds to
        deviations = values - np.repeat(values[starts], sizes)
        for _ in range(2):
            deviations = deviations - np.repeat(_sums(deviations, starts) / sizes, sizes)
    return counts, deviations, starts


def _sums(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    return np.add.reduceat(values, starts) if len(starts) else values


def _moment(values: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Sums as DOUBLEs; no number where they are larger than any, as differences of infinities are."""
    made = _sums(values, starts).astype(np.float64)
    return np.where(np.isinf(made), np.nan, made)


def _placed(found: np.ndarray, second: np.ndarray, counts: np.ndarray) -> pa.Array:
    """One result a list: NULL for an empty one and where nothing varies."""
    made, is_null = np.zeros(len(counts)), counts == 0
    made[~is_null] = found
    is_null[~is_null] = second == 0.0
    return pa.array(made, pa.float64(), mask=is_null)


def _running(call: AggCall, args: list[Sql], ctx: EmitContext, *, order: int) -> Sql:
    """Over a window, where a list of each frame would be too much: the moments from variances and a covariance.

    With y = x - mean: E[y^3] = cov(x, x^2) - 2 mean var(x), and E[y^4] = var(y^2) + var(x)^2.
    """
    x = args[0]
    square = op("*", x.copy(), x.copy())
    mean, variance = ctx.aggregate("avg", [x], call), ctx.aggregate("var_pop", [x.copy()], call)
    joint = ctx.aggregate("covar_pop", [x.copy(), square], call)
    if order == 3:
        return let_all([mean, variance, joint], ctx, _skewness)
    return let_all([mean, variance, joint, ctx.aggregate("var_pop", [square.copy()], call)], ctx, _kurtosis)


def _skewness(mean: Sql, variance: Sql, joint: Sql) -> Sql:
    third = op("-", joint, op("*", op("*", number(2), mean), variance))
    return _unless_flat(variance, op("/", third, func("sqrt", _power(variance, 3))))


def _kurtosis(mean: Sql, variance: Sql, joint: Sql, squares: Sql) -> Sql:
    turned = op("*", op("*", number(4), mean), op("-", op("*", mean.copy(), variance), joint))
    fourth = op("+", op("+", squares, turned), _power(variance, 2))
    return _unless_flat(variance, op("-", op("/", fourth, _power(variance, 2)), number(3)))


def _power(value: Sql, exponent: int) -> Sql:
    made = value.copy()
    for _ in range(exponent - 1):
        made = op("*", made, value.copy())
    return made


def _unless_flat(variance: Sql, value: Sql) -> Sql:
    return case((op("=", variance.copy(), number(0)), null()), default=value)
