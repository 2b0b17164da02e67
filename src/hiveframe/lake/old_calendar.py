"""Dates and timestamps that were written by the calendar of Spark 2: Julian before 1582-10-15.

A file says so in its footer. What it shows stays the same: the day that the Julian calendar calls 1000-06-01 becomes
the day that the proleptic Gregorian one calls so. Source: Spark's `RebaseDateTime` and `DataSourceUtils`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from hiveframe.functions.datetime_text import zone_of
from hiveframe.functions.sql import Sql, case, cast, func, lambda_, number, op, param, text
from hiveframe.plan import types as t

LEGACY_DATES: Final = "org.apache.spark.legacyDateTime"
LEGACY_INT96: Final = "org.apache.spark.legacyINT96"
VERSION: Final = "org.apache.spark.version"
ZONE: Final = "org.apache.spark.timeZone"
KEYS: Final = (LEGACY_DATES, LEGACY_INT96, VERSION, ZONE)  # in a file's key-value metadata
_SWITCH: Final = "1582-10-15"
_FIRST_CHANGE: Final = "1900-01-01 00:00:00"  # in UTC: Java's old zones know no changes before it
_JULIAN_DAY: Final = 2_440_588 + 32_082  # of 1970-01-01, counted from March 1, 4801 BC


def rebased(value: Sql, dtype: t.DataType, zone: str) -> Sql:
    """A date or a moment of the old calendar as the one that is written alike today."""
    name = "old"
    if isinstance(dtype, t.DateType):
        return _let(value, name, case((op("<", param(name), _day()), _of_julian(param(name))), default=param(name)))
    clock = op("+", func("timezone", text("UTC"), param(name)), func("to_microseconds", number(_standard(zone))))
    day = cast(clock, "DATE")
    moved = op("+", cast(_of_julian(day), "TIMESTAMP"), op("-", clock, cast(day, "TIMESTAMP")))
    shown = case((op("<", day, _day()), moved), default=clock)
    early = op("<", param(name), func("timezone", text("UTC"), cast(text(_FIRST_CHANGE), "TIMESTAMP")))
    return _let(value, name, case((early, func("timezone", text(zone), shown)), default=param(name)))


def _standard(zone: str) -> int:
    """Microseconds from UTC that the old calendar gives a zone before 1900: what its standard time has now."""
    at = datetime(2020, 1, 1, tzinfo=zone_of(zone))
    offset = (at.utcoffset() or timedelta()) - (at.dst() or timedelta())
    return offset // timedelta(microseconds=1)


def _day() -> Sql:
    return cast(text(_SWITCH), "DATE")


def _let(value: Sql, name: str, body: Sql) -> Sql:
    made = func("list_transform", func("list_value", value), lambda_([name], body))
    return func("list_extract", made, number(1))


def _of_julian(date: Sql) -> Sql:
    """The day of the Gregorian calendar with the year, month and day that the Julian one gives a day."""
    days = cast(op("-", date, cast(text("1970-01-01"), "DATE")), "BIGINT")
    shifted = op("+", days, number(_JULIAN_DAY))
    years = op("//", op("+", op("*", shifted, number(4)), number(3)), number(1461))
    of_year = op("-", shifted, op("//", op("*", years, number(1461)), number(4)))
    months = op("//", op("+", op("*", of_year, number(5)), number(2)), number(153))
    before = op("//", op("+", op("*", months, number(153)), number(2)), number(5))
    later = op("//", months, number(10))
    year = op("+", op("-", years, number(4800)), later)
    month = op("-", op("+", months, number(3)), op("*", later, number(12)))
    first = func("make_date", year, month, number(1))
    return op("+", first, cast(op("-", of_year, before), "INTEGER"))
