"""Tuple sketches as Spark writes them: hashes in the order of their table, each with its summary.

A summary is a number and the mode that it was made in, as one byte. Source: DataSketches' `tuple.CompactSketch`.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from hiveframe.functions.quick_select import MAX_THETA, Kept
from hiveframe.functions.theta_bytes import FAMILIES, OtherFamilyError

DOUBLE: Final = np.dtype([("value", "<f8"), ("mode", "u1")])
INTEGER: Final = np.dtype([("value", "<i4"), ("mode", "u1")])

_VERSION: Final = 3
_FAMILY: Final = 9
_COMPACT: Final = 1
_FLAGS: Final = 0x0A  # read-only, compact
_EMPTY_FLAG: Final = 4
_SEED_HASH: Final = 0x93CC  # of the default seed
_MODES: Final = 4


def write(kept: Kept) -> bytes:
    """The sketch's bytes."""
    count = len(kept.hashes)
    is_estimate = kept.theta < MAX_THETA and not kept.is_empty
    preamble = 1 if kept.is_empty or (count == 1 and not is_estimate) else 3 if is_estimate else 2
    flags = _FLAGS | (_EMPTY_FLAG if kept.is_empty else 0)
    data = struct.pack("<BBBBBBH", preamble, _VERSION, _FAMILY, _COMPACT, 0, flags, _SEED_HASH)
    if preamble > 1:
        data += struct.pack("<ii", count, 0)
    if preamble > 2:
        data += struct.pack("<q", kept.theta)
    if not count:
        return data
    entries = np.empty(count, dtype=_entries(kept.summaries.dtype))
    entries["hash"] = kept.hashes
    entries["value"] = kept.summaries["value"]
    entries["mode"] = kept.summaries["mode"]
    return data + entries.tobytes()


def read(data: bytes, dtype: np.dtype) -> Kept:
    """The sketch of bytes with summaries of `dtype`; ValueError when they are none."""
    if len(data) < 8:
        raise ValueError("too short")
    preamble, version, family, kind, _, flags = data[:6]
    if family != _FAMILY:
        raise OtherFamilyError(FAMILIES.get(family, str(family)))
    if version != _VERSION or kind != _COMPACT or not 1 <= preamble <= 3:
        raise ValueError("unknown version")
    nothing = np.zeros(0, dtype=dtype)
    if flags & _EMPTY_FLAG:
        return Kept(summaries=nothing)
    if len(data) < 8 * preamble:
        raise ValueError("too short")
    count = 1 if preamble == 1 else struct.unpack_from("<i", data, 8)[0]
    theta = struct.unpack_from("<q", data, 16)[0] if preamble > 2 else MAX_THETA
    layout = _entries(dtype)
    if count < 0 or len(data) < 8 * preamble + count * layout.itemsize:
        raise ValueError("too short")
    entries = np.frombuffer(data, dtype=layout, count=count, offset=8 * preamble)
    if count and entries["mode"].max() >= _MODES:
        raise ValueError("unknown mode")
    summaries = np.empty(count, dtype=dtype)
    summaries["value"], summaries["mode"] = entries["value"], entries["mode"]
    return Kept(entries["hash"].astype(np.int64), theta, False, summaries)


def _entries(summary: np.dtype) -> np.dtype:
    return np.dtype([("hash", "<i8"), *((name, summary[name]) for name in ("value", "mode"))])
