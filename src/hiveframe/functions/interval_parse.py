"""Intervals read from text exactly as Spark's casts read them. Source: `IntervalUtils`."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from hiveframe.errors import IllegalArgumentException, SparkError, requirement
from hiveframe.plan import types as t

DAY_US: Final = 86_400_000_000
HOUR_US: Final = 3_600_000_000
MINUTE_US: Final = 60_000_000
SECOND_US: Final = 1_000_000

_UNIT_US: Final = (DAY_US, HOUR_US, MINUTE_US, SECOND_US)
_DT_NAMES: Final = ("DAY", "HOUR", "MINUTE", "SECOND")
_YM_NAMES: Final = ("YEAR", "MONTH")
_DT_LETTERS: Final = ("d", "h", "m", "s.n")
_YM_LETTERS: Final = ("y", "m")
_LEADING: Final = (r"([0-9]{1,9})", r"([0-9]{1,10})", r"([0-9]{1,12})", r"([0-9]{1,13})")
_FRACTION: Final = r"(\.[0-9]{1,9})?"
_LIMITS: Final = (None, 23, 59, 59)

_CALENDAR_UNITS: Final = {
    "year": (12, 0, 0),
    "month": (1, 0, 0),
    "week": (0, 7, 0),
    "day": (0, 1, 0),
    "hour": (0, 0, HOUR_US),
    "minute": (0, 0, MINUTE_US),
    "second": (0, 0, SECOND_US),
    "millisecond": (0, 0, 1000),
    "microsecond": (0, 0, 1),
}
_CALENDAR_PAIR: Final = re.compile(r"\s*([+-]?)\s*([0-9]*)(\.[0-9]{0,9})?\s+([a-z]+)(?=\s|$)")


def unit_text(names: tuple[str, ...], start: int, end: int) -> str:
    """`DAY TO SECOND`, or `DAY` alone."""
    return names[start] if start == end else f"{names[start]} TO {names[end]}"


def parse_year_month(text: str, dtype: t.YearMonthIntervalType) -> int:
    """Months of `1-2`, `14` or `INTERVAL '1-2' YEAR TO MONTH`; raises INVALID_INTERVAL_FORMAT."""
    found = _pattern(_YM_NAMES, dtype.start, dtype.end).fullmatch(text.strip())
    if found is None:
        raise _unmatched(text, dtype)
    sign, pieces = _pieces(found)
    months = 0
    for unit, piece in zip(range(dtype.start, dtype.end + 1), pieces, strict=False):
        if unit > dtype.start and int(piece) > 11:
            raise _unparsable(text)
        months += int(piece) * (12 if unit == t.YEAR else 1)
    months *= sign
    if not -(2**31) <= months < 2**31:
        raise _unparsable(text)
    return months


def parse_day_time(text: str, dtype: t.DayTimeIntervalType) -> int:
    """Microseconds of `1 02:03:04.5` or `INTERVAL '…' DAY TO SECOND`; raises INVALID_INTERVAL_FORMAT."""
    found = _pattern(_DT_NAMES, dtype.start, dtype.end).fullmatch(text.strip())
    if found is None:
        raise _unmatched(text, dtype)
    sign, pieces = _pieces(found)
    micros = 0
    for unit, piece in zip(range(dtype.start, dtype.end + 1), pieces, strict=False):
        limit = _LIMITS[unit]
        if unit > dtype.start and limit is not None and int(piece) > limit:
            raise _out_of_bounds(unit, int(piece), limit)
        micros += int(piece) * _UNIT_US[unit]
    if dtype.end == t.SECOND and pieces[-1] and pieces[-1].startswith("."):
        micros += int(pieces[-1][1:7].ljust(6, "0"))
    micros *= sign
    if not -(2**63) <= micros < 2**63:
        raise _unmatched(text, dtype)
    return micros


def parse_calendar(text: str) -> tuple[int, int, int] | None:
    """(months, days, microseconds) of `1 year 2 days 3.5 seconds`; None for other text."""
    body = text.strip().lower()
    if body.startswith("interval") and body[8:9].isspace():
        body = body[8:].strip()
    if not body:
        return None
    months = days = micros = at = 0
    while at < len(body):
        found = _CALENDAR_PAIR.match(body, at)
        if found is None:
            return None
        sign, whole, fraction, unit = found.groups()
        size = _CALENDAR_UNITS.get(unit.removesuffix("s"))
        if size is None or not (whole or (fraction and len(fraction) > 1)):
            return None
        if fraction is not None and size[2] != SECOND_US:
            return None
        factor = -1 if sign == "-" else 1
        count = int(whole or 0)
        months += factor * count * size[0]
        days += factor * count * size[1]
        micros += factor * (count * size[2] + int((fraction or ".")[1:7].ljust(6, "0")))
        at = found.end()
        at += len(body[at:]) - len(body[at:].lstrip())
    if abs(months) >= 2**31 or abs(days) >= 2**31 or abs(micros) >= 2**63:
        return None
    return months, days, micros


@cache
def _pattern(names: tuple[str, ...], start: int, end: int) -> re.Pattern[str]:
    """Two forms: the bare text, and the whole `INTERVAL '…' UNIT`; each with its signs."""
    pieces: list[str] = []
    for unit in range(start, end + 1):
        if unit > start:
            pieces.append("-" if names is _YM_NAMES else ("[ ]+" if unit == t.HOUR else ":"))
        if names is _YM_NAMES:
            pieces.append("([0-9]+)")
        else:
            pieces.append(_LEADING[unit] if unit == start else r"([0-9]{1,2})")
            pieces.append(_FRACTION if unit == t.SECOND else "")
    body = r"([+-])?" + "".join(pieces)
    unit_words = r"\s+".join(unit_text(names, start, end).split())
    return re.compile(rf"{body}|INTERVAL\s+([+-])?\s*'{body}'\s+{unit_words}", re.IGNORECASE)


def _pieces(found: re.Match[str]) -> tuple[int, list[str]]:
    """The sign and the numbers of whichever form matched."""
    groups = found.groups()
    count = (len(groups) - 3) // 2
    bare, full = groups[: count + 1], groups[count + 1 :]
    signs: tuple[str | None, ...]
    if any(bare[1:]):
        signs, numbers = (bare[0],), bare[1:]
    else:
        signs, numbers = (full[0], full[1]), full[2:]
    sign = 1
    for written in signs:
        sign *= -1 if written == "-" else 1
    return sign, [n for n in numbers if n is not None]


def _unmatched(text: str, dtype: t.YearMonthIntervalType | t.DayTimeIntervalType) -> SparkError:
    is_months = isinstance(dtype, t.YearMonthIntervalType)
    names, letters = (_YM_NAMES, _YM_LETTERS) if is_months else (_DT_NAMES, _DT_LETTERS)
    shape = letters[dtype.start]
    for unit in range(dtype.start + 1, dtype.end + 1):
        shape += ("-" if is_months else " " if unit == t.HOUR else ":") + letters[unit]
    unit_names = unit_text(names, dtype.start, dtype.end)
    condition = "UNMATCHED_FORMAT_STRING" if is_months else "UNMATCHED_FORMAT_STRING_WITH_NOTICE"
    return IllegalArgumentException(
        f"INVALID_INTERVAL_FORMAT.{condition}",
        {
            "input": text,
            "intervalStr": "year-month" if is_months else "day-time",
            "supportedFormat": f"`[+|-]{shape}`, `INTERVAL [+|-]'[+|-]{shape}' {unit_names}`",
            "typeName": t.simple_string(dtype),
        },
    )


def _unparsable(text: str) -> SparkError:
    return IllegalArgumentException(
        "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING", {"input": text, "interval": "year-month"}
    )


def _out_of_bounds(unit: int, value: int, limit: int) -> SparkError:
    return requirement(f"{_DT_NAMES[unit].lower()} {value} outside range [0, {limit}]")
