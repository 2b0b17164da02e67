"""What queries cost, learnt from their runs: how long each takes alone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

_CAPACITY: Final = 4096
_DOWN: Final = 0.5
_UP: Final = 0.3
_UP_IN_COMPANY: Final = 0.002
_OF_ALL: Final = 0.05


class Costs:
    """Seconds by query. An estimate falls when a run is quicker, and rises by runs that had the engine to themselves.

    Runs in company hardly raise it: it may be the company that made them slow, and load must not pass for rest.
    """

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._known: OrderedDict[Hashable, float] = OrderedDict()

    def known_s(self, key: Hashable) -> float | None:
        """Seconds alone; None for a query that never ran."""
        return self._known.get(key)

    def learn(self, key: Hashable, seconds: float, *, was_alone: bool) -> float:
        """The estimate after the query ran for so long, with or without others beside it."""
        before = self._known.pop(key, None)
        if before is None:
            after = seconds
        else:
            share = _DOWN if seconds < before else _UP if was_alone else _UP_IN_COMPANY
            after = before + share * (seconds - before)
        self._known[key] = after
        if len(self._known) > self._capacity:
            self._known.popitem(last=False)
        return after


class Usual:
    """What to expect of a query that was never seen: `seconds`, an average that forgets; 0 before any."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def follow(self, seconds: float) -> None:
        """One more query, which takes so long."""
        self.seconds += (_OF_ALL if self.seconds else 1.0) * (seconds - self.seconds)
