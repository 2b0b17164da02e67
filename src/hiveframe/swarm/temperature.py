"""How many queries run at once: the colony's temperature, held as bees hold that of their brood.

It heats while all places are taken, others wait, the processors are not busy (queries wait for disks, networks, other
programs) and none is much slower than alone. It cools when queries side by side make each other too slow. When
nothing calls for either it drifts back to where it rests: homeostasis. Heating is additive and cooling multiplicative
(Chiu and Jain, 1989), so that it settles near the edge and does not run away.

What is measured is how much slower a query is than the same query alone, not its latency: a change in what is asked
for does not look like load, as it does to limits that compare latencies of all requests (Vegas, Gradient).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

LOWEST: Final = 2
"""One place for long work and one that long work never takes."""

_TOO_SLOW: Final = 3.0
"""Beside one other that takes all cores as it does, a query takes twice as long: that is not yet too slow."""

_HARDLY_SLOWER: Final = 1.5
_BUSY: Final = 0.85
_HEATING: Final = 0.5
_COOLING: Final = 0.85
_HOMEOSTASIS: Final = 0.05
_REMEMBERED: Final = 0.1


@dataclass(frozen=True, slots=True)
class Finished:
    """A query that is over.

    `slowdown`: how many times as long as alone it took, None where that is not known. `in_flight` counts it too.
    `failed`: for want of memory. `utilisation`: the share of the processors in use lately, 0 to 1.
    """

    seconds: float
    slowdown: float | None
    in_flight: int
    waiting: int
    failed: bool = False
    utilisation: float = 1.0


class Limit(Protocol):
    """Decides how many run at once."""

    @property
    def places(self) -> int:
        """At least 1."""

    def finished(self, query: Finished) -> None:
        """What there is to learn from."""


class Temperature:
    """A `Limit` between `LOWEST` and `highest` that rests at `resting` places."""

    def __init__(self, resting: int, highest: int) -> None:
        self._resting = float(max(resting, LOWEST))
        self._highest = float(max(highest, LOWEST))
        self.degrees = min(self._resting, self._highest)
        self.slowdown = 1.0

    @property
    def places(self) -> int:
        """As many as whole degrees."""
        return int(self.degrees)

    def finished(self, query: Finished) -> None:
        """Heat, cool, or drift back to rest; a query that failed for want of memory cools at once."""
        if query.slowdown is not None:
            self.slowdown += _REMEMBERED * (min(query.slowdown, 2 * _TOO_SLOW) - self.slowdown)
        is_crowded = query.waiting > 0 and query.in_flight >= self.places
        if query.failed or (self.slowdown > _TOO_SLOW and query.in_flight > 1):
            self.degrees = max(self.degrees * _COOLING, float(LOWEST))
            self.slowdown = min(self.slowdown, (1.0 + _TOO_SLOW) / 2)  # wait for what the change does
        elif is_crowded and self.slowdown < _HARDLY_SLOWER and query.utilisation < _BUSY:
            self.degrees = min(self.degrees + _HEATING / self.degrees, self._highest)
        else:
            self.degrees += _HOMEOSTASIS * (self._resting - self.degrees)
