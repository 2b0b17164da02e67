"""HLL sketches of Apache DataSketches, kept by its own library; only values are hashed here, all of a batch at once.

A value becomes a coupon: 26 bits of its hash, and above them how many zeros the other half begins with. Coupons enter
the library's union as images of sketches in LIST mode, seven at a time, in the order of the rows: that leaves the same
sketch as updating it value by value, and takes bytes too, which the library's Python interface does not.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.errors import SparkRuntimeException, UnsupportedOperationException
from hiveframe.functions.hyperloglog import leading_zeros
from hiveframe.functions.murmur3_128 import hash_values
from hiveframe.functions.sketch_rows import groups, invalid_buffer, spread

MIN_LG_K: Final = 4
MAX_LG_K: Final = 21

_INVALID: Final = "HLL_INVALID_INPUT_SKETCH_BUFFER"
_SLOT_BITS: Final = 26
_MOST_ZEROS: Final = 62
_LIST_LENGTH: Final = 8
_LISTED_MOST: Final = 7  # a full list would be another mode
_LIST_HEAD: Final = (2, 1, 7)  # preamble of two ints, serial version, family
_LIST_LG_ARRAY: Final = 3
_LIST_HLL_8: Final = 8

# Of an image: where flags, the least register, the mode, how many registers are least, and registers stand.
_FLAGS_AT: Final = 5
_LEAST_AT: Final = 6
_MODE_AT: Final = 7
_LEAST_COUNT_AT: Final = 32
_REGISTERS_AT: Final = 40
_OUT_OF_ORDER: Final = 16
_COUNTING: Final = 2


def library() -> Any:
    """The `datasketches` package."""
    try:
        import datasketches
    except ImportError as missing:
        params = {"feature": "An HLL sketch", "extra": "sketches"}
        raise UnsupportedOperationException("MISSING_EXTRA", params) from missing
    return datasketches


def agg(function: str, lists: pa.ListArray, lg_ks: pa.Array) -> pa.Array:
    """The updatable image of the sketch of each list."""
    coupons = _coupons(lists.values)
    images = []
    for place, lg_k in zip(spread(lists), lg_ks.to_pylist(), strict=True):
        images.append(_image(_merged([coupons[place]], _checked(function, lg_k))))
    return pa.array(images, pa.binary())


def agg_of_partitions(function: str, lists: pa.ListArray, lg_ks: pa.Array) -> pa.Array:
    """The updatable image of the sketch of each list of values with their partitions."""
    coupons = _coupons(lists.values.field(0))
    partitions = lists.values.field(1).to_numpy(zero_copy_only=False)
    images = []
    for place, lg_k in zip(spread(lists), lg_ks.to_pylist(), strict=True):
        inside, parts = coupons[place], partitions[place]
        split = [inside[parts == part] for part in np.unique(parts)]
        images.append(_image(_merged(split, _checked(function, lg_k))))
    return pa.array(images, pa.binary())


def _checked(function: str, lg_k: int | None) -> int:
    """`lg_k` when a sketch can have 2^lg_k registers; NULL counts as 0."""
    size = 0 if lg_k is None else lg_k
    if not MIN_LG_K <= size <= MAX_LG_K:
        limits = {"min": str(MIN_LG_K), "max": str(MAX_LG_K), "value": str(size)}
        raise SparkRuntimeException("HLL_INVALID_LG_K", {"function": f"`{function}`", **limits})
    return size


def estimates(function: str, sketches: pa.Array) -> pa.Array:
    """How many different values each sketch has seen, rounded half up; NULL for NULL."""
    images = sketches.to_pylist()
    found = [None if s is None else math.floor(_read(s, function).get_estimate() + 0.5) for s in images]
    return pa.array(found, pa.int64())


def unions(function: str, left: pa.Array, right: pa.Array, any_lg_k: pa.Array) -> pa.Array:
    """The union of the two sketches of each row, at the smaller of their sizes; NULL where an argument is NULL."""
    made: list[bytes | None] = []
    for a, b, is_any in zip(left.to_pylist(), right.to_pylist(), any_lg_k.to_pylist(), strict=True):
        if a is None or b is None or is_any is None:
            made.append(None)
            continue
        first, second = _read(a, function), _read(b, function)
        _check_sizes(first.lg_config_k, second.lg_config_k, function, is_any=is_any)
        union = library().hll_union(min(first.lg_config_k, second.lg_config_k))
        union.update(first)
        union.update(second)
        made.append(_image(_result(union)))
    return pa.array(made, pa.binary())


def union_agg(function: str, lists: pa.ListArray, any_lg_k: pa.Array) -> pa.Array:
    """The union of each list of sketches; the first one's size is the limit."""
    hll = library()
    made = []
    for group, is_any in zip(groups(lists), any_lg_k.to_pylist(), strict=True):
        union = None
        for image in group.to_pylist():
            sketch = _read(image, function)
            if union is None:
                union = hll.hll_union(sketch.lg_config_k)
            _check_sizes(union.lg_config_k, sketch.lg_config_k, function, is_any=bool(is_any))
            union.update(sketch)
        made.append(_image(_result(union if union is not None else hll.hll_union(12))))
    return pa.array(made, pa.binary())


