"""Which values of a column a condition lets pass, where it compares it with constants; which conditions exclude others.

Values are compared in storage form, and only those of types whose order there is the engine's: whole numbers, decimals,
dates and timestamps; text of binary collation is only told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.constants import MIRRORED, keeps_values
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Column, Expr, Literal
from hiveframe.plan.types import DataType

_ORDERED: Final = (t.IntegralType, t.DecimalType, t.DateType, t.TimestampType, t.TimestampNTZType)


@dataclass(frozen=True, slots=True)
class Range:
    """Values from `low` to `high`, None without an end; an open end does not belong to them."""

    low: Any = None
    high: Any = None
    is_low_open: bool = False
    is_high_open: bool = False

    def is_before(self, other: Range) -> bool:
        """Whether every value of it is less than every one of `other`."""
        if self.high is None or other.low is None:
            return False
        is_apart: bool = self.high < other.low
        is_touching: bool = self.high == other.low
        return is_apart or (is_touching and (self.is_high_open or other.is_low_open))


@dataclass(frozen=True, slots=True)
class Test:
    """A condition that is TRUE only where the column's value lies in one of `ranges`."""

    column: int
    ranges: tuple[Range, ...]


def test_of(condition: Expr) -> Test | None:
    """What a condition asks of one column; None where it asks something else."""
    match condition:
        case Call(function="=" | "<=>" | "<" | "<=" | ">" | ">=" as function, args=(left, right)):
            name: str = function
            if isinstance(right, Column):
                name, left, right = MIRRORED[name], right, left
            value = _constant(left, right)
            if value is None or (name not in ("=", "<=>") and not isinstance(left.dtype, _ORDERED)):
                return None
            return _test(left, [_compared(name, value)])
        case Call(function="between", args=(Column() as column, low, high)):
            ends = _constant(column, low), _constant(column, high)
            if None in ends or not isinstance(column.dtype, _ORDERED):
                return None
            return _test(column, [Range(*ends)])
        case Call(function="in", args=(Column() as column, *listed)):
            values = [_constant(column, e) for e in listed]
            return None if None in values else _test(column, [Range(v, v) for v in values])
    return None


def are_disjoint(groups: Sequence[Sequence[Test]]) -> bool:
    """Whether no value passes the tests of two groups; those of one group all hold, all tests are of one column."""
    told = [_narrowed(group) for group in groups]
    return all(
        a.is_before(b) or b.is_before(a) for first, second in combinations(told, 2) for a in first for b in second
    )


def _test(column: Expr, ranges: Iterable[Range]) -> Test | None:
    return Test(column.id, tuple(ranges)) if isinstance(column, Column) else None


def _compared(name: str, value: Any) -> Range:
    match name:
        case "<" | "<=":
            return Range(high=value, is_high_open=name == "<")
        case ">" | ">=":
            return Range(low=value, is_low_open=name == ">")
    return Range(value, value)


def _narrowed(group: Sequence[Test]) -> tuple[Range, ...]:
    """The values that pass all of the tests, or a few more."""
    lists = [test.ranges for test in group if len(test.ranges) > 1]
    if lists:
        return min(lists, key=len)
    each = [r for test in group for r in test.ranges]
    low = max((r for r in each if r.low is not None), key=lambda r: (r.low, r.is_low_open), default=Range())
    high = min((r for r in each if r.high is not None), key=lambda r: (r.high, not r.is_high_open), default=Range())
    return (Range(low.low, high.high, low.is_low_open, high.is_high_open),)


def _constant(column: Expr, e: Expr) -> Any:
    """The value that a column of an ordered type, or text, is compared with; None for NULL and what is no constant."""
    if not isinstance(column, Column) or not _is_told_apart(column.dtype):
        return None
    if isinstance(e, Cast) and e.implicit and e.dtype == column.dtype and keeps_values(e.child.dtype, e.dtype):
        e = e.child
        return e.value if isinstance(e, Literal) else None
    return e.value if isinstance(e, Literal) and e.dtype == column.dtype else None


def _is_told_apart(dtype: DataType) -> bool:
    return isinstance(dtype, _ORDERED) or dtype == t.StringType()
