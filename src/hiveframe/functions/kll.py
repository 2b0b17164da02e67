"""KLL sketches of BIGINT, FLOAT or DOUBLE: a few values of a stream, on levels that double their weight.

Karnin, Lang and Liberty, "Optimal Quantile Approximation in Streams" (2016), in the bytes of Apache DataSketches. Up to
k values a sketch is exact and its bytes are Spark's. Beyond, Spark's sketches are random: here all the values at hand
are sorted and every 2^h-th is kept, which errs less and gives the same sketch each time.
"""

from __future__ import annotations

import math
import struct
from dataclasses import field
from typing import Any, Final

import numpy as np

from hiveframe.dataclass import dataclass
from hiveframe.functions.java_numbers import float_text

DEFAULT_K: Final = 200
MIN_K: Final = 8
MAX_K: Final = 65_535

_M: Final = 8  # the least capacity of a level
_FAMILY: Final = 15
_VERSION: Final = 1
_VERSION_OF_ONE: Final = 2
_EMPTY_FLAG: Final = 1
_SORTED_FLAG: Final = 2
_SINGLE_FLAG: Final = 4
_HEAD_BYTES: Final = 20
_RANK_DIGITS: Final = 7
_NAMES: Final = {"q": "Longs", "f": "Floats", "d": "Doubles"}


@dataclass(frozen=True, slots=True)
class Sketch:
    """`levels[h]` holds values that stand for 2^h each; all but the first are sorted.

    `count` values came in, from `least` to `most` (None when there were none). `min_k` is the smallest k of the
    sketches with more than one level that were merged into it.
    """

    dtype: np.dtype
    k: int = DEFAULT_K
    min_k: int = DEFAULT_K
    count: int = 0
    least: Any = None
    most: Any = None
    levels: tuple[np.ndarray, ...] = field(default_factory=tuple)
    is_sorted: bool = False

    @property
    def retained(self) -> int:
        """How many values are kept."""
        return sum(map(len, self.levels))

    @property
    def is_estimate(self) -> bool:
        """Whether values were left out."""
        return len(self.levels) > 1


def of_values(values: np.ndarray, k: int) -> Sketch:
    """The sketch of values, in their order up to k of them. NaN does not count."""
    if values.dtype.kind == "f":
        values = values[~np.isnan(values)]
    if not len(values):
        return Sketch(values.dtype, k, k)
    least, most = values.min(), values.max()
    if len(values) <= k:
        return Sketch(values.dtype, k, k, len(values), least, most, (values,))
    return Sketch(values.dtype, k, k, len(values), least, most, _thinned(np.sort(values), k))


def merged(left: Sketch, right: Sketch) -> Sketch:
    """Both in one, of the first's k; the second's values come before, turned round, as updating one by one does it."""
    if not right.count:
        return left
    levels = [
        np.concatenate([_level(right, h)[:: -1 if h == 0 else 1], _level(left, h)])
        for h in range(max(len(left.levels), len(right.levels)))
    ]
    levels = [level if h == 0 else np.sort(level) for h, level in enumerate(levels)]
    min_k = min(left.min_k, right.min_k) if right.is_estimate else left.min_k
    return Sketch(
        left.dtype,
        left.k,
        min_k,
        left.count + right.count,
        right.least if left.least is None else min(left.least, right.least),
        right.most if left.most is None else max(left.most, right.most),
        _compressed(levels, left.k),
    )


def ranks(sketch: Sketch, values: np.ndarray) -> np.ndarray:
    """The share of the sketch's values that are not above each of `values`."""
    ordered, weights = _by_value(sketch)
    found: np.ndarray = np.concatenate([[0], weights])[np.searchsorted(ordered, values, side="right")]
    return found / sketch.count


def quantiles(sketch: Sketch, shares: np.ndarray) -> np.ndarray:
    """For each share the least value of the sketch that at least so many are not above."""
    ordered, weights = _by_value(sketch)
    wanted = np.ceil(np.round(shares * sketch.count, _RANK_DIGITS))
    found: np.ndarray = ordered[np.minimum(np.searchsorted(weights, wanted), len(ordered) - 1)]
    return found


