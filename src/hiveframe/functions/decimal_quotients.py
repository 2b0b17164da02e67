"""Quotients of decimals over Arrow arrays: exact, rounded half up at the result's scale.

DuckDB divides 128-bit integers bit by bit (0.5 µs a row, twice that for a quotient of decimals), and needs a
millisecond to plan a division that is made of its operators. Numbers that are small enough, as most are, are divided
here in 64 bits, by a long division of a few steps that yield some digits each: 0.1 µs a row. Python's integers take
the others.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hiveframe.dataclass import dataclass

_SMALL_DIGITS: Final = 18  # of every 64-bit integer, with room to double it
_FEW: Final = 24  # pairs that Python's integers divide in less time than numpy takes to begin
_STEP: Final = 7  # digits of the quotient that a step yields; the divisor has no more than the others
_WORD: Final = 64
_LOW: Final = np.uint64(2**32 - 1)
_HALF: Final = np.uint64(32)

Int64s = npt.NDArray[np.int64]
Uint64s = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]


def quotients(lefts: pa.Array, rights: pa.Array, precision: int, scale: int) -> pa.Array:
    """`left / right` of each pair as DECIMAL(precision, scale); `rights` may be BIGINTs.

    NULL beside a NULL, for a divisor of 0 and for a quotient of too many digits.
    """
    left, right = _Numbers.of(lefts), _Numbers.of(rights)
    shift = scale - left.scale + right.scale
    if len(lefts) <= _FEW:
        return _few_quotients(left, right, shift, pa.decimal128(precision, scale))
    steps = max(-(-shift // _STEP), 1)
    each = -(-shift // steps)
    most = 10 ** (_SMALL_DIGITS - each)
    # no more digits of a dividend than such that no quotient has too many
    most_left = min(most, 10 ** max(precision - scale - right.scale + left.scale, 0))
    is_there = left.present() & right.present() & ((right.low != 0) | (right.high != 0))
    is_small = is_there & left.below(most_left) & right.below(most)
    rest = np.abs(np.where(is_small, left.low, 0))
    by = np.abs(np.where(is_small, right.low, 1))
    high, low = _long_division(rest, by, [min(each, shift - step * each) for step in range(steps)])
    is_negative = (left.high < 0) != (right.high < 0)
    words = np.empty((len(low), 2), np.uint64)
    words[:, 0] = np.where(is_negative, ~low + np.uint64(1), low)
    words[:, 1] = np.where(is_negative, ~high + (low == 0), high)
    for place in np.flatnonzero(is_there != is_small):
        found = _rounded(left.whole(place) * 10**shift, right.whole(place))
        is_there[place] = abs(found) < 10**precision
        words[place] = np.frombuffer((found % (1 << 2 * _WORD)).to_bytes(16, "little"), np.uint64)
    there = None if is_there.all() else pa.py_buffer(np.packbits(is_there, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(precision, scale), len(words), [there, pa.py_buffer(words)])


def _few_quotients(left: _Numbers, right: _Numbers, shift: int, kind: pa.Decimal128Type) -> pa.Array:
    """The quotients one by one."""
    by = 10**shift
    bound = 10**kind.precision
    words = bytearray()
    there: list[bool] = []
    for dividend, divisor in zip(left.wholes(), right.wholes(), strict=True):
        found = _rounded(dividend * by, divisor) if dividend is not None and divisor else None
        is_there = found is not None and -bound < found < bound
        words += (found if found is not None and is_there else 0).to_bytes(16, "little", signed=True)
        there.append(is_there)
    mask = None if all(there) else pa.py_buffer(np.packbits(there, bitorder="little"))
    return pa.Array.from_buffers(kind, len(there), [mask, pa.py_buffer(words)])


@dataclass(frozen=True, slots=True, eq=False)
class _Numbers:
    """Decimals or BIGINTs by their digits: 128-bit integers in two words, of which the high one has the sign."""

    array: pa.Array
    scale: int
    low: Int64s
    high: Int64s

    @staticmethod
    def of(array: pa.Array) -> _Numbers:
        width = 2 if pa.types.is_decimal128(array.type) else 1
        words = np.frombuffer(array.buffers()[1], np.int64)[width * array.offset : width * (array.offset + len(array))]
        if width == 1:
            return _Numbers(array, 0, words, words >> (_WORD - 1))
        return _Numbers(array, array.type.scale, words[::2], words[1::2])

    def present(self) -> Flags:
        if self.array.null_count == 0:
            return np.ones(len(self.array), np.bool_)
        found: Flags = self.array.is_valid().to_numpy(zero_copy_only=False)
        return found

    def below(self, most: int) -> Flags:
        """Which of them are below `most` in size; it has 64 bits."""
        found: Flags = (self.high == self.low >> (_WORD - 1)) & (self.low < most) & (self.low > -most)
        return found

    def wholes(self) -> list[int | None]:
        """All of them; None for NULL."""
        found: list[int | None] = [
            (high << _WORD) + low % (1 << _WORD)
            for high, low in zip(self.high.tolist(), self.low.tolist(), strict=True)
        ]
        if self.array.null_count:
            found = [n if is_there else None for n, is_there in zip(found, self.present().tolist(), strict=True)]
        return found

    def whole(self, place: Any) -> int:
        high, low = int(self.high[place]), int(self.low[place])
        return (high << _WORD) + low % (1 << _WORD)


def _long_division(rest: Int64s, by: Int64s, widths: list[int]) -> tuple[Uint64s, Uint64s]:
    """`rest / by` with as many digits more as `widths` are together, rounded half up: high and low words."""
    high = np.zeros(len(rest), np.uint64)
    low = np.zeros(len(rest), np.uint64)
    for step, width in enumerate(widths, 1):
        shifted = rest * 10**width
        if step == len(widths):
            digits = (2 * shifted + by) // (2 * by)
        else:
            digits, rest = np.divmod(shifted, by)
        high, low = (
            _appended(high, low, width, digits.astype(np.uint64)) if step > 1 else (high, digits.astype(np.uint64))
        )
    return high, low


def _appended(high: Uint64s, low: Uint64s, width: int, digits: Uint64s) -> tuple[Uint64s, Uint64s]:
    """128-bit integers with `width` digits more, which a last one rounded up may carry out of."""
    by = np.uint64(10**width)
    lower = (low & _LOW) * by + digits
    upper = (low >> _HALF) * by + (lower >> _HALF)
    return high * by + (upper >> _HALF), (upper << _HALF) | (lower & _LOW)


def _rounded(dividend: int, divisor: int) -> int:
    size = (2 * abs(dividend) + abs(divisor)) // (2 * abs(divisor))
    return size if (dividend < 0) == (divisor < 0) else -size
