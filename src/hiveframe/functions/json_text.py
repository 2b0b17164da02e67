"""JSON texts as Jackson reads and writes them."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from hiveframe.functions.deep_values import has_room, is_too_deep
from hiveframe.functions.json_lenient import Leniency, strict_json
from hiveframe.functions.variant_builder import Pairs as Members
from hiveframe.functions.variant_builder import json_number
from hiveframe.functions.variant_text import java_floating, quoted

__all__ = ["BLANK", "Members", "NotJson", "parse", "rendered", "restyled", "text_of"]

BLANK: Final = " \t\n\r"


class NotJson(ValueError):
    """The text does not begin with a JSON value."""


_FAST: Final = json.JSONDecoder(object_pairs_hook=Members, parse_float=json_number)


def parse(document: str, leniency: Leniency) -> Any:
    """The value that a text begins with: Members, lists, str, int, Decimal, float (NaN and infinities), bool, None.

    Whatever follows it is not looked at. Python's own parser takes nearly every text; the few that it refuses are
    looked at by the rules of `leniency`.
    """
    start = len(document) - len(document.lstrip(BLANK))
    try:
        value, end = _FAST.raw_decode(document, start)
    except ValueError:
        return _odd(document, leniency)
    except RecursionError as error:
        if is_too_deep(document):
            raise NotJson(document) from error
        raise
    if has_room() and is_too_deep(document):
        raise NotJson(document)
    if end < len(document) and document[end - 1] not in '"]}' and document[end] not in BLANK:
        return _odd(document, leniency)  # a number or word that goes on
    if not leniency.non_numbers and ("NaN" in document or "Infinity" in document):
        return _odd(document, leniency)
    return value


def _odd(document: str, leniency: Leniency) -> Any:
    strict = strict_json(document, leniency)
    if strict is None:
        raise NotJson(document)
    try:
        return _FAST.decode(strict)
    except ValueError as error:
        raise NotJson(document) from error


def rendered(value: Any) -> str:
    """A parsed value as compact JSON: numbers with a fraction or exponent as doubles, as Jackson copies them."""
    if isinstance(value, str):
        return str(value) if isinstance(value, _Written) else quoted(value)
    if isinstance(value, Members):
        return "{" + ",".join([f"{quoted(name)}:{rendered(held)}" for name, held in value]) + "}"
    if isinstance(value, list):
        return "[" + ",".join([rendered(x) for x in value]) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    number = float(value)
    shown = java_floating(number, repr(number))
    return shown if number - number == 0 else f'"{shown}"'


def text_of(value: Any) -> str:
    """A parsed value as text: a string bare, anything else as JSON."""
    return value if isinstance(value, str) else rendered(value)


class _Written(str):
    """A number as it was written."""

    __slots__ = ()


_AS_WRITTEN: Final = json.JSONDecoder(object_pairs_hook=Members, parse_float=_Written, parse_int=_Written)


def restyled(text: str, *, pretty: bool, escapes: bool, sorts: bool) -> str:
    """JSON text on many lines, as Jackson's default printer lays it out, without characters beyond ASCII, by keys."""
    made = text
    if pretty or sorts:
        value = _AS_WRITTEN.decode(text)
        value = _sorted(value) if sorts else value
        made = _printed(value, "") if pretty else rendered(value)
    return _NON_ASCII.sub(_code_points, made) if escapes else made


_NON_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def _code_points(found: re.Match[str]) -> str:
    units = found.group(0).encode("utf-16-be").hex().upper()
    return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))


def _sorted(value: Any) -> Any:
    if isinstance(value, Members):
        return Members(sorted(((name, _sorted(held)) for name, held in value), key=lambda member: member[0]))
    return [_sorted(x) for x in value] if isinstance(value, list) else value


def _printed(value: Any, indent: str) -> str:
    if isinstance(value, _Written):
        return str(value)
    if isinstance(value, Members):
        inner = indent + "  "
        members = [f"{inner}{quoted(name)} : {_printed(held, inner)}" for name, held in value]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}" if members else "{ }"
    if isinstance(value, list):
        return "[ " + ", ".join([_printed(x, indent) for x in value]) + " ]" if value else "[ ]"
    return rendered(value)
