"""What a join makes of two estimates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.optimizer.statistics.estimate import ColumnEstimate, Estimate, least_certain, left_of
from hiveframe.optimizer.statistics.expressions import column_of
from hiveframe.optimizer.statistics.predicates import Given
from hiveframe.optimizer.statistics.steps import filtered
from hiveframe.plan.logical import Call, Expr

_NOTHING: Final = Given()


def crossed(left: Estimate, right: Estimate) -> Estimate:
    """Every row of one side with every row of the other."""
    return Estimate(
        left.rows * right.rows,
        {**left.columns, **right.columns},
        least_certain(left.origin, right.origin),
        {**left.relations, **right.relations},
    )


def joined(left: Estimate, right: Estimate, kind: str, conditions: Sequence[Expr], given: Given = _NOTHING) -> Estimate:
    """The join's rows; `kind` as in `plan.logical.Join`.

    Rows that find no partner are those whose key is not among the other side's values (Swami and Schiefer, "On the
    estimation of join result sizes", EDBT 1994).
    """
    inner = filtered(crossed(left, right), conditions, given)
    if kind in ("inner", "cross"):
        return inner
    if kind in ("semi", "anti"):
        met = _share_met(left, right, inner, conditions)
        origin = least_certain(left.origin, right.origin)
        return replace(_thinned(left, met if kind == "semi" else 1 - met), origin=origin)
    lonely_left = left.rows * (1 - _share_met(left, right, inner, conditions)) if kind in ("left", "full") else 0.0
    lonely_right = right.rows * (1 - _share_met(right, left, inner, conditions)) if kind in ("right", "full") else 0.0
    least = max(left.rows if kind in ("left", "full") else 0.0, right.rows if kind in ("right", "full") else 0.0)
    rows = max(inner.rows + lonely_left + lonely_right, least)
    kept = left if kind != "right" else Estimate(0.0)
    columns = {
        **_with_nulls(left, lonely_right / rows if rows else 0.0),
        **_with_nulls(right, (rows - inner.rows - lonely_right) / rows if rows and kind != "right" else 0.0),
    }
    return replace(inner, rows=rows, columns=columns, relations={**inner.relations, **kept.relations})


def _thinned(estimate: Estimate, share: float) -> Estimate:
    """A share of the rows, whichever they are."""
    columns = {
        i: c if c.distinct is None else replace(c, distinct=left_of(c.distinct, estimate.rows, share))
        for i, c in estimate.columns.items()
    }
    relations = {r: rows * share for r, rows in estimate.relations.items()}
    return replace(estimate, rows=estimate.rows * share, columns=columns, relations=relations)


def _with_nulls(estimate: Estimate, share: float) -> dict[int, ColumnEstimate]:
    if share <= 0:
        return dict(estimate.columns)
    return {i: replace(c, null_share=1 - (1 - c.null_share) * (1 - share)) for i, c in estimate.columns.items()}


def _share_met(side: Estimate, other: Estimate, inner: Estimate, conditions: Sequence[Expr]) -> float:
    """The share of one side's rows that find a partner."""
    if side.rows <= 0 or inner.rows <= 0:
        return 0.0
    each = inner.rows / side.rows
    parts = [part for condition in conditions for part in conjuncts(condition)]
    shares: list[float] = []
    for part in parts:
        if isinstance(part, Call) and part.function in ("=", "<=>"):
            keys = _sides(part, side, other)
            if keys is not None:
                own, others = keys
                found = other.distinct(others)
                if found is not None and own.domain is not None:
                    shares.append(min(found / max(own.domain, 1.0), 1.0) * (1 - own.null_share))
    if not shares:
        return -math.expm1(-each)
    met = min(shares)
    if len(shares) == len(parts) or met <= 0:
        return min(met, each) if len(shares) == 1 else min(met, -math.expm1(-each / met) * met)
    return met * -math.expm1(-each / met)


def _sides(part: Call, side: Estimate, other: Estimate) -> tuple[ColumnEstimate, ColumnEstimate] | None:
    for a, b in (part.args, part.args[::-1]):
        own, others = column_of(a, side), column_of(b, other)
        if own is not None and others is not None and own.relation in side.relations:
            return own, others
    return None
