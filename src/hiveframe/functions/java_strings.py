"""Texts as Java holds them: units of 16 bits, two of them for a character beyond.

A match of nothing may stand between the two halves of a character, and a half that is left alone is printed as `?`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.java_regex import compiled

_LAST_UNIT: Final = "\uffff"
_HALF: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class _Found:
    """A match at places counted in units."""

    match: Any
    first: int
    after: int

    def start(self) -> int:
        """The first unit."""
        return self.first

    def end(self) -> int:
        """The unit after the last."""
        return self.after

    def group(self, index: int) -> str | None:
        """The text of a group; None where it took no part."""
        found: str | None = self.match.group(index)
        return found


class JavaText:
    """A text whose places are counted in units."""

    def __init__(self, text: str) -> None:
        self._text = text
        # The unit at which each character begins, and the one after the last; None where each character is a unit.
        self._starts: list[int] | None = None
        self._units = text
        if not text.isascii() and max(text) > _LAST_UNIT:
            self._starts = [0, *accumulate(1 + (c > _LAST_UNIT) for c in text)]
            self._units = _halved(text)

    @property
    def length(self) -> int:
        """The number of units."""
        return len(self._units)

    def part(self, start: int, end: int | None = None) -> str:
        """The units from `start` to `end`; `settled` makes a text of them."""
        return self._units[start:end]

    def rest(self, start: int) -> JavaText:
        """What begins at a unit, as a text of its own."""
        return JavaText(_joined(self._units[start:]))

    def matches(self, pattern: str) -> Iterator[Any]:
        """Every match as `Matcher.find` meets them: an empty one may begin where the one before it ended."""
        search = compiled(pattern).search
        start = 0
        while start <= len(self._units):
            found = self._next(search, start)
            if found is None:
                return
            yield found
            start = found.end() if found.end() > found.start() else found.end() + 1

    def _next(self, search: Callable[[str, int], Any], start: int) -> Any:
        if self._starts is None:
            return search(self._text, start)
        text, starts = self._text, self._starts
        at = bisect_left(starts, start)
        if starts[at] != start:  # inside of the character before: its halves are characters then
            text = text[: at - 1] + _halved(text[at - 1]) + text[at:]
            starts = [*starts[:at], start, *starts[at:]]
        found = search(text, at)
        return None if found is None else _Found(found, starts[found.start()], starts[found.end()])


def settled(units: str) -> str:
    """The text of units: halves that meet are a character, others `?`."""
    return units if units.isascii() else _HALF.sub("?", _joined(units))


def _joined(units: str) -> str:
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _halved(text: str) -> str:
    return "".join(c if c <= _LAST_UNIT else _halves(ord(c) - 0x10000) for c in text)


def _halves(above: int) -> str:
    return chr(0xD800 + (above >> 10)) + chr(0xDC00 + (above & 0x3FF))
