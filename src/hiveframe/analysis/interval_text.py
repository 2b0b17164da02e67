"""Intervals as numbers and units: `1 day 2 hours`.

Source: Spark's `IntervalUtils`.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Final

from hiveframe.plan import types as t

UNIT_MONTHS: Final = {"YEAR": 12, "MONTH": 1}
UNIT_DAYS: Final = {"WEEK": 7, "DAY": 1}
UNIT_US: Final = {
    "HOUR": 3_600_000_000,
    "MINUTE": 60_000_000,
    "SECOND": 1_000_000,
    "MILLISECOND": 1000,
    "MICROSECOND": 1,
    "NANOSECOND": 0,
}
_YM: Final = ("YEAR", "MONTH")
_DT: Final = ("DAY", "HOUR", "MINUTE", "SECOND")
_PAIR = re.compile(r"([+-]?\s*(?:\d+(?:\.\d*)?|\.\d+))\s*([A-Za-z]+)\s*")

Parsed = tuple[object, t.DataType]


def unit_name(unit: str) -> str | None:
    """A unit's name without its plural, upper case; None when there is no such unit."""
    name = unit.upper()
    name = name[:-1] if name.endswith("S") else name
    known = name in UNIT_MONTHS or name in UNIT_DAYS or name in UNIT_US
    return name if known else None


def range_type(unit: str) -> t.DataType:
    """The type of `DAY TO SECOND` and the like."""
    first, _, last = unit.upper().partition(" TO ")
    if first in _YM:
        return t.YearMonthIntervalType(_YM.index(first), _YM.index(last or first))
    return t.DayTimeIntervalType(_DT.index(first), _DT.index(last or first))


def from_pairs(pairs: list[tuple[Decimal, str]], *, as_calendar: bool = False) -> Parsed | None:
    """(number, unit) pairs as the narrowest interval: year-month, day-time, calendar when they mix or it is asked."""
    months = days = microseconds = 0
    units: list[str] = []
    for number, unit in pairs:
        name = unit_name(unit)
        if name is None or (number != int(number) and name != "SECOND"):
            return None
        if name in UNIT_MONTHS:
            months += int(number) * UNIT_MONTHS[name]
        elif name in UNIT_DAYS:
            days += int(number) * UNIT_DAYS[name]
        elif name == "NANOSECOND":
            microseconds += int(number / 1000)
        else:
            microseconds += int(number * UNIT_US[name])
        units.append(name)
    is_month = [u in UNIT_MONTHS for u in units]
    if as_calendar:
        return (months, days, microseconds), t.CALENDAR_INTERVAL
    if all(is_month):
        places = [_YM.index(u) for u in units]
        return months, t.YearMonthIntervalType(min(places), max(places))
    if any(is_month):
        return (months, days, microseconds), t.CALENDAR_INTERVAL
    places = [_day_time_place(u) for u in units]
    return days * 86_400_000_000 + microseconds, t.DayTimeIntervalType(min(places), max(places))


def _day_time_place(unit: str) -> int:
    if unit in UNIT_DAYS:
        return t.DAY
    return _DT.index(unit) if unit in _DT else t.SECOND


def parse_pairs(text: str) -> list[tuple[Decimal, str]] | None:
    """`1 day 2 hours` as pairs; None when the text is not of that form."""
    body = text.strip()
    if body[:8].lower() == "interval":
        body = body[8:].strip()
    pairs: list[tuple[Decimal, str]] = []
    at = 0
    while at < len(body):
        match = _PAIR.match(body, at)
        if match is None:
            return None
        try:
            pairs.append((Decimal(match[1].replace(" ", "")), match[2]))
        except InvalidOperation:
            return None
        at = match.end()
    return pairs or None
