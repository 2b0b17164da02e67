"""Text read by a datetime pattern, as `java.time.format.DateTimeFormatter` does: strictly, ignoring case, in English.

A field with a variable width leaves room for the fixed-width numbers that follow it directly (`yyyyMMdd`). Fields
that the pattern lacks are taken from 1970-01-01 00:00. Source: the parsers in `DateTimeFormatterBuilder`, and Spark's
`TimestampFormatter` for the defaults and for fractions of a second, which may be shorter than the pattern says.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import DateTimeException, SparkError, SparkUpgradeException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.datetime_make import civil_days
from hiveframe.functions.datetime_patterns import ZONE_LETTERS, Element, Field, Text, compile_pattern
from hiveframe.functions.datetime_printer import MODIFIED_JULIAN_EPOCH, MONTHS
from hiveframe.functions.datetime_text import days_from_civil, zone_of
from hiveframe.functions.legacy_datetime import fits_legacy
from hiveframe.functions.time_zones import offset_on, zone
from hiveframe.functions.zone_texts import places_by_name

_DAY_US: Final = 86_400_000_000
_MOST_DIGITS: Final = 19
_SHOWN: Final = 64  # how much of the text Java quotes

Fields = dict[str, int | str]


class Mismatch(Exception):
    """The text does not fit the pattern at a position."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True, slots=True)
class Number:
    """Digits of one field. `after` counts the digits of fixed-width numbers that follow directly."""

    letter: str
    least: int
    most: int
    style: str  # fixed, plain (a minus sign may stand), padded (a plus sign too, when longer than `least`)
    after: int = 0
    base: int = 0  # of a two-digit year

    def read(self, text: str, start: int, fields: Fields) -> int:
        """The position after the number; Mismatch where it begins."""
        position, negative, positive = start, False, False
        sign = text[position : position + 1]
        if sign in ("+", "-") and sign:
            if self.style == "fixed" or (sign == "+" and self.style == "plain"):
                raise Mismatch(start)
            negative, positive = sign == "-", sign == "+"
            position += 1
        digits = _digits(text, position, self.most + self.after)
        if self.after:
            digits = digits[: max(self.least, len(digits) - self.after)]
        if len(digits) < self.least:
            raise Mismatch(start)
        if negative and int(digits) == 0:
            raise Mismatch(start)
        if self.style == "padded" and not negative and (len(digits) > self.least) != positive:
            raise Mismatch(start)
        _put(fields, self.letter, self.base + (-int(digits) if negative else int(digits)), start)
        return position + len(digits)


@dataclass(frozen=True, slots=True)
class Fraction:
    """One to `most` digits after the point of the second."""

    most: int

    def read(self, text: str, start: int, fields: Fields) -> int:
        digits = _digits(text, start, self.most)
        if not digits:
            raise Mismatch(start)
        _put(fields, "S", int(digits.ljust(9, "0")), start)
        return start + len(digits)


@dataclass(frozen=True, slots=True)
class Word:
    """One of several texts that stand for a number."""

    letter: str
    values: tuple[tuple[str, int], ...]  # lower case

    def read(self, text: str, start: int, fields: Fields) -> int:
        rest = text[start:].lower()
        for word, value in sorted(self.values, key=lambda pair: -len(pair[0])):
            if rest.startswith(word):
                _put(fields, self.letter, value, start)
                return start + len(word)
        raise Mismatch(start)


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that stands for itself."""

    value: str  # lower case

    def read(self, text: str, start: int, fields: Fields) -> int:
        if text[start : start + len(self.value)].lower() != self.value:
            raise Mismatch(start)
        return start + len(self.value)


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone's id, name or offset: the longest text that `pattern` matches and that is one."""

    pattern: re.Pattern[str]
    zero: str = ""  # what stands for no offset

    def read(self, text: str, start: int, fields: Fields) -> int:
        if self.zero and text[start : start + len(self.zero)].upper() == self.zero:
            fields["zone"] = "UTC"
            return start + len(self.zero)
        found = self.pattern.match(text, start)
        while found is not None and found.group():
            name = _NAMED_PLACES.get(found.group().lower(), found.group())
            if zone_of(name) is not None:
                fields["zone"] = name
                return found.end()
            found = self.pattern.match(text, start, found.end() - 1)
        raise Mismatch(start)


