"""One record of CSV as its fields, as univocity's parser splits it.

A quote opens a field only as its first character, and closes it where the separator (or the end) follows, blanks aside;
anything else after a quote makes the whole field literal up to the next separator (`STOP_AT_DELIMITER`). A field that
never closes runs to the end of the record.
"""

from __future__ import annotations

from typing import Final

from hiveframe.functions.csv_options import CsvOptions

BLANKS: Final = "".join(map(chr, range(33)))


def tokens_of(record: str, options: CsvOptions) -> list[str | None] | None:
    """The fields, NULL where nothing or the null value stands; None for a comment or an empty text."""
    if record == "" or (options.comment and record.startswith(options.comment)):
        return None
    if not options.quote or options.quote not in record:
        return [_bare(token, options) for token in record.split(options.separator)]
    found: list[str | None] = []
    at = 0
    while True:
        token, at = _next(record, at, options)
        found.append(token)
        if at > len(record):
            return found


def _next(record: str, start: int, options: CsvOptions) -> tuple[str | None, int]:
    """The field at `start`, and where the next one begins; past the end after the last."""
    at = start
    if options.trims_leading:
        while at < len(record) and record[at] <= " " and not record.startswith(options.separator, at):
            at += 1
    if record.startswith(options.quote, at):
        closed = _quoted(record, at + 1, options)
        if closed is not None:
            text, end = closed
            return _settled(text, options, is_quoted=True), end
    end = record.find(options.separator, start)
    end = len(record) if end < 0 else end
    return _bare(record[start:end], options), end + len(options.separator)


def _quoted(record: str, start: int, options: CsvOptions) -> tuple[str, int] | None:
    """A quoted field's content and where the next field begins; None when it proves to be literal."""
    content: list[str] = []
    at, size = start, len(record)
    while at < size:
        c = record[at]
        follows = record[at + 1 : at + 2]
        if options.escape and c == options.escape and follows == options.quote:
            content.append(follows)
            at += 2
            continue
        if options.escape and c == options.escape != options.quote and follows == options.escape:
            content.append(c)
            at += 2
            continue
        if c == options.quote:
            end = at + 1
            while end < size and record[end] <= " " and not record.startswith(options.separator, end):
                end += 1
            if end >= size or record.startswith(options.separator, end):
                return "".join(content), end + len(options.separator)
            return None
        content.append(c)
        at += 1
    return "".join(content), size + 1


def _bare(token: str, options: CsvOptions) -> str | None:
    if options.trims_leading:
        token = token.lstrip(BLANKS)
    if options.trims_trailing:
        token = token.rstrip(BLANKS)
    return _settled(token, options, is_quoted=False)


def _settled(token: str, options: CsvOptions, *, is_quoted: bool) -> str | None:
    if token == "":
        token = (options.empty_value or "") if is_quoted else options.null_value
    return None if token == options.null_value else token
