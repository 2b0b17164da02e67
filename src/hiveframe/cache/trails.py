"""Pheromone trails: how much an entry is worth, from when it was used and what each use saved.

A use leaves a deposit of (seconds saved / bytes) ** PULL, and what was left evaporates by half in every half-life. All
is kept in logarithms, with time in half-lives: a trail is then one number that stands still while nobody passes, as
evaporation moves all trails alike. It is the moment at which a single deposit of 1 would be as strong as the trail.
"""

from __future__ import annotations

import math
from typing import Final

PULL: Final = 0.2
_FADED: Final = 50.0  # half-lives after which what is left is below a double's precision


def worth(size_bytes: int, cost_s: float) -> float:
    """The deposit of a use of an entry of that size, which saves that time: its binary logarithm."""
    return PULL * math.log2(max(cost_s, 1e-6) / max(size_bytes, 1))


def deposited(trail: float | None, now: float, amount: float) -> float:
    """A trail after a deposit of 2 ** `amount` at `now`; None stands for no trail."""
    fresh = now + amount
    if trail is None:
        return fresh
    stronger, weaker = max(trail, fresh), min(trail, fresh)
    gap = stronger - weaker
    return stronger if gap > _FADED else stronger + math.log2(1 + 2.0**-gap)
