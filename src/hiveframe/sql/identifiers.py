"""Names as text: quoted where they must be, and taken apart at their dots."""

from __future__ import annotations

import re
from typing import Final

from hiveframe.errors import ParseException
from hiveframe.sql.lexer import tokenize
from hiveframe.sql.syntax_errors import syntax_error


def quote_identifier(name: str) -> str:
    """`name` in backquotes, a backquote in it doubled."""
    return "`" + name.replace("`", "``") + "`"


def quote_if_needed(name: str) -> str:
    """`name` as it is when it reads back as itself unquoted, else in backquotes (Spark's `quoteIfNeeded`)."""
    return name if _PLAIN.fullmatch(name) and not _NUMBER.fullmatch(name) else quote_identifier(name)


def unquote_identifier(token: str) -> str:
    """The name in a quoted token (backquotes, or double quotes where those quote names)."""
    quote = token[0]
    return token[1:-1].replace(quote * 2, quote)


def parse_multipart_identifier(text: str) -> tuple[str, ...]:
    """The parts of a name such as ``a.`b.c`.d``; raises PARSE_SYNTAX_ERROR where it is not one."""
    if _PLAIN.fullmatch(text) and not text[0].isdigit():
        return (text,)
    tokens = tokenize(text)
    kinds = tokens.kinds
    parts: list[str] = []
    i = 0
    while True:
        kind = kinds[i]
        if kind == "quoted":
            parts.append(unquote_identifier(text[tokens.starts[i] : tokens.stops[i]]))
        elif kind == "ident" or (kind[0].isalpha() and kind.isupper()):
            parts.append(text[tokens.starts[i] : tokens.stops[i]])
        else:
            raise _not_a_name(text, tokens.starts[i], tokens.stops[i], "a name")
        i += 1
        if kinds[i] == "eof":
            return tuple(parts)
        if kinds[i] != ".":
            raise _not_a_name(text, tokens.starts[i], tokens.stops[i], "'.' or the end of the name")
        i += 1


def _not_a_name(text: str, start: int, stop: int, expected: str) -> ParseException:
    return syntax_error(text, start, stop, expected=expected)


_PLAIN: Final = re.compile(r"[A-Za-z0-9_]+")
_NUMBER: Final = re.compile(r"[0-9]+(?:[eE][0-9]+)?(?:[lLsSyYfFdD]|[bB][dD])?")
