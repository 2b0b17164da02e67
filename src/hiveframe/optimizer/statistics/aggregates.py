"""What is expected of an aggregate function's values, one for each group.

Groups are taken to be drawn at random: their sizes follow a Poisson distribution, and sums and means the normal one
(a compound Poisson sum has the variance of as many values' squares; Wald).
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Final

from hiveframe.optimizer.statistics.estimate import ColumnEstimate, Estimate
from hiveframe.optimizer.statistics.expressions import column_of
from hiveframe.plan.logical import AggCall, Cast, Expr

_STEPS: Final = 40
_TAIL: Final = 4.0
_NORMAL: Final = tuple(
    -_TAIL if i == 0 else _TAIL if i == _STEPS else NormalDist().inv_cdf(i / _STEPS) for i in range(_STEPS + 1)
)


def aggregated(e: Expr, child: Estimate, groups: float, relation: int) -> ColumnEstimate:
    """The values of one item of a grouping into so many groups."""
    while isinstance(e, Cast):
        e = e.child
    if not isinstance(e, AggCall) or groups <= 0:
        return ColumnEstimate(relation)
    each = child.rows / groups
    known = column_of(e.args[0], child) if e.args else None
    match e.function:
        case "count" if not e.distinct and e.filter is None:
            return _normal(relation, groups, each * (1 - (known.null_share if known is not None else 0.0)), each, 0.0)
        case "min" | "max" if known is not None:
            distinct = min(known.distinct or groups, groups)
            return ColumnEstimate(relation, distinct, distinct, known.low, known.high)
        case "sum" | "avg" if known is not None and e.filter is None:
            moments = _moments(known)
            if moments is None:
                return ColumnEstimate(relation)
            mean, variance = moments
            if e.function == "avg":
                return _normal(relation, groups, mean, variance / max(each, 1.0), None)
            least = 0.0 if mean > 0 and float(known.low) >= 0 else None
            return _normal(relation, groups, each * mean, each * (variance + mean * mean), least)
    return ColumnEstimate(relation)


def _moments(column: ColumnEstimate) -> tuple[float, float] | None:
    """Mean and variance of a column's numbers: of its quantiles, or even between its bounds."""
    try:
        low, high = float(column.low), float(column.high)
        values = [float(q) for q in column.quantiles]
    except (TypeError, ValueError):  # no numbers
        return None
    if len(values) > 1:
        mean = sum(values) / len(values)
        return mean, sum((v - mean) ** 2 for v in values) / len(values)
    return (low + high) / 2, (high - low) ** 2 / 12


def _normal(relation: int, groups: float, mean: float, variance: float, least: float | None) -> ColumnEstimate:
    spread = math.sqrt(max(variance, 0.0))
    values = [mean + step * spread for step in _NORMAL]
    quantiles = tuple(v if least is None else max(v, least) for v in values)
    return ColumnEstimate(relation, groups, groups, quantiles[0], quantiles[-1], quantiles=quantiles)
