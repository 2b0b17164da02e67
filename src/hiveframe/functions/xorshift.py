"""Spark's random numbers: the same sequence for the same seed. Source: `XORShiftRandom`, `java.util.Random`.

A step of the generator is linear over bits, so that a state far ahead is had at once: a move by a power of the step is
eight look-ups of a byte each. Many states are made from such states, moved on side by side.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final

import numpy as np

from hiveframe.functions.fdlibm import log

_MASK: Final = (1 << 64) - 1
_LANE: Final = 64  # a power of two
_MOST_MADE: Final = 1 << 16  # states made ahead
_READY_MOST: Final = 256
_ARRAY_SEED: Final = 0x3C074A61
_LETTERS: Final = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _step(state: int) -> int:
    state ^= (state << 21) & _MASK
    state ^= state >> 35
    return state ^ ((state << 4) & _MASK)


@cache
def _tables(power: int) -> np.ndarray:
    """The move by `power` steps (a power of two) as 8 x 256 numbers of 64 bits."""
    if power == 1:
        images = [_step(1 << bit) for bit in range(64)]
    else:
        half = _tables(power // 2)
        units = np.array([1 << bit for bit in range(64)], dtype=np.uint64)
        images = [int(v) for v in _moved(_moved(units, half), half)]
    tables = np.zeros((8, 256), dtype=np.uint64)
    for byte in range(8):
        for value in range(256):
            total = 0
            for bit in range(8):
                if value >> bit & 1:
                    total ^= images[8 * byte + bit]
            tables[byte, value] = total
    return tables


def _moved(states: np.ndarray, tables: np.ndarray) -> np.ndarray:
    found: np.ndarray = tables[0][(states & np.uint64(0xFF)).astype(np.intp)]
    for byte in range(1, 8):
        found = found ^ tables[byte][((states >> np.uint64(8 * byte)) & np.uint64(0xFF)).astype(np.intp)]
    return found


def hash_seed(seed: int) -> int:
    """The state that a seed begins at: two rounds of Murmur3 over its bytes."""
    data = (seed & _MASK).to_bytes(8, "big")
    low = _murmur3(data, _ARRAY_SEED)
    return _murmur3(data, low) << 32 | low


def _murmur3(data: bytes, seed: int) -> int:
    h = seed
    for at in range(0, len(data), 4):
        k = int.from_bytes(data[at : at + 4], "little") * 0xCC9E2D51 & 0xFFFFFFFF
        k = (k << 15 | k >> 17) & 0xFFFFFFFF
        h ^= k * 0x1B873593 & 0xFFFFFFFF
        h = (h << 13 | h >> 19) & 0xFFFFFFFF
        h = (h * 5 + 0xE6546B64) & 0xFFFFFFFF
    h ^= len(data)
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


def _jumped(state: int, steps: int) -> int:
    """The state after so many steps."""
    states = np.array([state], dtype=np.uint64)
    power = 1
    while power <= steps:
        if steps & power:
            states = _moved(states, _tables(power))
        power *= 2
    return int(states[0])


def _states_after(state: int, count: int) -> np.ndarray:
    """At least `count` states that follow: lanes `_LANE` steps apart, all moved on together."""
    if count <= _LANE:
        states = np.empty(count, dtype=np.uint64)
        for i in range(count):
            state = _step(state)
            states[i] = state
        return states
    width = -(-count // _LANE)
    lanes = np.empty(width, dtype=np.uint64)
    lanes[0] = state
    known = 1
    while known < width:
        more = min(known, width - known)
        lanes[known : known + more] = _moved(lanes[:more], _tables(_LANE * known))
        known *= 2
    made = np.empty((_LANE, width), dtype=np.uint64)
    for i in range(_LANE):
        lanes = lanes ^ (lanes << np.uint64(21))
        lanes ^= lanes >> np.uint64(35)
        lanes ^= lanes << np.uint64(4)
        made[i] = lanes
    return made.T.reshape(-1)


class XorShift:
    """A sequence of random numbers; threads may share it, then the order of their turns is theirs."""

    def __init__(self, seed: int) -> None:
        self._state = hash_seed(seed)  # after those of `_made`
        self._made = np.empty(0, dtype=np.uint64)
        self._size = _LANE
        self._lock = threading.Lock()
        self._spare = np.empty(0)  # normal numbers drawn and not yet given

    def doubles(self, count: int) -> np.ndarray:
        """`count` numbers from 0 to 1."""
        with self._lock:
            return self._doubles(count)

    def normals(self, count: int) -> np.ndarray:
        """`count` numbers of the standard normal distribution, by the polar method."""
        with self._lock:
            found = self._spare
            while len(found) < count:
                pairs = 2 * self._doubles(count - len(found) + 2 & ~1).reshape(-1, 2) - 1
                size = (pairs * pairs).sum(axis=1)
                taken = (size > 0) & (size < 1)
                pairs, size = pairs[taken], size[taken]
                factor = np.sqrt(-2 * log(size) / size)
                found = np.concatenate([found, (pairs * factor[:, None]).reshape(-1)])
            self._spare = found[count:]
            return found[:count]

    def letters(self, count: int, length: int) -> list[str]:
        """`count` texts of `length` letters and digits."""
        with self._lock:
            words = self._states(count * length).astype(np.uint32).view(np.int32).astype(np.int64)
            places = np.abs(np.fmod(words, len(_LETTERS)))
        joined = "".join(_LETTERS[p] for p in places)
        return [joined[i * length : (i + 1) * length] for i in range(count)]

    def _doubles(self, count: int) -> np.ndarray:
        states = self._states(2 * count)
        high = states[0::2] & np.uint64((1 << 26) - 1)
        low = states[1::2] & np.uint64((1 << 27) - 1)
        found: np.ndarray = ((high << np.uint64(27)) + low).astype(np.float64) * 2.0**-53
        return found

    def _states(self, count: int) -> np.ndarray:
        """The next `count` states."""
        if len(self._made) < count:
            wanted = max(count - len(self._made), self._size)
            self._size = min(4 * self._size, _MOST_MADE)
            more = _states_after(self._state, wanted)
            self._state = int(more[-1])
            self._made = np.concatenate([self._made, more]) if len(self._made) else more
        states, self._made = self._made[:count], self._made[count:]
        return states

    def below(self, bound: int) -> int:
        """A number from 0 to `bound`, which is left out (`java.util.Random.nextInt`)."""
        with self._lock:
            while True:
                drawn = int(self._states(1)[0]) & 0x7FFFFFFF
                if bound & (bound - 1) == 0:
                    return bound * drawn >> 31
                if drawn - drawn % bound + bound - 1 < 1 << 31:
                    return drawn % bound


class PlacedNumbers:
    """Spark's random numbers by partition and place: each partition has a generator, seeded by `seed` + its number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._ready: dict[tuple[int, int], XorShift] = {}
        self._normals: dict[int, tuple[XorShift, np.ndarray]] = {}
        self._lock = threading.Lock()

    def doubles(self, partitions: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Numbers from 0 to 1, two states a row."""
        return self._drawn(partitions, places, 2, XorShift._doubles)

    def letters(self, partitions: np.ndarray, places: np.ndarray, length: int) -> np.ndarray:
        """Texts of `length` letters and digits."""
        texts = lambda generator, count: np.array(generator.letters(count, length), dtype=object)  # noqa: E731
        return self._drawn(partitions, places, length, texts)

    def normals(self, partitions: np.ndarray, places: np.ndarray) -> np.ndarray:
        """Numbers of the standard normal distribution; how many states a row takes is known only on the way."""
        made = np.empty(len(places), dtype=np.float64)
        with self._lock:
            for partition, rows in _by_partition(partitions):
                wanted = places[rows]
                most = int(wanted.max()) + 1
                generator, known = self._normals.get(partition) or (XorShift(self._seed + partition), np.empty(0))
                if most > len(known):
                    more = max(most - len(known), len(known))
                    known = np.concatenate([known, generator.normals(more)])
                    self._normals[partition] = generator, known
                made[rows] = known[wanted]
        return made

    def _at(self, partition: int, place: int, states: int) -> XorShift:
        """A generator about to draw for `place`; most batches go on where one before them stopped."""
        generator = self._ready.pop((partition, place), None)
        if generator is None:
            generator = XorShift(self._seed + partition)
            generator._state = _jumped(generator._state, place * states)
            while len(self._ready) >= _READY_MOST:
                self._ready.pop(next(iter(self._ready)), None)
        return generator

    def _drawn(
        self,
        partitions: np.ndarray,
        places: np.ndarray,
        states: int,
        draw: Callable[[XorShift, int], np.ndarray],
    ) -> np.ndarray:
        """`draw` takes `states` states a row, so that any row's are had without those before."""
        parts: list[tuple[Any, np.ndarray]] = []
        for partition, rows in _by_partition(partitions):
            wanted = places[rows]
            first, last = int(wanted.min()), int(wanted.max())
            generator = self._at(partition, first, states)
            parts.append((rows, draw(generator, last - first + 1)[wanted - first]))
            self._ready[partition, last + 1] = generator
        if len(parts) == 1 and isinstance(parts[0][0], slice):
            return parts[0][1]
        made = np.empty(len(places), dtype=parts[0][1].dtype if parts else np.float64)
        for rows, values in parts:
            made[rows] = values
        return made


def _by_partition(partitions: np.ndarray) -> Iterator[tuple[int, Any]]:
    """Each partition and where its rows are."""
    if len(partitions) and (partitions == partitions[0]).all():
        yield int(partitions[0]), slice(None)
        return
    for partition in np.unique(partitions):
        yield int(partition), np.flatnonzero(partitions == partition)
