"""Intervals as Spark prints them: `INTERVAL '1-2' YEAR TO MONTH`, `1 years 2 months`."""

from __future__ import annotations

from typing import Final

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.interval_parse import DAY_US, HOUR_US, MINUTE_US, SECOND_US, unit_text
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, text
from hiveframe.plan import types as t

_DT_NAMES: Final = ("DAY", "HOUR", "MINUTE", "SECOND")
_SIZES: Final = (DAY_US, HOUR_US, MINUTE_US, SECOND_US)


def year_month_sql(months: Sql, dtype: t.YearMonthIntervalType, ctx: EmitContext) -> Sql:
    """The text of a year-month interval, as a DuckDB expression over its months."""

    def build(v: Sql) -> Sql:
        size = func("abs", cast(v, "BIGINT"))
        if dtype.end == t.YEAR:
            pieces = [op("//", size, number(12)), text("' YEAR")]
        elif dtype.start == t.MONTH:
            pieces = [size, text("' MONTH")]
        else:
            pieces = [op("//", size, number(12)), text("-"), op("%", size, number(12)), text("' YEAR TO MONTH")]
        return case((is_not_null(v), func("concat", text("INTERVAL '"), _sign(v), *pieces)))

    return let(months, ctx, build)


def day_time_sql(micros: Sql, dtype: t.DayTimeIntervalType, ctx: EmitContext) -> Sql:
    """The text of a day-time interval, as a DuckDB expression over its microseconds."""

    def build(v: Sql) -> Sql:
        size = func("abs", cast(v, "HUGEINT"))
        pieces: list[Sql] = []
        for unit in range(dtype.start, dtype.end + 1):
            rest = size if unit == dtype.start else op("%", size, number(_SIZES[unit - 1]))
            count = cast(op("//", rest, number(_SIZES[unit])), "BIGINT")
            pieces.append(count if unit == t.DAY else func("printf", text("%02d"), count))
            if unit < dtype.end:
                pieces.append(text(" " if unit == t.DAY else ":"))
        if dtype.end == t.SECOND:
            fraction = cast(op("%", size, number(SECOND_US)), "BIGINT")
            shown = func("rtrim", func("printf", text(".%06d"), fraction), text("0"))
            pieces.append(case((op(">", fraction, number(0)), shown), default=text("")))
        units = unit_text(_DT_NAMES, dtype.start, dtype.end)
        return case((is_not_null(v), func("concat", text("INTERVAL '"), _sign(v), *pieces, text(f"' {units}"))))

    return let(micros, ctx, build)


def _sign(value: Sql) -> Sql:
    return case((op("<", value, number(0)), text("-")), default=text(""))


def calendar_text(months: int, days: int, micros: int) -> str:
    """`1 years 2 months 3 days 4 hours 5 minutes 6.5 seconds`; parts that are zero are left out."""
    parts: list[str] = []

    def add(count: int, unit: str) -> None:
        if count:
            parts.append(f"{count} {unit}")

    def split(total: int, size: int) -> tuple[int, int]:
        whole = abs(total) // size * (-1 if total < 0 else 1)  # toward zero
        return whole, total - whole * size

    years, rest_months = split(months, 12)
    add(years, "years")
    add(rest_months, "months")
    add(days, "days")
    hours, rest = split(micros, HOUR_US)
    minutes, rest = split(rest, MINUTE_US)
    add(hours, "hours")
    add(minutes, "minutes")
    if rest:
        whole, fraction = divmod(abs(rest), SECOND_US)
        shown = f"{whole}.{fraction:06d}".rstrip("0").rstrip(".")
        parts.append(f"{'-' if rest < 0 else ''}{shown} seconds")
    return " ".join(parts) or "0 seconds"
