"""Time zones by Spark's names: IANA, `Z`, `+01:00`, `UTC+1`."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_OFFSET: Final = re.compile(r"(?:UTC|GMT|UT)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?(\d{2}))?")


def zone_of(name: str) -> tzinfo:
    """The zone that Python calculates with."""
    if name in ("Z", "UTC", "GMT", "UT"):
        return UTC
    m = _OFFSET.fullmatch(name)
    if m is None:
        return ZoneInfo(name)
    sign, hours, minutes, seconds = m.groups()
    size = timedelta(hours=int(hours), minutes=int(minutes or 0), seconds=int(seconds or 0))
    return timezone(-size if sign == "-" else size)


def duck_zone(name: str) -> str:
    """The zone as DuckDB knows it: fixed offsets are written `UTC+hh:mm`."""
    if name == "Z":
        return "UTC"
    m = _OFFSET.fullmatch(name)
    if m is None:
        return name
    sign, hours, minutes, _ = m.groups()
    return f"UTC{sign}{int(hours):02d}:{minutes or '00'}"
