"""The errors of reading text: Spark's condition, where it is, and what was expected."""

from __future__ import annotations

from hiveframe.errors import ParseException, QueryContext


def line_and_column(text: str, position: int) -> tuple[int, int]:
    """The line (from 1) and the column (from 0) of a position in `text`."""
    return text.count("\n", 0, position) + 1, position - (text.rfind("\n", 0, position) + 1)


def syntax_error(text: str, start: int, stop: int, *, hint: str = "", expected: str | None = None) -> ParseException:
    """PARSE_SYNTAX_ERROR at the token that spans `start` to `stop` (exclusive); an empty span is the end of input."""
    near = f"'{text[start:stop]}'" if stop > start else "end of input"
    line, column = line_and_column(text, start)
    return ParseException(
        "PARSE_SYNTAX_ERROR",
        {"error": near, "hint": hint},
        context=QueryContext(text[start:stop], start, stop - 1, line, column, text),
        detail=f"Expected {expected} at line {line}, column {column + 1}.\n" if expected else "",
    )


def parse_error(condition: str, text: str, start: int, stop: int, /, **params: str) -> ParseException:
    """An error about the part of `text` from `start` to `stop` (exclusive)."""
    line, column = line_and_column(text, start)
    context = QueryContext(text[start:stop], start, stop - 1, line, column, text)
    return ParseException(condition, params, context=context)
