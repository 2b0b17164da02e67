"""Intervals read from text: `1-2` YEAR TO MONTH, `1 02:03:04.5` DAY TO SECOND, `1 day 2 hours`.

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


def parse_from_to(text: str, start: str, end: str) -> Parsed | None:
    """`'1-2' YEAR TO MONTH` and the day-time forms: (value, type); None when the text does not fit."""
    first, last = start.upper(), end.upper()
    body = text.strip()
    sign = 1
    if body[:1] in "+-" and body:
        sign = -1 if body[0] == "-" else 1
        body = body[1:].strip()
    if (first, last) == ("YEAR", "MONTH"):
        match = re.fullmatch(r"(\d+)-(\d+)", body)
        if match is None or int(match[2]) > 11:
            return None
        return sign * (int(match[1]) * 12 + int(match[2])), t.YearMonthIntervalType(t.YEAR, t.MONTH)
    if first not in _DT or last not in _DT:
        return None
    low, high = _DT.index(first), _DT.index(last)
    pattern = _pattern(low, high)
    match = re.fullmatch(pattern, body)
    if match is None:
        return None
    total = 0
    for unit, piece in zip(_DT[low : high + 1], match.groups(), strict=True):
        limit = {"HOUR": 23, "MINUTE": 59, "SECOND": 59}.get(unit)
        if limit is not None and unit != _DT[low] and Decimal(piece) >= limit + 1:
            return None
        size = 86_400_000_000 if unit == "DAY" else UNIT_US[unit]
        total += int(Decimal(piece) * size)
    return sign * total, t.DayTimeIntervalType(low, high)


def _pattern(low: int, high: int) -> str:
    pieces: list[str] = []
    for unit in range(low, high + 1):
        pieces.append(r"(\d+(?:\.\d{1,9})?)" if unit == t.SECOND else r"(\d+)")
        if unit < high:
            pieces.append(" +" if unit == t.DAY else ":")
    return "".join(pieces)


def from_pairs(pairs: list[tuple[Decimal, str]]) -> Parsed | None:
    """(number, unit) pairs as the narrowest interval: year-month, day-time, or calendar when they mix."""
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
