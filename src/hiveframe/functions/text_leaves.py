"""Texts as times and intervals in physical form, shared by the readers of JSON and CSV; None for text that is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import SparkError
from hiveframe.functions.calendar_interval import PARTS
from hiveframe.functions.interval_parse import parse_calendar, parse_day_time, parse_year_month
from hiveframe.functions.text_moments import TextMoments
from hiveframe.functions.text_options import refused
from hiveframe.functions.time_text import parse_time
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_WIDE: Final = Context(prec=100)
Leaf = Callable[[str], Any]
# Languages whose numbers have a decimal comma, and the sign between their groups of digits.
_DECIMAL_COMMA: Final = {
    "da": ".",
    "de": ".",
    "el": ".",
    "es": ".",
    "id": ".",
    "it": ".",
    "nl": ".",
    "pt": ".",
    "tr": ".",
    "fr": "\u202f",
    "nb": "\u00a0",
    "pl": "\u00a0",
    "ru": "\u00a0",
    "sv": "\u00a0",
    "uk": "\u00a0",
    "cs": "\u00a0",
    "fi": "\u00a0",
}


def moment_leaf(dtype: DataType, moments: TextMoments) -> Leaf | None:
    """The reader of a date, time or interval type; None for other types."""
    match dtype:
        case t.DateType():
            return moments.date
        case t.TimestampType():
            return moments.timestamp
        case t.TimestampNTZType():
            return moments.timestamp_ntz
        case t.TimeType():
            return _time
        case t.YearMonthIntervalType():
            return lambda text: _tried(parse_year_month, text, dtype)
        case t.DayTimeIntervalType():
            return lambda text: _tried(parse_day_time, text, dtype)
        case t.CalendarIntervalType():
            return _calendar
    return None


def decimal_reader(locale: str) -> Callable[[str], Decimal | None]:
    """Reads decimals as a locale writes them: `1,234.5` in English, `1.234,5` in German."""
    language = re.split("[-_]", locale)[0].lower()
    if language in ("en", "ja", "zh", "ko", "th", "he"):
        group, point = ",", "."
    elif language in _DECIMAL_COMMA:
        group, point = _DECIMAL_COMMA[language], ","
    else:
        raise refused(f"HiveFrame does not know how numbers are written in the locale {locale}")

    def read(text: str) -> Decimal | None:
        if (point == "," and group != "." and "." in text) or group in text.partition(point)[2]:
            return None
        digits = text.replace(group, "").replace(point, ".")
        return Decimal(digits) if _DECIMAL.fullmatch(digits) else None

    return read


def fitted(value: Decimal, dtype: t.DecimalType) -> Decimal | None:
    """The number with the type's scale, half up; None when it is too large."""
    if value and value.adjusted() >= dtype.precision - dtype.scale + 1:
        return None
    made = value.quantize(Decimal(1).scaleb(-dtype.scale), rounding="ROUND_HALF_UP", context=_WIDE)
    return made if not made or made.adjusted() < dtype.precision - dtype.scale else None


def local_decimals(texts: pa.Array, *, locale: str, dtype: t.DecimalType) -> pa.Array:
    """Texts as decimals of a type, written as in a locale; NULL where one is not."""
    read = decimal_reader(locale)
    numbers = [None if text is None else read(text) for text in texts.to_pylist()]
    fits = [None if number is None else fitted(number, dtype) for number in numbers]
    return pa.array(fits, pa.decimal128(dtype.precision, dtype.scale))


def _tried(parse: Callable[[str, Any], int], text: str, dtype: DataType) -> int | None:
    try:
        return parse(text, dtype)
    except SparkError:
        return None


def _time(text: str) -> int | None:
    """Microseconds of the day; Spark keeps digits that the type has no room for."""
    nanos = parse_time(text)
    return None if nanos is None else nanos // 1000


def _calendar(text: str) -> dict[str, int] | None:
    parts = parse_calendar(text)
    return None if parts is None else dict(zip(PARTS, parts, strict=True))
