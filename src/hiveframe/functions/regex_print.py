"""Parsed patterns written for Python's `re` (all of Java's language) and for RE2 (what means the same there)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hiveframe.functions import regex_nodes as n
from hiveframe.functions.regex_nodes import Node, Ranges

_END: Final = r"(?:\Z|(?=\r\n\Z)|(?=[\r\x85\u2028\u2029]\Z)|(?<!\r)(?=\n\Z))"
_PYTHON_ANCHORS: Final = {
    "^": r"\A",
    "$": _END,
    "(?m)^": r"(?:\A|(?<=[\n\x85\u2028\u2029])(?!\Z)|(?<=\r)(?!\n)(?!\Z))",
    "(?m)$": r"(?:\Z|(?=[\r\x85\u2028\u2029])|(?<!\r)(?=\n))",
    r"\b": r"\b",
    r"\B": r"\B",
    r"\A": r"\A",
    r"\z": r"\Z",
    r"\G": r"\A",
}
_RE2_ANCHORS: Final = {"^": r"\A", r"\A": r"\A", r"\z": r"\z", r"\b": r"\b", r"\B": r"\B"}
_RE2_MOST_REPEATS: Final = 200
_RE2_MOST_RANGES: Final = 50
_LINE_END: Final = r"(\r\n|[\n\r\x{85}\x{2028}\x{2029}])?\z"


def python_pattern(node: Node) -> str:
    """The pattern for `re` with the ASCII flag."""
    match node:
        case n.Chars(chars):
            return _python_chars(chars)
        case n.Sequence(items):
            return "(?:" + "".join(map(python_pattern, items)) + ")"
        case n.Choice(options):
            return "(?:" + "|".join(map(python_pattern, options)) + ")"
        case n.Capture(child):
            return "(" + python_pattern(child) + ")"
        case n.Special(child, opening):
            if opening in ("(?<=", "(?<!") and isinstance(child, n.Choice):
                return _look_behind(opening, child)
            return opening + python_pattern(child) + ")"
        case n.Repeat(child, least, most, mode):
            return "(?:" + python_pattern(child) + ")" + _bounds(least, most) + mode
        case n.Anchor(kind):
            return _PYTHON_ANCHORS[kind]
        case n.BackReference(number, any_case):
            return f"(?i:(?:\\{number}))" if any_case else f"(?:\\{number})"


def _look_behind(opening: str, child: n.Choice) -> str:
    """Each option on its own, since Python wants one width in each."""
    parts = [opening + python_pattern(option) + ")" for option in child.options]
    return "(?:" + ("|".join(parts) if opening == "(?<=" else "".join(parts)) + ")"


def _bounds(least: int, most: int | None) -> str:
    if (least, most) in ((0, None), (1, None), (0, 1)):
        return {(0, None): "*", (1, None): "+", (0, 1): "?"}[(least, most)]
    return f"{{{least},{'' if most is None else most}}}"


def _python_chars(chars: Ranges) -> str:
    if not chars:
        return r"(?!)"
    if chars == n.EVERYTHING:
        return r"[\s\S]"
    return "[" + "".join(f"\\U{low:08x}" if low == high else f"\\U{low:08x}-\\U{high:08x}" for low, high in chars) + "]"


@dataclass(frozen=True, slots=True)
class Re2:
    """A pattern for RE2. `end_group` is the group that holds the line end before the last `$`, 0 when there is none."""

    pattern: str
    end_group: int


def re2_pattern(root: Node, group_count: int) -> Re2 | None:
    """The pattern for DuckDB's RE2 when it means the same there."""
    items = list(root.items) if isinstance(root, n.Sequence) else [root]
    ends = bool(items) and items[-1] == n.Anchor("$")
    if ends:
        items.pop()
    made = [_re2(item) for item in items]
    if any(part is None for part in made):
        return None
    return Re2("".join(part or "" for part in made) + (_LINE_END if ends else ""), group_count + 1 if ends else 0)


def is_literal(root: Node) -> str | None:
    """The text that a pattern stands for, when it is no more than that."""
    items = root.items if isinstance(root, n.Sequence) else (root,)
    made = ""
    for item in items:
        if not isinstance(item, n.Chars) or len(item.chars) != 1 or item.chars[0][0] != item.chars[0][1]:
            return None
        made += chr(item.chars[0][0])
    return made or None


def is_anchored(root: Node) -> bool:
    """Whether the pattern matches at the start of the text only."""
    return isinstance(root, n.Sequence) and bool(root.items) and root.items[0] in (n.Anchor("^"), n.Anchor(r"\A"))


def _re2(node: Node) -> str | None:
    match node:
        case n.Chars(chars):
            return _re2_chars(chars)
        case n.Sequence(items):
            return _re2_joined(items, "")
        case n.Choice(options):
            return _re2_joined(options, "|")
        case n.Capture(child):
            inner = _re2(child)
            return None if inner is None else f"({inner})"
        case n.Repeat(child, least, most, mode):
            inner = _re2(child)
            if inner is None or mode == "+" or max(least, most or 0) * _weight(child) > _RE2_MOST_REPEATS:
                return None
            if n.shortest(child) == 0:  # RE2 goes its own way with loops over nothing
                return None
            return f"(?:{inner})" + _bounds(least, most) + mode
        case n.Anchor(kind):
            return _RE2_ANCHORS.get(kind)
    return None


def _re2_joined(nodes: tuple[Node, ...], separator: str) -> str | None:
    made = [_re2(node) for node in nodes]
    if any(part is None for part in made):
        return None
    return "(?:" + separator.join(part or "" for part in made) + ")"


def _re2_chars(chars: Ranges) -> str | None:
    if not chars or len(chars) > _RE2_MOST_RANGES:
        return None
    if len(chars) == 1 and chars[0][0] == chars[0][1]:
        return _re2_char(chars[0][0])
    if chars == n.EVERYTHING:
        return r"[\x{0}-\x{10FFFF}]"
    outside = n.complement(chars)
    shown, sign = (outside, "^") if chars[-1][1] == n.LAST else (chars, "")
    parts = (_re2_char(a) if a == b else f"{_re2_char(a)}-{_re2_char(b)}" for a, b in shown)
    return f"[{sign}" + "".join(parts) + "]"


def _re2_char(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\x{{{code:x}}}"


def _weight(node: Node) -> int:
    """How many times a bounded repeat inside is written out."""
    match node:
        case n.Sequence(items) | n.Choice(items):
            return max((_weight(item) for item in items), default=1)
        case n.Capture(child):
            return _weight(child)
        case n.Repeat(child, least, most):
            return max(least, most or 0, 1) * _weight(child)
    return 1
