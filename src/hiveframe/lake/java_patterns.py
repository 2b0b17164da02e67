"""Java's date and time patterns (`dd/MM/yyyy HH:mm`) as parsers and printers in DuckDB's terms.

Source: Spark SQL reference, "Datetime Patterns for Formatting and Parsing".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException
from hiveframe.functions.sql import Sql, case, cast, func, is_null, null, number, op, text, try_cast
from hiveframe.lake.text_parts import Parts, or_default, with_parts
from hiveframe.lake.zones import duck_zone

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class _Field:
    """A run of one letter: the regular expression that reads it, the part it fills, and how it is printed."""

    regex: str
    part: str | None
    strftime: str | None


@dataclass(frozen=True, slots=True)
class JavaPattern:
    """A compiled pattern. Parts: y, yy, m, mon, d, doy, h, h12, ampm, mi, s, f, z."""

    pattern: str
    regex: str
    parts: tuple[str, ...]
    formats: tuple[str | None, ...]

    def parse_date(self, value: Sql) -> Sql:
        """A DATE, NULL where the text does not fit."""
        return self._parse(value, lambda part: try_cast(self._day(part), "DATE"))

    def parse_timestamp_ntz(self, value: Sql) -> Sql:
        """A TIMESTAMP, NULL where the text does not fit."""
        return self._parse(value, lambda part: try_cast(self._clock(part), "TIMESTAMP"))

    def parse_timestamp(self, value: Sql, time_zone: str | None) -> Sql:
        """A moment; without a zone in the pattern the reading is in `time_zone` (None: the session's)."""
        zoned = "TIMESTAMP WITH TIME ZONE"
        if "z" in self.parts:
            return self._parse(value, lambda part: try_cast(func("concat", self._clock(part), _zone(part)), zoned))
        clock = self.parse_timestamp_ntz(value)
        return cast(clock, zoned) if time_zone is None else func("timezone", text(duck_zone(time_zone)), clock)

    def format_date(self, value: Sql) -> Sql:
        """The text of a DATE."""
        return self._format(cast(value, "TIMESTAMP"), None, None)

    def format_timestamp_ntz(self, value: Sql) -> Sql:
        """The text of a TIMESTAMP."""
        return self._format(value, None, None)

    def format_timestamp(self, value: Sql, time_zone: str) -> Sql:
        """The text of a moment as a clock in `time_zone` shows it."""
        clock = func("timezone", text(duck_zone(time_zone)), value)
        return self._format(clock, time_zone, func("timezone", text("UTC"), value.copy()))

    def _format(self, clock: Sql, time_zone: str | None, utc: Sql | None) -> Sql:
        pieces = [_format_piece(clock, piece, time_zone, utc) for piece in self.formats if piece is not None]
        return op("||", func("concat", *pieces), case((is_null(clock.copy()), null()), default=text("")))

    def _parse(self, value: Sql, made: Callable[[Parts], Sql]) -> Sql:
        fits = func("regexp_full_match", value.copy(), text(self.regex))
        return case((fits, with_parts(value, f"^(?:{self.regex})$", self.parts, made)))

    def _or(self, part: Parts, name: str, default: str) -> Sql:
        return or_default(part(name), default) if name in self.parts else text(default)

    def _day(self, part: Parts) -> Sql:
        """`y-m-d`."""
        year = func("concat", text("20"), part("yy")) if "yy" in self.parts else self._or(part, "y", "1970")
        if "doy" in self.parts:
            first = try_cast(func("concat", year, text("-01-01")), "DATE")
            return cast(op("+", first, op("-", cast(part("doy"), "INTEGER"), number(1))), "VARCHAR")
        month = self._or(part, "m", "1")
        if "mon" in self.parts:
            names = exp.Array(expressions=[text(name[:3].lower()) for name in _MONTHS])
            month = func("list_position", names, func("lower", func("left", part("mon"), number(3))))
        return func("concat", year, text("-"), month, text("-"), self._or(part, "d", "1"))

    def _clock(self, part: Parts) -> Sql:
        """`y-m-d h:m:s.f`."""
        hour = self._or(part, "h", "0")
        if "h12" in self.parts:
            half = op("=", func("upper", self._or(part, "ampm", "AM")), text("PM"))
            late = case((half, number(12)), default=number(0))
            hour = op("+", func("mod", cast(part("h12"), "INTEGER"), number(12)), late)
        fraction = func("concat", text("."), part("f")) if "f" in self.parts else text("")
        clock = [text(" "), hour, text(":"), self._or(part, "mi", "0"), text(":"), self._or(part, "s", "0"), fraction]
        return func("concat", self._day(part), *clock)


def _zone(part: Parts) -> Sql:
    compact = func("regexp_replace", part("z"), text("^([+-][0-9]{2})([0-9]{2})$"), text(r"\1:\2"))
    return func("regexp_replace", compact, text("^([A-Za-z]{2})"), text(r" \1"))


def compile_pattern(pattern: str) -> JavaPattern:
    """The compiled pattern; INVALID_DATETIME_PATTERN names a letter that it may not have."""
    regex: list[str] = []
    parts: list[str] = []
    formats: list[str | None] = []
    for letters, literal in _tokens(pattern):
        if literal is not None:
            regex.append(re.escape(literal))
            formats.append("=" + literal)
            continue
        if letters in _SECTION:
            regex.append(_SECTION[letters])
            continue
        found = _field(letters, pattern)
        if found.part is None or found.part in parts:
            regex.append(f"(?:{found.regex})")
        else:
            regex.append(f"({found.regex})")
            parts.append(found.part)
        formats.append(found.strftime)
    return JavaPattern(pattern, "".join(regex).replace("\\ ", " "), tuple(parts), tuple(formats))


def _tokens(pattern: str) -> list[tuple[str, str | None]]:
    """Runs of a letter, brackets of an optional section, and literal text (quoted or not a letter)."""
    found: list[tuple[str, str | None]] = []
    for m in re.finditer(r"'((?:[^']|'')*)'|([A-Za-z])\2*|\[|\]|[^A-Za-z'\[\]]+", pattern):
        if m.group(1) is not None:
            found.append(("", m.group(1).replace("''", "'") or "'"))
        elif m.group(2) is not None or m.group(0) in _SECTION:
            found.append((m.group(0), None))
        else:
            found.append(("", m.group(0)))
    return found


def _field(letters: str, pattern: str) -> _Field:
    made = _FIELDS.get(letters[0])
    if made is None:
        params = {"c": letters[0], "pattern": pattern}
        raise IllegalArgumentException("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", params)
    return made(len(letters))


def _digits(part: str, padded: str, plain: str, widest: int = 2) -> Callable[[int], _Field]:
    def make(count: int) -> _Field:
        if count == 1:
            return _Field(f"[0-9]{{1,{widest}}}", part, plain)
        return _Field(f"[0-9]{{{count}}}", part, padded)

    return make


def _year(count: int) -> _Field:
    if count == 2:
        return _Field("[0-9]{2}", "yy", "%y")
    return _Field("[0-9]{1,4}" if count == 1 else f"[+-]?[0-9]{{{count},6}}", "y", "%Y")


def _month(count: int) -> _Field:
    if count <= 2:
        return _digits("m", "%m", "%-m")(count)
    names = [name if count > 3 else name[:3] for name in _MONTHS]
    return _Field("(?i:" + "|".join(names) + ")", "mon", "%B" if count > 3 else "%b")


def _weekday(count: int) -> _Field:
    names = [name if count > 3 else name[:3] for name in _DAYS]
    return _Field("(?i:" + "|".join(names) + ")", None, "%A" if count > 3 else "%a")


def _fraction(count: int) -> _Field:
    return _Field(f"[0-9]{{{count}}}", "f", f"fraction:{count}")


_ZONE: Final = r"Z|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z]+(?:/[A-Za-z_]+)*"


_SECTION: Final[Mapping[str, str]] = {"[": "(?:", "]": ")?"}


def _format_piece(clock: Sql, piece: str, time_zone: str | None, utc: Sql | None) -> Sql:
    if piece.startswith("="):
        return text(piece[1:])
    if piece.startswith("fraction:"):
        digits = func("rpad", func("strftime", clock.copy(), text("%f")), number(9), text("0"))
        return func("left", digits, number(int(piece[9:])))
    if piece.startswith("zone"):
        return text(time_zone or "")
    if piece.startswith("offset:"):
        return _offset_text(clock, utc, piece[7:]) if utc is not None else text("")
    return func("strftime", clock.copy(), text(piece))


def _offset_text(clock: Sql, utc: Sql, letters: str) -> Sql:
    """`+01:00`; `Z` for zero where the pattern's letter is X; seconds where there are any."""
    seconds = func("date_diff", text("second"), utc.copy(), clock.copy())
    size = func("abs", seconds)
    colon = "" if len(letters) in (2, 4) or letters[0] == "Z" else ":"

    def two(value: Sql) -> Sql:
        return func("lpad", cast(value, "VARCHAR"), number(2), text("0"))

    hours, minutes = op("//", size, number(3600)), op("//", func("mod", size.copy(), number(3600)), number(60))
    rest = func("mod", size.copy(), number(60))
    tail = case((op(">", rest, number(0)), func("concat", text(colon), two(rest.copy()))), default=text(""))
    sign = case((op("<", seconds.copy(), number(0)), text("-")), default=text("+"))
    spelled = func("concat", sign, two(hours), text(colon), two(minutes), tail)
    if letters[0] != "X":
        return spelled
    return case((op("=", seconds.copy(), number(0)), text("Z")), default=spelled)


_FIELDS: Final[Mapping[str, Callable[[int], _Field]]] = {
    "y": _year,
    "u": _year,
    "M": _month,
    "L": _month,
    "d": _digits("d", "%d", "%-d"),
    "D": _digits("doy", "%j", "%-j", 3),
    "E": _weekday,
    "H": _digits("h", "%H", "%-H"),
    "h": _digits("h12", "%I", "%-I"),
    "a": lambda _: _Field("(?i:AM|PM)", "ampm", "%p"),
    "m": _digits("mi", "%M", "%-M"),
    "s": _digits("s", "%S", "%-S"),
    "S": _fraction,
    "z": lambda _: _Field(_ZONE, "z", "zone"),
    "V": lambda _: _Field(_ZONE, "z", "zone"),
    "X": lambda count: _Field(_ZONE, "z", "offset:" + "X" * count),
    "x": lambda count: _Field(_ZONE, "z", "offset:" + "x" * count),
    "Z": lambda count: _Field(_ZONE, "z", "offset:" + "Z" * count),
}
