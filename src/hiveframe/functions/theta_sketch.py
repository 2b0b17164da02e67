"""What theta sketches do: made of values, joined as sets. `quick_select` is what they keep, `theta_bytes` the bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.errors import SparkException, SparkRuntimeException
from hiveframe.functions.quick_select import (
    MAX_LG_K,
    MAX_THETA,
    MIN_LG_K,
    Kept,
    below,
    first_met,
    selected,
    trimmed,
    value_hashes,
)
from hiveframe.functions.sketch_rows import groups, invalid_buffer, spread
from hiveframe.functions.theta_bytes import OtherFamilyError, read, write

Join = Callable[[Kept, Kept], Kept]

_INVALID: Final = "THETA_INVALID_INPUT_SKETCH_BUFFER"


def agg(function: str, lists: pa.ListArray, lg_ks: pa.Array) -> pa.Array:
    """The sketch of each list of values, as Spark's final aggregation leaves it: cut to its nominal entries."""
    hashes = value_hashes(lists.values)
    images = []
    for place, lg_k in zip(spread(lists), lg_ks.to_pylist(), strict=True):
        checked = check_size(function, lg_k)
        met = first_met(hashes[place])
        images.append(write(trimmed(selected(met, checked), checked) if len(met) else Kept()))
    return pa.array(images, pa.binary())


def estimates(function: str, sketches: pa.Array) -> pa.Array:
    """How many different values each sketch has seen, rounded half up; NULL for NULL."""
    images = sketches.to_pylist()
    return pa.array(
        [None if s is None else math.floor(read_sketch(function, s).estimate + 0.5) for s in images], pa.int64()
    )


def joined(function: str, join: Join, left: pa.Array, right: pa.Array) -> pa.Array:
    """`join` of each row's sketches; NULL where one is."""
    made = [
        None if a is None or b is None else write(join(read_sketch(function, a), read_sketch(function, b)))
        for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)
    ]
    return pa.array(made, pa.binary())


def unions(function: str, left: pa.Array, right: pa.Array, lg_ks: pa.Array) -> pa.Array:
    """The union of each row's sketches with 2^lg_k nominal entries; NULL where an argument is."""
    made: list[bytes | None] = []
    for a, b, lg_k in zip(left.to_pylist(), right.to_pylist(), lg_ks.to_pylist(), strict=True):
        if a is None or b is None or lg_k is None:
            made.append(None)
            continue
        checked = check_size(function, lg_k)
        made.append(write(union([read_sketch(function, a), read_sketch(function, b)], checked)))
    return pa.array(made, pa.binary())


def union_agg(function: str, lists: pa.ListArray, lg_ks: pa.Array) -> pa.Array:
    """The union of each list of sketches."""
    made = []
    for group, lg_k in zip(groups(lists), lg_ks.to_pylist(), strict=True):
        checked = check_size(function, lg_k)
        made.append(write(union([read_sketch(function, image) for image in group.to_pylist()], checked)))
    return pa.array(made, pa.binary())


def intersection_agg(function: str, lists: pa.ListArray) -> pa.Array:
    """What all sketches of each list have in common; no sketch at all would stand for everything, an error."""
    made = []
    for group in groups(lists):
        common: Kept | None = None
        for image in group.to_pylist():
            sketch = read_sketch(function, image)
            common = sketch if common is None else intersection(common, sketch)
        if common is None:
            raise SparkException("SKETCH_OF_NOTHING", {"function": f"`{function}`"})
        made.append(write(common))
    return pa.array(made, pa.binary())


def union(sketches: Iterable[Kept], lg_k: int) -> Kept:
    """The union as the library's works: a sketch that takes the hashes of each in turn."""
    theta = MAX_THETA
    made = Kept()
    for sketch in sketches:
        if sketch.is_empty:
            continue
        theta = min(theta, sketch.theta, made.theta)
        entering = sketch.hashes[sketch.hashes < theta]
        known = made.hashes
        made = selected(first_met(np.concatenate([known, entering])), lg_k, theta=made.theta)
        theta = min(theta, made.theta)
    return made if made.is_empty else below(trimmed(made, lg_k), theta)


def intersection(left: Kept, right: Kept) -> Kept:
    """The hashes of both, below both thetas."""
    if left.is_empty or right.is_empty:
        return Kept()
    theta = min(left.theta, right.theta)
    common = np.intersect1d(left.hashes, right.hashes, assume_unique=True)
    return _set_of(common[common < theta], theta)


def difference(left: Kept, right: Kept) -> Kept:
    """The hashes of the first that the second does not have, below both thetas."""
    if left.is_empty or right.is_empty:
        return left
    theta = min(left.theta, right.theta)
    rest = np.setdiff1d(left.hashes, right.hashes, assume_unique=True)
    return _set_of(rest[rest < theta], theta)


def _set_of(hashes: np.ndarray, theta: int) -> Kept:
    return Kept(hashes, theta, len(hashes) == 0 and theta == MAX_THETA)


def check_size(function: str, lg_k: int | None) -> int:
    """`lg_k` when a sketch can have 2^lg_k nominal entries; NULL counts as 0."""
    size = 0 if lg_k is None else lg_k
    if not MIN_LG_K <= size <= MAX_LG_K:
        limits = {"min": str(MIN_LG_K), "max": str(MAX_LG_K), "value": str(size)}
        raise SparkRuntimeException("SKETCH_INVALID_LG_NOM_ENTRIES", {"function": f"`{function}`", **limits})
    return size


def read_sketch(function: str, image: bytes) -> Kept:
    """The theta sketch of bytes, or Spark's error."""
    try:
        return read(image)
    except OtherFamilyError as other:
        params = {"function": f"`{function}`", "expectedFamily": "COMPACT", "actualFamily": other.family}
        raise SparkRuntimeException("THETA_INVALID_INPUT_SKETCH_BUFFER_FAMILY", params) from other
    except ValueError as failure:
        raise invalid_buffer(_INVALID, function) from failure
