"""Limits to compare with: a fixed one, AIMD, and Netflix' Gradient2, each turning away whoever finds no place.

Gradient2 and AIMD follow https://github.com/Netflix/concurrency-limits (Gradient2Limit.java, AIMDLimit.java) with their
defaults, but for the lowest and the first limit, which are 20 there: more than two cores can use.
"""

import math

from hiveframe.swarm.temperature import Finished


class Fixed:
    """Always the same."""

    def __init__(self, places: int) -> None:
        self.places = places

    def finished(self, query: Finished) -> None:
        """Nothing changes it."""


class Aimd:
    """One more when all places are used, a tenth less when a query takes longer than `timeout_s` or fails."""

    def __init__(self, places: int, timeout_s: float) -> None:
        self._limit = float(places)
        self._timeout_s = timeout_s

    @property
    def places(self) -> int:
        return max(int(self._limit), 1)

    def finished(self, query: Finished) -> None:
        if query.failed or query.seconds > self._timeout_s:
            self._limit = max(self._limit * 0.9, 1.0)
        elif query.in_flight * 2 >= self._limit:
            self._limit = min(self._limit + 1, 200.0)


class Gradient2:
    """The limit follows the ratio of the long-term latency to the latest one."""

    TOLERANCE = 1.5
    SMOOTHING = 0.2
    QUEUE = 4.0
    LONG_WINDOW = 600
    WARM_UP = 10

    def __init__(self, places: int) -> None:
        self._limit = float(places)
        self._long = 0.0
        self._seen = 0

    @property
    def places(self) -> int:
        return max(int(self._limit), 1)

    def finished(self, query: Finished) -> None:
        self._remember(query.seconds)
        if self._long / query.seconds > 2:
            self._long *= 0.95
        if query.in_flight < self._limit / 2:
            return
        gradient = max(0.5, min(1.0, self.TOLERANCE * self._long / query.seconds))
        changed = self._limit * gradient + self.QUEUE
        self._limit = min(max(self._limit * (1 - self.SMOOTHING) + changed * self.SMOOTHING, 1.0), 200.0)

    def _remember(self, seconds: float) -> None:
        """An average over the first samples, an exponential one from then on."""
        self._seen += 1
        share = 1 / self._seen if self._seen <= self.WARM_UP else 2 / (self.LONG_WINDOW + 1)
        self._long += share * (seconds - self._long)
        assert math.isfinite(self._long)
