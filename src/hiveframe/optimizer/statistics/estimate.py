"""What is expected of a relation: its rows, and its columns' values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.sizes import ROW_OVERHEAD, type_width
from hiveframe.plan import types as t
from hiveframe.plan.logical import Column
from hiveframe.plan.statistics import ANALYZED, METADATA, SAMPLED, STALE

EXACT: Final = "exact"
GUESSED: Final = "guessed"

_TRUST: Final = (EXACT, ANALYZED, METADATA, SAMPLED, STALE, GUESSED)

_TEXT_OVERHEAD: Final = 12


@dataclass(frozen=True, slots=True)
class ColumnEstimate:
    """What is expected of a column's values; `distinct` None where nothing is known.

    `distinct` counts the values that are left, `domain` those of the column where it comes from, less what conditions
    on the column itself take out. `relation` is the step that the column comes from: conditions on it bear on all
    columns of that step alike. Bounds, `common` and `quantiles` as in `plan.statistics`, shares among rows that are not
    NULL.
    """

    relation: int
    distinct: float | None = None
    domain: float | None = None
    low: Any = None
    high: Any = None
    null_share: float = 0.0
    avg_len: float | None = None
    common: tuple[tuple[Any, float], ...] = ()
    quantiles: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Estimate:
    """The rows expected of a relation, never NaN or negative, and its columns by id.

    `origin` is that of the least certain statistics in it: "exact", "analyzed", "metadata", "sampled", "stale" or
    "guessed".
    `relations` are the rows left of each step that the columns come from, before it was joined with others.
    """

    rows: float
    columns: Mapping[int, ColumnEstimate] = field(default_factory=dict)
    origin: str = GUESSED
    relations: Mapping[int, float] = field(default_factory=dict)

    def distinct(self, column: ColumnEstimate | None) -> float | None:
        """The different values of a column in so many rows; None where nothing is known."""
        if column is None or column.distinct is None:
            return None
        return min(column.distinct, max(self.rows, 1.0))

    def size_bytes(self, output: tuple[Column, ...]) -> float:
        """Bytes of the rows in Spark's count: 8 for each row, and its columns' widths."""
        return self.rows * (ROW_OVERHEAD + sum(self._width(c) for c in output))

    def _width(self, column: Column) -> float:
        known = self.columns.get(column.id)
        if known is not None and known.avg_len is not None:
            return known.avg_len + (_TEXT_OVERHEAD if isinstance(column.dtype, t.StringType) else 0)
        return type_width(column.dtype)

    def passed(self, rows: float) -> Estimate:
        """The same with another number of rows."""
        return self if rows == self.rows else replace(self, rows=rows)


def least_certain(*origins: str) -> str:
    """The origin that is trusted least."""
    return max(origins, key=_TRUST.index, default=EXACT)


def left_of(distinct: float, rows: float, share: float) -> float:
    """How many of `distinct` values, spread evenly over `rows`, turn up in a share of the rows.

    Source: Yao, "Approximating block accesses in database organizations", CACM 20(4), 1977, with replacement.
    """
    if distinct <= 1 or rows <= 0 or share >= 1:
        return distinct
    each = max(rows / distinct, 1.0)
    return max(-distinct * math.expm1(each * math.log1p(-max(share, 0.0))), min(distinct, 1.0))
