"""The cursor over a Java pattern: characters, escapes that stand for one, and character classes.

A class of explicit code points is computed, with its unions, intersections and complements; where Unicode properties
take part it stays a text, in the `regex` module's set notation and, when that can be, in RE2's.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.code_points import (
    ALPHA,
    DIGIT,
    HORIZONTAL,
    POSIX,
    SPACE,
    VERTICAL,
    WORD,
    CodePoints,
    of_ranges,
)

_CONTROL: Final = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
_CLASSES: Final = {"d": DIGIT, "w": WORD, "s": SPACE, "h": HORIZONTAL, "v": VERTICAL}
# Classes of Java's own; the binary properties are written after `Is`.
_JAVA_CLASSES: Final = {
    "javaLowerCase": "Lowercase",
    "javaUpperCase": "Uppercase",
    "javaAlphabetic": "Alphabetic",
    "javaLetter": "L",
    "javaDigit": "Nd",
    "javaLetterOrDigit": "Alnum",
    "javaWhitespace": "White_Space",
    "javaSpaceChar": "Z",
    "javaTitleCase": "Lt",
}
_CASED: Final = frozenset({"Lower", "Upper", "Lu", "Ll", "Lt", "Lowercase", "Uppercase", "Titlecase"})
_RE2_CATEGORIES: Final = frozenset(
    (
        *("C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N", "Nd", "Nl", "No"),
        *("P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs"),
    )
)
SPACES: Final = (" ", "\t", "\n", "\r", "\f", "\x0b")
_HEX: Final = "0123456789abcdefABCDEF"


class BadPattern(Exception):
    """Not a pattern that Java takes."""


@dataclass(frozen=True, slots=True)
class CharClass:
    """A character class: explicit code points, or a text where properties take part."""

    points: CodePoints | None
    re2: str | None = None
    text: str = ""


def _hex(code: int, *, re2: bool) -> str:
    if code < 0x80 and (chr(code).isalnum()):
        return chr(code)
    return f"\\x{{{code:x}}}" if re2 else f"\\U{code:08x}"


def rendered(points: CodePoints, *, re2: bool) -> str:
    """A class of these code points in either language."""
    if not points.ranges:
        return r"[^\x00-\x{10FFFF}]" if re2 else "(?!)"
    parts = [
        _hex(low, re2=re2) if low == high else f"{_hex(low, re2=re2)}-{_hex(high, re2=re2)}"
        for low, high in points.ranges
    ]
    return "[" + "".join(parts) + "]"


class PatternCursor:
    """A place in a pattern, and the flags in force there."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.i = 0
        self.flags: frozenset[str] = frozenset()

    def more(self) -> bool:
        return self.i < len(self.pattern)

    def peek(self, ahead: int = 0) -> str:
        return self.pattern[self.i + ahead : self.i + ahead + 1]

    def take(self) -> str:
        if not self.more():
            raise BadPattern("Unexpected end of the pattern")
        self.i += 1
        return self.pattern[self.i - 1]

    def accept(self, text: str) -> bool:
        if self.pattern.startswith(text, self.i):
            self.i += len(text)
            return True
        return False

    def until(self, end: str) -> str:
        place = self.pattern.find(end, self.i)
        if place < 0:
            raise BadPattern(f"Missing {end!r}")
        text = self.pattern[self.i : place]
        self.i = place + len(end)
        return text

    def skip_comment(self) -> bool:
        if self.peek() in SPACES:
            self.i += 1
            return True
        if self.peek() == "#":
            end = self.pattern.find("\n", self.i)
            self.i = len(self.pattern) if end < 0 else end + 1
            return True
        return False

    def folded(self, text: str) -> str:
        return f"(?i:{text})" if "i" in self.flags else text

    def coded(self) -> int | None:
        """The code point of an escape that stands for one; None for other escapes."""
        character = self.take()
        if character in _CONTROL:
            return ord(_CONTROL[character])
        if character == "0":
            digits = self._digits("01234567", 3)
            if not digits:
                raise BadPattern("Illegal octal escape sequence")
            if int(digits, 8) > 0o377:
                self.i -= 1
                digits = digits[:-1]
            return int(digits, 8)
        if character == "x":
            digits = self.until("}") if self.accept("{") else self._digits(_HEX, 2, exact=True)
            return _code(digits)
        if character == "u":
            return _code(self._digits(_HEX, 4, exact=True))
        if character == "c":
            return ord(self.take()) ^ 64
        if character == "N":
            if not self.accept("{"):
                raise BadPattern("Illegal character name escape sequence")
            try:
                return ord(unicodedata.lookup(self.until("}")))
            except KeyError:
                raise BadPattern("Unknown character name") from None
        self.i -= 1
        return None

    def _digits(self, allowed: str, most: int, *, exact: bool = False) -> str:
        digits = ""
        while len(digits) < most and self.peek() and self.peek() in allowed:
            digits += self.take()
        if exact and len(digits) < most:
            raise BadPattern("Illegal hexadecimal escape sequence")
        return digits

    def predefined(self, character: str) -> CharClass:
        r"""`\d \w \s \h \v`, their opposites, and properties."""
        lower = character.lower()
        if lower in _CLASSES:
            if "U" in self.flags and lower in "dws":
                return CharClass(None, None, f"\\{character}")
            points = _CLASSES[lower]
            return CharClass(~points if character.isupper() else points)
        if lower == "p":
            name = self.until("}") if self.accept("{") else self.take()
            return self._property(name, negated=character == "P")
        raise BadPattern(f"Illegal/unsupported escape sequence near index {self.i - 1}")

    def _property(self, name: str, *, negated: bool) -> CharClass:
        if name in POSIX and "U" not in self.flags:
            points = ALPHA if "i" in self.flags and name in _CASED else POSIX[name]
            return CharClass(~points if negated else points)
        shown = _JAVA_CLASSES.get(name, name)
        key, equals, value = shown.partition("=")
        if equals:
            shown = value if key in ("gc", "general_category", "sc", "script") else f"In{value}"
        elif shown.startswith("Is"):
            shown = shown[2:]
        if "i" in self.flags and shown in _CASED:
            text = "[\\p{Lu}\\p{Ll}\\p{Lt}]"
            return CharClass(None, None, f"[^{text[1:-1]}]" if negated else text)
        if not _is_property(shown):
            raise BadPattern(f"Unknown character property name {{{name}}}")
        letter = "P" if negated else "p"
        re2 = f"\\{letter}{{{shown}}}" if shown in _RE2_CATEGORIES else None
        return CharClass(None, re2, f"\\{letter}{{{shown}}}")

    def char_class(self) -> CharClass:
        """What follows `[`: items, nested classes and intersections up to its `]`."""
        negated = self.accept("^")
        operands: list[CharClass] = []
        items: list[CharClass] = []
        first = True
        while True:
            if not self.more():
                raise BadPattern("Unclosed character class")
            if "x" in self.flags and self.skip_comment():
                continue
            if self.accept("&&"):
                operands.append(_union(items))
                items = []
                continue
            if self.peek() == "]" and not (first and not operands):
                self.i += 1
                break
            items.append(self._item())
            first = False
        if items:
            operands.append(_union(items))
        return _negated(_intersection(operands)) if negated else _intersection(operands)

    def _item(self) -> CharClass:
        if self.accept("["):
            return self.char_class()
        found = self._one()
        if isinstance(found, CharClass):
            return found
        if self.peek() == "-" and self.peek(1) not in ("]", "[", ""):
            self.i += 1
            end = self._one()
            if isinstance(end, CharClass):
                return _union([CharClass(of_ranges([(found, found), (45, 45)])), end])
            if end < found:
                raise BadPattern("Illegal character range")
            return CharClass(of_ranges([(found, end)]))
        return CharClass(of_ranges([(found, found)]))

    def _one(self) -> int | CharClass:
        character = self.take()
        if character != "\\":
            return ord(character)
        escaped = self.peek()
        if not escaped:
            raise BadPattern("Unexpected end of the pattern")
        if not (escaped.isascii() and escaped.isalnum()):
            return ord(self.take())
        code = self.coded()
        return code if code is not None else self.predefined(self.take())


