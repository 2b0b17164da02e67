"""Pheromone: what it makes of a chance, and a trail that evaporates."""

from __future__ import annotations

import math
from typing import Final

RESTING: Final = -8.0
"""The level of a colony at rest. At 0 half of all work would be turned away; here 3 in 10,000 are."""


def acceptance(pheromone: float) -> float:
    """The probability `1 / (1 + e^pheromone)` that work is taken on, 0 to 1; no level overflows, NaN is 0.

    The logistic response of response-threshold models (Bonabeau, Theraulaz and Deneubourg, 1996, use a power in its
    place). Only powers of numbers below 0 are taken, which cannot overflow.
    """
    if math.isnan(pheromone):
        return 0.0
    if pheromone >= 0:
        fading = math.exp(-pheromone)
        return fading / (1.0 + fading)
    return 1.0 / (1.0 + math.exp(pheromone))


class Trail:
    """A level that halves every `half_life_s` and rises by what is laid down."""

    def __init__(self, half_life_s: float) -> None:
        self._half_life_s = half_life_s
        self._level = 0.0
        self._at_s = 0.0

    def level(self, now_s: float) -> float:
        """What is left of it now."""
        passed_s = max(now_s - self._at_s, 0.0)
        return self._level * math.exp2(-min(passed_s / self._half_life_s, 1000.0))

    def lay(self, now_s: float, amount: float) -> None:
        """Lay down an amount on what is left."""
        self._level = self.level(now_s) + amount
        self._at_s = max(now_s, self._at_s)

    def follow(self, now_s: float, value: float, share: float) -> None:
        """Move towards `value` by `share` (0 to 1) of the way, from what is left."""
        left = self.level(now_s)
        self._level = left + share * (value - left)
        self._at_s = max(now_s, self._at_s)
