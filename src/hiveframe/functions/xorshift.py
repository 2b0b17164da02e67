"""Spark's random numbers: the same sequence for the same seed. Source: `XORShiftRandom`, `java.util.Random`.

A step of the generator is linear over bits, so that many states are had at once: the states so far, moved on by a power
of the step, are the next ones. A move is eight look-ups of a byte each.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

import numpy as np

_MASK: Final = (1 << 64) - 1
_FIRST: Final = 64  # states made one by one before doubling begins
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


class XorShift:
    """A sequence of random numbers; threads may share it, then the order of their turns is theirs."""

    def __init__(self, seed: int) -> None:
        self._state = hash_seed(seed)
        self._lock = threading.Lock()
        self._spare: list[float] = []  # the second of a pair of normal numbers

    def doubles(self, count: int) -> np.ndarray:
        """`count` numbers from 0 to 1."""
        with self._lock:
            return self._doubles(count)

    def normals(self, count: int) -> np.ndarray:
        """`count` numbers of the standard normal distribution, by the polar method."""
        with self._lock:
            found = list(self._spare)
            while len(found) < count:
                first, second = 2 * self._doubles(2) - 1
                size = first * first + second * second
                if 0 < size < 1:
                    factor = np.sqrt(-2 * np.log(size) / size)
                    found += [first * factor, second * factor]
            self._spare = found[count:]
            return np.array(found[:count], dtype=np.float64)

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
        states = np.empty(count, dtype=np.uint64)
        state = self._state
        for i in range(min(count, _FIRST)):
            state = _step(state)
            states[i] = state
        known = _FIRST
        while known < count:
            more = min(known, count - known)
            states[known : known + more] = _moved(states[:more], _tables(known))
            known *= 2
        if count:
            self._state = int(states[-1])
        return states