def joined(parts: list[str | None], between: str) -> str | None:
    """The parts in a row, None when one is missing."""
    return None if any(p is None for p in parts) else between.join(p or "" for p in parts)


def _code(digits: str) -> int:
    try:
        code = int(digits, 16)
    except ValueError:
        raise BadPattern("Illegal hexadecimal escape sequence") from None
    if code > 0x10FFFF:
        raise BadPattern("Hexadecimal codepoint is too big")
    return code


@lru_cache(maxsize=256)
def _is_property(name: str) -> bool:
    import regex  # type: ignore[import-untyped]

    try:
        regex.compile(f"\\p{{{name}}}")
    except regex.error:
        return False
    return True


def _text_of(found: CharClass) -> str:
    return rendered(found.points, re2=False) if found.points is not None else found.text


def _re2_items(found: CharClass) -> str | None:
    if found.points is not None:
        return rendered(found.points, re2=True)[1:-1] if found.points.ranges else ""
    if found.re2 is None:
        return None
    if found.re2.startswith("[^"):
        return None
    return found.re2[1:-1] if found.re2.startswith("[") else found.re2


def _union(items: list[CharClass]) -> CharClass:
    if all(c.points is not None for c in items):
        points = CodePoints()
        for item in items:
            points = points | (item.points or CodePoints())
        return CharClass(points)
    inside = joined([_re2_items(c) for c in items], "")
    return CharClass(
        None, f"[{inside}]" if inside is not None else None, "[" + "".join(_text_of(c) for c in items) + "]"
    )


def _intersection(operands: list[CharClass]) -> CharClass:
    if len(operands) == 1:
        return operands[0]
    if all(c.points is not None for c in operands):
        points = ~CodePoints()
        for operand in operands:
            points = points & (operand.points or CodePoints())
        return CharClass(points)
    return CharClass(None, None, "[" + "&&".join(_text_of(c) for c in operands) + "]")


def _negated(found: CharClass) -> CharClass:
    if found.points is not None:
        return CharClass(~found.points)
    inside = _re2_items(found)
    return CharClass(None, f"[^{inside}]" if inside is not None else None, f"[^{found.text}]")
