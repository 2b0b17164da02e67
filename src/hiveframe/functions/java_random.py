"""`java.util.Random`, for sketches that Spark seeds."""

from __future__ import annotations

from typing import Final

_MULTIPLIER: Final = 0x5DEECE66D
_MASK: Final = (1 << 48) - 1


class JavaRandom:
    """A linear congruential generator of 48 bits."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _MULTIPLIER) & _MASK

    def _bits(self, count: int) -> int:
        self._state = (self._state * _MULTIPLIER + 0xB) & _MASK
        return self._state >> (48 - count)

    def double(self) -> float:
        """The next double in [0, 1)."""
        high = self._bits(26)
        return ((high << 27) + self._bits(27)) * 2.0**-53

    def below(self, bound: int) -> int:
        """The next int in [0, bound); `bound` is no power of two."""
        while True:
            bits = self._bits(31)
            if bits - bits % bound + bound <= 1 << 31:
                return bits % bound
