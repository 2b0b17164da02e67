"""JSON as Jackson takes it, rewritten as JSON that everyone takes.

Only records that DuckDB's parser finds odd come here: single quotes, comments, bare names, text after the value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hiveframe.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Leniency:
    """What is let pass beyond the standard; the names are Spark's options."""

    comments: bool = False
    unquoted_names: bool = False
    single_quotes: bool = True
    leading_zeros: bool = False
    non_numbers: bool = True
    any_escape: bool = False
    control_characters: bool = False


def strict_json(text: str, leniency: Leniency) -> str | None:
    """The first value in `text` as standard JSON (NaN and infinities as DuckDB reads them); None if it is malformed."""
    parser = _Parser(text.removeprefix("\ufeff"), leniency)
    try:
        return parser.value()
    except _MalformedError:
        return None
    except RecursionError:
        return None


def strict_json_kernel(leniency: Leniency) -> Callable[[pa.Array], pa.Array]:
    """`strict_json` over an Arrow array."""

    def kernel(texts: pa.Array) -> pa.Array:
        made = [None if text is None else strict_json(text, leniency) for text in texts.to_pylist()]
        return pa.array(made, pa.string())

    return kernel


def raw_member(text: str, name: str) -> str | None:
    """The value of an object's member as it is written (the last one of that name); None where there is none."""
    parser = _Parser(text, Leniency())
    try:
        return parser.members().get(name)
    except _MalformedError:
        return None


def raw_member_kernel(texts: pa.Array, names: pa.Array) -> pa.Array:
    """`raw_member` over Arrow arrays."""
    pairs = zip(texts.to_pylist(), names.to_pylist(), strict=True)
    return pa.array([None if text is None else raw_member(text, name) for text, name in pairs], pa.string())


class _MalformedError(Exception):
    """The text is not JSON under the rules in force."""


_SPACE: Final = re.compile(r"[ \t\r\n]*")
_COMMENT: Final = re.compile(r"//[^\n\r]*|/\*.*?\*/", re.DOTALL)
_NUMBER: Final = re.compile(r"-?(\d+)(\.\d+)?([eE][+-]?\d+)?")
_BARE_NAME: Final = re.compile(r"[\w$@#*+-]+")
_NON_NUMBERS: Final = {
    "NaN": "NaN",
    "Infinity": "Infinity",
    "INF": "Infinity",
    "+Infinity": "Infinity",
    "+INF": "Infinity",
    "-Infinity": "-Infinity",
    "-INF": "-Infinity",
}
_NON_NUMBER: Final = re.compile(r"NaN|[+-]?(?:Infinity|INF)")
_ESCAPES: Final = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Parser:
    """A recursive reader that copies what it reads to standard JSON."""

    def __init__(self, text: str, leniency: Leniency) -> None:
        self._text = text
        self._at = 0
        self._rules = leniency

    def value(self) -> str:
        self._skip()
        c = self._peek()
        if c == "{":
            return self._object()
        if c == "[":
            return self._array()
        if c == '"' or (c == "'" and self._rules.single_quotes):
            return json.dumps(self._string(), ensure_ascii=False)
        for word in ("true", "false", "null"):
            if self._text.startswith(word, self._at):
                self._at += len(word)
                self._ends_token()
                return word
        return self._number()

    def members(self) -> dict[str, str]:
        """The members of the object, each value as written."""
        found: dict[str, str] = {}
        self._expect("{")
        while not self._takes("}"):
            name = self._name()
            self._expect(":")
            self._skip()
            start = self._at
            self.value()
            found[name] = self._text[start : self._at]
            if not self._takes(","):
                self._expect("}")
                break
            self._skip()
        return found

    def _skip(self) -> None:
        while True:
            m = _SPACE.match(self._text, self._at)
            assert m is not None
            self._at = m.end()
            comment = _COMMENT.match(self._text, self._at) if self._rules.comments else None
            if comment is None:
                return
            self._at = comment.end()

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise _MalformedError
        return self._text[self._at]

    def _expect(self, c: str) -> None:
        self._skip()
        if self._peek() != c:
            raise _MalformedError
        self._at += 1

    def _takes(self, c: str) -> bool:
        self._skip()
        if self._peek() != c:
            return False
        self._at += 1
        return True

    def _object(self) -> str:
        self._expect("{")
        members: list[str] = []
        if self._takes("}"):
            return "{}"
        while True:
            self._skip()
            name = json.dumps(self._name(), ensure_ascii=False)
            self._expect(":")
            members.append(f"{name}:{self.value()}")
            if self._takes("}"):
                return "{" + ",".join(members) + "}"
            self._expect(",")

    def _array(self) -> str:
        self._expect("[")
        items: list[str] = []
        if self._takes("]"):
            return "[]"
        while True:
            items.append(self.value())
            if self._takes("]"):
                return "[" + ",".join(items) + "]"
            self._expect(",")

    def _name(self) -> str:
        c = self._peek()
        if c == '"' or (c == "'" and self._rules.single_quotes):
            return self._string()
        m = _BARE_NAME.match(self._text, self._at) if self._rules.unquoted_names else None
        if m is None:
            raise _MalformedError
        self._at = m.end()
        return m.group(0)

    def _string(self) -> str:
        quote = self._text[self._at]
        self._at += 1
        out: list[str] = []
        while True:
            c = self._peek()
            self._at += 1
            if c == quote:
                return "".join(out)
            if c == "\\":
                out.append(self._escape())
            elif c < " " and not self._rules.control_characters:
                raise _MalformedError
            else:
                out.append(c)

    def _escape(self) -> str:
        c = self._peek()
        self._at += 1
        if c == "u":
            return self._unicode()
        if c in _ESCAPES and (c != "'" or self._rules.any_escape or self._rules.single_quotes):
            return _ESCAPES[c]
        if not self._rules.any_escape:
            raise _MalformedError
        return c

    def _unicode(self) -> str:
        digits = self._text[self._at : self._at + 4]
        if re.fullmatch("[0-9A-Fa-f]{4}", digits) is None:
            raise _MalformedError
        self._at += 4
        unit = int(digits, 16)
        if 0xD800 <= unit < 0xDC00 and self._text.startswith("\\u", self._at):
            low = self._text[self._at + 2 : self._at + 6]
            if re.fullmatch("[Dd][C-Fc-f][0-9A-Fa-f]{2}", low):
                self._at += 6
                return chr(0x10000 + ((unit - 0xD800) << 10) + int(low, 16) - 0xDC00)
        return "\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit)

    def _number(self) -> str:
        word = _NON_NUMBER.match(self._text, self._at)
        if word is not None and self._rules.non_numbers:
            self._at = word.end()
            self._ends_token()
            return _NON_NUMBERS[word.group(0)]
        m = _NUMBER.match(self._text, self._at)
        if m is None:
            raise _MalformedError
        digits = m.group(1)
        if len(digits) > 1 and digits[0] == "0" and not self._rules.leading_zeros:
            raise _MalformedError
        self._at = m.end()
        self._ends_token()
        sign = "-" if m.group(0).startswith("-") else ""
        return sign + (digits.lstrip("0") or "0") + (m.group(2) or "") + (m.group(3) or "")

    def _ends_token(self) -> None:
        """A word or number must be followed by something that cannot belong to it."""
        if self._at < len(self._text) and (self._text[self._at].isalnum() or self._text[self._at] in "._-+"):
            raise _MalformedError
