"""Spark's variant of Murmur3 (x86, 32 bits) over numpy arrays. Source: `Murmur3_x86_32`.

The tail of a byte string is mixed byte by byte as signed integers, which standard Murmur3 doesn't do.
"""

from __future__ import annotations

import numpy as np

from hiveframe.functions.row_hash import Hashes, HashFunction

_C1 = np.uint32(0xCC9E2D51)
_C2 = np.uint32(0x1B873593)


def _rotated(values: np.ndarray, count: int) -> np.ndarray:
    left, right = np.uint32(count), np.uint32(32 - count)
    found: np.ndarray = (values << left) | (values >> right)
    return found


def _mixed(hashes: np.ndarray, words: np.ndarray) -> np.ndarray:
    words = _rotated(words * _C1, 15) * _C2
    found: np.ndarray = _rotated(hashes ^ words, 13) * np.uint32(5) + np.uint32(0xE6546B64)
    return found


def _finished(hashes: np.ndarray, lengths: np.ndarray | np.uint32) -> Hashes:
    hashes = hashes ^ lengths
    hashes = (hashes ^ (hashes >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    hashes = (hashes ^ (hashes >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    found: np.ndarray = (hashes ^ (hashes >> np.uint32(16))).view(np.int32)
    return found


def _of_int(values: np.ndarray, seeds: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        return _finished(_mixed(seeds.view(np.uint32), values.view(np.uint32)), np.uint32(4))


def _of_long(values: np.ndarray, seeds: Hashes) -> Hashes:
    bits = values.view(np.uint64)
    low = (bits & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    high = (bits >> np.uint64(32)).astype(np.uint32)
    with np.errstate(over="ignore"):
        return _finished(_mixed(_mixed(seeds.view(np.uint32), low), high), np.uint32(8))


def _of_bytes(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray, seeds: Hashes) -> Hashes:
    """All rows at once, word by word: rows that are done drop out."""
    hashes = seeds.view(np.uint32).copy()
    words = lengths // 4
    with np.errstate(over="ignore"):
        for position in range(int(words.max(initial=0))):
            rows = np.nonzero(words > position)[0]
            at = starts[rows] + 4 * position
            word = data[at].astype(np.uint32)
            for byte in range(1, 4):
                word |= data[at + byte].astype(np.uint32) << np.uint32(8 * byte)
            hashes[rows] = _mixed(hashes[rows], word)
        for position in range(3):
            rows = np.nonzero(lengths % 4 > position)[0]
            tail = data[starts[rows] + 4 * words[rows] + position].astype(np.int8).astype(np.int32)
            hashes[rows] = _mixed(hashes[rows], tail.view(np.uint32))
        return _finished(hashes, lengths.astype(np.uint32))


murmur3_hashes = HashFunction(_of_int, _of_long, _of_bytes, np.int32)
