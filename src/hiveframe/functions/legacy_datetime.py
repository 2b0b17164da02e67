"""Dates and times by the patterns of `java.text.SimpleDateFormat`: `spark.sql.legacy.timeParserPolicy` LEGACY.

As Spark uses it: not lenient, in English, with milliseconds, and whatever follows the pattern's text is left unread.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import DateTimeException, SparkRuntimeException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.datetime_printer import MONTHS, WEEKDAYS, Moment
from hiveframe.functions.datetime_text import days_from_civil, zone_of
from hiveframe.functions.time_zones import offset_at, offset_on, zone
from hiveframe.functions.zone_texts import full_name, offset_text, places_by_name, short_name

_LETTERS: Final = frozenset("GyYMLwWDdFEuaHkKhmsSzZX")
_RUNS: Final = re.compile(r"([A-Za-z])\1*|'(?:[^']|'')*'?|[^A-Za-z']+", re.DOTALL)
_NUMERIC: Final = frozenset("yYwWDdFuHkKhmsS")
_DAY_US: Final = 86_400_000_000
_HOUR_US: Final = 3_600_000_000
_CENTURY_AHEAD: Final = 20  # two digits are a year at most so far in the future
_OFFSET: Final = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?")
_ISO_OFFSET: Final = {
    1: re.compile(r"([+-])(\d{2})()"),
    2: re.compile(r"([+-])(\d{2})(\d{2})"),
    3: re.compile(r"([+-])(\d{2}):(\d{2})"),
}
_ZONE_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9/_+-]*(?: [A-Za-z]+)*")
_LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "M": (1, 12),
    "d": (1, 31),
    "D": (1, 366),
    "H": (0, 23),
    "k": (1, 24),
    "K": (0, 11),
    "h": (1, 12),
    "m": (0, 59),
    "s": (0, 59),
    "S": (0, 999),
    "u": (1, 7),
}
_PLACES: Final = places_by_name()

Elements = tuple[tuple[str, int, str], ...]  # letter, count, text


class Unparseable(Exception):
    """The text does not fit."""


@lru_cache(maxsize=256)
def compile_legacy(pattern: str) -> Elements:
    """The pattern's fields and texts; INVALID_DATETIME_PATTERN.WITH_SUGGESTION for others."""
    found: list[tuple[str, int, str]] = []
    for run in _RUNS.finditer(pattern):
        token = run.group()
        if run.group(1):
            if token[0] not in _LETTERS or (token[0] == "X" and len(token) > 3):
                raise _invalid(pattern)
            found.append((token[0], len(token), ""))
        elif token[0] == "'":
            if len(token) < 2 or not token.endswith("'"):
                raise _invalid(pattern)
            found.append(("", 0, token[1:-1].replace("''", "'") or "'"))
        else:
            found.append(("", 0, token))
    return tuple(found)


def _invalid(pattern: str) -> SparkRuntimeException:
    quoted = "'" + pattern.replace("\\", "\\\\").replace("'", "\\'") + "'"
    params = {"pattern": quoted, "docroot": "https://spark.apache.org/docs/latest"}
    return SparkRuntimeException("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", params)


# --------------------------------------------------------------------------------------------------------- printing


def print_legacy(elements: Elements, moment: Moment) -> str:
    """The text of a moment, cut to milliseconds."""
    return "".join(_PRINTERS[letter](moment, count) if letter else shown for letter, count, shown in elements)


def _padded(value: int, count: int) -> str:
    return str(value).rjust(count, "0")


def _week_of(day: int, moment: Moment) -> int:
    weekday = (moment.days + 4) % 7
    first = (weekday - (day - 1)) % 7  # the weekday of the first day
    return (day - 1 + first) // 7 + 1


def _week_of_year(moment: Moment) -> tuple[int, int]:
    """The week's year and number; a week that holds January 1 is the new year's first."""
    year = moment.civil[0]
    next_start = days_from_civil(year + 1, 1, 1) or 0
    saturday = moment.days + 6 - (moment.days + 4) % 7
    if saturday >= next_start:
        return year + 1, 1
    return year, _week_of(moment.day_of_year, moment)


def _name(names: tuple[str, ...], index: int, count: int) -> str:
    return names[index] if count >= 4 else names[index][:3]


def _year(value: int, count: int) -> str:
    return f"{value % 100:02d}" if count == 2 else _padded(value, count)