def _coupons(values: pa.Array) -> np.ndarray:
    """Each value's coupon; zero for what does not count: NULL, and text or bytes of no length."""
    low, high = hash_values(values)
    address = low & np.uint64((1 << _SLOT_BITS) - 1)
    zeros = np.minimum(leading_zeros(high), _MOST_ZEROS) + 1
    coupons = address.astype(np.uint32) | (zeros.astype(np.uint32) << np.uint32(_SLOT_BITS))
    counts = values.is_valid()
    if not pa.types.is_integer(values.type):
        counts = pc.and_(counts, pc.greater(pc.binary_length(values), 0).fill_null(False))
    found: np.ndarray = np.where(counts.to_numpy(zero_copy_only=False), coupons, np.uint32(0))
    return found


def _merged(partitions: Iterable[np.ndarray], lg_k: int) -> Any:
    """The sketches of partitions merged into an empty one after another, as Spark's final aggregation does it."""
    hll = library()
    whole = hll.hll_sketch(lg_k)
    for coupons in partitions:
        union = hll.hll_union(lg_k)
        union.update(whole)
        union.update(_sketch_of(coupons, lg_k))
        whole = _result(union)
    return whole


def _sketch_of(coupons: np.ndarray, lg_k: int) -> Any:
    """The sketch of coupons."""
    hll = library()
    union = hll.hll_union(lg_k)
    telling = _telling(coupons, lg_k)
    for start in range(0, len(telling), _LISTED_MOST):
        some = telling[start : start + _LISTED_MOST]
        head = bytes((*_LIST_HEAD, lg_k, _LIST_LG_ARRAY, 0, len(some), _LIST_HLL_8))
        image = head + some.tobytes().ljust(4 * _LIST_LENGTH, b"\0")
        union.update(hll.hll_sketch.deserialize(image))
    return _result(union)


def _telling(coupons: np.ndarray, lg_k: int) -> np.ndarray:
    """The coupons that can change a sketch, in order: the first of each, and, when it must count registers by then,
    only those that raise theirs."""
    coupons = coupons[coupons != 0]
    _, firsts = np.unique(coupons, return_index=True)
    firsts.sort()
    coupons = coupons[firsts]
    size = 1 << lg_k
    if len(coupons) <= size:
        return coupons
    slots = coupons & np.uint32(size - 1)
    order = np.argsort(slots, kind="stable")
    values = (coupons >> np.uint32(_SLOT_BITS)).astype(np.int64)[order]
    # a running maximum within each slot: slots stand apart by more than any value
    raised = np.maximum.accumulate(values + slots[order].astype(np.int64) * 64)
    raises = np.ones(len(coupons), dtype=bool)
    raises[order[1:]] = raised[1:] > raised[:-1]
    raises[:size] = True
    return coupons[raises]


def _result(union: Any) -> Any:
    return union.get_result(library().HLL_8)


def _image(sketch: Any) -> bytes:
    """The updatable image; as in Java, that of a union without empty registers tells the least and their number."""
    image = bytearray(sketch.serialize_updatable())
    if image[_MODE_AT] & 3 == _COUNTING and image[_FLAGS_AT] & _OUT_OF_ORDER:
        registers = image[_REGISTERS_AT:]
        least = min(registers)
        image[_LEAST_AT] = least
        struct.pack_into("<i", image, _LEAST_COUNT_AT, registers.count(least))
    return bytes(image)


def _read(image: bytes, function: str) -> Any:
    try:
        return library().hll_sketch.deserialize(image)
    except (ValueError, RuntimeError, IndexError, MemoryError) as failure:
        raise invalid_buffer(_INVALID, function) from failure


def _check_sizes(left: int, right: int, function: str, *, is_any: bool) -> None:
    if left != right and not is_any:
        params = {"left": str(left), "right": str(right), "function": f"`{function}`"}
        raise SparkRuntimeException("HLL_UNION_DIFFERENT_LG_K", params)
