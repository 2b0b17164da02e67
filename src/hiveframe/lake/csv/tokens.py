"""A line of CSV as its list of tokens, in DuckDB's own expressions.

Spark splits with the univocity parser. Where each quoted field of a line is quoted as a whole, its rules are plain: the
quotes go, and an escape before a quote or an escape. Any other line with a quote is left to `splitting`.
"""

from __future__ import annotations

import re
from typing import Final

from hiveframe.functions.sql import Sql, case, func, lambda_, null, number, op, param, text
from hiveframe.lake.csv.options import QUOTED_EMPTY, CsvOptions
from hiveframe.lake.csv.splitting import Split

BLANKS: Final = "".join(chr(c) for c in range(33))
"""What univocity trims: every character up to the space."""

_BLANK: Final = r"[\x00-\x09\x0b\x0c\x0e-\x20]"
_LINE_END: Final = "\\r\\n"
_TOKEN: Final = "token"


def blanks() -> Sql:
    """`BLANKS` for DuckDB, whose text literals cannot hold the first of them."""
    return op("||", func("chr", number(0)), text(BLANKS[1:]))


def token_list(line: Sql, options: CsvOptions, split: Split) -> Sql:
    """The fields of `line` as a list of VARCHAR, in the form that `token_value` reads."""
    if options.needs_univocity:
        return split(line)
    plain = func("string_split", line.copy(), text(options.separator))
    if options.trims_leading or options.trims_trailing:
        plain = func("list_transform", plain, lambda_([_TOKEN], _trim(param(_TOKEN), options)))
    if _may_hold_ends(options):
        plain = case((func("contains", line.copy(), text("\n")), split(line.copy())), default=plain)
    if not options.quote:
        return plain
    has_quote = func("contains", line.copy(), text(options.quote))
    if len(options.separator) > 1 or not options.escape:
        return case((has_quote, split(line.copy())), default=plain)
    unquoted = _unquote(param(_TOKEN), options)
    quoted = func("list_transform", _raw_tokens(line, options), lambda_([_TOKEN], unquoted))
    is_regular = func("regexp_full_match", line.copy(), text(_regular(options)))
    return case((has_quote, case((is_regular, quoted), default=split(line.copy()))), default=plain)


def token_value(token: Sql, options: CsvOptions) -> Sql:
    """A field's text: NULL when nothing stood there or the text is the option's null value."""
    if not options.null_value and not options.empty_value:
        return func("nullif", case((op("=", token, text(QUOTED_EMPTY)), text("")), default=token.copy()), text(""))
    empty = null() if options.empty_value == options.null_value else text(options.empty_value)
    return case(
        (op("=", token, text("")), null()),
        (op("=", token.copy(), text(options.null_value)), null()),
        (op("=", token.copy(), text(QUOTED_EMPTY)), empty),
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


def _may_hold_ends(options: CsvOptions) -> bool:
    """Whether a `\\n` may stand in a line, where univocity takes it for the line's end in some places."""
    given = options.line_separator
    return not options.multi_line and given is not None and (given == "\n" or len(given) > 1)


def _regular(options: CsvOptions) -> str:
    """A line whose fields are quoted as a whole, or not at all."""
    separator = re.escape(options.separator)
    field = f"(?:{_whole(options)}|{_literal(options)}|{_plain(options)})"
    return f"(?:{field}{separator})*{field}"


def _whole(options: CsvOptions) -> str:
    """A quoted field; every quote in it is escaped."""
    quote, escape = re.escape(options.quote), re.escape(options.escape)
    if escape == quote:
        return f"{quote}(?:[^{quote}]|{quote}{quote})*{quote}"
    return f"(?:{quote}(?:[^{quote}{escape}]|{escape}(?s:.))*{quote}|{quote}[^{quote}{escape}]*{quote}+)"


def _literal(options: CsvOptions) -> str:
    """A field that is literal from its first quote on: what follows the second one, or a run of them, goes on."""
    quote, escape, separator = (re.escape(x) for x in (options.quote, options.escape, options.separator))
    if escape == quote or options.multi_line:
        return r"[^\x00-\x{10FFFF}]"  # nothing
    return f"{quote}[^{quote}{escape}]*{quote}+[^{quote}{escape}{separator}\\x00-\\x20][^{separator}]*"


def _plain(options: CsvOptions) -> str:
    """A field that does not open with a quote, blanks aside where those are trimmed."""
    quote, separator = re.escape(options.quote), re.escape(options.separator)
    ends = "\\n" if _may_hold_ends(options) else ""
    first = r"\x00-\x20" if options.trims_leading else ""
    blanks = "[\\x00-\\x20]*" if options.trims_leading and options.separator > " " else ""
    return f"{blanks}(?:[^{quote}{separator}{first}{ends}][^{separator}{ends}]*)?"


def _raw_tokens(line: Sql, options: CsvOptions) -> Sql:
    """The fields of a regular line as written, each with the separator behind it (one is put at the end)."""
    separator = re.escape(options.separator)
    ended = op("||", line.copy(), text(options.separator))
    pattern = f"(?:{_whole(options)}|{_literal(options)}|{_plain(options)}){separator}"
    return func("regexp_extract_all", ended, text(pattern))


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
    field = func("left", token, op("-", func("length", token.copy()), number(1)))
    content = _unescape(_content(field.copy()), options)
    bare = _trim(field.copy(), options) if options.trims_leading or options.trims_trailing else field.copy()
    is_quoted = func("starts_with", field.copy(), text(options.quote))
    if options.escape != options.quote and not options.multi_line:
        is_quoted = op("and", is_quoted, func("regexp_full_match", field.copy(), text(_whole(options))))
    return case(
        (is_quoted, case((op("=", content, text("")), text(QUOTED_EMPTY)), default=content.copy())),
        default=bare,
    )


def _content(quoted: Sql) -> Sql:
    """The text between the quotes."""
    return func("substr", quoted, number(2), op("-", func("length", quoted.copy()), number(2)))


def _unescape(content: Sql, options: CsvOptions) -> Sql:
    if options.multi_line and options.line_separator is None:
        content = func("regexp_replace", content, text("\r\n?"), text("\n"), text("g"))
    if not options.escape:
        return content
    if options.escape == options.quote:
        return func("replace", content, text(options.quote * 2), text(options.quote))
    pair = f"{re.escape(options.escape)}([{re.escape(options.quote)}{re.escape(options.escape)}])"
    return func("regexp_replace", content, text(pair), text("\\1"), text("g"))
