"""Constants that are read under the session's settings: typed literals, intervals, parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from hiveframe.analysis.datetime_text import parse_date, parse_time, parse_timestamp, parse_timestamp_ntz
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_row
from hiveframe.analysis.frame import context_of, failure
from hiveframe.analysis.interval_text import from_pairs, parse_from_to, parse_pairs, unit_name
from hiveframe.errors import ParseException
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def bind_literal(binder: Binder, node: spec.Literal) -> lg.Expr:
    """A constant."""
    return lg.Literal(node.value, node.dtype)


def bind_typed_literal(binder: Binder, node: spec.TypedLiteral) -> lg.Expr:
    """`DATE '…'` and the like."""
    if node.type_name == "INTERVAL":
        return _interval_text(binder, node)
    reader = _READERS.get(node.type_name)
    found = reader(binder, node.text) if reader is not None else None
    if found is None:
        raise _invalid(node)
    return found


def _invalid(node: spec.TypedLiteral) -> ParseException:
    value = "'" + node.text.replace("'", "\\'") + "'"
    params = {"valueType": f'"{node.type_name}"', "value": value}
    return ParseException("INVALID_TYPED_LITERAL", params, context=context_of(node.origin))


_SPECIAL: Final = {"epoch": None, "today": 0, "yesterday": -1, "tomorrow": 1}


def _date(binder: Binder, text: str) -> lg.Literal | None:
    special = _special_day(binder, text)
    days = special if special is not None else parse_date(text)
    return None if days is None else lg.Literal(days, t.DATE)


def _special_day(binder: Binder, text: str) -> int | None:
    word = text.strip().lower()
    if word == "epoch":
        return 0
    offset = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}.get(word)
    if offset is None:
        return None
    today = binder.context.env.evaluate(call_row(binder, spec.Literal(None, t.NULL), "current_date", ()))
    return int(today) + offset


def _timestamp(binder: Binder, text: str) -> lg.Literal | None:
    """TIMESTAMP means the session's timestamp type; a written zone makes it TIMESTAMP_LTZ."""
    settings = binder.context.env.settings
    if settings.get("spark.sql.timestampType") == "TIMESTAMP_NTZ":
        found = parse_timestamp(text, settings.time_zone)
        if found is not None and not found[1]:
            return _timestamp_ntz(binder, text)
    return _timestamp_ltz(binder, text)


def _timestamp_ltz(binder: Binder, text: str) -> lg.Literal | None:
    if text.strip().lower() == "epoch":
        return lg.Literal(0, t.TIMESTAMP)
    found = parse_timestamp(text, binder.context.env.settings.time_zone)
    return None if found is None else lg.Literal(found[0], t.TIMESTAMP)


def _timestamp_ntz(binder: Binder, text: str) -> lg.Literal | None:
    found = parse_timestamp_ntz(text)
    return None if found is None else lg.Literal(found, t.TIMESTAMP_NTZ)


def _time(binder: Binder, text: str) -> lg.Literal | None:
    found = parse_time(text)
    return None if found is None else lg.Literal(found, t.TIME)


def _binary(binder: Binder, text: str) -> lg.Literal | None:
    padded = "0" + text if len(text) % 2 else text
    try:
        return lg.Literal(bytes.fromhex(padded), t.BINARY)
    except ValueError:
        return None


_READERS: Final[Mapping[str, Callable[[Binder, str], lg.Literal | None]]] = {
    "DATE": _date,
    "TIMESTAMP": _timestamp,
    "TIMESTAMP_LTZ": _timestamp_ltz,
    "TIMESTAMP_NTZ": _timestamp_ntz,
    "TIME": _time,
    "X": _binary,
}


def _interval_text(binder: Binder, node: spec.TypedLiteral) -> lg.Expr:
    unit = (node.unit or "").upper()
    if not unit:
        pairs = parse_pairs(node.text)
        parsed = from_pairs(pairs) if pairs else None
        if parsed is None:
            raise _invalid(node)
        return lg.Literal(*parsed)
    first, _, last = unit.partition(" TO ")
    if last:
        parsed = parse_from_to(node.text, first, last)
        if parsed is None:
            raise _bad_interval(node, unit)
        return lg.Literal(*parsed)
    try:
        parsed = from_pairs([(Decimal(node.text.strip()), first)])
    except InvalidOperation:
        parsed = None
    if parsed is None:
        raise _bad_interval(node, unit)
    return lg.Literal(*parsed)


def _bad_interval(node: spec.TypedLiteral, unit: str) -> ParseException:
    params = {
        "input": node.text,
        "intervalStr": "year-month" if "MONTH" in unit else "day-time",
        "supportedFormat": unit,
        "typeName": f"interval {unit.lower()}",
        "fallBackNotice": "",
    }
    return ParseException("INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING", params, context=context_of(node.origin))


def bind_interval_parts(binder: Binder, node: spec.IntervalParts) -> lg.Expr:
    """`INTERVAL 1 DAY 2 HOURS`; parts that are not constant are multiplied out."""
    pairs: list[tuple[Decimal, str]] = []
    for value, unit in node.parts:
        number = _number(binder, value)
        if number is None:
            return _computed(binder, node)
        pairs.append((number, unit))
    parsed = from_pairs(pairs)
    if parsed is None:
        raise failure(
            "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER", node, input=str(node.parts), number=str(node.parts)
        )
    return lg.Literal(*parsed)


def _number(binder: Binder, node: spec.Expr) -> Decimal | None:
    bound = binder.bind(node)
    if not isinstance(bound, lg.Literal) or bound.value is None or isinstance(bound.value, bool):
        return None
    try:
        return Decimal(str(bound.value).strip())
    except InvalidOperation:
        return None


def _computed(binder: Binder, node: spec.IntervalParts) -> lg.Expr:
    total: lg.Expr | None = None
    for value, unit in node.parts:
        one = from_pairs([(Decimal(1), unit)])
        if unit_name(unit) is None or one is None:
            raise failure("INVALID_INTERVAL_FORMAT.INVALID_UNIT", node, input=unit, unit=unit)
        part = call_row(binder, node, "*", (binder.bind(value), lg.Literal(*one)))
        total = part if total is None else call_row(binder, node, "+", (total, part))
    assert total is not None
    return total


def bind_parameter(binder: Binder, node: spec.Parameter) -> lg.Expr:
    """A parameter that was given no value (values are put in before analysis)."""
    name = node.name if node.name is not None else f"_{node.position}"
    raise failure("UNBOUND_SQL_PARAMETER", node, name=f"`{name}`")
