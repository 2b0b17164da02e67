"""Interval literals: `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL 1 DAY 2 HOURS`, `INTERVAL '1 day 2 hours'`."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_row
from hiveframe.analysis.frame import context_of
from hiveframe.analysis.interval_text import Parsed, from_pairs, parse_pairs, range_type, unit_name
from hiveframe.errors import IllegalArgumentException, ParseException, PlainIllegalArgument, QueryContext, SparkError
from hiveframe.functions.interval_parse import parse_day_time, parse_year_month
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_MOST_MONTHS = 2**31
_MOST_US = 2**63
_DAY_US = 86_400_000_000


def interval_of_text(binder: Binder, node: spec.TypedLiteral) -> lg.Expr:
    """`INTERVAL 'text'`, with a range of units or none."""
    from hiveframe.analysis.expressions.literals import invalid_literal

    if node.unit is None:
        pairs = parse_pairs(node.text)
        parsed = from_pairs(pairs, as_calendar=_is_legacy(binder)) if pairs else None
        if parsed is None:
            raise invalid_literal(node)
        return _literal(binder, node, parsed)
    dtype = range_type(node.unit)
    try:
        if isinstance(dtype, t.YearMonthIntervalType):
            months = parse_year_month(node.text, dtype)
            return _in_calendar(months, 0) if _is_legacy(binder) else lg.Literal(months, dtype)
        assert isinstance(dtype, t.DayTimeIntervalType)
        microseconds = parse_day_time(node.text, dtype)
        return _in_calendar(0, microseconds) if _is_legacy(binder) else lg.Literal(microseconds, dtype)
    except SparkError as error:
        if isinstance(error, PlainIllegalArgument):  # a field out of its range, in Scala's words
            params = {"msg": error.params["message"]}
            raise ParseException("_LEGACY_ERROR_TEMP_0063", params, context=context_of(node.origin)) from error
        raise ParseException(error.condition, error.params, context=_after_word(node.origin)) from error


def _after_word(origin: spec.Origin | None) -> QueryContext | None:
    """The literal without its first word."""
    if origin is None or origin.sql_text is None:
        return context_of(origin)
    word = re.compile(r"interval\s*[+-]?\s*", re.IGNORECASE).match(origin.sql_text, origin.start)
    skipped = word.end() - origin.start if word else 0
    return context_of(replace(origin, start=origin.start + skipped, column=origin.column + skipped))


def bind_interval_parts(binder: Binder, node: spec.IntervalParts) -> lg.Expr:
    """`INTERVAL 1 DAY 2 HOURS`; parts that are not constant are multiplied out."""
    pairs: list[tuple[Decimal, str]] = []
    for value, unit in node.parts:
        bound = binder.bind(value)
        if not isinstance(bound, lg.Literal):
            return _computed(binder, node)
        pairs.append((_number(node, bound, unit), unit))
    parsed = from_pairs(pairs, as_calendar=_is_legacy(binder))
    if parsed is None:
        number, unit = next((n, u) for n, u in pairs if n != int(n) and unit_name(u) != "SECOND")
        shown = f" {number} {unit.lower()}"
        raise IllegalArgumentException(
            "INVALID_INTERVAL_FORMAT.INVALID_FRACTION", {"input": shown, "unit": unit.lower().rstrip("s")}
        )
    _check_size(node, parsed[0])
    return _literal(binder, node, parsed)


def _literal(binder: Binder, node: spec.TypedLiteral | spec.IntervalParts, parsed: Parsed) -> lg.Literal:
    """Months beside days are refused where intervals are not calendar intervals."""
    value, dtype = parsed
    if isinstance(dtype, t.CalendarIntervalType) and not _is_legacy(binder):
        origin = node.origin
        text = origin.sql_text if origin is not None else None
        shown = text[origin.start : origin.stop + 1] if origin is not None and text is not None else ""
        raise ParseException("_LEGACY_ERROR_TEMP_0029", {"literal": shown}, context=context_of(origin))
    return lg.Literal(value, dtype)


def _is_legacy(binder: Binder) -> bool:
    """Whether every interval literal is a calendar interval."""
    return binder.context.env.settings.get("spark.sql.legacy.interval.enabled") == "true"


def _in_calendar(months: int, microseconds: int) -> lg.Literal:
    days = abs(microseconds) // _DAY_US * (1 if microseconds >= 0 else -1)
    return lg.Literal((months, days, microseconds - days * _DAY_US), t.CALENDAR_INTERVAL)


def _number(node: spec.IntervalParts, value: lg.Literal, unit: str) -> Decimal:
    text = str(value.value).strip()
    if not text:
        params = {"input": f" {text} {unit.lower()}", "number": unit.lower()}
        raise IllegalArgumentException("INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER", params)
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise ParseException("_LEGACY_ERROR_TEMP_0026", {"value": text}, context=_after_word(node.origin)) from error


def _check_size(node: spec.IntervalParts, value: object) -> None:
    months, microseconds = (value, 0) if isinstance(value, int) else (0, 0)
    if isinstance(value, tuple):
        months, microseconds = value[0], value[2]
    limit = _MOST_US if isinstance(value, int) and not _has_months(node) else _MOST_MONTHS
    if abs(int(months)) >= limit or abs(int(microseconds)) >= _MOST_US:
        shown = "".join(f" {_shown(v)} {u.lower()}" for v, u in node.parts)
        raise IllegalArgumentException("INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION", {"input": shown})


def _has_months(node: spec.IntervalParts) -> bool:
    return any(unit_name(unit) in ("YEAR", "MONTH") for _, unit in node.parts)


def _shown(value: spec.Expr) -> str:
    return str(value.value) if isinstance(value, spec.Literal) else ""


def _computed(binder: Binder, node: spec.IntervalParts) -> lg.Expr:
    total: lg.Expr | None = None
    for value, unit in node.parts:
        one = from_pairs([(Decimal(1), unit)])
        assert one is not None
        part = call_row(binder, node, "*", (binder.bind(value), lg.Literal(*one)))
        total = part if total is None else call_row(binder, node, "+", (total, part))
    assert total is not None
    return total
