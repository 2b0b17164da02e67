"""How many different values a column has, from how many each of some parts of it has.

The parts are taken for draws from one set of values: n draws from D values meet D(1 - (1 - 1/D)^n) of them on average
(Cardenas, "Analysis and performance of inverted data base structures", CACM 18(5), 1975). Parts of a column that is
sorted share no values, and of parts with rows that belong together each has values of its own; their bounds tell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from hiveframe.dataclass import dataclass

_STEPS: Final = 60
_NEARLY: Final = 0.999


@dataclass(frozen=True, slots=True)
class Part:
    """A part's values that are not NULL, how many of them differ (None: nearly all), and their bounds if known."""

    value_count: int
    distinct_count: int | None
    low: Any = None
    high: Any = None


def seen(distinct: float, draws: float) -> float:
    """How many of `distinct` equally likely values turn up in so many draws."""
    if distinct <= 1 or draws <= 0:
        return min(max(distinct, 0.0), max(draws, 0.0))
    if math.isinf(distinct):
        return draws
    return min(-distinct * math.expm1(draws * math.log1p(-1 / distinct)), draws)


def there(met: float, draws: float) -> float:
    """How many values there are if so many draws met `met` of them; infinity when (nearly) each draw met another."""
    if draws <= 0 or met >= _NEARLY * draws:
        return math.inf
    low, high = met, met * met / (draws - met) * 4 + met * 4
    while seen(high, draws) < met:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if seen(middle, draws) < met else (low, middle)
        if high - low <= 0.5:
            break
    return high


def distinct_count(parts: Sequence[Part], value_count: int) -> int:
    """The different values among `value_count`, of which the parts are some or all."""
    filled = [p for p in parts if p.value_count > 0]
    if not filled:
        return 0
    counts = [p.value_count if p.distinct_count is None else min(p.distinct_count, p.value_count) for p in filled]
    part_values = sum(p.value_count for p in filled)
    share = value_count / part_values
    if len(filled) == 1 and share <= 1:
        room = _range(filled)
        return max(1, counts[0] if room is None else min(counts[0], room))
    shared = _shared_ends(filled)
    if len(filled) > 1 and shared is not None:
        return max(1, min(round((sum(counts) - shared) * share), value_count))
    sets = [there(d, p.value_count) for d, p in zip(counts, filled, strict=True)]
    in_all = sum(s * p.value_count for s, p in zip(sets, filled, strict=True)) / part_values
    found = seen(in_all, value_count)
    mean = sum(counts) / len(counts)
    room, met = _range(filled), _share_met(filled)
    if (
        room is not None and met is not None and met < mean / in_all / 2
    ):  # rows that belong together lie together: parts differ more
        found = max(found, mean / met * (1 - (1 - met) ** (len(filled) * share)))
    most = min(round(found), round(sum(counts) * share), value_count)
    return max(1, *counts, most if room is None else min(most, room))


def _shared_ends(parts: Sequence[Part]) -> int | None:
    """The values that parts share with the next if that is their last at most; None where they share more."""
    if any(p.low is None or p.high is None for p in parts):
        return None
    ordered = sorted(parts, key=lambda p: (p.low, p.high))
    pairs = list(pairwise(ordered))
    return sum(a.high == b.low for a, b in pairs) if all(a.high <= b.low for a, b in pairs) else None


def _range(parts: Sequence[Part]) -> int | None:
    """How many whole numbers or days lie between the least and the greatest value; None for other types."""
    if not all(_is_counted(p.low) and _is_counted(p.high) for p in parts):
        return None
    least, greatest = min(p.low for p in parts), max(p.high for p in parts)
    return (greatest - least).days + 1 if isinstance(least, date) else int(greatest - least) + 1


def _is_counted(value: Any) -> bool:
    return isinstance(value, (int, date)) and not isinstance(value, (bool, datetime))


def _share_met(parts: Sequence[Part]) -> float | None:
    """The share of all values that a part has: how many of the parts have the least value of all, and the greatest."""
    if any(p.low is None or p.high is None for p in parts):
        return None
    low, high = min(p.low for p in parts), max(p.high for p in parts)
    return sum(int(p.low == low) + int(p.high == high) for p in parts) / (2 * len(parts))