def write(sketch: Sketch) -> bytes:
    """The sketch's compact bytes."""
    flags = _SORTED_FLAG if sketch.is_sorted else 0
    single = sketch.count == 1
    is_small = single or not sketch.count
    flags |= _EMPTY_FLAG if not sketch.count else _SINGLE_FLAG if single else 0
    version = _VERSION_OF_ONE if single else _VERSION
    head = struct.pack("<BBBBHBB", 2 if is_small else 5, version, _FAMILY, flags, sketch.k, _M, 0)
    if not sketch.count:
        return head
    items = np.concatenate(sketch.levels)
    if single:
        return head + items.tobytes()
    height = len(sketch.levels)
    free = _capacity(sketch.k, height) - len(items)
    starts = free + np.cumsum([0, *map(len, sketch.levels[:-1])])
    ends = np.array([sketch.least, sketch.most], dtype=sketch.dtype)
    return b"".join(
        (
            head,
            struct.pack("<qHBB", sketch.count, sketch.min_k, height, 0),
            starts.astype("<i4").tobytes(),
            ends.tobytes(),
            items.tobytes(),
        )
    )


def read(data: bytes, dtype: np.dtype) -> Sketch:
    """The sketch of compact bytes; ValueError when they are none."""
    if len(data) < 8:
        raise ValueError("too short")
    preamble, version, family, flags, k, m, _ = struct.unpack_from("<BBBBHBB", data)
    is_empty, is_single = bool(flags & _EMPTY_FLAG), bool(flags & _SINGLE_FLAG)
    if family != _FAMILY or m != _M or not MIN_K <= k <= MAX_K:
        raise ValueError("another kind of sketch")
    if (preamble, version) != ((2 if is_empty or is_single else 5), _VERSION_OF_ONE if is_single else _VERSION):
        raise ValueError("unknown version")
    if is_empty:
        return Sketch(dtype, k, k)
    if is_single:
        item = np.frombuffer(_slice(data, 8, dtype.itemsize), dtype=dtype)
        return Sketch(dtype, k, k, 1, item[0], item[0], (item,))
    count, min_k, height, _ = struct.unpack("<qHBB", _slice(data, 8, 12))
    starts = np.frombuffer(_slice(data, _HEAD_BYTES, 4 * height), dtype="<i4")
    bounds = [*starts.tolist(), _capacity(k, height)]
    sizes = np.diff(bounds)
    if height < 1 or (sizes < 0).any():
        raise ValueError("levels out of order")
    at = _HEAD_BYTES + 4 * height
    ends = np.frombuffer(_slice(data, at, 2 * dtype.itemsize), dtype=dtype)
    at += 2 * dtype.itemsize
    items = np.frombuffer(_slice(data, at, int(sizes.sum()) * dtype.itemsize), dtype=dtype)
    levels = tuple(np.split(items, np.cumsum(sizes)[:-1]))
    return Sketch(dtype, k, min_k, count, ends[0], ends[1], levels, bool(flags & _SORTED_FLAG))


def summary(sketch: Sketch) -> str:
    """What the sketch is, for people, as its library prints it."""
    height = max(1, len(sketch.levels))
    size = sketch.dtype.itemsize
    capacity = _capacity(sketch.k, height)
    lines = {
        "K": sketch.k,
        "Dynamic min K": sketch.min_k,
        "M": _M,
        "N": sketch.count,
        "Epsilon": f"{_rank_error(sketch.min_k, is_double=False):.3%}",
        "Epsilon PMF": f"{_rank_error(sketch.min_k, is_double=True):.3%}",
        "Empty": str(not sketch.count).lower(),
        "Estimation Mode": str(sketch.is_estimate).lower(),
        "Levels": height,
        "Level 0 Sorted": str(sketch.is_sorted).lower(),
        "Capacity Items": capacity,
        "Retained Items": sketch.retained,
        "Free Space": capacity - sketch.retained,
        "ReadOnly": "false",
        "Updatable Storage Bytes": _HEAD_BYTES + 4 * (height + 1) + (2 + capacity) * size,
        "Compact Storage Bytes": len(write(sketch)),
        "Min Item": _shown(sketch.least, sketch.dtype),
        "Max Item": _shown(sketch.most, sketch.dtype),
    }
    name = _NAMES[sketch.dtype.char if sketch.dtype.kind == "f" else "q"]
    body = "".join(f"   {label:<23}: {value}\n" for label, value in lines.items())
    return f"\n### KllKll{name}Sketch Summary:\n{body}### End sketch summary\n"