@dataclass(frozen=True, slots=True)
class Maybe:
    """An optional section: where it does not fit, nothing is read."""

    parts: tuple[Part, ...]

    def read(self, text: str, start: int, fields: Fields) -> int:
        tried = dict(fields)
        try:
            end = _read_all(self.parts, text, start, tried)
        except Mismatch:
            return start
        fields.update(tried)
        return end


Part = Number | Fraction | Word | Literal | Zone | Maybe


def _digits(text: str, start: int, most: int) -> str:
    end = start
    while end < len(text) and end - start < most and "0" <= text[end] <= "9":
        end += 1
    return text[start:end]


def _put(fields: Fields, name: str, value: int, start: int) -> None:
    if fields.setdefault(name, value) != value:
        raise Mismatch(start)


def _read_all(parts: tuple[Part, ...], text: str, start: int, fields: Fields) -> int:
    for part in parts:
        start = part.read(text, start, fields)
    return start


_OFFSETS: Final = {
    1: r"[+-]\d\d(?:\d\d)?",
    2: r"[+-]\d{4}",
    3: r"[+-]\d\d:\d\d",
    4: r"[+-]\d{4}(?:\d\d)?",
    5: r"[+-]\d\d:\d\d(?::\d\d)?",
}
_LOCALIZED: Final = {1: r"GMT[+-]\d{1,2}(?::\d\d(?::\d\d)?)?|GMT", 4: r"GMT[+-]\d\d:\d\d(?::\d\d)?|GMT"}
_ZONE_ID: Final = r"(?:(?:UTC|GMT|UT)?[+-]\d{1,2}(?::?\d\d(?::?\d\d)?)?|[A-Za-z][A-Za-z0-9~/._+-]*)"
_ZONE_NAME: Final = r"(?:[A-Za-z][A-Za-z0-9~/._+-]*(?: [A-Za-z-]+)*|[+-]\d\d(?::?\d\d)?)"
_NAMED_PLACES: Final = places_by_name()


def _zone_part(field: Field) -> Zone:
    letter, count = field.letter, field.count
    if letter == "V":
        return Zone(re.compile(_ZONE_ID))
    if letter in "vz":
        return Zone(re.compile(_ZONE_NAME))
    if letter == "O" or (letter == "Z" and count == 4):
        return Zone(re.compile(_LOCALIZED[1 if letter == "O" and count == 1 else 4], re.IGNORECASE))
    if letter == "Z":
        return Zone(re.compile(_OFFSETS[5 if count == 5 else 2]), "Z" if count == 5 else "+0000")
    small = "+00" if count == 1 else "+00:00" if count in (3, 5) else "+0000"
    return Zone(re.compile(_OFFSETS[count]), "Z" if letter == "X" else small)


def _field_part(field: Field) -> Part:
    letter, count = field.letter, field.count
    if letter in ZONE_LETTERS:
        return _zone_part(field)
    if letter == "g":
        return Number("g", count, _MOST_DIGITS, "plain")
    if letter in "uy":
        if count == 2:
            return Number(letter, 2, 2, "fixed", base=2000)
        return Number(letter, count, _MOST_DIGITS, "padded" if count >= 4 else "plain")
    if letter in "ML" and count >= 3:
        return Word("M", tuple((m.lower() if count == 4 else m[:3].lower(), i) for i, m in enumerate(MONTHS, 1)))
    if letter == "a":
        return Word("a", (("am", 0), ("pm", 1)))
    if letter == "G":
        names = ("before christ", "anno domini") if count == 4 else ("bc", "ad")
        return Word("G", tuple((name, i) for i, name in enumerate(names)))
    if letter == "S":
        return Fraction(count)
    if letter == "D" and count > 1:
        return Number("D", count, 3, "fixed")
    letter = "M" if letter == "L" else letter
    return Number(letter, 2, 2, "fixed") if count == 2 else Number(letter, 1, _MOST_DIGITS, "plain")


