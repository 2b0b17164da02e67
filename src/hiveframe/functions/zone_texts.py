"""How Java writes zones and offsets: `PST`, `Pacific Standard Time`, `GMT+8`, `+05:30`."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

# English names by abbreviation; a region's own meaning of one comes first.
_NAMES: Final[dict[str, str]] = {
    "UTC": "Coordinated Universal Time",
    "GMT": "Greenwich Mean Time",
    "PST": "Pacific Standard Time",
    "PDT": "Pacific Daylight Time",
    "MST": "Mountain Standard Time",
    "MDT": "Mountain Daylight Time",
    "CST": "Central Standard Time",
    "CDT": "Central Daylight Time",
    "EST": "Eastern Standard Time",
    "EDT": "Eastern Daylight Time",
    "AST": "Atlantic Standard Time",
    "ADT": "Atlantic Daylight Time",
    "AKST": "Alaska Standard Time",
    "AKDT": "Alaska Daylight Time",
    "HST": "Hawaii-Aleutian Standard Time",
    "HDT": "Hawaii-Aleutian Daylight Time",
    "NST": "Newfoundland Standard Time",
    "NDT": "Newfoundland Daylight Time",
    "WET": "Western European Standard Time",
    "WEST": "Western European Summer Time",
    "CET": "Central European Standard Time",
    "CEST": "Central European Summer Time",
    "EET": "Eastern European Standard Time",
    "EEST": "Eastern European Summer Time",
    "BST": "British Summer Time",
    "MSK": "Moscow Standard Time",
    "IST": "India Standard Time",
    "JST": "Japan Standard Time",
    "KST": "Korean Standard Time",
    "HKT": "Hong Kong Standard Time",
    "PKT": "Pakistan Standard Time",
    "WIB": "Western Indonesia Time",
    "SAST": "South Africa Standard Time",
    "CAT": "Central Africa Time",
    "EAT": "East Africa Time",
    "WAT": "West Africa Standard Time",
    "AEST": "Australian Eastern Standard Time",
    "AEDT": "Australian Eastern Daylight Time",
    "ACST": "Australian Central Standard Time",
    "ACDT": "Australian Central Daylight Time",
    "AWST": "Australian Western Standard Time",
    "NZST": "New Zealand Standard Time",
    "NZDT": "New Zealand Daylight Time",
}
_REGIONAL: Final[dict[tuple[str, str], str]] = {
    ("Asia/Shanghai", "CST"): "China Standard Time",
    ("Asia/Taipei", "CST"): "Taipei Standard Time",
    ("America/Havana", "CST"): "Cuba Standard Time",
    ("Asia/Jerusalem", "IST"): "Israel Standard Time",
    ("Europe/Dublin", "IST"): "Irish Standard Time",
}
# Zones that a name stands for when it is read.
_PLACES: Final[dict[str, str]] = {
    "PT": "America/Los_Angeles",
    "MT": "America/Denver",
    "CT": "America/Chicago",
    "ET": "America/New_York",
    "AT": "America/Halifax",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "AST": "America/Halifax",
    "ADT": "America/Halifax",
    "AKST": "America/Anchorage",
    "AKDT": "America/Anchorage",
    "HST": "Pacific/Honolulu",
    "NST": "America/St_Johns",
    "NDT": "America/St_Johns",
    "WET": "WET",
    "CET": "CET",
    "CEST": "Europe/Paris",
    "EET": "EET",
    "EEST": "Europe/Bucharest",
    "BST": "Europe/London",
    "MSK": "Europe/Moscow",
    "IST": "Asia/Kolkata",
    "JST": "Asia/Tokyo",
    "KST": "Asia/Seoul",
    "HKT": "Asia/Hong_Kong",
    "PKT": "Asia/Karachi",
    "AEST": "Australia/Sydney",
    "AEDT": "Australia/Sydney",
    "NZST": "Pacific/Auckland",
    "NZDT": "Pacific/Auckland",
    "UTC": "UTC",
    "GMT": "GMT",
    "UT": "UTC",
    "Z": "UTC",
}


def short_name(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`PST`; zones without an abbreviation are named by their offset."""
    name = _present_name(moment, zone) if isinstance(zone, ZoneInfo) else "+"
    if name[:1] not in "+-":
        return name
    return "UTC" if zone is dt.UTC else offset_id(_seconds(moment, zone))


