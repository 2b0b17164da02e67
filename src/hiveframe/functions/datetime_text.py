"""Dates and timestamps read from text exactly as Spark's casts read them.

Source: `SparkDateTimeUtils.stringToDate` and `parseTimestampString`. Special words (`epoch`, `now`) are for typed
literals only. Years may lie outside of Python's calendar, so days are counted here.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from hiveframe.settings import SHORT_ZONE_IDS

_DATE: Final = re.compile(r"([+-]?[0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T].*)?)?)?", re.DOTALL)
_TIMESTAMP: Final = re.compile(
    r"(?:([+-]?[0-9]{4,6})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?)?"  # the date
    r"(?:(?:(?<=[0-9])[ T]|(?:(?<![0-9 T])T?))"  # a separator after a date, or none before a time alone
    r"([0-9]{1,2})(?::([0-9]{1,2})(?::([0-9]{1,2})(?:\.([0-9]*))?( *[A-Za-z+-].*)?)?)?)?"
)
_OFFSET: Final = re.compile(r"(?:UTC|GMT|UT)?([+-])([0-9]{1,2})(?::?([0-9]{1,2})(?::?([0-9]{1,2}))?)?")
_BLANK: Final = "".join(map(chr, range(0x21))) + "\x7f"
_DAY_SECONDS: Final = 86_400
_LAST_US: Final = 0x7FFF_FFFF_FFFF_FFFF


def days_from_civil(year: int, month: int, day: int) -> int | None:
    """Days since 1970-01-01 of a day of the proleptic Gregorian calendar; None when there is no such day."""
    if not 1 <= month <= 12 or not 1 <= day <= month_days(year, month):
        return None
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day of the proleptic Gregorian calendar (Howard Hinnant's algorithm)."""
    era, day_of_era = divmod(days + 719_468, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def month_days(year: int, month: int) -> int:
    """How many days a month has."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def month_later(days: int, months: int) -> int:
    """The days of the same day of another month, or of its last."""
    year, month, day = civil_from_days(days)
    years, rest = divmod(year * 12 + month - 1 + months, 12)
    found = days_from_civil(years, rest + 1, min(day, month_days(years, rest + 1)))
    assert found is not None
    return found


def day_text(days: int) -> str:
    """`2020-01-01`; years after 9999 begin with `+`, years before 0 with `-`."""
    year, month, day = civil_from_days(days)
    shown = f"{year:04d}" if year >= 0 else f"-{-year:04d}"
    return f"{'+' if year > 9999 else ''}{shown}-{month:02d}-{day:02d}"


def clock_text(micros: int) -> str:
    """`2020-01-01 00:00:00.5`: no zeros at the end of the fraction."""
    days, rest = divmod(micros, _DAY_SECONDS * 1_000_000)
    seconds, fraction = divmod(rest, 1_000_000)
    shown = f"{day_text(days)} {seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{shown}.{fraction:06d}".rstrip("0") if fraction else shown


def parse_date(text: str) -> int | None:
    """Days since the epoch of `2020`, `2020-1`, `2020-01-05`, `2020-01-05 anything`; None for other text."""
    found = _DATE.fullmatch(text.strip(_BLANK))
    if found is None:
        return None
    days = days_from_civil(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    return days if days is not None and -(2**31) <= days < 2**31 else None


def parse_timestamp(text: str, time_zone: str) -> int | None:
    """Microseconds since the epoch; text without a zone is read in `time_zone`, text without a date as today's."""
    parts = _parts(text)
    if parts is None:
        return None
    days, micros, written = parts
    zone = zone_of(written or time_zone)
    if zone is None:
        return None
    if days is None:
        days = (dt.datetime.now(zone).date() - dt.date(1970, 1, 1)).days
    return _checked(days * _DAY_SECONDS * 1_000_000 + micros - _offset_us(days, micros, zone))


def parse_timestamp_ntz(text: str) -> int | None:
    """Microseconds of a wall clock since 1970-01-01 00:00; a written zone must exist and is left out."""
    parts = _parts(text)
    if parts is None or parts[0] is None:
        return None
    if parts[2] is not None and zone_of(parts[2]) is None:
        return None
    return _checked(parts[0] * _DAY_SECONDS * 1_000_000 + parts[1])


def has_zone(text: str) -> bool:
    """Whether a timestamp's text names its zone."""
    parts = _parts(text)
    return parts is not None and parts[2] is not None


def is_time_alone(text: str) -> bool:
    """Whether a timestamp's text names no day, so that today's is meant."""
    parts = _parts(text)
    return parts is not None and parts[0] is None


def _checked(micros: int) -> int | None:
    return micros if -_LAST_US - 1 <= micros <= _LAST_US else None


def _parts(text: str) -> tuple[int | None, int, str | None] | None:
    """(days or None, microseconds of the day, zone or None)."""
    stripped = text.strip(_BLANK)
    found = _TIMESTAMP.fullmatch(stripped)
    is_marked = stripped[:1] == "T"  # a T alone says that a time follows, if nothing stands before it
    if found is None or (is_marked and text[0] != "T"):
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    days: int | None = None
    if year is not None:
        days = days_from_civil(int(year), int(month or 1), int(day or 1))
        if days is None or (hour is not None and day is None):
            return None
    elif hour is None or (minute is None and not is_marked):
        return None
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 59:
        return None
    micros = ((h * 60 + m) * 60 + s) * 1_000_000 + int((fraction or "")[:6].ljust(6, "0"))
    return days, micros, zone.strip() if zone else None


@lru_cache(maxsize=256)
def zone_of(name: str) -> dt.tzinfo | None:
    """A zone by any name that Spark takes: IANA, `+01:00`, `UTC+1`, `PST`; None when there is none."""
    name = SHORT_ZONE_IDS.get(name, name)
    if name in ("Z", "UTC", "GMT", "UT"):
        return dt.UTC
    found = _OFFSET.fullmatch(name)
    if found is not None:
        hours, minutes, seconds = (int(found[i] or 0) for i in (2, 3, 4))
        total = hours * 3600 + minutes * 60 + seconds
        if minutes > 59 or seconds > 59 or total > 18 * 3600:
            return None
        return dt.timezone(dt.timedelta(seconds=total if found[1] == "+" else -total))
    return ZoneInfo(name) if name in available_timezones() else None


def _offset_us(days: int, micros: int, zone: dt.tzinfo) -> int:
    """The zone's offset at a wall-clock time: at an overlap the earlier one, in a gap the one before it."""
    # Python's calendar ends at 9999: the rules of a zone repeat every 400 years
    while days > 2_932_000:
        days -= 146_097
    days = max(days, -719_000)
    moment = dt.datetime(1970, 1, 1, tzinfo=zone) + dt.timedelta(days=days, microseconds=micros)
    offset = zone.utcoffset(moment) or dt.timedelta()
    return (offset.days * _DAY_SECONDS + offset.seconds) * 1_000_000