@lru_cache(maxsize=512)
def reader(pattern: str) -> tuple[Part, ...]:
    """The parts that read a pattern, numbers that stand side by side told of each other."""
    return _parts(compile_pattern(pattern, is_parsing=True))


def _parts(elements: tuple[Element, ...]) -> tuple[Part, ...]:
    parts: list[Part] = []
    first: int | None = None  # of a run of numbers side by side
    for element in elements:
        if isinstance(element, Text):
            parts.append(Literal(element.value.lower()))
            first = None
            continue
        if not isinstance(element, Field):
            parts.append(Maybe(_parts(element.elements)))
            first = None
            continue
        part = _field_part(element)
        if not isinstance(part, Number):
            first = None
        elif first is not None and part.style == "fixed" and part.least == part.most:
            leader = parts[first]
            assert isinstance(leader, Number)
            parts[first] = replace(leader, after=leader.after + part.most)
        else:
            first = len(parts)
        parts.append(part)
    return tuple(parts)


@dataclass(frozen=True, slots=True)
class Unreadable(Exception):
    """Why a text is no timestamp, in Java's words."""

    message: str


def read_clock(text: str, parts: tuple[Part, ...]) -> tuple[int, str | None]:
    """Microseconds of the wall clock that a text shows, and the zone that it names."""
    fields: Fields = {}
    shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "..."
    try:
        end = _read_all(parts, text, 0, fields)
    except Mismatch as failure:
        raise Unreadable(f"Text '{shown}' could not be parsed at index {failure.position}") from None
    if end < len(text):
        raise Unreadable(f"Text '{shown}' could not be parsed, unparsed text found at index {end}")
    place = fields.get("zone")
    return _resolved(fields, f"Text '{shown}' could not be parsed: "), str(place) if place is not None else None


def _resolved(fields: Fields, prefix: str) -> int:
    """Microseconds of the wall clock; a date that is not complete is looked at last, as in Spark."""
    known = {name: value for name, value in fields.items() if isinstance(value, int)}
    year = _year(known, prefix)
    day_of_year = known.get("D")
    days: int | None = None
    if year is not None and "M" in known and "d" in known:
        days = _days(year, known["M"], known["d"], prefix)
    elif year is not None and day_of_year is not None:
        days = _ordinal_days(year, day_of_year, prefix)
    if days is None and "g" in known:
        days = known["g"] - MODIFIED_JULIAN_EPOCH
    time = _time(known, prefix)
    if days is None:
        days = _days(1970 if year is None else year, known.get("M", 1), known.get("d", 1), "")
    return days * _DAY_US + time


def _days(year: int, month: int, day: int, prefix: str) -> int:
    try:
        return civil_days(year, month, day)
    except SparkError as failure:
        raise Unreadable(prefix + failure.params.get("rangeMessage", failure.condition)) from None


def _ordinal_days(year: int, day_of_year: int, prefix: str) -> int:
    _check("DayOfYear", day_of_year, 1, 366, prefix, "1 - 365/366")
    start = days_from_civil(year, 1, 1) or 0
    if day_of_year == 366 and days_from_civil(year, 2, 29) is None:
        raise Unreadable(f"{prefix}Invalid date 'DayOfYear 366' as '{year}' is not a leap year")
    return start + day_of_year - 1


def _year(known: dict[str, int], prefix: str) -> int | None:
    if "y" not in known:
        return known.get("u")
    _check("YearOfEra", known["y"], 1, 999_999_999, prefix, "1 - 999999999/1000000000")
    return known["y"] if known.get("G", 1) else 1 - known["y"]


