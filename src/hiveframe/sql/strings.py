"""String literals: their escapes, and text to a literal and back.

Source: Spark SQL reference, "Literals"; `SparkParserUtils.unescapeSQLString`.
"""

from __future__ import annotations

import re
from typing import Final


def unquote_string(token: str, *, keep_escapes: bool = False) -> str:
    """The value of a string token: quoted with `'` or `"`, or raw (`r'…'`).

    A doubled quote stands for one; `keep_escapes` (spark.sql.parser.escapedStringLiterals) leaves backslashes alone.
    """
    quote = token[0]
    if quote in "rR":
        return token[2:-1]
    body = token[1:-1]
    if keep_escapes or "\\" not in body:
        return body.replace(quote * 2, quote)
    value = (_ESCAPE if quote == "'" else _ESCAPE_IN_DOUBLE).sub(_unescape, body)
    if any("\ud800" <= c <= "\udfff" for c in value):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def quote_string(value: str) -> str:
    """`value` as a literal in single quotes that reads back as the same text."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _unescape(match: re.Match[str]) -> str:
    found = match[0]
    kind = found[1]
    if found[0] != "\\":
        return kind
    if kind == "u" and len(found) == 6:
        return chr(int(found[2:], 16))
    if kind == "U" and len(found) == 10:
        return chr(int(found[2:], 16))
    if len(found) == 4:
        return chr(int(found[1:], 8))
    return _ESCAPES.get(kind, kind)


_BACKSLASH: Final = r"\\(?:u[0-9a-fA-F]{4}|U(?:0010[0-9a-fA-F]{4}|000[0-9a-fA-F]{5})|[01][0-7]{2}|.)"
_ESCAPE: Final = re.compile(_BACKSLASH + "|''", re.DOTALL)
_ESCAPE_IN_DOUBLE: Final = re.compile(_BACKSLASH + '|""', re.DOTALL)

# `\%` and `\_` keep their backslash: LIKE reads it.
_ESCAPES: Final = {
    "0": "\0",
    "b": "\b",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "Z": "\x1a",
    "%": "\\%",
    "_": "\\_",
}
