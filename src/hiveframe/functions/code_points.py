"""Sets of code points as sorted ranges: what character classes are made of."""

from __future__ import annotations

from collections.abc import Iterable

from hiveframe.dataclass import dataclass

_LAST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class CodePoints:
    """Disjoint ranges (both ends included), ascending."""

    ranges: tuple[tuple[int, int], ...] = ()

    def __or__(self, other: CodePoints) -> CodePoints:
        return of_ranges((*self.ranges, *other.ranges))

    def __and__(self, other: CodePoints) -> CodePoints:
        return ~(~self | ~other)

    def __invert__(self) -> CodePoints:
        gaps, start = [], 0
        for low, high in self.ranges:
            if start < low:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= _LAST:
            gaps.append((start, _LAST))
        return CodePoints(tuple(gaps))

    def ignoring_ascii_case(self) -> CodePoints:
        """With the other case of every ASCII letter."""
        return self | (self & UPPER).shifted(32) | (self & LOWER).shifted(-32)

    def shifted(self, by: int) -> CodePoints:
        """Every code point moved."""
        return CodePoints(tuple((low + by, high + by) for low, high in self.ranges))


def of_ranges(ranges: Iterable[tuple[int, int]]) -> CodePoints:
    """A set of ranges in any order."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return CodePoints(tuple(merged))


def of_characters(characters: str) -> CodePoints:
    """A set of characters."""
    return of_ranges((ord(c), ord(c)) for c in characters)


LOWER = of_ranges([(0x61, 0x7A)])
UPPER = of_ranges([(0x41, 0x5A)])
DIGIT = of_ranges([(0x30, 0x39)])
ALPHA = LOWER | UPPER
ALNUM = ALPHA | DIGIT
WORD = ALNUM | of_characters("_")
SPACE = of_characters("\t\n\x0b\f\r ")
HORIZONTAL = of_characters(" \t\xa0\u1680\u180e\u202f\u205f\u3000") | of_ranges([(0x2000, 0x200A)])
VERTICAL = of_characters("\n\x0b\f\r\x85\u2028\u2029")
LINE_ENDS = of_characters("\n\r\x85\u2028\u2029")
GRAPH = of_ranges([(0x21, 0x7E)])
PUNCT = GRAPH & ~ALNUM
ASCII = of_ranges([(0, 0x7F)])

# POSIX names, which are ASCII only in Java.
POSIX = {
    "Lower": LOWER,
    "Upper": UPPER,
    "ASCII": ASCII,
    "Alpha": ALPHA,
    "Digit": DIGIT,
    "Alnum": ALNUM,
    "Punct": PUNCT,
    "Graph": GRAPH,
    "Print": of_ranges([(0x20, 0x7E)]),
    "Blank": of_characters(" \t"),
    "Cntrl": of_ranges([(0, 0x1F), (0x7F, 0x7F)]),
    "XDigit": DIGIT | of_ranges([(0x41, 0x46), (0x61, 0x66)]),
    "Space": SPACE,
}
