"""Java's regular expressions in the two languages that run here: RE2's (DuckDB) and the `regex` module's (kernels).

Both texts are made while the pattern is read. What RE2 has no equal for (look-around, back-references, possessive
quantifiers, lines ended by anything but \\n) has no RE2 text. Two differences are left to the data: word boundaries
agree for ASCII only, and `$` before a final line end; `needs_ascii` and `needs_no_line_end` say so.

Source: `java.util.regex.Pattern` (Java 17).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.dataclass import dataclass
from hiveframe.functions.code_points import LINE_ENDS, CodePoints, of_ranges
from hiveframe.functions.java_regex_classes import BadPattern, CharClass, PatternCursor, joined, rendered

_MOST_REPEATS: Final = 1000  # RE2's limit
_BEFORE_LAST_LINE_END: Final = r"(?=(?:\r\n|(?<!\r)\n|[\r\x85\u2028\u2029])?\Z)"
_BEFORE_LINE_END: Final = r"(?=\r\n|(?<!\r)\n|[\r\x85\u2028\u2029]|\Z)"
_AFTER_LINE_END: Final = r"(?:\A|(?<=[\n\x85\u2028\u2029]|\r(?!\n))(?!\Z))"
_LINE_BREAK: Final = r"(?:\r\n|[\n\x0b\f\r\x85\u2028\u2029])"
_RE2_LINE_BREAK: Final = r"(?:\r\n|[\n\x0b\f\r\x{85}\x{2028}\x{2029}])"
_FLAGS: Final = frozenset("idmsuxU")


@dataclass(frozen=True, slots=True)
class JavaRegex:
    """A pattern in both languages. `re2` is None where RE2 cannot say it; `literal` is set when nothing is special."""

    re2: str | None
    text: str
    can_be_empty: bool
    group_count: int
    group_names: dict[str, int]
    needs_ascii: bool
    needs_no_line_end: bool
    literal: str | None

    @property
    def is_for_one_line(self) -> bool:
        """Whether values with a line end anywhere are better left out: the dot is then any character, which is fast."""
        return self.needs_no_line_end and self.re2 is not None and _DOT in self.re2

    @property
    def fast(self) -> str | None:
        """`re2` for the values that the needs leave."""
        return self.re2.replace(_DOT, _ANY) if self.is_for_one_line and self.re2 is not None else self.re2

    @property
    def matches_once(self) -> bool:
        """Whether it can match at the beginning alone."""
        return self.re2 is not None and self.re2.startswith(r"\A") and "|" not in self.re2


@dataclass(frozen=True, slots=True)
class _Node:
    re2: str | None
    text: str
    empty: bool  # whether it can match nothing


_ANY: Final = "(?s:.)"
_DOT: Final = rendered(~LINE_ENDS, re2=True)
_NOTHING: Final = _Node("", "", True)


@lru_cache(maxsize=512)
def translate(pattern: str) -> JavaRegex:
    """The pattern in both languages; BadPattern when Java refuses it."""
    reader = _Reader(_without_quotes(pattern))
    node = reader.alternation()
    if reader.more():
        raise BadPattern(f"Unmatched closing ')' near index {reader.i}")
    re2 = node.re2 if node.re2 is not None and _re2_takes(node.re2) else None
    return JavaRegex(
        re2,
        node.text,
        node.empty,
        reader.group_count,
        reader.names,
        reader.needs_ascii,
        reader.needs_no_line_end,
        "".join(reader.literals) if reader.is_literal else None,
    )


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any:
    """The pattern compiled by the `regex` module."""
    import regex  # type: ignore[import-untyped]

    return regex.compile(translate(pattern).text, regex.V1)


def _re2_takes(pattern: str) -> bool:
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid:
        return False
    return True


def _without_quotes(pattern: str) -> str:
    r"""`\Q…\E` as single escapes."""
    parts = pattern.split("\\Q")
    made = [parts[0]]
    for part in parts[1:]:
        quoted, _, rest = part.partition("\\E")
        made.append("".join(c if c.isalnum() or not c.isascii() else "\\" + c for c in quoted))
        made.append(rest)
    return "".join(made)


def _escaped(character: str) -> str:
    plain = character.isalnum() or not character.isascii() or character == "_"
    return character if plain else f"\\x{ord(character):02x}"


class _Reader(PatternCursor):
    """Recursive descent over the pattern; flags hold until the end of the group that they stand in."""

    def __init__(self, pattern: str) -> None:
        super().__init__(pattern)
        self.group_count = 0
        self.names: dict[str, int] = {}
        self.needs_ascii = False
        self.needs_no_line_end = False
        self.is_literal = True
        self.literals: list[str] = []

    def alternation(self) -> _Node:
        branches = [self.sequence()]
        while self.accept("|"):
            self.is_literal = False
            branches.append(self.sequence())
        if len(branches) == 1:
            return branches[0]
        return _Node(
            joined([b.re2 for b in branches], "|"), "|".join(b.text for b in branches), any(b.empty for b in branches)
        )

    def sequence(self) -> _Node:
        parts: list[_Node] = []
        while self.more() and self.peek() not in ("|", ")"):
            if "x" in self.flags and self.skip_comment():
                continue
            parts.append(self.quantified())
        return _Node(joined([p.re2 for p in parts], ""), "".join(p.text for p in parts), all(p.empty for p in parts))

    def quantified(self) -> _Node:
        atom = self.atom()
        while "x" in self.flags and self.more() and self.skip_comment():
            pass
        bounds = self._bounds()
        if bounds is None:
            return atom
        self.is_literal = False
        least, most, shown = bounds
        kind = "possessive" if self.accept("+") else "lazy" if self.accept("?") else "greedy"
        suffix = {"possessive": "+", "lazy": "?", "greedy": ""}[kind]
        fits = least <= _MOST_REPEATS and (most is None or most <= _MOST_REPEATS)
        re2 = f"{atom.re2}{shown}{suffix}" if atom.re2 is not None and kind != "possessive" and fits else None
        return _Node(re2, f"{atom.text}{shown}{suffix}", atom.empty or least == 0)

    def _bounds(self) -> tuple[int, int | None, str] | None:
        simple = {"?": (0, 1, "?"), "*": (0, None, "*"), "+": (1, None, "+")}.get(self.peek())
        if simple is not None:
            self.i += 1
            return simple
        if self.peek() != "{":
            return None
        self.i += 1
        inside = self.until("}")
        low, comma, high = inside.partition(",")
        if not low.isdigit() or (high and not high.isdigit()):
            raise BadPattern("Illegal repetition")
        least = int(low)
        most = least if not comma else int(high) if high else None
        if most is not None and most < least:
            raise BadPattern("Illegal repetition range")
        return least, most, "{" + inside + "}"

    def atom(self) -> _Node:
        character = self.take()
        special = {"(": self.group, "[": self._class_atom, "\\": self.escape, ".": self._dot}.get(character)
        if special is not None:
            if character != "\\":
                self.is_literal = False
            return special()
        if character in "*+?{":
            raise BadPattern(f"Dangling meta character '{character}' near index {self.i - 1}")
        if character in "^$":
            self.is_literal = False
            return self._anchor(character)
        return self.character(character)

    def character(self, character: str) -> _Node:
        """One character that stands for itself."""
        self.literals.append(character)
        if "i" not in self.flags:
            shown = _escaped(character)
            return _Node(shown, shown, False)
        self.is_literal = False
        if "u" in self.flags:
            return _Node(None, f"(?i:{_escaped(character)})", False)
        return self._of_class(CharClass(of_ranges([(ord(character), ord(character))])))

    def _dot(self) -> _Node:
        if "s" in self.flags:
            return _Node(_ANY, _ANY, False)
        ends = of_ranges([(10, 10)]) if "d" in self.flags else LINE_ENDS
        return self._explicit(~ends)

    def _explicit(self, points: CodePoints) -> _Node:
        return _Node(rendered(points, re2=True), rendered(points, re2=False), False)

    def _anchor(self, character: str) -> _Node:
        if "m" in self.flags:
            return _Node(None, _AFTER_LINE_END if character == "^" else _BEFORE_LINE_END, True)
        if character == "^":
            return _Node(r"\A", r"\A", True)
        self.needs_no_line_end = True
        return _Node(r"\z", _BEFORE_LAST_LINE_END, True)

    # --------------------------------------------------------------------------------------------------- groups

    def group(self) -> _Node:
        """What follows `(`."""
        outer = self.flags
        if self.accept("?"):
            made = self._special_group(outer)
        else:
            self.group_count += 1
            made = self._closed("(", "(", self.alternation)
            self.flags = outer
        return made

    def _special_group(self, outer: frozenset[str]) -> _Node:
        for opening in ("<=", "<!", "=", "!", ">", ":"):
            if self.accept(opening):
                re2 = "(?:" if opening == ":" else None
                made = self._closed(re2, f"(?{opening}", self.alternation)
                self.flags = outer
                is_look = opening not in (":", ">")
                return _Node(made.re2, made.text, True) if is_look else made
        if self.accept("<"):
            name = self.until(">")
            if not (name.isascii() and name.isalnum() and name[0].isalpha()) or name in self.names:
                raise BadPattern(f"Bad group name {name!r}")
            self.group_count += 1
            self.names[name] = self.group_count
            made = self._closed(f"(?P<{name}>", f"(?P<{name}>", self.alternation)
            self.flags = outer
            return made
        return self._flags(outer)

    def _closed(self, re2: str | None, text: str, body: Callable[[], _Node]) -> _Node:
        inner = body()
        if not self.accept(")"):
            raise BadPattern("Unclosed group")
        whole = f"{re2}{inner.re2})" if re2 is not None and inner.re2 is not None else None
        return _Node(whole, f"{text}{inner.text})", inner.empty)

    def _flags(self, outer: frozenset[str]) -> _Node:
        """`(?i)` until the end of the group around it, `(?i:…)` for its own."""
        flags, adding = set(self.flags), True
        while True:
            character = self.take()
            if character == "-" and adding:
                adding = False
            elif character in _FLAGS:
                flags = flags | {character} if adding else flags - {character}
            elif character == ")":
                self.flags = frozenset(flags | ({"u"} if "U" in flags else set()))
                return _NOTHING
            elif character == ":":
                self.flags = frozenset(flags | ({"u"} if "U" in flags else set()))
                made = self._closed("(?:", "(?:", self.alternation)
                self.flags = outer
                return made
            else:
                raise BadPattern("Unknown inline modifier")

    # -------------------------------------------------------------------------------------------------- escapes

    def escape(self) -> _Node:
        """What follows a backslash outside of classes."""
        character = self.take()
        if not (character.isascii() and character.isalpha()) and not character.isdigit():
            return self.character(character)
        if character in "123456789":
            self.is_literal = False
            return self._back_reference(int(character))
        self.i -= 1
        code = self.coded()
        if code is not None:
            return self.character(chr(code))
        self.is_literal = False
        self.i += 1
        if character == "k":
            if not self.accept("<"):
                raise BadPattern("\\k is not followed by '<' for named capturing group")
            name = self.until(">")
            if name not in self.names:
                raise BadPattern(f"named capturing group <{name}> does not exist")
            return _Node(None, self.folded(f"(?P={name})"), True)
        simple = self._boundary(character)
        if simple is not None:
            return simple
        if character == "R":
            return _Node(_RE2_LINE_BREAK, _LINE_BREAK, False)
        if character == "X":
            return _Node(None, r"\X", False)
        return self._of_class(self.predefined(character))

    def _boundary(self, character: str) -> _Node | None:
        if character == "A":
            return _Node(r"\A", r"\A", True)
        if character == "z":
            return _Node(r"\z", r"\Z", True)
        if character == "Z":
            self.needs_no_line_end = True
            return _Node(r"\z", _BEFORE_LAST_LINE_END, True)
        if character == "G":
            return _Node(None, r"\G", True)
        if character in "bB":
            self.needs_ascii = True
            return _Node(f"\\{character}", f"\\{character}", True)
        return None

    def _back_reference(self, number: int) -> _Node:
        while self.peek().isdigit() and number * 10 + int(self.peek()) <= self.group_count:
            number = number * 10 + int(self.take())
        if number > self.group_count:
            return _Node(None, "(?!)", True)
        return _Node(None, self.folded(f"\\g<{number}>"), True)

    def _class_atom(self) -> _Node:
        return self._of_class(self.char_class())

    def _of_class(self, found: CharClass) -> _Node:
        if found.points is not None:
            points = found.points.ignoring_ascii_case() if "i" in self.flags else found.points
            if "i" in self.flags and "u" in self.flags:
                return _Node(None, f"(?i:{rendered(points, re2=False)})", False)
            return self._explicit(points)
        return _Node(found.re2, self.folded(found.text), False)
