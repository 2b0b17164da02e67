"""How many threads a query may use: all of them while there is room, few in a crowd.

Queries side by side that each use all cores get in each other's way, and a short one waits for tasks of a long one.
With one thread each they do not, and nothing is lost, as all cores are busy anyway. An engine whose threads are set for
all of its queries together gets what the places leave of the cores, beside the threads on which queries come.
"""

from __future__ import annotations

from typing import Final

_CROWDED: Final = 0.6
_CALM: Final = 0.2


class ThreadShare:
    """The engine's threads. They change seldom: between crowded and calm there is a gap in which nothing changes."""

    def __init__(self, cores: int) -> None:
        self._cores = cores
        self._is_crowded = False

    def threads(self, crowd: float, places: int) -> int:
        """What the engine should have, 1 to all cores, where a share `crowd` of those who come finds no place."""
        self._is_crowded = crowd > (_CALM if self._is_crowded else _CROWDED)
        return max(self._cores - places + 1, 1) if self._is_crowded else self._cores
