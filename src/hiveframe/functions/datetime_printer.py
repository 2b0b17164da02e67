"""Timestamps printed by a pattern, as `java.time.format.DateTimeFormatter` does in English."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import pyarrow as pa

from hiveframe.functions.by_row import by_row
from hiveframe.functions.datetime_patterns import Element, Field, Text, compile_pattern
from hiveframe.functions.datetime_text import civil_from_days, days_from_civil
from hiveframe.functions.time_zones import offset_at, zone
from hiveframe.functions.zone_texts import (
    full_name,
    generic_full_name,
    generic_short_name,
    localized_offset,
    offset_text,
    short_name,
)

MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAY_US: Final = 86_400_000_000
MODIFIED_JULIAN_EPOCH: Final = 40_587  # 1970-01-01
_QUARTERS: Final = ("1st", "2nd", "3rd", "4th")


@dataclass(frozen=True)
class Moment:
    """A moment in microseconds since the epoch, seen in a zone by the name the session gives it."""

    micros: int
    zone_name: str

    @cached_property
    def place(self) -> dt.tzinfo:
        return zone(self.zone_name)

    @cached_property
    def offset_seconds(self) -> int:
        return offset_at(self.micros, self.place) // 1_000_000

    @cached_property
    def _clock(self) -> tuple[int, int]:
        return divmod(self.micros + self.offset_seconds * 1_000_000, _DAY_US)

    @property
    def days(self) -> int:
        return self._clock[0]

    @cached_property
    def civil(self) -> tuple[int, int, int]:
        return civil_from_days(self.days)

    @cached_property
    def day_of_year(self) -> int:
        return self.days - (days_from_civil(self.civil[0], 1, 1) or 0) + 1

    @property
    def hour(self) -> int:
        return self._clock[1] // 3_600_000_000

    @property
    def minute(self) -> int:
        return self._clock[1] // 60_000_000 % 60

    @property
    def second(self) -> int:
        return self._clock[1] // 1_000_000 % 60

    @property
    def nanos(self) -> int:
        return self._clock[1] % 1_000_000 * 1000

    @cached_property
    def instant(self) -> dt.datetime:
        """For names of zones only: within Python's calendar."""
        limit = 250_000_000_000
        return dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(
            seconds=max(-60_000_000_000, min(self.micros // 1_000_000, limit))
        )


def print_moment(elements: tuple[Element, ...], moment: Moment) -> str:
    """The text of a moment."""
    parts: list[str] = []
    for element in elements:
        if isinstance(element, Text):
            parts.append(element.value)
        elif isinstance(element, Field):
            parts.append(_PRINTERS[element.letter](moment, element.count))
        else:
            parts.append(print_moment(element.elements, moment))
    return "".join(parts)


def _number(value: int, width: int, *, signed: bool = False) -> str:
    shown = str(abs(value)).rjust(width, "0")
    if value < 0:
        return "-" + shown
    return "+" + shown if signed and len(str(value)) > width else shown


def _year(value: int, count: int) -> str:
    if count == 2:
        return f"{abs(value) % 100:02d}"
    return _number(value, count, signed=count >= 4)


def _named(names: tuple[str, ...], value: int, count: int) -> str:
    if count <= 2:
        return _number(value, count)
    return names[value - 1] if count == 4 else names[value - 1][:3]


def _quarter(moment: Moment, count: int) -> str:
    quarter = (moment.civil[1] + 2) // 3
    if count <= 2:
        return _number(quarter, count)
    return f"Q{quarter}" if count == 3 else f"{_QUARTERS[quarter - 1]} quarter"


def _weekday(moment: Moment, count: int) -> str:
    name = WEEKDAYS[(moment.days + 3) % 7]
    return name if count == 4 else name[:3]


def _era(moment: Moment, count: int) -> str:
    is_ours = moment.civil[0] > 0
    if count == 4:
        return "Anno Domini" if is_ours else "Before Christ"
    return "AD" if is_ours else "BC"


def _zone_name(moment: Moment, count: int) -> str:
    name = full_name if count == 4 else short_name
    return name(moment.instant, moment.place)


def _generic_zone_name(moment: Moment, count: int) -> str:
    """The zone's name whatever the season."""
    name = generic_full_name if count == 4 else generic_short_name
    return name(moment.instant, moment.place)


def _rfc_offset(moment: Moment, count: int) -> str:
    if count == 4:
        return localized_offset(moment.offset_seconds, full=True)
    if count == 5:
        return offset_text(moment.offset_seconds, 5, "Z")
    return offset_text(moment.offset_seconds, 2, "+0000")


def _small_offset(moment: Moment, count: int) -> str:
    zero = "+00" if count == 1 else "+00:00" if count in (3, 5) else "+0000"
    return offset_text(moment.offset_seconds, count, zero)


_PRINTERS: Final[Mapping[str, Callable[[Moment, int], str]]] = {
    "G": _era,
    "u": lambda m, n: _year(m.civil[0], n),
    "y": lambda m, n: _year(m.civil[0] if m.civil[0] > 0 else 1 - m.civil[0], n),
    "Q": _quarter,
    "q": _quarter,
    "M": lambda m, n: _named(MONTHS, m.civil[1], n),
    "L": lambda m, n: _named(MONTHS, m.civil[1], n),
    "d": lambda m, n: _number(m.civil[2], n),
    "g": lambda m, n: _number(m.days + MODIFIED_JULIAN_EPOCH, n),
    "D": lambda m, n: _number(m.day_of_year, n),
    "E": _weekday,
    "F": lambda m, n: str((m.civil[2] - 1) % 7 + 1),
    "a": lambda m, n: "PM" if m.hour >= 12 else "AM",
    "h": lambda m, n: _number((m.hour + 11) % 12 + 1, n),
    "K": lambda m, n: _number(m.hour % 12, n),
    "k": lambda m, n: _number(m.hour or 24, n),
    "H": lambda m, n: _number(m.hour, n),
    "m": lambda m, n: _number(m.minute, n),
    "s": lambda m, n: _number(m.second, n),
    "S": lambda m, n: f"{m.nanos:09d}"[:n],
    "V": lambda m, n: m.zone_name,
    "z": _zone_name,
    "v": _generic_zone_name,
    "O": lambda m, n: localized_offset(m.offset_seconds, full=n == 4),
    "X": lambda m, n: offset_text(m.offset_seconds, n, "Z"),
    "x": _small_offset,
    "Z": _rfc_offset,
}


def printed(moments: pa.Array, patterns: pa.Array, *, zone_name: str) -> pa.Array:
    """Each row's moment by each row's pattern."""

    def row(micros: int, pattern: str) -> str:
        return print_moment(compile_pattern(pattern), Moment(micros, zone_name))

    return by_row(row, pa.string(), [moments, patterns])


def printed_alike(moments: pa.Array, *, pattern: str, zone_name: str) -> pa.Array:
    """Each row's moment by one pattern."""
    elements = compile_pattern(pattern)
    return by_row(lambda micros: print_moment(elements, Moment(micros, zone_name)), pa.string(), [moments])
