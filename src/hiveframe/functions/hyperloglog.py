"""`approx_count_distinct` as Spark computes it: HyperLogLog++ over xxHash64, the very same estimate.

Heule, Nunkesser and Hall, "HyperLogLog in Practice" (2013). `hyperloglog.json` holds the thresholds, raw estimates and
biases that its authors measured (their appendix at goo.gl/iU8Ig, for precisions 4 to 18).

A value becomes a code: its register and how early the first one of its hash's rest is. The engine keeps each group's
different codes, never more than a few times the registers; a group's estimate is read off these.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.row_hash import hash_columns
from hiveframe.functions.xxhash64 import xxhash64_hashes
from hiveframe.plan.types import DataType

DEFAULT_DEVIATION: Final = 0.05
MIN_PRECISION: Final = 4

_SEED: Final = 42
_RANK_BITS: Final = 6
_NEIGHBOURS: Final = 6
_MAX_CORRECTED: Final = 18
_ALPHAS: Final = {4: 0.673, 5: 0.697, 6: 0.709}


def precision(deviation: float) -> int:
    """How many bits choose a value's register, for the relative standard deviation wanted."""
    return math.ceil(2 * math.log(1.106 / deviation) / math.log(2))


def codes(bits: int, dtype: DataType, values: pa.Array) -> pa.Array:
    """Each value's register and rank in one number; NULL for NULL."""
    hashes = hash_columns([values], [dtype], xxhash64_hashes, _SEED).view(np.uint64)
    registers = (hashes >> np.uint64(64 - bits)).astype(np.int64)
    rest = (hashes << np.uint64(bits)) | np.uint64(1 << (bits - 1))
    made = registers << _RANK_BITS | (leading_zeros(rest) + 1)
    return pa.array(made, pa.int64(), mask=values.is_null().to_numpy(zero_copy_only=False))


def estimates(bits: int, lists: pa.ListArray) -> pa.Array:
    """The estimate for each list of different codes, 0 for none."""
    size = 1 << bits
    offsets = lists.offsets.to_numpy().astype(np.int64)
    lengths = np.where(lists.is_valid().to_numpy(zero_copy_only=False), np.diff(offsets), 0)
    within = np.repeat(lists.is_valid().to_numpy(zero_copy_only=False), np.diff(offsets))
    found = lists.values.to_numpy(zero_copy_only=False)[offsets[0] : offsets[-1]][within]
    groups = np.repeat(np.arange(len(lists)), lengths)
    keys = groups * size + (found >> _RANK_BITS)
    order = np.lexsort((found & ((1 << _RANK_BITS) - 1), keys))
    keys, ranks = keys[order], (found & ((1 << _RANK_BITS) - 1))[order]
    last = np.append(keys[1:] != keys[:-1], True) if len(keys) else np.zeros(0, dtype=bool)
    keys, ranks = keys[last] // size, ranks[last]
    used = np.bincount(keys, minlength=len(lists))
    # Java shifts an INT by the low five bits of the rank
    inverses = 1.0 / (np.int32(1) << (ranks & 31).astype(np.int32))
    unused = size - used
    sums = unused + np.bincount(keys, weights=inverses, minlength=len(lists))
    return pa.array([_estimate(bits, s, u) for s, u in zip(sums.tolist(), unused.tolist(), strict=True)], pa.int64())


def leading_zeros(words: np.ndarray) -> np.ndarray:
    """How many zeros each word of 64 bits begins with."""
    rest = words.copy()
    zeros = np.full(len(words), 64, dtype=np.int64)
    for shift in (32, 16, 8, 4, 2, 1):
        above = rest >> np.uint64(shift)
        has = above != 0
        zeros[has] -= shift
        rest = np.where(has, above, rest)
    found: np.ndarray = zeros - (rest != 0)
    return found


def _estimate(bits: int, inverse: float, unused: int) -> int:
    size = 1 << bits
    alpha = _ALPHAS.get(bits, 0.7213 / (1.0 + 1.079 / size))
    raw = alpha * size * size / inverse
    if unused:
        linear = size * math.log(size / unused)
        corrects = bits <= _MAX_CORRECTED
        if (corrects and linear <= _tables().thresholds[bits - MIN_PRECISION]) or raw <= 2.5 * size:
            return math.floor(linear + 0.5)
    if bits <= _MAX_CORRECTED and raw < 5.0 * size:
        raw -= _bias(bits, raw)
    return math.floor(raw + 0.5)


def _bias(bits: int, raw: float) -> float:
    """The mean bias of the six measurements whose raw estimates are nearest."""
    measured = _tables().raw_estimates[bits - MIN_PRECISION]
    low = max(int(np.searchsorted(measured, raw)) - _NEIGHBOURS + 1, 0)
    high = min(low + _NEIGHBOURS, len(measured))
    while high < len(measured) and (raw - measured[high]) ** 2 < (raw - measured[low]) ** 2:
        low, high = low + 1, high + 1
    total = 0.0
    for bias in _tables().biases[bits - MIN_PRECISION][low:high]:
        total += bias
    return total / (high - low)


@dataclass(frozen=True, slots=True)
class _Tables:
    """By precision, from the least: where linear counting ends, and measured raw estimates with their biases."""

    thresholds: list[float]
    raw_estimates: list[list[float]]
    biases: list[list[float]]


@cache
def _tables() -> _Tables:
    text = resources.files("hiveframe.functions").joinpath("hyperloglog.json").read_text(encoding="utf-8")
    return _Tables(**json.loads(text))
