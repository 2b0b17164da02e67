"""MurmurHash3 of 128 bits (x64) over numpy arrays, as Apache DataSketches feeds and seeds it."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.functions.row_hash import plain_numbers, plain_zeros

SEED: Final = 9001  # of every sketch, unless told otherwise

_C1 = np.uint64(0x87C37B91114253D5)
_C2 = np.uint64(0x4CF5AD432745937F)
_M1 = np.uint64(0xFF51AFD7ED558CCD)
_M2 = np.uint64(0xC4CEB9FE1A85EC53)

Halves = tuple[np.ndarray, np.ndarray]


def hash_values(column: pa.Array) -> Halves:
    """The two halves (unsigned, 64 bits) of each value's hash; what stands at NULLs does not matter.

    Whole numbers count as 8 bytes, floating-point ones as their 8 bytes with one zero and one NaN, text and lists of
    whole numbers as their bytes.
    """
    dtype = column.type
    if pa.types.is_integer(dtype):
        return _of_words(plain_numbers(column.cast(pa.int64()), pa.int64()).view(np.uint64))
    if pa.types.is_floating(dtype):
        return _of_words(plain_zeros(plain_numbers(column.cast(pa.float64()), pa.float64())).view(np.uint64))
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        width = dtype.value_type.bit_width // 8
        elements = np.ascontiguousarray(plain_numbers(column.values, dtype.value_type))
        ends = column.offsets.to_numpy().astype(np.int64) * width
        return _of_bytes(elements.view(np.uint8), ends[:-1], np.diff(ends))
    plain = column.cast(pa.large_binary())
    _, offsets, data = plain.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[plain.offset : plain.offset + len(plain) + 1]
    content = np.frombuffer(data, dtype=np.uint8) if data is not None else np.zeros(0, dtype=np.uint8)
    return _of_bytes(content, ends[:-1], np.diff(ends))


def _rotated(values: np.ndarray, count: int) -> np.ndarray:
    found: np.ndarray = (values << np.uint64(count)) | (values >> np.uint64(64 - count))
    return found


def _first(words: np.ndarray) -> np.ndarray:
    found: np.ndarray = _rotated(words * _C1, 31) * _C2
    return found


def _second(words: np.ndarray) -> np.ndarray:
    found: np.ndarray = _rotated(words * _C2, 33) * _C1
    return found


def _mixed(values: np.ndarray) -> np.ndarray:
    values = (values ^ (values >> np.uint64(33))) * _M1
    values = (values ^ (values >> np.uint64(33))) * _M2
    found: np.ndarray = values ^ (values >> np.uint64(33))
    return found


def _finished(low: np.ndarray, high: np.ndarray, lengths: np.ndarray) -> Halves:
    low, high = low ^ lengths, high ^ lengths
    low = low + high
    high = high + low
    low, high = _mixed(low), _mixed(high)
    low = low + high
    return low, high + low


def _of_words(words: np.ndarray) -> Halves:
    with np.errstate(over="ignore"):
        seeds = np.full(len(words), SEED, dtype=np.uint64)
        return _finished(seeds ^ _first(words), seeds, np.full(len(words), 8, dtype=np.uint64))


def _of_bytes(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Halves:
    """All rows at once: blocks of 16 bytes, then what is left of each; rows that are done drop out."""
    with np.errstate(over="ignore"):
        low = np.full(len(starts), SEED, dtype=np.uint64)
        high = low.copy()
        blocks = lengths // 16
        for block in range(int(blocks.max(initial=0))):
            rows = np.nonzero(blocks > block)[0]
            at = starts[rows] + 16 * block
            mixed = _rotated(low[rows] ^ _first(_words(data, at, 8)), 27) + high[rows]
            low[rows] = mixed * np.uint64(5) + np.uint64(0x52DCE729)
            mixed = _rotated(high[rows] ^ _second(_words(data, at + 8, 8)), 31) + low[rows]
            high[rows] = mixed * np.uint64(5) + np.uint64(0x38495AB5)
        rest = lengths % 16
        for count in range(1, 16):
            rows = np.nonzero(rest == count)[0]
            if not len(rows):
                continue
            at = starts[rows] + 16 * blocks[rows]
            low[rows] ^= _first(_words(data, at, min(count, 8)))
            if count > 8:
                high[rows] ^= _second(_words(data, at + 8, count - 8))
        return _finished(low, high, lengths.astype(np.uint64))


def _words(data: np.ndarray, at: np.ndarray, width: int) -> np.ndarray:
    """Little-endian numbers of `width` bytes at places of `data`."""
    found: np.ndarray = data[at].astype(np.uint64)
    for byte in range(1, width):
        found |= data[at + byte].astype(np.uint64) << np.uint64(8 * byte)
    return found
