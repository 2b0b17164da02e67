"""Spark's Poisson numbers for sampling with replacement. Source: `PoissonSampler`, Apache Commons Math's
`PoissonDistribution` and `Well19937c`.
"""

from __future__ import annotations

import math
import threading
from typing import Final

import numpy as np

_R: Final = 624
_M1, _M2, _M3 = 70, 179, 449
_MASK: Final = 0xFFFFFFFF
_LONG: Final = (1 << 64) - 1


class Well19937c:
    """The generator, seeded as `setSeed(long)` does."""

    def __init__(self, seed: int) -> None:
        words = [(seed >> 32) & _MASK, seed & _MASK]
        state = words + [0] * (_R - 2)
        for i in range(2, _R):
            before = state[i - 2]
            signed = before - (1 << 32) if before >> 31 else before
            state[i] = (1812433253 * (signed ^ (signed >> 30)) + i) & _MASK
        self._state = state
        self._index = 0

    def bits(self, count: int) -> int:
        """The next `count` bits."""
        v, i = self._state, self._index
        before, earlier = (i - 1) % _R, (i - 2) % _R
        v0, m1, m2, m3 = v[i], v[(i + _M1) % _R], v[(i + _M2) % _R], v[(i + _M3) % _R]
        z0 = (0x80000000 & v[before]) ^ (0x7FFFFFFF & v[earlier])
        z1 = (v0 ^ (v0 << 25)) & _MASK ^ (m1 ^ (m1 >> 27))
        z2 = (m2 >> 9) ^ (m3 ^ (m3 >> 1))
        z3 = z1 ^ z2
        z4 = (z0 ^ (z1 ^ (z1 << 9)) ^ (z2 ^ (z2 << 21)) ^ (z3 ^ (z3 >> 21))) & _MASK
        v[i], v[before] = z3, z4
        v[earlier] &= 0x80000000
        self._index = before
        z4 ^= (z4 << 7) & 0xE46E1700
        z4 ^= (z4 << 15) & 0x9B868000
        return z4 >> (32 - count)

    def double(self) -> float:
        """A number from 0 to 1."""
        return (self.bits(26) << 26 | self.bits(26)) * 2.0**-52


class PlacedPoisson:
    """How often each row is taken, by partition and place; `mean` is below 40, as sampling fractions are."""

    def __init__(self, mean: float, seed: int) -> None:
        self._limit = math.exp(-mean)
        self._most = 1000 * mean
        self._seeds = _JavaRandom(seed)
        self._partitions: list[tuple[Well19937c, list[int]]] = []
        self._lock = threading.Lock()

    def counts(self, partitions: np.ndarray, places: np.ndarray) -> np.ndarray:
        """A count for each row."""
        made = np.empty(len(places), dtype=np.int64)
        with self._lock:
            for i, (partition, place) in enumerate(zip(partitions.tolist(), places.tolist(), strict=True)):
                made[i] = self._count(partition, place)
        return made

    def _count(self, partition: int, place: int) -> int:
        while len(self._partitions) <= partition:
            self._partitions.append((Well19937c(self._seeds.long()), []))
        generator, known = self._partitions[partition]
        while len(known) <= place:
            count, product = 0, 1.0
            while count < self._most:
                product *= generator.double()
                if product < self._limit:
                    break
                count += 1
            known.append(count)
        return known[place]


class _JavaRandom:
    """`java.util.Random`."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)

    def _int(self) -> int:
        self._state = (self._state * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        drawn = self._state >> 16
        return drawn - (1 << 32) if drawn >> 31 else drawn

    def long(self) -> int:
        """A number of 64 bits, unsigned."""
        return ((self._int() << 32) + self._int()) & _LONG
