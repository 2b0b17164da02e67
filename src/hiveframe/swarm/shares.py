"""What queries may use of an engine: all threads and all memory while there is room, a share of them in a crowd.

Queries side by side that each use all cores get in each other's way, and a short one waits for tasks of a long one.
With one thread each they do not, and nothing is lost, as all cores are busy anyway. An engine whose threads are set for
all of its queries together gets what the places leave of the cores, beside the threads on which queries come.
"""

from __future__ import annotations

from typing import Final

_CROWDED: Final = 0.6
_CALM: Final = 0.2


class Shares:
    """How an engine is divided. That changes seldom: between crowded and calm there is a gap in which nothing does."""

    def __init__(self, cores: int) -> None:
        self._cores = cores
        self._is_crowded = False

    def now(self, crowd: float, places: int) -> tuple[int, int]:
        """The engine's threads, 1 to all cores, and by how many queries its memory is divided.

        `crowd` is the share of those who come and find none of the `places`.
        """
        self._is_crowded = crowd > (_CALM if self._is_crowded else _CROWDED)
        return (max(self._cores - places + 1, 1), places) if self._is_crowded else (self._cores, 1)
