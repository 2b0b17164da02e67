"""Columns and named subplans that the optimiser adds: their ids lie far above what analysis counts to."""

from __future__ import annotations

import itertools
from typing import Final

from hiveframe.plan.logical import Column, Expr

_ids: Final = itertools.count(1 << 40)


def fresh_column(name: str, expr: Expr) -> Column:
    """A new column that holds `expr`."""
    return Column(next(_ids), name, expr.dtype, expr.nullable)


def fresh_id() -> int:
    """The number of a new named subplan."""
    return next(_ids)
