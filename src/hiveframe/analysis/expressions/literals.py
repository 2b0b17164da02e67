"""Constants that are read under the session's settings: typed literals and parameters."""

from __future__ import annotations

import binascii
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_row
from hiveframe.analysis.expressions.intervals import interval_of_text
from hiveframe.analysis.frame import context_of, failure
from hiveframe.errors import ParseException
from hiveframe.functions.datetime_text import has_zone, parse_date, parse_timestamp, parse_timestamp_ntz
from hiveframe.functions.time_text import parse_time
from hiveframe.functions.time_zones import zone
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def bind_literal(binder: Binder, node: spec.Literal) -> lg.Expr:
    """A constant."""
    collation = binder.context.collation
    if collation != t.STRING.collation and node.dtype == t.STRING:
        return lg.Literal(node.value, t.StringType(collation))
    return lg.Literal(node.value, node.dtype)


def bind_typed_literal(binder: Binder, node: spec.TypedLiteral) -> lg.Expr:
    """`DATE '…'` and the like."""
    if node.type_name == "INTERVAL":
        return interval_of_text(binder, node)
    reader = _READERS.get(node.type_name)
    found = reader(binder, node.text) if reader is not None else None
    if found is None:
        raise invalid_literal(node)
    return found


def invalid_literal(node: spec.TypedLiteral) -> ParseException:
    """INVALID_TYPED_LITERAL."""
    value = "'" + node.text.replace("'", "\\'") + "'"
    params = {"valueType": f'"{node.type_name}"', "value": value}
    return ParseException("INVALID_TYPED_LITERAL", params, context=context_of(node.origin))


def _date(binder: Binder, text: str) -> lg.Literal | None:
    special = _special_moment(binder, text)
    if special is not None:
        place = zone(binder.context.env.settings.time_zone)
        moment = _EPOCH + dt.timedelta(microseconds=special)
        days = (moment.astimezone(place).date() - _EPOCH.date()).days if text.strip().lower() != "epoch" else 0
        return lg.Literal(days, t.DATE)
    found = parse_date(text)
    return None if found is None else lg.Literal(found, t.DATE)


_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY_OFFSETS: Final = {"today": 0, "yesterday": -1, "tomorrow": 1}


def _special_moment(binder: Binder, text: str) -> int | None:
    """Microseconds of `epoch`, `now`, `today`, `yesterday` and `tomorrow`; None for other text."""
    word = text.strip().lower()
    if word == "epoch":
        return 0
    if word != "now" and word not in _DAY_OFFSETS:
        return None
    now = int(binder.context.env.evaluate(call_row(binder, spec.Literal(None, t.NULL), "current_timestamp", ())))
    if word == "now":
        return now
    local = (_EPOCH + dt.timedelta(microseconds=now)).astimezone(zone(binder.context.env.settings.time_zone))
    day = dt.datetime.combine(local.date() + dt.timedelta(days=_DAY_OFFSETS[word]), dt.time(), local.tzinfo)
    return (day - _EPOCH) // dt.timedelta(microseconds=1)


def _timestamp(binder: Binder, text: str) -> lg.Literal | None:
    """TIMESTAMP means the session's timestamp type; a written zone makes it TIMESTAMP_LTZ."""
    settings = binder.context.env.settings
    if settings.get("spark.sql.timestampType") == "TIMESTAMP_NTZ" and not has_zone(text):
        return _timestamp_ntz(binder, text)
    return _timestamp_ltz(binder, text)


def _timestamp_ltz(binder: Binder, text: str) -> lg.Literal | None:
    special = _special_moment(binder, text)
    if special is not None:
        return lg.Literal(special, t.TIMESTAMP)
    found = parse_timestamp(text, binder.context.env.settings.time_zone)
    return None if found is None else lg.Literal(found, t.TIMESTAMP)


def _timestamp_ntz(binder: Binder, text: str) -> lg.Literal | None:
    found = parse_timestamp_ntz(text)
    return None if found is None else lg.Literal(found, t.TIMESTAMP_NTZ)


def _time(binder: Binder, text: str) -> lg.Literal | None:
    found = parse_time(text)
    return None if found is None else lg.Literal(found, t.TIME)


def _binary(binder: Binder, text: str) -> lg.Literal | None:
    padded = "0" + text if len(text) % 2 else text
    try:
        return lg.Literal(binascii.unhexlify(padded), t.BINARY)
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


def bind_parameter(binder: Binder, node: spec.Parameter) -> lg.Expr:
    """A parameter that was given no value (values are put in before analysis)."""
    place = node.origin.start if node.origin is not None else node.position
    raise failure("UNBOUND_SQL_PARAMETER", node, name=node.name if node.name is not None else f"_{place}")


def bind_joined_text(binder: Binder, node: spec.JoinedText) -> lg.Expr:
    """Texts side by side as one; a value of another type is as wrong as it would be in the parameter's place."""
    values = binder.bind_all(node.parts)
    for value, part in zip(values, node.parts, strict=True):
        if not (isinstance(value, lg.Literal) and isinstance(value.dtype, t.StringType)):
            shown = f"'{binder.text(part)}'"
            raise ParseException("PARSE_SYNTAX_ERROR", {"error": shown, "hint": f": extra input {shown}"})
    return lg.Literal("".join(v.value for v in values if isinstance(v, lg.Literal)), t.STRING)
