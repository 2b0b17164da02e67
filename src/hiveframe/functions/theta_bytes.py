"""Theta sketches as Spark writes them: sorted hashes, compressed to the differences of neighbours where that helps.

Source: DataSketches' `CompactSketch`, serial versions 3 and 4.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from hiveframe.functions.quick_select import MAX_THETA, Kept

COMPACT_FAMILY: Final = 3
FAMILIES: Final = {
    1: "ALPHA",
    2: "QUICKSELECT",
    3: "COMPACT",
    4: "UNION",
    5: "INTERSECTION",
    6: "A_NOT_B",
    7: "HLL",
    8: "QUANTILES",
    9: "TUPLE",
    10: "FREQUENCY",
    11: "RESERVOIR",
    12: "RESERVOIR_UNION",
    13: "VAROPT",
    14: "VAROPT_UNION",
    15: "KLL",
    16: "CPC",
    17: "REQ",
}

_PLAIN: Final = 3
_COMPRESSED: Final = 4
_SEED_HASH: Final = 0x93CC  # of the default seed
_EMPTY_FLAG: Final = 4
_ORDERED: Final = 0x1A  # read-only, compact, ordered
_SINGLE: Final = 0x3A
_EMPTY: Final = bytes((1, _PLAIN, COMPACT_FAMILY, 0, 0, 0x1E, 0, 0))


class OtherFamilyError(ValueError):
    """Bytes of a sketch of another kind; `family` names it."""

    def __init__(self, family: str) -> None:
        super().__init__(f"a sketch of family {family}")
        self.family = family


def write(kept: Kept) -> bytes:
    """The sketch's bytes."""
    if kept.is_empty:
        return _EMPTY
    hashes = np.sort(kept.hashes)
    count = len(hashes)
    is_estimate = kept.theta < MAX_THETA
    if count == 0:
        head = struct.pack("<BBBBBBH", 3, _PLAIN, COMPACT_FAMILY, 0, 0, _ORDERED, _SEED_HASH)
        return head + struct.pack("<ifq", 0, 1.0, kept.theta)
    if count == 1 and not is_estimate:
        head = struct.pack("<BBBBBBH", 1, _PLAIN, COMPACT_FAMILY, 0, 0, _SINGLE, _SEED_HASH)
        return head + hashes.astype("<i8").tobytes()
    steps = np.diff(hashes, prepend=0)
    width = int(np.bitwise_or.reduce(steps)).bit_length()
    count_size = (count.bit_length() + 7) // 8
    preamble = 2 if is_estimate else 1
    head = struct.pack("<BBBBBBH", preamble, _COMPRESSED, COMPACT_FAMILY, width, count_size, _ORDERED, _SEED_HASH)
    theta = struct.pack("<q", kept.theta) if is_estimate else b""
    return head + theta + count.to_bytes(count_size, "little") + _packed(steps, width)


def read(data: bytes) -> Kept:
    """The sketch of bytes; ValueError when they are none."""
    if len(data) < 8:
        raise ValueError("too short")
    preamble, version, family, _, _, flags = data[0] & 0x3F, *data[1:6]
    if family != COMPACT_FAMILY:
        raise OtherFamilyError(FAMILIES.get(family, str(family)))
    if version == _COMPRESSED:
        return _read_compressed(data, preamble)
    if version != _PLAIN:
        raise ValueError("unknown version")
    if flags & _EMPTY_FLAG:
        return Kept()
    if preamble == 1:
        return Kept(_numbers(data, 8, 1), MAX_THETA, False)
    count = struct.unpack_from("<i", data, 8)[0]
    theta = struct.unpack_from("<q", data, 16)[0] if preamble > 2 else MAX_THETA
    return Kept(_numbers(data, 8 * preamble, count), theta, False)


def _read_compressed(data: bytes, preamble: int) -> Kept:
    width, count_size = data[3], data[4]
    theta = struct.unpack_from("<q", data, 8)[0] if preamble > 1 else MAX_THETA
    start = 8 * preamble
    count = int.from_bytes(data[start : start + count_size], "little")
    start += count_size
    stop = start + (count * width + 7) // 8
    if len(data) < stop or not 1 <= width <= 64:
        raise ValueError("too short")
    return Kept(np.cumsum(_unpacked(data[start:stop], width, count)), theta, False)


def _numbers(data: bytes, start: int, count: int) -> np.ndarray:
    if count < 0 or len(data) < start + 8 * count:
        raise ValueError("too short")
    return np.frombuffer(data, dtype="<i8", count=count, offset=start).astype(np.int64)


def _packed(numbers: np.ndarray, width: int) -> bytes:
    """The low `width` bits of each number, highest first, without gaps."""
    bits = np.unpackbits(numbers.astype(">i8").view(np.uint8).reshape(-1, 8), axis=1)
    return np.packbits(bits[:, 64 - width :].ravel()).tobytes()


def _unpacked(data: bytes, width: int, count: int) -> np.ndarray:
    bits = np.unpackbits(np.frombuffer(data, dtype=np.uint8))[: count * width].reshape(count, width)
    wide = np.zeros((count, 64), dtype=np.uint8)
    wide[:, 64 - width :] = bits
    found: np.ndarray = np.packbits(wide, axis=1).view(">i8")[:, 0].astype(np.int64)
    return found