def _time(known: dict[str, int], prefix: str) -> int:
    """Microseconds of the day; half a day alone is noon or midnight, an hour without its half is in the morning."""
    hour, half_hour, half = known.get("H"), known.get("K"), known.get("a")
    if "k" in known:
        _check("ClockHourOfDay", known["k"], 1, 24, prefix)
        hour = known["k"] % 24
    if "h" in known:
        _check("ClockHourOfAmPm", known["h"], 1, 12, prefix)
        half_hour = known["h"] % 12
    if half_hour is not None:
        _check("HourOfAmPm", half_hour, 0, 11, prefix)
        if hour is None:
            hour = (half or 0) * 12 + half_hour
    is_half_alone = hour is None
    if hour is None:
        hour = 12 if half else 0
    minute, second = known.get("m", 0), known.get("s", 0)
    _check("HourOfDay", hour, 0, 23, prefix)
    _check("MinuteOfHour", minute, 0, 59, prefix)
    _check("SecondOfMinute", second, 0, 59, prefix)
    shown = _time_text(hour, minute, second, known.get("S", 0))
    if half_hour is not None and half_hour != hour % 12:
        raise _conflict(prefix, "HourOfAmPm", hour % 12, half_hour, shown)
    if half is not None and half != hour // 12 and not is_half_alone:
        raise _conflict(prefix, "AmPmOfDay", hour // 12, half, shown)
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + known.get("S", 0) // 1000


def _conflict(prefix: str, name: str, derived: int, given: int, shown: str) -> Unreadable:
    return Unreadable(
        f"{prefix}Conflict found: Field {name} {derived} differs from {name} {given} derived from {shown}"
    )


def _time_text(hour: int, minute: int, second: int, nanos: int) -> str:
    """A time of day as `java.time.LocalTime` writes it."""
    text = f"{hour:02d}:{minute:02d}"
    if not second and not nanos:
        return text
    digits = f"{nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f"{text}:{second:02d}" + (f".{digits}" if digits else "")


def _check(name: str, value: int, low: int, high: int, prefix: str, shown: str = "") -> None:
    if not low <= value <= high:
        raise Unreadable(f"{prefix}Invalid value for {name} (valid values {shown or f'{low} - {high}'}): {value}")


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How texts become timestamps. `tried` names the function that an error advises; None gives NULL instead."""

    zone_name: str | None  # where texts are read; None for wall clocks
    tried: str | None
    checks_legacy: bool = False  # an error where Spark 2.4 would have read the text

    def row(self, text: str, pattern: str) -> int | None:
        """Microseconds since the epoch, or of the wall clock."""
        try:
            micros, place = read_clock(text, reader(pattern))
        except Unreadable as failure:
            if self.checks_legacy and fits_legacy(text, pattern, self.zone_name or "UTC"):
                config = '"spark.sql.legacy.timeParserPolicy"'
                condition = "INCONSISTENT_BEHAVIOR_CROSS_VERSION.PARSE_DATETIME_BY_NEW_PARSER"
                raise SparkUpgradeException(condition, {"datetime": f"'{text}'", "config": config}) from None
            if self.tried is None:
                return None
            params = {"message": failure.message, "func": f"`{self.tried}`"}
            raise DateTimeException("CANNOT_PARSE_TIMESTAMP", params) from None
        if self.zone_name is None:
            return micros
        return micros - offset_on(micros, zone(place or self.zone_name))


def read_texts(texts: pa.Array, patterns: pa.Array, *, rules: ReadingRules) -> pa.Array:
    """Each row's text by each row's pattern."""
    return by_row(rules.row, pa.int64(), [texts, patterns])


def read_alike(texts: pa.Array, *, pattern: str, rules: ReadingRules) -> pa.Array:
    """Each row's text by one pattern."""
    return by_row(lambda text: rules.row(text, pattern), pa.int64(), [texts])
