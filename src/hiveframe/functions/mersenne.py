"""The Mersenne Twister as Apache Commons Math seeds it, by partition: what `uuid` and `shuffle` draw from."""

from __future__ import annotations

import threading
from typing import Final

import numpy as np

_MOST: Final = 1 << 32


class PlacedWords:
    """Words of 32 bits; each partition's generator is seeded by `seed` + its number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._known: dict[int, tuple[np.random.RandomState, np.ndarray]] = {}
        self._lock = threading.Lock()

    def words(self, partition: int, stop: int) -> np.ndarray:
        """The first `stop` words of a partition's sequence, or more."""
        with self._lock:
            found = self._known.get(partition)
            if found is None:
                seed = self._seed + partition
                generator = np.random.RandomState(np.array([seed >> 32 & _MOST - 1, seed & _MOST - 1], dtype=np.uint32))
                found = generator, np.empty(0, dtype=np.uint64)
            generator, known = found
            if stop > len(known):
                more = generator.randint(0, _MOST, max(stop - len(known), len(known)), dtype=np.uint32)
                known = np.concatenate([known, more.astype(np.uint64)])
            self._known[partition] = generator, known
            return known


def uuid_text(high: int, low: int) -> str:
    """A random UUID (version 4) of two numbers of 64 bits."""
    high = high & 0xFFFFFFFFFFFF0FFF | 0x4000
    low = (low | 1 << 63) & 0xBFFFFFFFFFFFFFFF
    text = f"{high:016x}{low:016x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def shuffled_order(words: np.ndarray) -> list[int]:
    """The order that `RandomIndicesGenerator` makes, one word an element."""
    order: list[int] = []
    for i, word in enumerate(words.tolist()):
        size, drawn = i + 1, word >> 1
        at = size * drawn >> 31 if size & i == 0 else drawn % size
        order.append(i)
        if at != i:
            order[i], order[at] = order[at], i
    return order
