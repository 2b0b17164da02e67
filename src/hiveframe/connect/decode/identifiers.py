"""Names of tables, views and functions written as text to their parts."""

from __future__ import annotations

import re
from typing import Final

from hiveframe.errors import ParseException, QueryContext
from hiveframe.sql.identifiers import parse_multipart_identifier


def table_parts(text: str) -> tuple[str, ...]:
    """The parts of a table's, view's or function's name, read as in SQL text.

    A part that needs backticks and has none is INVALID_IDENTIFIER; other bad text is PARSE_SYNTAX_ERROR.
    """
    if text.isidentifier() and text.isascii():
        return (text,)
    if not text.strip():
        raise ParseException("PARSE_EMPTY_STATEMENT", {}, context=_context(text, 0))
    if "`" not in text:
        for part in text.split("."):
            if _NEEDS_QUOTES.fullmatch(part):
                raise ParseException("INVALID_IDENTIFIER", {"ident": part}, context=_context(text, 0))
    return parse_multipart_identifier(text)


def _context(text: str, at: int) -> QueryContext:
    return QueryContext(text, at, len(text) - 1, 1, at, text)


_NEEDS_QUOTES: Final = re.compile(r"(?![A-Za-z0-9_]+$)[\w-]+")
