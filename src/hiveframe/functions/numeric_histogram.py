"""The streaming histogram of `histogram_numeric`.

Ben-Haim and Tom-Tov, "A Streaming Parallel Decision Tree Algorithm" (2010): a new value is a bin of its own, then the
two nearest bins become one. Of equally near pairs a random one is taken, from the generator that Spark seeds so.
"""

from __future__ import annotations

import bisect
import math
from decimal import Decimal
from typing import Any, Final

import pyarrow as pa

from hiveframe.functions.java_random import JavaRandom

_SEED: Final = 31183


def histogram(values: list[float], bins: int) -> list[tuple[float, float]]:
    """Centres and counts of at most `bins` bins, in order."""
    random = JavaRandom(_SEED)
    is_ordered = not any(map(math.isnan, values)) and not any(map(math.isinf, values))  # their mean is no number
    centres: list[float] = []
    counts: list[float] = []
    for value in values:
        place = bisect.bisect_left(centres, value) if is_ordered else _place_among_nans(centres, value)
        if place < len(centres) and centres[place] == value:
            counts[place] += 1
            continue
        centres.insert(place, value)
        counts.insert(place, 1.0)
        if len(centres) > bins:
            _merge_nearest(centres, counts, random)
    return list(zip(centres, counts, strict=True))


def _place_among_nans(centres: list[float], value: float) -> int:
    """Where Spark's search ends: at once where it meets what is neither less nor greater."""
    low, high, place = 0, len(centres), 0
    while low < high:
        place = (low + high) // 2
        if centres[place] > value:
            high = place
        elif centres[place] < value:
            low = place = place + 1
        else:
            break
    return place


def _merge_nearest(centres: list[float], counts: list[float], random: JavaRandom) -> None:
    smallest, place, ties = centres[1] - centres[0], 0, 1
    for i in range(1, len(centres) - 1):
        gap = centres[i + 1] - centres[i]
        if gap < smallest:
            smallest, place, ties = gap, i, 1
        elif gap == smallest:
            ties += 1
            if random.double() <= 1.0 / ties:
                place = i
    left, right = counts[place], counts[place + 1]
    total = left + right
    # in Spark's order of operations: the last digit decides which bins are nearest later on
    centres[place] = centres[place] * (left / total) + centres[place + 1] / total * right
    counts[place] = total
    del centres[place + 1], counts[place + 1]


def numeric_histograms(lists: pa.ListArray, bins: pa.Array) -> pa.Array:
    """A histogram for each list, NULL for an empty one; centres are cut to the values' type."""
    dtype = lists.type.value_type
    storage = _storage(dtype)
    result: list[list[dict[str, Any]] | None] = []
    numbers = lists.to_pylist() if storage is None else _as_numbers(lists, storage)
    for values, most in zip(numbers, bins.to_pylist(), strict=True):
        if not values:
            result.append(None)
            continue
        made = histogram([float(v) for v in values], most)
        result.append([{"x": _centre(x, dtype, storage), "y": y} for x, y in made])
    return _typed(result, dtype, storage)


def _storage(dtype: pa.DataType) -> pa.DataType | None:
    """The integer type under a date or timestamp; None for plain numbers."""
    if pa.types.is_date32(dtype):
        return pa.int32()
    return pa.int64() if pa.types.is_timestamp(dtype) else None


def _as_numbers(lists: pa.ListArray, storage: pa.DataType) -> list[Any]:
    plain = pa.ListArray.from_arrays(lists.offsets, lists.values.view(storage), mask=lists.is_null())
    numbers: list[Any] = plain.to_pylist()
    return numbers


def _centre(x: float, dtype: pa.DataType, storage: pa.DataType | None) -> Any:
    if storage is not None or pa.types.is_integer(dtype):
        return int(x)
    if pa.types.is_decimal(dtype):
        return Decimal(repr(x)).quantize(Decimal(1).scaleb(-dtype.scale), rounding="ROUND_HALF_UP")
    return x


def _typed(result: list[Any], dtype: pa.DataType, storage: pa.DataType | None) -> pa.Array:
    made = pa.array(result, pa.list_(pa.struct([("x", storage or dtype), ("y", pa.float64())])))
    if storage is None:
        return made
    structs = made.values
    centres = structs.field("x").view(dtype)
    typed = pa.StructArray.from_arrays([centres, structs.field("y")], names=["x", "y"])
    return pa.ListArray.from_arrays(made.offsets, typed, mask=made.is_null())
