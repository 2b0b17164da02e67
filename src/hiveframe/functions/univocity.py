"""Records of CSV as Spark's parser, univocity 2.9, splits them, whatever its settings.

A quote opens a field as its first character. What follows a closing quote that no separator follows is an unescaped
quote, and `unescaped_quotes` says how to go on. The parser reads from a buffer of 128 characters: a field that ends
within it is taken at once, and only a line's own separator ends it there; elsewhere any `\\n` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

_NONE: Final = "\0"
_BUFFER: Final = 128


class Dialect(NamedTuple):
    """What a parser is told; an empty `quote`, `escape` or `comment` means none, `most_chars` -1 no limit."""

    separator: str = ","
    quote: str = '"'
    escape: str = "\\"
    escape_escape: str | None = None
    comment: str = ""
    trims_leading: bool = False
    trims_trailing: bool = False
    null_value: str = ""
    empty_value: str = ""
    most_chars: int = -1
    unescaped_quotes: str = "STOP_AT_DELIMITER"
    line_separator: str | None = None
    is_one_line: bool = False  # no line ends in a text


class ParsingError(Exception):
    """A text that univocity refuses: an unescaped quote where those are errors."""


class FieldTooLongError(ParsingError):
    """A field of more characters than are allowed."""


class _End(Exception):
    """There is no more text."""


class RecordParser:
    """Splits one text after the other; the state of a text is kept between its characters."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._delimiter = dialect.separator
        self._last = len(dialect.separator) - 1
        self._quote = dialect.quote or _NONE
        self._escape = dialect.escape or _NONE
        default = _NONE if self._quote == self._escape else self._escape
        self._escape_escape = default if dialect.escape_escape is None else dialect.escape_escape
        self._handling = dialect.unescaped_quotes
        self._until_delimiter = self._handling in ("STOP_AT_DELIMITER", "SKIP_VALUE", "BACK_TO_DELIMITER")
        given = dialect.line_separator or ""
        self._new_line = _NONE if dialect.is_one_line else given if len(given) == 1 else "\n"
        self._text = ""
        self._at = self._start = 0
        self._keeps_ends = self._is_delimiter = False
        self._ch = self._prev = _NONE
        self._ends = self._new_line
        self._normalizes = True
        self._values: list[str | None] = []
        self._pending: list[list[str | None]] = []
        self._field: list[str] = []
        self._skips = self._trims = self._unescaped = False

    def line(self, text: str) -> list[str | None] | None:
        """The fields of one line; None for a comment and for nothing."""
        if text == "":
            return None
        self._begin(text, self._dialect.line_separator or self._new_line)
        return self._next_record()

    def records(self, text: str, *, keeps_ends: bool = False) -> Iterator[tuple[str, list[str | None]]]:
        """Each record of a file, as written and as its fields; quoted fields may span lines.

        `keeps_ends` leaves the line ends in quoted fields as they are.
        """
        ends = self._dialect.line_separator or _line_ends(text)
        self._begin(text, ends)
        while self._at < len(text) or self._pending or self._values:
            start = self._at
            self._normalizes = True
            found = self._next_record(keeps_ends=keeps_ends)
            if found is not None:
                yield text[start : self._at], found

    def _begin(self, text: str, ends: str) -> None:
        self._text, self._at, self._ends = text, 0, ends
        self._ch = self._prev = _NONE
        self._values, self._field, self._pending = [], [], []
        self._skips = self._trims = False
        self._normalizes = True

    def _next_record(self, *, keeps_ends: bool = False) -> list[str | None] | None:
        """The next record with fields in it; None at the end."""
        self._keeps_ends = keeps_ends
        try:
            while True:
                self._start = self._at
                self._advance()
                if self._dialect.comment and self._ch == self._dialect.comment:
                    while self._ch != self._new_line:
                        self._advance()
                    continue
                self._record()
                row = self._row()
                if row is not None:
                    return row
        except _End:
            return self._at_end()

    # ------------------------------------------------------------------------------------------------- the record

    def _record(self) -> None:
        self._skip_blanks()
        while self._ch != self._new_line:
            self._skip_blanks()
            if self._ch == self._new_line or self._at_delimiter():
                self._emit(self._dialect.null_value)
            else:
                self._unescaped, self._prev = False, _NONE
                if self._ch != self._quote:
                    self._bare()
                elif self._quoted():
                    continue
            if self._ch != self._new_line:
                self._advance()
                if self._ch == self._new_line:
                    self._emit(self._dialect.null_value)

    def _bare(self) -> None:
        value = self._buffered() if not self._field else None
        if value is not None:
            self._emit(value)
            return
        self._trims = self._dialect.trims_trailing
        self._append_until_delimiter()
        self._finish()

    def _quoted(self) -> bool:
        """Whether the field and the separator behind it were taken at once."""
        self._normalizes = not self._keeps_ends
        value = self._buffered_quoted() if not self._field else None
        if value is not None:
            self._emit(value or self._dialect.empty_value)
            self._normalizes = True
            return self._step_over_delimiter()
        self._trims = False
        self._parse_quoted()
        self._normalizes = True
        if not (self._unescaped and self._handling == "BACK_TO_DELIMITER" and not self._field):
            self._finish()
        return False

    def _step_over_delimiter(self) -> bool:
        try:
            self._advance()
            if not self._at_delimiter():
                return True
        except _End:
            self._ch = self._new_line
            return True
        try:
            self._advance()
        except _End:
            self._ch = self._new_line
        if self._ch == self._new_line:
            self._emit(self._dialect.null_value)
        return True

    def _parse_quoted(self) -> None:
        """The rest of a quoted field, from a quote or from what makes the quote before an unescaped one."""
        while True:
            if self._prev != _NONE and self._until_delimiter:
                if self._handling == "SKIP_VALUE":
                    self._skip_value()
                    return
                self._field.insert(0, self._quote)
                self._check_length()
                self._advance()
                self._trims = self._dialect.trims_trailing
                self._append_until_delimiter()
                return
            self._advance()
            if not self._inside_quotes():
                return
            if self._ch == self._new_line or self._ch > " " or self._at_delimiter():
                return
            if not self._after_blanks():
                return

    def _inside_quotes(self) -> bool:
        """Whether a closing quote was found; False where the field is at its end already."""
        while True:
            if self._prev == self._quote and (self._ch <= " " or self._at_delimiter()):
                return True
            if self._ch not in (self._quote, self._escape):
                if self._prev == self._quote:
                    return self._resume() if self._go_on() else False
                if self._prev == self._escape != _NONE:
                    self._append(self._escape)
                self._append_until(self._quote, self._escape, self._escape_escape)
                self._prev = self._ch
                self._advance()
            else:
                self._escaped()
                self._prev = self._ch
                self._advance()
                if self._unescaped and (self._ch == self._new_line or self._at_delimiter()):
                    return False

    def _resume(self) -> bool:
        self._parse_quoted()
        return False

    def _go_on(self) -> bool:
        """An unescaped quote within quotes: whether the field goes on."""
        self._unescaped = True
        match self._handling:
            case "SKIP_VALUE":
                self._skip_value()
                return False
            case "RAISE_ERROR":
                raise ParsingError
            case "BACK_TO_DELIMITER":
                self._give_back()
                self._append(self._ch)
                self._prev = _NONE
            case _:
                self._append(self._quote)
                self._append(self._ch)
                self._prev = self._ch
        return True

    def _give_back(self) -> None:
        """What was taken for a quoted field is split at the separators in it."""
        while True:
            whole = "".join(self._field)
            places = [p for p in (whole.find(self._delimiter), whole.find(self._new_line)) if p >= 0]
            if not places:
                return
            place = min(places)
            self._emit(whole[:place])
            if whole[place] == self._new_line:
                earlier = self._row()
                assert earlier is not None  # at least the field before the line's end
                self._pending.append(earlier)
                self._field = list(whole[place + 1 :])
            else:
                self._field = list(whole[place + len(self._delimiter) :])

    def _after_blanks(self) -> bool:
        """Blanks behind a closing quote: whether more of the field follows, which makes the quote literal."""
        blanks: list[str] = []
        while True:
            blanks.append(self._ch)
            self._advance()
            if self._ch == self._new_line:
                return False
            if self._at_delimiter() or self._ch > " ":
                break
        if self._is_delimiter or self._handling == "RAISE_ERROR":
            if not self._is_delimiter:
                raise ParsingError
            return False
        self._append(self._quote)
        for blank in blanks:
            self._append(blank)
        if self._until_delimiter or self._ch not in (self._quote, self._escape):
            self._append(self._ch)
        self._prev = self._ch
        return True

    def _escaped(self) -> None:
        """A quote or an escape inside of quotes."""
        ch, prev = self._ch, self._prev
        if ch == self._escape and prev == self._escape_escape != _NONE:
            self._append(self._escape)
            self._ch = _NONE
        elif prev == self._escape:
            if ch == self._quote:
                self._append(self._quote)
                self._ch = _NONE
            else:
                self._append(prev)
        elif ch == self._quote and prev == self._quote:
            self._append(self._quote)
        elif prev == self._quote:
            self._unescaped_in_value()

    def _unescaped_in_value(self) -> None:
        if self._handling == "SKIP_VALUE":
            self._skip_value()
            return
        if self._handling == "RAISE_ERROR":
            raise ParsingError
        self._append(self._quote)
        self._prev = self._ch
        while not (self._ch == self._new_line or self._at_delimiter()):
            if self._ch in (self._quote, self._escape):
                self._escaped()
            elif self._prev == self._quote:
                self._append(self._quote)
                self._prev = self._ch
                continue
            else:
                self._append(self._ch)
            self._prev = self._ch
            self._advance()

    def _skip_value(self) -> None:
        self._field, self._skips = [], True
        self._append_until_delimiter()

    # --------------------------------------------------------------------------------------------- the characters

    def _advance(self) -> None:
        """The next character; a line separator is one `\\n`."""
        text, at = self._text, self._at
        if at >= len(text):
            self._at = at
            raise _End
        self._ch = text[at]
        self._at = at + 1
        ends = self._ends
        if self._ch == ends[0] and self._normalizes and text.startswith(ends, at):
            self._ch = self._new_line
            self._at = at + len(ends)

    def _at_delimiter(self) -> bool:
        """Whether the separator stands here; one of several characters is stepped into, to its last."""
        self._is_delimiter = False
        if self._ch == self._delimiter[0] and (not self._last or self._text.startswith(self._delimiter, self._at - 1)):
            self._at += self._last
            self._is_delimiter = True
            self._ch = self._delimiter[-1]
        return self._is_delimiter

    def _skip_blanks(self) -> None:
        if self._dialect.trims_leading:
            while self._ch <= " " and self._ch not in (self._delimiter[0], self._new_line, self._quote):
                self._advance()

    def _append(self, ch: str) -> None:
        if not self._skips:
            self._field.append(ch)
            self._check_length()

    def _check_length(self) -> None:
        if 0 <= self._dialect.most_chars < len(self._field):
            raise FieldTooLongError

    def _append_until(self, *stops: str) -> None:
        first = self._ch
        try:
            while self._ch not in stops:
                self._append(self._ch)
                self._advance()
        except _End:
            self._ch = first  # what univocity looks at when the text is at its end
            raise

    def _append_until_delimiter(self) -> None:
        first = self._ch
        try:
            while not (self._ch == self._new_line or self._at_delimiter()):
                self._append(self._ch)
                self._advance()
        except _End:
            self._ch = self._ch if self._last else first
            raise

    def _buffered(self) -> str | None:
        """A bare field that ends within the buffer at a separator or at the line's own end."""
        at = self._at
        if self._last or at % _BUFFER == 0:
            return None
        text, ends = self._text, self._ends
        stop = min(len(text), (at // _BUFFER + 1) * _BUFFER)
        ch, i = self._ch, at
        while ch != self._delimiter:
            if i >= stop:
                return None
            if ch == ends[0] and (len(ends) == 1 or text[i] == ends[1]):
                break
            ch = text[i]
            i += 1
        if 0 <= self._dialect.most_chars < i - at:
            return None
        found = text[at - 1 : i - 1]
        if self._dialect.trims_trailing:
            found = found.rstrip(_BLANKS)
        self._at = i - 1
        self._advance()
        return found or self._dialect.null_value

    def _buffered_quoted(self) -> str | None:
        """A quoted field without escapes that ends within the buffer."""
        at = self._at
        if self._last or at % _BUFFER == 0:
            return None
        text, ends = self._text, self._ends
        stop = min(len(text), (at // _BUFFER + 1) * _BUFFER)
        i = at
        while True:
            if i >= stop:
                return None
            ch = text[i]
            follows = text[i + 1] if i + 1 < stop else None
            if ch == self._quote:
                if text[i - 1] == self._escape or follows is None or follows not in (self._delimiter, self._new_line):
                    return None
                break
            if ch == self._escape:
                if follows is not None and follows in (self._quote, self._escape_escape):
                    return None
            elif ch == ends[0] and self._normalizes and (len(ends) == 1 or follows == ends[1]):
                return None
            i += 1
        if 0 <= self._dialect.most_chars < i - at:
            return None
        self._at = i + 1
        return text[at:i]

    # ------------------------------------------------------------------------------------------------ the fields

    def _emit(self, value: str | None) -> None:
        self._values.append(value)

    def _finish(self) -> None:
        """The field that was collected."""
        value = "".join(self._field)
        if self._trims:
            value = value.rstrip(_BLANKS)
        self._values.append(None if self._skips else value or self._dialect.empty_value)
        self._field, self._skips = [], False

    def _row(self) -> list[str | None] | None:
        if self._pending:
            return self._pending.pop(0)
        row, self._values = self._values, []
        return row or None

    def _at_end(self) -> list[str | None] | None:
        is_value = self._has_value_at_end()
        if self._values or is_value:
            if self._field or is_value:
                self._finish()
            elif self._at > self._start:
                self._emit(self._dialect.null_value)
            return self._row()
        if self._field:
            self._finish()
            return self._row()
        if self._at > self._start:
            self._emit(self._dialect.null_value)
        return self._row()

    def _has_value_at_end(self) -> bool:
        ch, prev = self._ch, self._prev
        self._prev = _NONE
        if ch == self._quote:
            if prev == self._quote:
                return True
            if not self._unescaped:
                self._append(self._quote)
        return prev != _NONE and ch not in (self._delimiter, self._new_line)


def _line_ends(text: str) -> str:
    """How the first line of a text ends, which univocity looks for in its first buffer."""
    for i, ch in enumerate(text):
        if ch == "\n":
            return "\n"
        if ch == "\r":
            return "\r\n" if text[i + 1 : i + 2] == "\n" else "\r"
    return "\n"


_BLANKS: Final = "".join(map(chr, range(33)))
