"""Dates, times and timestamps read from text. Source: Spark's `stringToDate` and `parseTimestampString`."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from hiveframe.analysis.literal_text import zone_of
from hiveframe.settings import is_time_zone

_EPOCH: Final = dt.datetime(1970, 1, 1)
_EPOCH_DAY: Final = dt.date(1970, 1, 1)
_DATE = re.compile(r"^([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2})(?:[ T].*)?)?)?$", re.DOTALL)
_TIMESTAMP = re.compile(
    r"^(?:([+-]?\d{4,7})(?:-(\d{1,2})(?:-(\d{1,2}))?)?)?"
    r"(?:(?:^T?|[ T])(\d{1,2}):(\d{1,2})?(?::(\d{1,2})(?:\.(\d*))?)?)?"
    r"\s*([A-Za-z+-].*)?$"
)
_TIME = re.compile(r"^T?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d*))?)?(?:\s*([AaPp][Mm]))?$")


def parse_date(text: str) -> int | None:
    """Days since the epoch, or None when `text` is no date."""
    match = _DATE.match(text.strip())
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    try:
        return (dt.date(year, month, day) - _EPOCH_DAY).days
    except ValueError:
        return None


def parse_timestamp(text: str, time_zone: str) -> tuple[int, bool] | None:
    """(microseconds, whether a zone was written); without a zone the time is one of `time_zone`."""
    found = _parts(text)
    if found is None:
        return None
    moment, zone = found
    if zone is None:
        return _to_utc(moment, zone_of(time_zone)), False
    return _to_utc(moment, zone_of(zone)), True


def parse_timestamp_ntz(text: str) -> int | None:
    """Microseconds of a wall-clock reading; a zone, if written, is left out."""
    found = _parts(text)
    if found is None:
        return None
    return _microseconds(found[0] - _EPOCH)


def _microseconds(span: dt.timedelta) -> int:
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def _to_utc(moment: dt.datetime, zone: dt.tzinfo) -> int:
    shifted = moment.replace(tzinfo=zone)
    offset = shifted.utcoffset() or dt.timedelta()
    return _microseconds(moment - offset - _EPOCH)


def _parts(text: str) -> tuple[dt.datetime, str | None] | None:
    match = _TIMESTAMP.match(text.strip())
    if match is None or (match[1] is None and match[4] is None):
        return None
    zone = match[8].strip() if match[8] else None
    if zone is not None and not _is_zone(zone):
        return None
    fraction = (match[7] or "")[:6].ljust(6, "0")
    try:
        if match[1] is None:
            day = dt.date.today()
        else:
            day = dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
        time = dt.time(int(match[4] or 0), int(match[5] or 0), int(match[6] or 0), int(fraction))
    except ValueError:
        return None
    return dt.datetime.combine(day, time), zone


def _is_zone(zone: str) -> bool:
    return is_time_zone(zone)


def parse_time(text: str) -> int | None:
    """Nanoseconds of the day, or None when `text` is no time."""
    match = _TIME.match(text.strip())
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
    half = (match[5] or "").upper()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "PM" else 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = int((match[4] or "")[:6].ljust(6, "0"))
    return ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + fraction * 1000
