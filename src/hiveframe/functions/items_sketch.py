"""Sketches of the most frequent items, as `ItemsSketch` of Apache DataSketches keeps them, equal counts in its order.

A hash table of at most so many counters (Misra and Gries, "Finding repeated elements", 1982): when it is full, the
median of a sample is taken off all counters and what is not above zero drops out. Items are numbers here: places in a
list that whoever uses the sketch holds, with a hash for each.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

MIN_LG_SIZE: Final = 3

_LOAD: Final = 0.75
_SAMPLED: Final = 1024
_GOLDEN: Final = (math.sqrt(5) - 1) / 2
_FREE: Final = -1


def lg_size_for(tracked: int) -> int:
    """The largest table of a sketch that is to track so many items."""
    return math.ceil(math.log(math.ceil(tracked / _LOAD)) / math.log(2))


def scattered(hash_codes: np.ndarray) -> list[int]:
    """Java's hash codes (32 bits with a sign, in 64) spread over 64 bits."""
    with np.errstate(over="ignore"):
        keys = hash_codes.view(np.uint64)
        keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
        keys = (keys ^ (keys >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
        found: list[int] = (keys ^ (keys >> np.uint64(33))).tolist()
    return found


class ItemsSketch:
    """Counters of items. `hashes[item]` is an item's scattered hash; `offset` was taken off every counter so far."""

    def __init__(self, hashes: Sequence[int], lg_max: int, lg_size: int = MIN_LG_SIZE) -> None:
        self.lg_max = max(lg_max, MIN_LG_SIZE)
        self.weight = 0
        self.offset = 0
        self.hashes = hashes
        self._sample = min(_SAMPLED, int((1 << lg_max) * _LOAD))
        self._clear(max(lg_size, MIN_LG_SIZE))

    @property
    def lg_size(self) -> int:
        """The table's size now."""
        return len(self._items).bit_length() - 1

    @property
    def capacity(self) -> int:
        """How many different items it counts exactly."""
        return int((1 << self.lg_max) * _LOAD)

    def update(self, item: int, count: int = 1) -> None:
        """Count an item."""
        self.weight += count
        self._add(item, count)
        if self._active <= int(len(self._items) * _LOAD):
            return
        if self.lg_size < self.lg_max:
            self._grow()
        else:
            self.offset += self._purge()

    def merge(self, other: ItemsSketch) -> None:
        """Count what another sketch of the same items has counted."""
        weight = self.weight + other.weight
        for item, count in other.scan():
            self.update(item, count)
        self.offset += other.offset
        self.weight = weight

    def scan(self) -> Iterator[tuple[int, int]]:
        """The items and their counters, in strides of the golden ratio."""
        mask = len(self._items) - 1
        stride = int(len(self._items) * _GOLDEN) | 1
        slot = 0
        for _ in range(len(self._items)):
            if self._items[slot] != _FREE:
                yield self._items[slot], self._counts[slot]
            slot = (slot + stride) & mask

    def counters(self) -> list[tuple[int, int]]:
        """The items and their counters in the table's order."""
        return [(i, c) for i, c in zip(self._items, self._counts, strict=True) if i != _FREE]

    def load(self, counters: Iterable[tuple[int, int]], weight: int, offset: int) -> None:
        """Take over counters in the order of another's table."""
        for item, count in counters:
            self.update(item, count)
        self.weight, self.offset = weight, offset

    def frequent(self) -> list[tuple[int, int]]:
        """The items that are surely frequent, and their estimated counts, the greatest first."""
        found = [(item, count + self.offset) for item, count in self.scan() if count >= self.offset]
        return sorted(found, key=lambda pair: -pair[1])

    def _clear(self, lg_size: int) -> None:
        self._items = [_FREE] * (1 << lg_size)
        self._counts = [0] * (1 << lg_size)
        self._drifts = [0] * (1 << lg_size)  # how far from its own place an item is, from 1
        self._active = 0

    def _add(self, item: int, count: int) -> None:
        items, mask = self._items, len(self._items) - 1
        home = slot = self.hashes[item] & mask
        while items[slot] != _FREE and items[slot] != item:
            slot = (slot + 1) & mask
        if items[slot] == _FREE:
            items[slot] = item
            self._drifts[slot] = ((slot - home) & mask) + 1
            self._active += 1
        self._counts[slot] += count

    def _grow(self) -> None:
        counters = self.counters()
        self._clear(self.lg_size + 1)
        for item, count in counters:
            self._add(item, count)

    def _purge(self) -> int:
        sample = [count for _, count in self.counters()[: self._sample]]
        median = sorted(sample)[len(sample) // 2]
        self._counts = [count - median for count in self._counts]
        last_free = max(slot for slot, item in enumerate(self._items) if item == _FREE)
        for slot in (*range(last_free - 1, -1, -1), *range(len(self._items) - 1, last_free - 1, -1)):
            if self._items[slot] != _FREE and self._counts[slot] <= 0:
                self._delete(slot)
        self._counts = [0 if item == _FREE else c for item, c in zip(self._items, self._counts, strict=True)]
        return median

    def _delete(self, slot: int) -> None:
        """Free a slot, moving up those that would lie nearer to their places there."""
        mask = len(self._items) - 1
        self._items[slot] = _FREE
        self._active -= 1
        drift, probe = 1, (slot + 1) & mask
        while self._items[probe] != _FREE:
            if self._drifts[probe] > drift:
                self._items[slot] = self._items[probe]
                self._counts[slot] = self._counts[probe]
                self._drifts[slot] = self._drifts[probe] - drift
                self._items[probe] = _FREE
                drift, slot = 0, probe
            probe = (probe + 1) & mask
            drift += 1
