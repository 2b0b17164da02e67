"""The sets that theta and tuple sketches keep: hashes below a threshold, theta, that falls as they fill up.

Everything works on whole arrays, and leaves what Apache DataSketches' QuickSelect sketches are left with when they are
updated hash by hash: the same hashes, theta, and (for tuple sketches, whose bytes show it) order in their hash table.
Hashes are whole numbers from 1 to 2^63 - 1. Sources: `HeapQuickSelectSketch`, `tuple.QuickSelectSketch`.
"""

from __future__ import annotations

from dataclasses import field
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.murmur3_128 import hash_values

MAX_THETA: Final = (1 << 63) - 1
MIN_LG_K: Final = 4
MAX_LG_K: Final = 26

_LG_RESIZE: Final = 3
_MIN_LG_SIZE: Final = 5
_RESIZE_AT: Final = 0.5
_REBUILD_AT: Final = 15 / 16
_STRIDES: Final = 127

_NO_HASHES: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Kept:
    """A sketch: its hashes, below `theta`, in the order of its bytes, and a tuple sketch's summary of each.

    `is_empty` says that nothing ever came in; without hashes and not empty, all that came in was above theta.
    """

    hashes: np.ndarray = field(default_factory=lambda: _NO_HASHES)
    theta: int = MAX_THETA
    is_empty: bool = True
    summaries: Any = None  # a numpy array

    @property
    def estimate(self) -> float:
        """How many different values came in."""
        return len(self.hashes) * (float(MAX_THETA) / self.theta)


def value_hashes(values: pa.Array) -> np.ndarray:
    """Each value's hash; 0 for what does not count: NULL, and text, bytes or lists of no length."""
    low, _ = hash_values(values)
    hashes = (low >> np.uint64(1)).astype(np.int64)
    counts = values.is_valid().to_numpy(zero_copy_only=False)
    dtype = values.type
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        counts = counts & (np.diff(values.offsets.to_numpy()) > 0)
    elif not pa.types.is_integer(dtype) and not pa.types.is_floating(dtype):
        counts = counts & (np.diff(_ends(values)) > 0)
    found: np.ndarray = np.where(counts, hashes, 0)
    return found


def _ends(values: pa.Array) -> np.ndarray:
    plain = values.cast(pa.large_binary())
    ends = np.frombuffer(plain.buffers()[1], dtype=np.int64)
    found: np.ndarray = ends[plain.offset : plain.offset + len(plain) + 1]
    return found


def first_met(hashes: np.ndarray) -> np.ndarray:
    """The different hashes in the order in which they were met, without zeros."""
    _, firsts = np.unique(hashes, return_index=True)
    firsts.sort()
    met = hashes[firsts]
    found: np.ndarray = met[met != 0]
    return found


def selected(hashes: np.ndarray, lg_k: int, *, theta: int = MAX_THETA, in_table_order: bool = False) -> Kept:
    """What a sketch of 2^lg_k nominal entries keeps of different hashes that come in this order.

    It holds up to 15/8 of its nominal entries. `theta`: where it begins. Not empty, whatever comes.
    """
    k = 1 << lg_k
    lg_size = _first_lg_size(lg_k)
    rest = hashes[hashes < theta]
    inside = _NO_HASHES
    while True:
        limit = int((1 << lg_size) * (_REBUILD_AT if lg_size > lg_k else _RESIZE_AT))
        room = limit + 1 - len(inside)
        inside, rest, is_full = np.concatenate([inside, rest[:room]]), rest[room:], len(rest) >= room
        if in_table_order:
            inside = inside[table_order(inside, lg_size)]
        if not is_full:
            return Kept(inside, theta, False)
        if lg_size > lg_k:
            theta = int(np.partition(inside, k)[k])
            inside, rest = inside[inside < theta], rest[rest < theta]
        else:
            lg_size += _LG_RESIZE  # the new table is filled in the order of the old one


def trimmed(kept: Kept, lg_k: int) -> Kept:
    """The sketch cut back to its nominal entries."""
    k = 1 << lg_k
    if len(kept.hashes) <= k:
        return kept
    return below(kept, int(np.partition(kept.hashes, k)[k]))


def below(kept: Kept, theta: int) -> Kept:
    """The sketch with its theta lowered to `theta`."""
    if theta >= kept.theta:
        return kept
    inside = kept.hashes < theta
    summaries = None if kept.summaries is None else kept.summaries[inside]
    return Kept(kept.hashes[inside], theta, kept.is_empty, summaries)


def _first_lg_size(lg_k: int) -> int:
    """The first table's size: the last one's over a power of the growth, but not below the least."""
    return max(_MIN_LG_SIZE, (lg_k + 1 - _MIN_LG_SIZE) % _LG_RESIZE + _MIN_LG_SIZE)


def table_order(hashes: np.ndarray, lg_size: int) -> np.ndarray:
    """The places of hashes inserted in this order, by their slot in a table of 2^lg_size.

    Each hash takes the first free slot on its way. That is the one stable matching in which slots prefer those that
    came earlier, so all move on at once while any was pushed out.
    """
    size = 1 << lg_size
    slots = hashes & (size - 1)
    strides = ((hashes >> lg_size) & _STRIDES) * 2 + 1
    ranks = np.arange(len(hashes))
    moving = ranks
    owners = np.full(size, len(hashes))
    while len(moving):
        np.minimum.at(owners, slots[moving], moving)
        moving = ranks[owners[slots] != ranks]
        slots[moving] = (slots[moving] + strides[moving]) & (size - 1)
    return np.argsort(slots)
