"""A line of CSV as its list of tokens, in DuckDB's own expressions.

Spark splits with the univocity parser: a quote opens a field only as its first character; it closes at a quote that
the separator (or the end) follows; anything else after a quote makes the whole field literal up to the next separator
(`STOP_AT_DELIMITER`); a field that never closes runs to the end of the record.
"""

from __future__ import annotations

import re
from typing import Final

from hiveframe.functions.sql import Sql, case, func, lambda_, null, number, op, param, text
from hiveframe.lake.csv.options import CsvOptions

BLANKS: Final = "".join(chr(c) for c in range(33))
"""What univocity trims: every character up to the space."""

_BLANK: Final = r"[\x00-\x09\x0b\x0c\x0e-\x20]"
_LINE_END: Final = "\\r\\n"
_TOKEN: Final = "token"
# Stands for a quoted empty field until `token_value` puts the option's value in its place.
_QUOTED_EMPTY: Final = "\U0010fffe"


def blanks() -> Sql:
    """`BLANKS` for DuckDB, whose text literals cannot hold the first of them."""
    return op("||", func("chr", number(0)), text(BLANKS[1:]))


def token_list(line: Sql, options: CsvOptions) -> Sql:
    """The fields of `line` as a list of VARCHAR, in the form that `token_value` reads."""
    plain = func("string_split", line.copy(), text(options.separator))
    if options.trims_leading or options.trims_trailing:
        plain = func("list_transform", plain, lambda_([_TOKEN], _trim(param(_TOKEN), options)))
    if not options.quote:
        return plain
    unquoted = _unquote(param(_TOKEN), options)
    quoted = func("list_transform", _raw_tokens(line, options), lambda_([_TOKEN], unquoted))
    return case((func("contains", line.copy(), text(options.quote)), quoted), default=plain)


def token_value(token: Sql, options: CsvOptions) -> Sql:
    """A field's text: NULL when nothing stood there or the text is the option's null value."""
    if not options.null_value and not options.empty_value:
        return func("nullif", case((op("=", token, text(_QUOTED_EMPTY)), text("")), default=token.copy()), text(""))
    empty = null() if options.empty_value == options.null_value else text(options.empty_value)
    return case(
        (op("=", token, text("")), null()),
        (op("=", token.copy(), text(options.null_value)), null()),
        (op("=", token.copy(), text(_QUOTED_EMPTY)), empty),
        default=token.copy(),
    )


def record_pattern(options: CsvOptions) -> str:
    """A regular expression whose group 1 is one record of a file in which quoted fields may span lines."""
    separator, bare = re.escape(options.separator), _bare(options, _LINE_END)
    ends = r"(?:\r\n|\n|\r|\z)"
    if not options.quote:
        return f"((?:{bare}{separator})*{bare}){ends}"
    closed = f"{_closed(options)}{_BLANK}*?|{_closed(options)}{_junk(options, _LINE_END)}{_rest(options, _LINE_END)}"
    # The last field may also be open to the very end of the file.
    return f"((?:(?:{closed}|{bare}){separator})*(?:{closed}|{_opened(options)}|{bare})){ends}"


def _trim(token: Sql, options: CsvOptions) -> Sql:
    if options.trims_leading and options.trims_trailing:
        return func("trim", token, blanks())
    return func("ltrim" if options.trims_leading else "rtrim", token, blanks())


def _raw_tokens(line: Sql, options: CsvOptions) -> Sql:
    """The fields as written, each with what stands behind it: a separator, one of which is put at the end."""
    separator, bare, closed = re.escape(options.separator), _bare(options, ""), _closed(options)
    forms = (
        f"{closed}{_BLANK}*?{separator}",
        f"{closed}{_junk(options, '')}{_rest(options, '')}{separator}",
        f"{_opened(options)}\\z",
        f"{bare}{separator}",
    )
    ended = op("||", line.copy(), text(options.separator))
    return func("regexp_extract_all", ended, text("|".join(forms)))


def _lead(options: CsvOptions) -> str:
    return f"{_BLANK}*" if options.trims_leading else ""


def _closed(options: CsvOptions) -> str:
    """A quoted stretch with its closing quote (of a run of quotes, the last one closes)."""
    quote, escape = re.escape(options.quote), re.escape(options.escape)
    return f"{_opened(options)}{quote}" if not escape or escape == quote else f"{_opened(options)}{quote}+"


def _opened(options: CsvOptions) -> str:
    """A quote and everything that does not close it."""
    quote, escape = re.escape(options.quote), re.escape(options.escape)
    if not escape or escape == quote:
        return f"{_lead(options)}{quote}(?:[^{quote}]|{quote}{quote})*"
    return f"{_lead(options)}{quote}(?:[^{quote}{escape}]|{escape}(?s:.))*"


def _bare(options: CsvOptions, excluded: str) -> str:
    """A field that does not open with a quote: text up to the separator."""
    quote = re.escape(options.quote)
    if len(options.separator) == 1:
        first = f"[^{quote}{re.escape(options.separator)}{excluded}]"
    else:
        first = f"[^{quote}{excluded}]" if quote or excluded else "(?s:.)"
    return f"{_lead(options)}(?:{first}{_rest(options, excluded)})?"


def _rest(options: CsvOptions, excluded: str) -> str:
    """More text up to the separator."""
    if len(options.separator) == 1:
        return f"[^{re.escape(options.separator)}{excluded}]*"
    return f"[^{excluded}]*?" if excluded else "(?s:.)*?"


def _junk(options: CsvOptions, excluded: str) -> str:
    """The character after a closing quote that makes the field literal."""
    return f"[^{re.escape(options.quote + options.separator[0])}{excluded}]"


def _unquote(token: Sql, options: CsvOptions) -> Sql:
    """A raw field without its separator, quotes and escapes."""
    width = number(len(options.separator))
    field = func("left", token, op("-", func("length", token.copy()), width))
    trimmed = func("ltrim", field.copy(), blanks()) if options.trims_leading else field
    inner_closed = _content(func("rtrim", trimmed.copy(), blanks()), 2)
    closed = func("regexp_full_match", field.copy(), text(f"{_closed(options)}{_BLANK}*"))
    opened = func("regexp_full_match", field.copy(), text(_opened(options)))
    content = _unescape(inner_closed, options)
    starts = func("starts_with", trimmed.copy(), text(options.quote))
    bare = _trim(field.copy(), options) if options.trims_leading or options.trims_trailing else field.copy()
    if options.escape == options.quote:
        tail = func("substr", trimmed.copy(), number(2))
        bare = case((starts.copy(), func("concat", text(options.quote), _unescape(tail, options))), default=bare)
    return case(
        (op("and", starts, closed), case((op("=", content, text("")), text(_QUOTED_EMPTY)), default=content.copy())),
        (
            op("and", starts.copy(), opened),
            _unescape(_content(trimmed.copy(), 1), options),
        ),
        default=bare,
    )


def _content(quoted: Sql, quotes: int) -> Sql:
    """The text between the quotes."""
    return func("substr", quoted, number(2), op("-", func("length", quoted.copy()), number(quotes)))


def _unescape(content: Sql, options: CsvOptions) -> Sql:
    if options.multi_line and options.line_separator is None:
        content = func("regexp_replace", content, text("\r\n?"), text("\n"), text("g"))
    if not options.escape:
        return content
    if options.escape == options.quote:
        return func("replace", content, text(options.quote * 2), text(options.quote))
    pair = f"{re.escape(options.escape)}([{re.escape(options.quote)}{re.escape(options.escape)}])"
    return func("regexp_replace", content, text(pair), text("\\1"), text("g"))
