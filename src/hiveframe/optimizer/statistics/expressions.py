"""What is expected of an expression's values, from those of its columns."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from hiveframe.optimizer.constants import keeps_values
from hiveframe.optimizer.costs import SUBQUERIES
from hiveframe.optimizer.statistics.estimate import ColumnEstimate, Estimate
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Cast, Column, Expr, Literal, WindowCall
from hiveframe.plan.walk import children

CONSTANT: Final = 0
"""The `relation` of what depends on no column."""

_DEEPEST: Final = 40
_LETTERS: Final = 26
_EPOCH: Final = date(1970, 1, 1).toordinal()


def column_of(e: Expr, estimate: Estimate, depth: int = 0) -> ColumnEstimate | None:
    """The values of an expression over a relation; None where nothing is known, or its parts lie too deep to look."""
    if depth > _DEEPEST:
        return None
    casts: list[Cast] = []
    while isinstance(e, Cast):
        casts.append(e)
        e = e.child
    found = _plain(e, estimate, depth)
    for cast in reversed(casts):
        found = _cast(cast, found)
    return found


def _plain(e: Expr, estimate: Estimate, depth: int) -> ColumnEstimate | None:
    match e:
        case Column(id=number):
            return estimate.columns.get(number)
        case Literal(value=value):
            return ColumnEstimate(CONSTANT, 1.0, 1.0, value, value, float(value is None))
        case Call(function=function, args=args):
            rule = _FUNCTIONS.get(function)
            first = column_of(args[0], estimate, depth + 1) if rule is not None and args else None
            if rule is not None and first is not None:
                return rule(first, args)
            return _combined(list(args), estimate, depth, is_boolean=isinstance(e.dtype, t.BooleanType))
        case AggCall() | WindowCall():
            return None
    return None if isinstance(e, SUBQUERIES) else _combined(children(e, Expr), estimate, depth)


def _cast(cast: Cast, found: ColumnEstimate | None) -> ColumnEstimate | None:
    if found is None or keeps_values(cast.child.dtype, cast.dtype) or cast.child.dtype == cast.dtype:
        return found
    return replace(found, low=None, high=None, quantiles=(), common=(), avg_len=None)


def _combined(args: list[Expr], estimate: Estimate, depth: int, *, is_boolean: bool = False) -> ColumnEstimate | None:
    """A function of several values has at most as many as these have combinations."""
    known = [column_of(a, estimate, depth + 1) for a in args]
    moving = [c for c in known if c is None or c.relation != CONSTANT]
    if not moving:
        return ColumnEstimate(CONSTANT, 1.0, 1.0)
    relation = next((c.relation for c in moving if c is not None), CONSTANT)
    nulls = 1 - math.prod(1 - c.null_share for c in moving if c is not None)
    if is_boolean:
        return ColumnEstimate(relation, 2.0, 2.0, False, True, nulls)
    distinct = _product([c.distinct if c is not None else None for c in moving])
    domain = _product([c.domain if c is not None else None for c in moving])
    return ColumnEstimate(relation, distinct, domain, null_share=nulls)


def _product(counts: list[float | None]) -> float | None:
    known = [c for c in counts if c is not None]
    return math.prod(known) if len(known) == len(counts) else None


def _at_most(count: int) -> Callable[[ColumnEstimate, tuple[Expr, ...]], ColumnEstimate]:
    """Values of which there are so many, counted from one."""

    def rule(of: ColumnEstimate, args: tuple[Expr, ...]) -> ColumnEstimate:
        distinct = min(of.distinct, count) if of.distinct is not None else float(count)
        return ColumnEstimate(of.relation, distinct, distinct, 1, count, of.null_share)

    return rule


def _year(of: ColumnEstimate, args: tuple[Expr, ...]) -> ColumnEstimate:
    """Years between the bounds of days; of moments nothing is known but that they are fewer."""
    if not isinstance(of.low, int) or not isinstance(of.high, int) or not isinstance(args[0].dtype, t.DateType):
        return replace(of, low=None, high=None, quantiles=(), common=())
    low, high = (_year_of(days) for days in (of.low, of.high))
    distinct = float(min(of.distinct or math.inf, high - low + 1))
    return ColumnEstimate(of.relation, distinct, distinct, low, high, of.null_share)


def _year_of(days: int) -> int:
    """The year of a day counted from 1970, roughly beyond Python's."""
    ordinal = days + _EPOCH
    if 1 <= ordinal <= date.max.toordinal():
        return date.fromordinal(ordinal).year
    return 1970 + int(days // 365.2425)


def _rest(of: ColumnEstimate, args: tuple[Expr, ...]) -> ColumnEstimate:
    """The rest of a division by a constant."""
    by = args[1].value if len(args) == 2 and isinstance(args[1], Literal) else None
    plain = replace(of, low=None, high=None, quantiles=(), common=(), avg_len=None)
    if not isinstance(by, int) or by <= 0:
        return plain
    distinct = min(of.distinct or math.inf, float(by))
    is_positive = isinstance(of.low, int) and of.low >= 0
    return replace(plain, distinct=distinct, domain=distinct, low=0 if is_positive else 1 - by, high=by - 1)


def _shifted(sign: int) -> Callable[[ColumnEstimate, tuple[Expr, ...]], ColumnEstimate]:
    """A number or day more or less by a constant: as many values, bounds moved along."""

    def rule(of: ColumnEstimate, args: tuple[Expr, ...]) -> ColumnEstimate:
        step = args[1].value if len(args) == 2 and isinstance(args[1], Literal) else None
        plain = replace(of, low=None, high=None, quantiles=(), common=(), avg_len=None)
        if not isinstance(step, (int, float)) or not all(isinstance(b, (int, float)) for b in (of.low, of.high)):
            return plain
        return replace(plain, low=of.low + sign * step, high=of.high + sign * step)

    return rule


def _beginning(of: ColumnEstimate, args: tuple[Expr, ...]) -> ColumnEstimate:
    """The first characters of texts: numbers where the bounds are, else as many as letters give."""
    start, length = (a.value if isinstance(a, Literal) else None for a in (*args[1:], Literal(None, t.INT))[:2])
    plain = replace(of, low=None, high=None, quantiles=(), common=(), avg_len=None)
    if start not in (0, 1) or not isinstance(length, int) or not 0 < length < 16:
        return plain
    low, high = (b[:length] if isinstance(b, str) else "" for b in (of.low, of.high))
    if low.isdecimal() and high.isdecimal() and len(low) == len(high) == length:
        count = float(int(high) - int(low) + 1)
    else:
        count = float(_LETTERS) ** length
    distinct = min(of.distinct or count, count)
    return replace(plain, distinct=distinct, domain=distinct, low=low or None, high=high or None)


def _same_values(of: ColumnEstimate, args: tuple[Expr, ...]) -> ColumnEstimate:
    return replace(of, low=None, high=None, quantiles=(), common=(), avg_len=None)


Rule = Callable[[ColumnEstimate, tuple[Expr, ...]], ColumnEstimate]
_FUNCTIONS: Final[Mapping[str, Rule]] = {
    "month": _at_most(12),
    "quarter": _at_most(4),
    "day": _at_most(31),
    "dayofweek": _at_most(7),
    "weekday": _at_most(7),
    "weekofyear": _at_most(53),
    "dayofyear": _at_most(366),
    "hour": _at_most(24),
    "minute": _at_most(60),
    "year": _year,
    "%": _rest,
    "date_add": _shifted(1),
    "date_sub": _shifted(-1),
    "substring": _beginning,
    "left": lambda of, args: _beginning(of, (args[0], Literal(1, t.INT), *args[1:])),
    "upper": _same_values,
    "lower": _same_values,
    "trim": _same_values,
}
