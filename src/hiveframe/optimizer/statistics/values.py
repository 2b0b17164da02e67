"""Where values lie between others: shares of a column below a value, by its quantiles or evenly between its bounds."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from hiveframe.optimizer.statistics.estimate import ColumnEstimate

_LETTERS: Final = 8
_POINTS: Final = 16


def share_below(column: ColumnEstimate, value: Any, *, inclusive: bool) -> float | None:
    """The share of a column's values below `value` (or equal to it); None where bounds are unknown or of another kind.

    Source: Selinger et al., "Access path selection in a relational database management system", SIGMOD 1979 (evenly
    between bounds); Piatetsky-Shapiro and Connell, SIGMOD 1984 (equi-height quantiles).
    """
    if len(column.quantiles) > 1:
        found = _among(column.quantiles, value, inclusive)
        if found is not None:
            return found
    low, high = column.low, column.high
    if not _are_alike(low, value) or not _are_alike(high, value):
        return None
    if value < low or (value == low and not inclusive):
        return 0.0
    if value > high or (value == high and inclusive):
        return 1.0
    place = _place(value, low, high)
    if isinstance(low, int) and isinstance(high, int) and high > low:  # whole numbers: each has room of one
        return (place * (high - low) + (1 if inclusive else 0)) / (high - low + 1)
    return place


def share_of_less(left: ColumnEstimate, right: ColumnEstimate) -> float | None:
    """The share of pairs in which the left column's value is less, taken for independent."""
    if not _are_alike(left.low, right.low) or not _are_alike(left.high, right.high):
        return None
    below = [share_below(left, _at(right, (i + 0.5) / _POINTS), inclusive=False) for i in range(_POINTS)]
    known = [b for b in below if b is not None]
    return sum(known) / len(known) if known else None


def is_within(column: ColumnEstimate, value: Any) -> bool:
    """Whether a value may be in a column as far as its bounds tell."""
    if not _are_alike(column.low, value) or not _are_alike(column.high, value):
        return True
    return bool(column.low <= value <= column.high)


def _are_alike(bound: Any, value: Any) -> bool:
    if bound is None or value is None:
        return False
    if isinstance(bound, (int, float, Decimal)):
        return isinstance(value, (int, float, Decimal)) and not (isinstance(value, float) and math.isnan(value))
    return isinstance(value, type(bound))


def _among(quantiles: Sequence[Any], value: Any, inclusive: bool) -> float | None:
    if not _are_alike(quantiles[0], value):
        return None
    steps = len(quantiles) - 1
    at = (bisect_right if inclusive else bisect_left)(quantiles, value)
    if at == 0:
        return 0.0
    if at > steps:
        return 1.0
    return (at - 1 + _place(value, quantiles[at - 1], quantiles[at])) / steps


def _place(value: Any, low: Any, high: Any) -> float:
    """How far a value is from `low` on the way to `high`, 0 to 1."""
    if isinstance(low, (str, bytes)):
        shared = _shared(low, high)
        numbers = [_fraction(v[shared:]) for v in (value, low, high)]
    else:
        numbers = [float(v) for v in (value, low, high)]
    whole = numbers[2] - numbers[1]
    if not math.isfinite(whole):
        return 0.5
    return min(max((numbers[0] - numbers[1]) / whole, 0.0), 1.0) if whole > 0 else 0.0


def _at(column: ColumnEstimate, share: float) -> Any:
    """The value with that share of the others below it, as a number between the bounds."""
    if len(column.quantiles) > 1:
        return column.quantiles[min(int(share * len(column.quantiles)), len(column.quantiles) - 1)]
    if isinstance(column.low, (str, bytes)):
        return column.low if share < 0.5 else column.high
    return float(column.low) + share * (float(column.high) - float(column.low))


def _shared(a: str | bytes, b: str | bytes) -> int:
    count = 0
    for x, y in zip(a, b, strict=False):
        if x != y:
            break
        count += 1
    return count


def _fraction(value: str | bytes) -> float:
    """A text as a number from 0 to 1 that grows with it."""
    data = value.encode()[:_LETTERS] if isinstance(value, str) else value[:_LETTERS]
    return sum(byte / 256.0 ** (i + 1) for i, byte in enumerate(data))
