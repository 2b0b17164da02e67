"""Admission and eviction by pheromone trails; scouts find out how fast they should evaporate.

Every entry, and for a while whatever was let go or turned away, has a trail (see `trails`). A newcomer is admitted if
its trail is stronger than those of the entries that would make room for it. That is LRFU (Lee et al., 2001) with a
memory for what left and entries weighed by what they save.

How long a trail should last depends on the traffic: long where the same is wanted over and over, short where wants
change. Small copies of the cache, the scouts, see a fixed share of the keys, each with a half-life of its own (the
miniature simulations of Waldspurger et al., 2017); the cache takes that of the scout with most hits lately.
"""

from __future__ import annotations

import heapq
import zlib
from typing import Final

from hiveframe.cache.trails import deposited, worth

HALF_LIVES: Final = (0.5, 2.0, 8.0, 32.0)
"""In requests, a kept entry."""

SCOUTED: Final = 4
"""One key in so many is seen by the scouts."""

_AT_FIRST: Final = 8.0
_REMEMBERED: Final = 4
"""Trails of entries that are gone, a kept one."""

_FEW: Final = 10


class Trails:
    """Trails of one half-life: `half_life` in requests, a kept entry. Decides for `limit_bytes`."""

    def __init__(self, limit_bytes: int, half_life: float = _AT_FIRST) -> None:
        self.half_life = half_life
        self._limit_bytes = limit_bytes
        self._used_bytes = 0
        self._now = 0.0  # in half-lives
        self._trails: dict[str, float] = {}
        self._sizes: dict[str, int] = {}  # of what is kept
        self._costs: dict[str, float] = {}
        self._weakest: list[tuple[float, str]] = []  # a heap; a trail in it may be out of date, and then too weak

    def __contains__(self, key: str) -> bool:
        return key in self._sizes

    def __len__(self) -> int:
        return len(self._sizes)

    def hit(self, key: str) -> None:
        """The entry served."""
        self._deposit(key, *self.entry(key))

    def admit(self, key: str, size_bytes: int, cost_s: float) -> list[str] | None:
        """The weaker entries that give way; None where there are not enough of them."""
        self._deposit(key, size_bytes, cost_s)
        leaving = self._weaker(key, size_bytes)
        if leaving is None:
            return None
        for other in leaving:
            self.forget(other)
        self._sizes[key] = size_bytes
        self._costs[key] = cost_s
        self._used_bytes += size_bytes
        heapq.heappush(self._weakest, (self._trails[key], key))
        return leaving

    def entry(self, key: str) -> tuple[int, float]:
        """Size and cost of a kept entry."""
        return self._sizes[key], self._costs[key]

    def forget(self, key: str) -> None:
        """The entry is gone; its trail is not."""
        self._used_bytes -= self._sizes.pop(key)
        del self._costs[key]

    def _weaker(self, key: str, size_bytes: int) -> list[str] | None:
        if size_bytes > self._limit_bytes:
            return None
        own = self._trails[key]
        passed: dict[str, float] = {}
        free_bytes = self._limit_bytes - self._used_bytes
        while free_bytes < size_bytes:
            noted, other = heapq.heappop(self._weakest)
            if other not in self._sizes or other in passed:
                continue  # it left, perhaps came back, and stands in the heap twice
            trail = self._trails[other]
            if trail > noted:
                heapq.heappush(self._weakest, (trail, other))
                continue
            passed[other] = trail
            if trail >= own:
                for one, its in passed.items():
                    heapq.heappush(self._weakest, (its, one))
                return None
            free_bytes += self._sizes[other]
        return list(passed)

    def _deposit(self, key: str, size_bytes: int, cost_s: float) -> None:
        kept = max(len(self._sizes), _FEW)
        if len(self._trails) > kept + 2 * _REMEMBERED * kept:
            self._let_fade(_REMEMBERED * kept)
        self._now += 1.0 / (self.half_life * kept)
        self._trails[key] = deposited(self._trails.get(key), self._now, worth(size_bytes, cost_s))

    def _let_fade(self, remembered: int) -> None:
        """Forget all trails of what is gone but the strongest."""
        gone = [key for key in self._trails if key not in self._sizes]
        strongest = heapq.nlargest(remembered, gone, key=self._trails.__getitem__)
        self._trails = {key: self._trails[key] for key in (*self._sizes, *strongest)}


class Pheromone:
    """A `Policy`: trails whose half-life the scouts choose."""

    def __init__(self, limit_bytes: int) -> None:
        self._trails = Trails(limit_bytes)
        self._scouts = [Trails(limit_bytes // SCOUTED, half_life) for half_life in HALF_LIVES]
        self._hits = [0.0] * len(HALF_LIVES)

    def hit(self, key: str) -> None:
        """The entry served."""
        self._scout(key, *self._trails.entry(key))
        self._trails.hit(key)

    def admit(self, key: str, size_bytes: int, cost_s: float) -> list[str] | None:
        """The weaker entries that give way; None where there are not enough of them."""
        self._scout(key, size_bytes, cost_s)
        return self._trails.admit(key, size_bytes, cost_s)

    def forget(self, key: str) -> None:
        """The entry is gone; its trail is not."""
        self._trails.forget(key)

    def __contains__(self, key: str) -> bool:
        return key in self._trails

    @property
    def half_life(self) -> float:
        """That in force: in requests, a kept entry."""
        return self._trails.half_life

    def _scout(self, key: str, size_bytes: int, cost_s: float) -> None:
        if zlib.crc32(key.encode()) % SCOUTED:
            return
        fade = 1 - 1 / max(100, 2 * len(self._scouts[0]))
        for i, scout in enumerate(self._scouts):
            is_hit = key in scout
            self._hits[i] = self._hits[i] * fade + is_hit
            if is_hit:
                scout.hit(key)
            else:
                scout.admit(key, size_bytes, cost_s)
        best = max(self._hits)
        self._trails.half_life = HALF_LIVES[self._hits.index(best)]
