"""JSON as Jackson takes it, rewritten as JSON that everyone takes.

Only records that DuckDB's parser finds odd come here: single quotes, comments, bare names, text after the value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.deep_values import has_room, is_too_deep
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType


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
    most_nested: int | None = None
    most_digits: int | None = None
    most_characters: int | None = None

    @property
    def unmeasured(self) -> Leniency:
        """Without the limit on texts, which counts only for those that are read."""
        return replace(self, most_characters=None) if self.most_characters is not None else self

    @property
    def has_limits(self) -> bool:
        """Whether a text may be too deep or too long."""
        return (self.most_nested, self.most_digits, self.most_characters) != (None, None, None)


def strict_json(text: str, leniency: Leniency) -> str | None:
    """The first value in `text` as standard JSON (NaN and infinities as DuckDB reads them); None if it is malformed."""
    parser = _Parser(text.removeprefix("\ufeff"), leniency)
    try:
        made = parser.value()
    except _MalformedError:
        return None
    except RecursionError:
        if is_too_deep(text):
            return None
        raise
    return None if has_room() and is_too_deep(text) else made


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


def member_with_texts(texts: pa.Array, *, name: str, dtype: DataType) -> pa.Array:
    """The member of each object as JSON in which all that `dtype` holds as text is a string, just as it is written."""
    made = [None if text is None else _Parser(text, Leniency()).typed_member(name, dtype) for text in texts.to_pylist()]
    return pa.array(made, pa.string())


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
        self._depth = 0

    def value(self) -> str:
        self._skip()
        c = self._peek()
        if c in "{[":
            return self._nested(c)
        if c == '"' or (c == "'" and self._rules.single_quotes):
            content = self._string()
            self._check(len(content), self._rules.most_characters)
            return json.dumps(content, ensure_ascii=False)
        for word in ("true", "false", "null"):
            if self._text.startswith(word, self._at):
                self._at += len(word)
                self._ends_token()
                return word
        return self._number()

    def _nested(self, opening: str) -> str:
        self._depth += 1
        self._check(self._depth, self._rules.most_nested)
        made = self._object() if opening == "{" else self._array()
        self._depth -= 1
        return made

    def _check(self, size: int, most: int | None) -> None:
        if most is not None and size > most:
            raise _MalformedError

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

    def typed_member(self, name: str, dtype: DataType) -> str | None:
        """`member_with_texts` of one object."""
        found: str | None = None
        try:
            for held in self._names():
                found = self._typed(dtype) if held == name else self._passed(found)
        except _MalformedError:
            return None
        return found

    def _passed(self, found: str | None) -> str | None:
        self.value()
        return found

    def _names(self) -> Iterator[str]:
        """The names of an object's members; each value is to be read before the next name."""
        self._expect("{")
        while not self._takes("}"):
            name = self._name()
            self._expect(":")
            yield name
            if not self._takes(","):
                self._expect("}")
                return
            self._skip()

    def _typed(self, dtype: DataType) -> str:
        self._skip()
        c = self._peek()
        if c == "{" and isinstance(dtype, (t.MapType, t.StructType)):
            fields = {f.name: f.dtype for f in dtype.fields} if isinstance(dtype, t.StructType) else {}
            item = dtype.value if isinstance(dtype, t.MapType) else t.NULL
            members = [f"{json.dumps(n)}:{self._typed(fields.get(n, item))}" for n in self._names()]
            return "{" + ",".join(members) + "}"
        if c == "[" and isinstance(dtype, t.ArrayType):
            return self._typed_array(dtype.element)
        start = self._at
        made = self.value()
        if isinstance(dtype, (t.StringType, t.CharType, t.VarcharType)) and made != "null" and not made.startswith('"'):
            return json.dumps(self._text[start : self._at])
        return made

    def _typed_array(self, element: DataType) -> str:
        self._expect("[")
        items: list[str] = []
        while not self._takes("]"):
            items.append(self._typed(element))
            if not self._takes(","):
                self._expect("]")
                break
        return "[" + ",".join(items) + "]"

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
        rules = self._rules
        self._check(sum(c.isdigit() for c in m.group(0)), rules.most_digits)
        if m.group(2) or m.group(3):
            self._check(len(m.group(0)), rules.most_characters)  # Jackson holds it as text
        sign = "-" if m.group(0).startswith("-") else ""
        return sign + (digits.lstrip("0") or "0") + (m.group(2) or "") + (m.group(3) or "")

    def _ends_token(self) -> None:
        """A word or number must be followed by something that cannot belong to it."""
        if self._at < len(self._text) and (self._text[self._at].isalnum() or self._text[self._at] in "._-+"):
            raise _MalformedError