def _present_name(moment: dt.datetime, zone: ZoneInfo) -> str:
    """What the zone's time is called today in that season: Java knows no names of the past, such as LMT or war time."""
    local = moment.astimezone(zone)
    name = local.tzname() or ""
    winter, summer = _present_names(zone)
    if name in (winter, summer):
        return name
    if not local.dst():
        return winter
    return summer if summer != winter else name


@cache
def _present_names(zone: ZoneInfo) -> tuple[str, str]:
    """What standard and daylight saving time are called today; the same where there is no second one."""
    days = [dt.datetime(2024, month, 15, tzinfo=zone) for month in (1, 7)]
    standard, daylight = sorted(days, key=lambda day: day.utcoffset() or dt.timedelta())
    return standard.tzname() or "", daylight.tzname() or ""


def full_name(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`Pacific Standard Time`."""
    short = short_name(moment, zone)
    key = getattr(zone, "key", "")
    return _REGIONAL.get((key, short)) or _NAMES.get(short) or localized_offset(_seconds(moment, zone), full=True)


# Generic names that don't come from the standard ones by leaving a word out.
_GENERIC_SHORT: Final[dict[str, str]] = {"CEST": "CET", "EEST": "EET", "WEST": "WET", "MSK": "MT", "HST": "HST"}
_GENERIC_FULL: Final[dict[str, str]] = {
    "AEST": "Eastern Australia Time",
    "AEDT": "Eastern Australia Time",
    "ACST": "Central Australia Time",
    "ACDT": "Central Australia Time",
    "AWST": "Western Australia Time",
}
_SEASON: Final = re.compile(r"([A-Z]+)[SD]T")


def generic_short_name(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`PT`."""
    short = short_name(moment, zone)
    seasonal = _SEASON.fullmatch(short)
    return _GENERIC_SHORT.get(short) or (f"{seasonal[1]}T" if seasonal else short)


def generic_full_name(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """`Pacific Time`."""
    if not isinstance(zone, ZoneInfo):
        return full_name(moment, zone) if zone is dt.UTC else offset_id(_seconds(moment, zone))
    known = _GENERIC_FULL.get(short_name(moment, zone))
    return known or re.sub(r" (Standard|Daylight|Summer) Time$", " Time", full_name(moment, zone))


def _seconds(moment: dt.datetime, zone: dt.tzinfo) -> int:
    offset = moment.astimezone(zone).utcoffset() or dt.timedelta()
    return int(offset.total_seconds())


def offset_id(seconds: int) -> str:
    """`Z`, `+05:30`, `-07:52:58`."""
    return offset_text(seconds, 5, "Z")


def localized_offset(seconds: int, *, full: bool) -> str:
    """`GMT+8` or, in full, `GMT+08:00`; `GMT` for none."""
    if seconds == 0:
        return "GMT"
    sign, hours, minutes, rest = _parts(seconds)
    if full:
        tail = f":{rest:02d}" if rest else ""
        return f"GMT{sign}{hours:02d}:{minutes:02d}{tail}"
    tail = f":{minutes:02d}" if minutes or rest else ""
    return f"GMT{sign}{hours}{tail}" + (f":{rest:02d}" if rest else "")


def offset_text(seconds: int, style: int, zero: str) -> str:
    """An offset as the patterns X to XXXXX print it."""
    if seconds == 0:
        return zero
    sign, hours, minutes, rest = _parts(seconds)
    colon = ":" if style in (3, 5) else ""
    shown = f"{sign}{hours:02d}"
    if style == 1:
        return shown + (f"{minutes:02d}" if minutes else "")
    shown += f"{colon}{minutes:02d}"
    return shown + (f"{colon}{rest:02d}" if style >= 4 and rest else "")


def _parts(seconds: int) -> tuple[str, int, int, int]:
    sign = "-" if seconds < 0 else "+"
    minutes, rest = divmod(abs(seconds), 60)
    return sign, minutes // 60, minutes % 60, rest


def places_by_name() -> dict[str, str]:
    """Zone ids by every name, long or short, that is read where a name may stand; in lower case."""
    named = {name.lower(): place for name, place in _PLACES.items()}
    for short, full in _NAMES.items():
        if short in _PLACES:
            named[full.lower()] = _PLACES[short]
    return named
