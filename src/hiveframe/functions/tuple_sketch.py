"""What tuple sketches do: theta sketches whose hashes carry a number, summed up in one of four modes.

The order of hashes in the bytes is that of the library's tables; groups are made as Spark's two stages of aggregation
make them, the second of which puts the hashes of the first into a new table.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException, SparkRuntimeException
from hiveframe.functions.quick_select import (
    MAX_THETA,
    Kept,
    below,
    first_met,
    selected,
    table_order,
    trimmed,
    value_hashes,
)
from hiveframe.functions.row_hash import plain_numbers
from hiveframe.functions.sketch_rows import groups, invalid_buffer, spread
from hiveframe.functions.theta_bytes import OtherFamilyError
from hiveframe.functions.theta_sketch import read_sketch as read_theta
from hiveframe.functions.tuple_bytes import DOUBLE, INTEGER, read, write

MODES: Final = ("sum", "min", "max", "alwaysone")

_INVALID: Final = "TUPLE_INVALID_INPUT_SKETCH_BUFFER"
_MIN_LG_TABLE: Final = 4
_TABLE_FILL: Final = 0.75


@dataclass(frozen=True, slots=True)
class Family:
    """The `…_double` or `…_integer` functions, `function` being the one at work."""

    function: str
    is_double: bool

    @property
    def dtype(self) -> np.dtype:
        """The layout of a summary."""
        return DOUBLE if self.is_double else INTEGER

    def start(self, mode: str) -> float | int:
        """The summary of no values, which is also that of a theta sketch's hash."""
        if mode == "min":
            return math.inf if self.is_double else (1 << 31) - 1
        if mode == "max":
            return -math.inf if self.is_double else -(1 << 31)
        return 1 if mode == "alwaysone" else 0

    def read(self, image: bytes) -> Kept:
        """The tuple sketch of bytes, or Spark's error."""
        try:
            return read(image, self.dtype)
        except OtherFamilyError as other:
            params = {"function": f"`{self.function}`", "expectedFamily": "TUPLE", "actualFamily": other.family}
            raise SparkRuntimeException("TUPLE_INVALID_INPUT_SKETCH_BUFFER_FAMILY", params) from other
        except ValueError as failure:
            raise invalid_buffer(_INVALID, self.function) from failure

    def read_theta(self, image: bytes, mode: str) -> Kept:
        """The theta sketch of bytes as a tuple sketch, each hash with the mode's first summary."""
        kept = read_theta(self.function, image)
        summaries = np.empty(len(kept.hashes), dtype=self.dtype)
        summaries["value"], summaries["mode"] = self.start(mode), MODES.index(mode)
        return replace(kept, summaries=summaries)


def agg(family: Family, lg_k: int, mode: str, lists: pa.ListArray) -> pa.Array:
    """The sketch of each list of (key, number) pairs."""
    pairs = lists.values
    keys, numbers = pairs.field(0), pairs.field(1)
    hashes = value_hashes(keys)
    values = plain_numbers(numbers, numbers.type)
    images = []
    for place in spread(lists):
        counts = hashes[place] != 0
        entering, added = hashes[place][counts], values[place][counts]
        made = Kept(summaries=np.zeros(0, dtype=family.dtype))
        if len(entering):
            made = selected(first_met(entering), lg_k, in_table_order=True)
            made = replace(made, summaries=_folded(family, mode, made.hashes, entering, added))
        images.append(write(union(family, lg_k, mode, [made])))
    return pa.array(images, pa.binary())


def union_agg(family: Family, lg_k: int, mode: str, lists: pa.ListArray) -> pa.Array:
    """The union of each list of sketches."""
    made = []
    for group in groups(lists):
        partial = union(family, lg_k, mode, [family.read(image) for image in group.to_pylist()])
        made.append(write(union(family, lg_k, mode, [partial])))
    return pa.array(made, pa.binary())


def intersection_agg(family: Family, mode: str, lists: pa.ListArray) -> pa.Array:
    """What all sketches of each list have in common; no sketch at all would stand for everything, an error."""
    made = []
    for group in groups(lists):
        common: Kept | None = None
        for image in group.to_pylist():
            sketch = family.read(image)
            common = _tabled(sketch) if common is None else intersection(family, mode, common, sketch)
        if common is None:
            raise SparkException("SKETCH_OF_NOTHING", {"function": f"`{family.function}`"})
        made.append(write(_tabled(common)))
    return pa.array(made, pa.binary())


def unions(family: Family, lg_k: int, mode: str, with_theta: bool, left: pa.Array, right: pa.Array) -> pa.Array:
    """The union of each row's sketches, the second maybe a theta sketch; NULL where one is."""
    return _by_row(family, mode, with_theta, left, right, lambda a, b: union(family, lg_k, mode, [a, b]))


def intersections(family: Family, mode: str, with_theta: bool, left: pa.Array, right: pa.Array) -> pa.Array:
    """What each row's sketches have in common; NULL where one is."""
    return _by_row(family, mode, with_theta, left, right, lambda a, b: intersection(family, mode, _tabled(a), b))


def differences(family: Family, with_theta: bool, left: pa.Array, right: pa.Array) -> pa.Array:
    """What each row's first sketch has and the second has not; NULL where one is."""
    return _by_row(family, "sum", with_theta, left, right, _difference)


def estimates(family: Family, sketches: pa.Array) -> pa.Array:
    """How many different keys each sketch has seen."""
    found = [_estimate(family.read(s)) if s is not None else None for s in sketches.to_pylist()]
    return pa.array(found, pa.float64())


