"""xxHash of 64 bits over numpy arrays, as Spark seeds and feeds it. Source: `XXH64`."""

from __future__ import annotations

import numpy as np

from hiveframe.functions.row_hash import Hashes, HashFunction

_P1 = np.uint64(0x9E3779B185EBCA87)
_P2 = np.uint64(0xC2B2AE3D27D4EB4F)
_P3 = np.uint64(0x165667B19E3779F9)
_P4 = np.uint64(0x85EBCA77C2B2AE63)
_P5 = np.uint64(0x27D4EB2F165667C5)


def _rotated(values: np.ndarray, count: int) -> np.ndarray:
    found: np.ndarray = (values << np.uint64(count)) | (values >> np.uint64(64 - count))
    return found


def _round(lane: np.ndarray, words: np.ndarray) -> np.ndarray:
    found: np.ndarray = _rotated(lane + words * _P2, 31) * _P1
    return found


def _with_word(hashes: np.ndarray, words: np.ndarray) -> np.ndarray:
    lane = _rotated(words * _P2, 31) * _P1
    found: np.ndarray = _rotated(hashes ^ lane, 27) * _P1 + _P4
    return found


def _with_half(hashes: np.ndarray, halves: np.ndarray) -> np.ndarray:
    found: np.ndarray = _rotated(hashes ^ (halves * _P1), 23) * _P2 + _P3
    return found


def _with_byte(hashes: np.ndarray, byte: np.ndarray) -> np.ndarray:
    found: np.ndarray = _rotated(hashes ^ (byte * _P5), 11) * _P1
    return found


def _finished(hashes: np.ndarray) -> Hashes:
    hashes = (hashes ^ (hashes >> np.uint64(33))) * _P2
    hashes = (hashes ^ (hashes >> np.uint64(29))) * _P3
    found: np.ndarray = (hashes ^ (hashes >> np.uint64(32))).view(np.int64)
    return found


def _of_int(values: np.ndarray, seeds: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        hashes = seeds.view(np.uint64) + _P5 + np.uint64(4)
        return _finished(_with_half(hashes, values.view(np.uint32).astype(np.uint64)))


def _of_long(values: np.ndarray, seeds: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        hashes = seeds.view(np.uint64) + _P5 + np.uint64(8)
        return _finished(_with_word(hashes, values.view(np.uint64)))


def _words(data: np.ndarray, at: np.ndarray, width: int) -> np.ndarray:
    """Little-endian numbers of `width` bytes at places of `data`."""
    found: np.ndarray = data[at].astype(np.uint64)
    for byte in range(1, width):
        found |= data[at + byte].astype(np.uint64) << np.uint64(8 * byte)
    return found


def _of_bytes(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray, seeds: Hashes) -> Hashes:
    """All rows at once: stripes of 32 bytes, then words, a half and single bytes; rows that are done drop out."""
    with np.errstate(over="ignore"):
        hashes = _striped(data, starts, lengths, seeds.view(np.uint64)) + lengths.astype(np.uint64)
        at = starts + lengths // 32 * 32
        rest = lengths % 32
        for position in range(3):
            rows = np.nonzero(rest // 8 > position)[0]
            hashes[rows] = _with_word(hashes[rows], _words(data, at[rows] + 8 * position, 8))
        at, rest = at + rest // 8 * 8, rest % 8
        rows = np.nonzero(rest >= 4)[0]
        hashes[rows] = _with_half(hashes[rows], _words(data, at[rows], 4))
        at, rest = at + rest // 4 * 4, rest % 4
        for position in range(3):
            rows = np.nonzero(rest > position)[0]
            hashes[rows] = _with_byte(hashes[rows], data[at[rows] + position].astype(np.uint64))
        return _finished(hashes)


def _striped(data: np.ndarray, starts: np.ndarray, lengths: np.ndarray, seeds: np.ndarray) -> np.ndarray:
    """Where a hash stands after its stripes; short strings begin at the seed."""
    hashes = seeds + _P5
    long = np.nonzero(lengths >= 32)[0]
    if not len(long):
        return hashes
    stripes = lengths[long] // 32
    lanes = [seeds[long] + _P1 + _P2, seeds[long] + _P2, seeds[long].copy(), seeds[long] - _P1]
    for stripe in range(int(stripes.max())):
        rows = np.nonzero(stripes > stripe)[0]
        at = starts[long[rows]] + 32 * stripe
        for i, lane in enumerate(lanes):
            lane[rows] = _round(lane[rows], _words(data, at + 8 * i, 8))
    merged = _rotated(lanes[0], 1) + _rotated(lanes[1], 7) + _rotated(lanes[2], 12) + _rotated(lanes[3], 18)
    for lane in lanes:
        merged = (merged ^ _round(np.zeros_like(lane), lane)) * _P1 + _P4
    hashes[long] = merged
    return hashes


xxhash64_hashes = HashFunction(_of_int, _of_long, _of_bytes, np.int64)
