"""Text to typed values the way Spark's CSV reader and its casts do it; text that does not fit gives NULL.

Each parser takes a VARCHAR expression and returns one of the type's physical type. DuckDB's own casts are wider than
Java's (`1.5` is an INTEGER to them, `2020/01/02` a DATE), so that a pattern stands before each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.sql import Sql, case, cast, func, null, op, physical_type, text, try_cast
from hiveframe.lake.java_patterns import JavaPattern
from hiveframe.lake.text_parts import Parts, or_default, with_parts
from hiveframe.lake.zones import duck_zone
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

INTEGER: Final = "[+-]?[0-9]+"
DECIMAL: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
DOUBLE: Final = r"[\x00-\x20]*[+-]?(NaN|Infinity|([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[fFdD]?)[\x00-\x20]*"
STRICT_DATE: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_STRICT_MOMENT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
_ZONED: Final = "(Z|[+-][0-9]{2}:[0-9]{2})"
_SPACE: Final = r"[\x00-\x20]*"
_DAY: Final = "([+-]?[0-9]{4,6})(?:-([0-9]{1,2})(?:-([0-9]{1,2})"
_LOOSE_DATE: Final = f"^{_SPACE}{_DAY}(?:[ T].*)?)?)?{_SPACE}$"
_CLOCK: Final = r"([01]?[0-9]|2[0-3])(?::([0-9]{1,2})(?::([0-9]{1,2})(?:(\.[0-9]{0,6})[0-9]{0,3})?)?)?"
_LOOSE_MOMENT: Final = f"^{_SPACE}{_DAY}(?:[ T]{_CLOCK}(.*?))?)?)?{_SPACE}$"
_TIME_ONLY: Final = f"{_SPACE}T?[0-9]{{1,2}}:[0-9]{{1,2}}.*"
# A zone's spellings, brought step by step to what DuckDB reads: `+h` → `+0h`, `+hh` → `+hh:00`, `UTC+hh:mm` → `+hh:mm`.
_ZONE_STEPS: Final = (
    (r"^ ?(?:UTC|GMT|UT)?([+-])([0-9](?::[0-9]{2})?)$", r"\10\2"),
    (r"^ ?(?:UTC|GMT|UT)?([+-][0-9]{2})$", r"\1:00"),
    (r"^ ?(?:UTC|GMT|UT)?([+-][0-9]{2}:?[0-9]{2})$", r"\1"),
    (r"^ Z$", "Z"),
    (r"^([A-Za-z]{2})", r" \1"),
)


@dataclass(frozen=True, slots=True)
class TextRules:
    """How a reader's options change what text means. `time_zone` None is the session's (DuckDB's TimeZone)."""

    time_zone: str | None = None
    date_format: JavaPattern | None = None
    timestamp_format: JavaPattern | None = None
    timestamp_ntz_format: JavaPattern | None = None
    nan: str = "NaN"
    positive_infinity: str = "Inf"
    negative_infinity: str = "-Inf"
    falls_back: bool = False  # where a pattern does not fit, the rules of casts may


def parse_text(value: Sql, dtype: DataType, rules: TextRules) -> Sql:
    """`value` (VARCHAR) as `dtype`, NULL where it is not one."""
    if isinstance(dtype, t.IntegralType):
        return case((full_match(value, INTEGER), try_cast(value, physical_type(dtype))))
    match dtype:
        case t.FloatType() | t.DoubleType():
            return parse_double(value, dtype, rules)
        case t.DecimalType():
            return case((full_match(value, DECIMAL), try_cast(value, physical_type(dtype))))
        case t.BooleanType():
            lowered = func("lower", value)
            return case((op("=", lowered, text("true")), exp.true()), (op("=", lowered, text("false")), exp.false()))
        case t.DateType():
            return parse_date(value, rules)
        case t.TimestampType():
            return parse_timestamp(value, rules)
        case t.TimestampNTZType():
            return parse_timestamp_ntz(value, rules)
        case t.BinaryType():
            return func("encode", value)
        case t.NullType():
            return cast(null(), "INTEGER")
    return value


def full_match(value: Sql, pattern: str) -> Sql:
    """Whether the whole of `value` matches the RE2 `pattern`."""
    return func("regexp_full_match", value.copy(), text(pattern))


def parse_double(value: Sql, dtype: DataType, rules: TextRules) -> Sql:
    """A FLOAT or DOUBLE with Java's suffixes and the options' names for what is not a number."""
    to = physical_type(dtype)
    named = [
        (op("=", value.copy(), text(word)), cast(text(meaning), to.copy()))
        for word, meaning in (
            (rules.nan, "NaN"),
            (rules.positive_infinity, "Infinity"),
            (rules.negative_infinity, "-Infinity"),
        )
    ]
    plain = try_cast(func("rtrim", func("trim", value.copy()), text("fFdD")), to)
    return case((full_match(value, DOUBLE), plain), *named)


def _without_patterns(rules: TextRules) -> TextRules:
    return replace(rules, date_format=None, timestamp_format=None)


def parse_date(value: Sql, rules: TextRules) -> Sql:
    """A DATE by the option's pattern, else by the rules of Spark's cast (`2020`, `2020-1-2`, `2020-01-02T…`)."""
    if rules.date_format is not None:
        found = rules.date_format.parse_date(value)
        return (
            func("coalesce", found, parse_date(value.copy(), _without_patterns(rules))) if rules.falls_back else found
        )
    strict = (full_match(value, STRICT_DATE), try_cast(value.copy(), "DATE"))
    return case(strict, default=with_parts(value, _LOOSE_DATE, ("y", "m", "d"), lambda p: try_cast(_day(p), "DATE")))


def parse_timestamp(value: Sql, rules: TextRules) -> Sql:
    """A moment by the option's pattern, else by the rules of Spark's cast; a time alone is today's."""
    if rules.timestamp_format is not None:
        found = rules.timestamp_format.parse_timestamp(value, rules.time_zone)
        if not rules.falls_back:
            return found
        return func("coalesce", found, parse_timestamp(value.copy(), _without_patterns(rules)))
    zoned = "TIMESTAMP WITH TIME ZONE"
    today = func("concat", func("strftime", func("today"), text("%Y-%m-%d ")), func("ltrim", value.copy(), text("T ")))
    dated = case((full_match(value, _TIME_ONLY), today), default=value.copy())
    if rules.time_zone is None:
        strict = (full_match(value, f"{_STRICT_MOMENT}{_ZONED}?"), try_cast(value.copy(), zoned))
        loose = _with_moment(dated, lambda p: try_cast(func("concat", _clock(p), _zone(p)), zoned))
        return case(strict, default=loose)
    zone = text(duck_zone(rules.time_zone))
    return _with_moment(
        dated,
        lambda p: case(
            (op("=", p("z"), text("")), func("timezone", zone, try_cast(_clock(p), "TIMESTAMP"))),
            default=try_cast(func("concat", _clock(p), _zone(p)), zoned),
        ),
    )


def parse_timestamp_ntz(value: Sql, rules: TextRules) -> Sql:
    """A clock reading; text with a zone is refused, as Spark's CSV reader does."""
    if rules.timestamp_ntz_format is not None:
        return rules.timestamp_ntz_format.parse_timestamp_ntz(value)
    strict = (full_match(value, _STRICT_MOMENT), try_cast(value.copy(), "TIMESTAMP"))
    loose = _with_moment(value, lambda p: case((op("=", p("z"), text("")), try_cast(_clock(p), "TIMESTAMP"))))
    return case(strict, default=loose)


def _with_moment(value: Sql, made: Callable[[Parts], Sql]) -> Sql:
    return with_parts(value, _LOOSE_MOMENT, ("y", "m", "d", "h", "mi", "s", "f", "z"), made)


def _day(part: Parts) -> Sql:
    """`y-m-d`, months and days that are left out being 1; not a date when there was no year."""
    year = func("ltrim", part("y"), text("+"))
    return func("concat", year, text("-"), or_default(part("m"), "1"), text("-"), or_default(part("d"), "1"))


def _clock(part: Parts) -> Sql:
    """`y-m-d h:m:s.f`."""
    hour, minute, second = (or_default(part(n), "0") for n in ("h", "mi", "s"))
    return func("concat", _day(part), text(" "), hour, text(":"), minute, text(":"), second, part("f"))


def _zone(part: Parts) -> Sql:
    """A zone as DuckDB reads it: `+hh:mm`, or a name after a space."""
    zone = part("z")
    for pattern, replacement in _ZONE_STEPS:
        zone = func("regexp_replace", zone, text(pattern), text(replacement))
    return zone