def thetas(family: Family, sketches: pa.Array) -> pa.Array:
    """The share of keys that each sketch keeps."""
    found = [family.read(s).theta / float(MAX_THETA) if s is not None else None for s in sketches.to_pylist()]
    return pa.array(found, pa.float64())


def summaries(family: Family, mode: str, sketches: pa.Array) -> pa.Array:
    """The numbers of each sketch put together; 0 for none."""
    found = [_summary(family, mode, family.read(s)) if s is not None else None for s in sketches.to_pylist()]
    return pa.array(found, pa.float64() if family.is_double else pa.int64())


def union(family: Family, lg_k: int, mode: str, sketches: Iterable[Kept]) -> Kept:
    """The union as the library's works: a sketch that takes the hashes of each in turn."""
    entering = [s for s in sketches if not s.is_empty]
    if not entering:
        return Kept(summaries=np.zeros(0, dtype=family.dtype))
    hashes = np.concatenate([s.hashes for s in entering])
    carried = np.concatenate([s.summaries for s in entering])
    kept = selected(first_met(hashes), lg_k, in_table_order=True)
    joined = np.empty(len(kept.hashes), dtype=family.dtype)
    joined["value"] = _folded(family, mode, kept.hashes, hashes, carried["value"])["value"]
    joined["mode"] = MODES.index(mode)
    places, among = _places(kept.hashes, hashes)
    alone = np.bincount(places, minlength=len(kept.hashes)) == 1
    own = np.nonzero(among)[0][alone[places]]  # what came once stays as it was
    joined[places[alone[places]]] = carried[own]
    theta = min(s.theta for s in entering)
    return trimmed(below(replace(kept, summaries=joined), theta), lg_k)


def intersection(family: Family, mode: str, left: Kept, right: Kept) -> Kept:
    """The hashes of both with their numbers put together, in the order of a new table."""
    if left.is_empty or right.is_empty:
        return Kept(summaries=np.zeros(0, dtype=family.dtype))
    theta = min(left.theta, right.theta)
    right = below(right, theta)
    places, among = _places(left.hashes, right.hashes)
    hashes = right.hashes[among]
    values = np.concatenate([left.summaries[places]["value"], right.summaries[among]["value"]])
    folded = _folded(family, mode, hashes, np.concatenate([hashes, hashes]), values)
    return _tabled(Kept(hashes, theta, False, folded))


def _difference(left: Kept, right: Kept) -> Kept:
    if left.is_empty or right.is_empty:
        return left
    theta = min(left.theta, right.theta)
    rest = ~np.isin(left.hashes, right.hashes) & (left.hashes < theta)
    is_empty = not rest.any() and theta == MAX_THETA
    return Kept(left.hashes[rest], theta, is_empty, left.summaries[rest])


def _tabled(kept: Kept) -> Kept:
    """The sketch in the order of an intersection's table."""
    size = max(1 << _MIN_LG_TABLE, math.ceil(len(kept.hashes) / _TABLE_FILL))
    order = table_order(kept.hashes, (size - 1).bit_length())
    return replace(kept, hashes=kept.hashes[order], summaries=kept.summaries[order])


def _folded(family: Family, mode: str, hashes: np.ndarray, entering: np.ndarray, values: np.ndarray) -> np.ndarray:
    """For each of `hashes` the summary of all the values that entered with it, in order."""
    places, among = _places(hashes, entering)
    made = np.empty(len(hashes), dtype=family.dtype)
    totals = np.full(len(hashes), family.start(mode), dtype=family.dtype["value"])
    _put(family, mode, totals, places, values[among])
    made["value"], made["mode"] = totals, MODES.index(mode)
    return made


def _put(family: Family, mode: str, totals: np.ndarray, places: Any, values: np.ndarray) -> None:
    """NaN is neither less nor more than anything."""
    with np.errstate(over="ignore", invalid="ignore"):
        if mode == "sum":
            np.add.at(totals, places, values)
        elif mode == "min":
            (np.fmin if family.is_double else np.minimum).at(totals, places, values)
        elif mode == "max":
            (np.fmax if family.is_double else np.maximum).at(totals, places, values)


def _places(hashes: np.ndarray, entering: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where in `hashes` those of `entering` are that are among them, and which these are."""
    if not len(hashes):
        return np.zeros(0, dtype=np.int64), np.zeros(len(entering), dtype=bool)
    order = np.argsort(hashes)
    at = np.minimum(np.searchsorted(hashes, entering, sorter=order), len(hashes) - 1)
    among: np.ndarray = hashes[order[at]] == entering
    return order[at][among], among


def _estimate(kept: Kept) -> float:
    if kept.theta == MAX_THETA or kept.is_empty:
        return float(len(kept.hashes))
    return len(kept.hashes) / (kept.theta / float(MAX_THETA))


def _summary(family: Family, mode: str, kept: Kept) -> Any:
    count = len(kept.hashes)
    if mode == "alwaysone" or not count:
        return float(count) if family.is_double else count
    values = kept.summaries["value"].astype(np.float64 if family.is_double else np.int64)
    if mode == "sum":
        return values.cumsum()[-1].item()
    wide = np.full(1, family.start(mode), dtype=values.dtype)
    _put(family, mode, wide, np.zeros(count, dtype=np.int64), values)
    return wide[0].item()


def _by_row(family: Family, mode: str, with_theta: bool, left: pa.Array, right: pa.Array, join: Any) -> pa.Array:
    made: list[bytes | None] = []
    for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True):
        if a is None or b is None:
            made.append(None)
            continue
        first = family.read(a)
        made.append(write(join(first, family.read_theta(b, mode) if with_theta else family.read(b))))
    return pa.array(made, pa.binary())