def _shown(value: Any, dtype: np.dtype) -> str:
    if value is None:
        return "NaN"
    return str(int(value)) if dtype.kind == "i" else float_text(float(value), single=dtype.itemsize == 4)


def _rank_error(k: int, *, is_double: bool) -> float:
    """The normalised rank error of 99 in 100 sketches, measured by their authors; `is_double`: of both sides."""
    coefficient, exponent = (2.446, 0.9433) if is_double else (2.296, 0.9723)
    return coefficient / math.pow(k, exponent)


def _level(sketch: Sketch, height: int) -> np.ndarray:
    return sketch.levels[height] if height < len(sketch.levels) else np.zeros(0, dtype=sketch.dtype)


def _by_value(sketch: Sketch) -> tuple[np.ndarray, np.ndarray]:
    """The kept values in order and how many values each and those before it stand for.

    The least and the most of all stand at the ends, for one value each, though they may not be kept.
    """
    items = np.concatenate(sketch.levels)
    weights = np.repeat(1 << np.arange(len(sketch.levels), dtype=np.int64), [len(level) for level in sketch.levels])
    order = np.argsort(items, kind="stable")
    ordered, sums = items[order], np.cumsum(weights[order])
    if sketch.least < ordered[0]:
        ordered, sums = np.insert(ordered, 0, sketch.least), np.insert(sums, 0, 1)
    if sketch.most > ordered[-1]:
        sums[-1] -= 1
        ordered, sums = np.append(ordered, sketch.most), np.append(sums, sketch.count)
    return ordered, sums


def _capacity(k: int, height: int) -> int:
    """How many values a sketch of so many levels has room for: each level below the top two thirds of the next."""
    return sum(_level_capacity(k, depth) for depth in range(height))


def _level_capacity(k: int, depth: int) -> int:
    if depth > 30:
        half = depth // 2
        return max(_M, _scaled(_scaled(k, half), depth - half))
    return max(_M, _scaled(k, depth))


def _scaled(k: int, depth: int) -> int:
    """k times two thirds to the power of `depth`, rounded."""
    powers: int = 3**depth
    return ((k << (depth + 1)) // powers + 1) >> 1


def _thinned(ordered: np.ndarray, k: int) -> tuple[np.ndarray, ...]:
    """Sorted values on levels, at most k on the top: every 2^h-th, and one on a lower level for each bit left over."""
    height = 0
    while len(ordered) >> height > k:
        height += 1
    step = 1 << height
    whole = len(ordered) // step * step
    levels: list[np.ndarray] = []
    rest = ordered[whole:]
    for h in range(height):
        taken = len(rest) & (1 << h)
        levels.append(rest[taken // 2 : taken // 2 + (1 if taken else 0)])
        rest = rest[taken:]
    return (*levels, ordered[step // 2 : whole : step])


def _compressed(levels: list[np.ndarray], k: int) -> tuple[np.ndarray, ...]:
    """Levels that fit: while there are too many values, the lowest level that is full gives half of them up."""
    while sum(map(len, levels)) > _capacity(k, len(levels)):
        top = len(levels) - 1
        h = next(h for h in range(top + 1) if len(levels[h]) >= _level_capacity(k, top - h))
        if h == top:
            levels.append(levels[h][:0])
        full = np.sort(levels[h])
        odd = len(full) % 2
        levels[h] = full[:odd]
        levels[h + 1] = np.sort(np.concatenate([full[odd + (h % 2) :: 2], levels[h + 1]]))
    return tuple(levels)


def _slice(data: bytes, start: int, size: int) -> bytes:
    found = data[start : start + size]
    if len(found) < size:
        raise ValueError("too short")
    return found