_PRINTERS: Final[Mapping[str, Callable[[Moment, int], str]]] = {
    "G": lambda m, n: "AD" if m.civil[0] > 0 else "BC",
    "y": lambda m, n: _year(m.civil[0] if m.civil[0] > 0 else 1 - m.civil[0], n),
    "Y": lambda m, n: _year(_week_of_year(m)[0], n),
    "M": lambda m, n: _name(MONTHS, m.civil[1] - 1, n) if n >= 3 else _padded(m.civil[1], n),
    "L": lambda m, n: _name(MONTHS, m.civil[1] - 1, n) if n >= 3 else _padded(m.civil[1], n),
    "w": lambda m, n: _padded(_week_of_year(m)[1], n),
    "W": lambda m, n: _padded(_week_of(m.civil[2], m), n),
    "D": lambda m, n: _padded(m.day_of_year, n),
    "d": lambda m, n: _padded(m.civil[2], n),
    "F": lambda m, n: _padded((m.civil[2] - 1) // 7 + 1, n),
    "E": lambda m, n: _name(WEEKDAYS, (m.days + 3) % 7, n),
    "u": lambda m, n: _padded((m.days + 3) % 7 + 1, n),
    "a": lambda m, n: "PM" if m.hour >= 12 else "AM",
    "H": lambda m, n: _padded(m.hour, n),
    "k": lambda m, n: _padded(m.hour or 24, n),
    "K": lambda m, n: _padded(m.hour % 12, n),
    "h": lambda m, n: _padded((m.hour + 11) % 12 + 1, n),
    "m": lambda m, n: _padded(m.minute, n),
    "s": lambda m, n: _padded(m.second, n),
    "S": lambda m, n: _padded(m.nanos // 1_000_000, n),
    "z": lambda m, n: (full_name if n >= 4 else short_name)(m.instant, m.place),
    "Z": lambda m, n: offset_text(m.offset_seconds, 2, "+0000"),
    "X": lambda m, n: offset_text(m.offset_seconds, n, "Z"),
}


# ---------------------------------------------------------------------------------------------------------- reading


@dataclass(frozen=True, slots=True)
class _Reading:
    """How far a text is read, and what was found."""

    position: int
    value: int | dt.tzinfo


def read_legacy(text: str, elements: Elements, place: dt.tzinfo) -> int:
    """Microseconds since the epoch; Unparseable where the text does not fit."""
    fields: dict[str, int] = {}
    position = 0
    for index, (letter, count, shown) in enumerate(elements):
        if not letter:
            if not text.startswith(shown, position):
                raise Unparseable
            position += len(shown)
            continue
        while text[position : position + 1] in (" ", "\t"):
            position += 1
        reading = _field(text, position, letter, count, abuts=_abuts(elements, index))
        position = reading.position
        if isinstance(reading.value, dt.tzinfo):
            place = reading.value
        else:
            fields["M" if letter == "L" else letter] = reading.value
    return _micros(fields, place)


def _abuts(elements: Elements, index: int) -> bool:
    """Whether another number follows directly, so that this one has exactly its width."""
    following = elements[index + 1] if index + 1 < len(elements) else ("", 0, "")
    letter, count, _ = following
    return letter in _NUMERIC or (letter in ("M", "L") and 0 < count < 3)


def _field(text: str, position: int, letter: str, count: int, *, abuts: bool) -> _Reading:
    if letter in ("M", "L") and count >= 3:
        return _word(text, position, MONTHS, first=1)
    if letter == "E":
        return _word(text, position, WEEKDAYS, first=1)
    if letter == "a":
        return _word(text, position, ("AM", "PM"), first=0)
    if letter == "G":
        return _word(text, position, ("BC", "AD"), first=0)
    if letter in "zZX":
        return _zone(text, position, letter, count)
    digits = re.compile(rf"\d{{1,{count}}}" if abuts else r"\d+").match(text, position)
    if digits is None:
        raise Unparseable
    value = int(digits.group())
    if letter in "yY" and count <= 2 and len(digits.group()) == 2:
        latest = dt.datetime.now(dt.UTC).year + _CENTURY_AHEAD
        value += latest - latest % 100
        value -= 100 if value > latest else 0
    low, high = _LIMITS.get("M" if letter == "L" else letter, (0, 10**9))
    if not low <= value <= high:
        raise Unparseable
    return _Reading(digits.end(), value)


def _word(text: str, position: int, words: tuple[str, ...], *, first: int) -> _Reading:
    rest = text[position:].lower()
    for length in (None, 3):
        for i, word in enumerate(words):
            shown = word.lower()[:length]
            if rest.startswith(shown):
                return _Reading(position + len(shown), i + first)
    raise Unparseable


def _zone(text: str, position: int, letter: str, count: int) -> _Reading:
    if letter == "X":
        if text.startswith("Z", position):
            return _Reading(position + 1, dt.UTC)
        found = _ISO_OFFSET[count].match(text, position)
    else:
        found = _OFFSET.match(text, position)
    if found is not None:
        hours, minutes = int(found[2]), int(found[3] or 0)
        offset = dt.timedelta(hours=hours, minutes=minutes)
        return _Reading(found.end(), dt.timezone(offset if found[1] == "+" else -offset))
    named = _ZONE_NAME.match(text, position)
    while letter != "X" and named is not None and named.group():
        place = zone_of(_PLACES.get(named.group().lower(), named.group()))
        if place is not None:
            return _Reading(named.end(), _as_named(place, named.group().upper()))
        named = _ZONE_NAME.match(text, position, named.end() - 1)
    raise Unparseable


def _as_named(place: dt.tzinfo, name: str) -> dt.tzinfo:
    """`EST` is its own offset in summer too; a zone's id is the zone."""
    for month in (1, 7):
        moment = dt.datetime(2020, month, 1, tzinfo=place)
        if moment.tzname() == name:
            return dt.timezone(moment.utcoffset() or dt.timedelta())
    return place


def _micros(fields: dict[str, int], place: dt.tzinfo) -> int:
    year = fields.get("y", 1970)
    if fields.get("G") == 0:
        year = 1 - year
    if "D" in fields and "M" not in fields:
        start = days_from_civil(year, 1, 1)
        days = None if start is None else start + fields["D"] - 1
    elif "E" in fields and fields.keys().isdisjoint("Md"):
        start = days_from_civil(year, 1, 1) or 0
        days = start + (fields["E"] - 1 - (start + 3)) % 7  # the first such day
    else:
        days = days_from_civil(year, fields.get("M", 1), fields.get("d", 1))
    if days is None or fields.get("y") == 0:
        raise Unparseable
    clock = days * _DAY_US + _hour(fields) * _HOUR_US
    clock += (fields.get("m", 0) * 60 + fields.get("s", 0)) * 1_000_000 + fields.get("S", 0) * 1000
    micros = clock - offset_on(clock, place)
    later = micros + _HOUR_US  # where clocks go back, Java takes the later moment
    if later + offset_at(later, place) == clock:
        micros = later
    if micros + offset_at(micros, place) != clock:
        raise Unparseable  # clocks never show it
    return micros


def _hour(fields: dict[str, int]) -> int:
    if "H" in fields:
        return fields["H"]
    if "k" in fields:
        return fields["k"] % 24
    half = fields.get("a", 0) * 12
    if "h" in fields:
        return fields["h"] % 12 + half
    return fields.get("K", 0) + half


# ---------------------------------------------------------------------------------------------------------- kernels


def printed_legacy(moments: pa.Array, patterns: pa.Array, *, zone_name: str) -> pa.Array:
    """Each row's moment by each row's pattern."""

    def row(micros: int, pattern: str) -> str:
        return print_legacy(compile_legacy(pattern), Moment(micros, zone_name))

    return by_row(row, pa.string(), [moments, patterns])


def read_legacy_texts(texts: pa.Array, patterns: pa.Array, *, zone_name: str, tried: str | None) -> pa.Array:
    """Each row's text by each row's pattern, as microseconds; `tried` None gives NULL for a text that does not fit."""
    place = zone(zone_name)

    def row(text: str, pattern: str) -> int | None:
        try:
            return read_legacy(text, compile_legacy(pattern), place)
        except Unparseable:
            if tried is None:
                return None
            params = {"message": f'Unparseable date: "{text}"', "func": f"`{tried}`"}
            raise DateTimeException("CANNOT_PARSE_TIMESTAMP", params) from None

    return by_row(row, pa.int64(), [texts, patterns])


def fits_legacy(text: str, pattern: str, zone_name: str) -> bool:
    """Whether Spark 2.4 would have read the text."""
    try:
        read_legacy(text, compile_legacy(pattern), zone(zone_name))
    except (Unparseable, SparkRuntimeException):
        return False
    return True
