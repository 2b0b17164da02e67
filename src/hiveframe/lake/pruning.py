"""Conditions as a source can use them to leave files out, and what is known of a file's values.

A condition that is not understood is simply not among the predicates; the filter itself stays in the plan, so all that
pruning may do is to spare reading.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanFile, ScanSource


@dataclass(frozen=True, slots=True)
class ColumnTest:
    """What must hold of the column at `position` of the source's schema; `values` are not NULL, in storage form.

    `operator` is one of `=`, `<`, `<=`, `>`, `>=` and `prefix` (one value), `in` (values in ascending order),
    `isnull` and `isnotnull` (no value).
    """

    position: int
    operator: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one branch must hold, which is when all of its predicates do."""

    branches: tuple[tuple[Predicate, ...], ...]


Predicate = ColumnTest | AnyOf


@dataclass(frozen=True, slots=True)
class Zone:
    """Bounds of a column's values in one file, in storage form; None where nothing is known.

    The bounds need not be met. `may_have_nan`: NaN, which is greater than any other value, is not counted in `high`.
    """

    low: Any = None
    high: Any = None
    null_count: int | None = None
    row_count: int | None = None
    may_have_nan: bool = False

    @property
    def is_all_null(self) -> bool:
        """Whether it is known that there is no value."""
        return self.null_count is not None and self.null_count == self.row_count


class Pruner(Protocol):
    """What a source that can leave files out offers as `ScanSource.pruner`."""

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source without (some of) the rows that fail a predicate; the same object when all have to be read."""


ZoneOf = Callable[[int], Zone | None]
"""What is known of a file's column, by its position; None where nothing is."""


def exact_zone(value: Any) -> Zone:
    """What is known of a column that has one value in a whole file, as partition columns have."""
    return Zone(value, value, null_count=int(value is None), row_count=1)


class FilePruner(ABC):
    """Leaves out files that hold no row a filter lets pass, and tells of those of which it lets all pass."""

    @abstractmethod
    def zones(self, source: ScanSource) -> Callable[[ScanFile], ZoneOf]:
        """What is known of each of the source's files."""

    def prune(self, source: ScanSource, predicates: Sequence[Predicate]) -> ScanSource:
        """The source with the files that are left."""
        kept = self.some(source, predicates)
        return source.restricted(kept) if len(kept) < len(source.files) else source

    def some(self, source: ScanSource, predicates: Sequence[Predicate]) -> set[str]:
        """The paths of files of which some rows may fulfil all predicates."""
        zones = self.zones(source)
        return {f.path for f in source.files if may_hold(predicates, zones(f))}

    def whole(self, source: ScanSource, predicates: Sequence[Predicate]) -> set[str]:
        """The paths of files of which every row is known to fulfil all predicates."""
        zones = self.zones(source)
        return {f.path for f in source.files if must_hold(predicates, zones(f))}


def must_hold(predicates: Sequence[Predicate], zone_of: ZoneOf) -> bool:
    """Whether every row of a file is known to fulfil all predicates; `zone_of` knows its columns by position."""
    return all(_must_hold(p, zone_of) for p in predicates)


def _must_hold(predicate: Predicate, zone_of: ZoneOf) -> bool:
    if isinstance(predicate, AnyOf):
        return any(must_hold(branch, zone_of) for branch in predicate.branches)
    zone = zone_of(predicate.position)
    if zone is None:
        return False
    if predicate.operator == "isnull":
        return zone.is_all_null
    if zone.null_count != 0:
        return False
    return predicate.operator == "isnotnull" or _all_within(predicate, zone)


def _all_within(test: ColumnTest, zone: Zone) -> bool:
    low, high, value = zone.low, None if zone.may_have_nan else zone.high, test.values[0]
    match test.operator:
        case "<":
            return high is not None and bool(high < value)
        case "<=":
            return high is not None and bool(high <= value)
        case ">":
            return low is not None and bool(low > value)
        case ">=":
            return low is not None and bool(low >= value)
        case "=" | "in":
            return low is not None and low == high and low in test.values
        case "prefix":
            return low is not None and high is not None and low[: len(value)] == high[: len(value)] == value
    raise AssertionError(test.operator)


def may_hold(predicates: Sequence[Predicate], zone_of: ZoneOf) -> bool:
    """Whether a row that fulfils all predicates may be in a file; `zone_of` knows its columns by position."""
    return all(_may_hold(p, zone_of) for p in predicates)


def _may_hold(predicate: Predicate, zone_of: ZoneOf) -> bool:
    if isinstance(predicate, AnyOf):
        return any(may_hold(branch, zone_of) for branch in predicate.branches)
    zone = zone_of(predicate.position)
    if zone is None:
        return True
    if predicate.operator == "isnull":
        return zone.null_count != 0
    if zone.is_all_null:
        return False
    return predicate.operator == "isnotnull" or _within(predicate, zone)


def _within(test: ColumnTest, zone: Zone) -> bool:
    value, low, high = test.values[0], zone.low, zone.high
    if low != low or high != high:  # NaN, as a partition's value: greater than all others here, and not in Python
        low = high = None
    match test.operator:
        case "=":
            return not ((low is not None and value < low) or (high is not None and value > high))
        case "<":
            return low is None or low < value
        case "<=":
            return low is None or low <= value
        case ">":
            return zone.may_have_nan or high is None or high > value
        case ">=":
            return zone.may_have_nan or high is None or high >= value
        case "in":
            first = bisect_left(test.values, low) if low is not None else 0
            return first < len(test.values) and (high is None or test.values[first] <= high)
        case "prefix":
            return (low is None or low[: len(value)] <= value) and (high is None or high >= value)
    raise AssertionError(test.operator)
