"""What a regular expression is made of, after its syntax: sets of code points, repeats, groups, anchors."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

Ranges = tuple[tuple[int, int], ...]  # sorted, disjoint, both ends included

LAST: Final = sys.maxunicode
EVERYTHING: Final[Ranges] = ((0, LAST),)


def ranges(pairs: Iterable[tuple[int, int]]) -> Ranges:
    """The pairs sorted and merged."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(pairs):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def union(*sets: Ranges) -> Ranges:
    """The code points in any of the sets."""
    return ranges(pair for each in sets for pair in each)


def complement(chars: Ranges) -> Ranges:
    """The code points that are not in the set."""
    made, at = [], 0
    for low, high in chars:
        if low > at:
            made.append((at, low - 1))
        at = high + 1
    if at <= LAST:
        made.append((at, LAST))
    return tuple(made)


def intersection(left: Ranges, right: Ranges) -> Ranges:
    """The code points in both sets."""
    return complement(union(complement(left), complement(right)))


def of_text(chars: str) -> Ranges:
    """The characters of a text, as a set."""
    return ranges((ord(c), ord(c)) for c in chars)


def any_case(chars: Ranges, *, beyond_ascii: bool) -> Ranges:
    """The set with the other cases of its letters; only ASCII letters have them unless `beyond_ascii`."""
    more: list[tuple[int, int]] = []
    for low, high in chars:
        for a, z, shift in ((65, 90, 32), (97, 122, -32)):
            first, last = max(low, a), min(high, z)
            if first <= last:
                more.append((first + shift, last + shift))
        if beyond_ascii and high - low < 1000:
            for code in range(low, high + 1):
                more += [(ord(c), ord(c)) for c in (chr(code).lower(), chr(code).upper()) if len(c) == 1]
    return union(chars, tuple(more))


@cache
def of_category(prefix: str) -> Ranges:
    """The code points whose Unicode category begins with `prefix`."""
    made: list[tuple[int, int]] = []
    for code in range(LAST + 1):
        if unicodedata.category(chr(code)).startswith(prefix):
            if made and made[-1][1] == code - 1:
                made[-1] = (made[-1][0], code)
            else:
                made.append((code, code))
    return tuple(made)


DIGIT: Final = ranges([(48, 57)])
WORD: Final = ranges([(48, 57), (65, 90), (95, 95), (97, 122)])
SPACE: Final = of_text(" \t\n\x0b\f\r")
HORIZONTAL: Final = ranges(
    [(low, low) for low in (9, 32, 0xA0, 0x1680, 0x180E, 0x202F, 0x205F, 0x3000)] + [(0x2000, 0x200A)]
)
VERTICAL: Final = ranges([(0x0A, 0x0D), (0x85, 0x85), (0x2028, 0x2029)])
LINE_ENDS: Final = of_text("\n\r\x85\u2028\u2029")


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set."""

    chars: Ranges


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first option that lets the rest match."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Capture:
    """A group with a number, and a name perhaps."""

    child: Node
    number: int
    name: str | None


@dataclass(frozen=True, slots=True)
class Special:
    """A group by its opening: `(?=` `(?!` `(?<=` `(?<!` `(?>`."""

    child: Node
    opening: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """`child` from `least` to `most` times (None: without limit); `mode` is "", "?" (lazy) or "+" (possessive)."""

    child: Node
    least: int
    most: int | None
    mode: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place: `^` `$` (of the text), `(?m)^` `(?m)$` (of lines), `\\b` `\\B` `\\A` `\\z` `\\G`."""

    kind: str


@dataclass(frozen=True, slots=True)
class BackReference:
    """What a group matched, by number."""

    number: int
    any_case: bool


Node = Chars | Sequence | Choice | Capture | Special | Repeat | Anchor | BackReference


def shortest(node: Node) -> int:
    """The least number of characters that `node` can match."""
    match node:
        case Chars():
            return 1
        case Sequence(items):
            return sum(map(shortest, items))
        case Choice(options):
            return min(map(shortest, options))
        case Capture(child):
            return shortest(child)
        case Special(child, opening):
            return shortest(child) if opening == "(?>" else 0
        case Repeat(child, least):
            return least * shortest(child)
    return 0
