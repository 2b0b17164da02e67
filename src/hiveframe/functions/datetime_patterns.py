"""Patterns of `date_format` and `to_timestamp` as element lists, with Spark's rules about what a pattern may hold.

Source: Spark SQL reference, "Datetime patterns"; `java.time.format.DateTimeFormatterBuilder.appendPattern`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, SparkError, SparkRuntimeException, SparkUpgradeException

_WEEK_BASED: Final = frozenset("YWwuec")
_UNSUPPORTED: Final = frozenset("ABnNp")
_NOT_FOR_PARSING: Final = frozenset("EFqQ")
_TOO_LONG: Final = (*(letter * 5 for letter in "GMLEQq"), "y" * 7)
# What the formatter of Spark 2.4 took: a pattern that only it takes is an upgrade problem.
_LEGACY_LETTERS: Final = frozenset("GyYMLwWDdFEuaHkKhmsSzZX")
_DOCROOT: Final = "https://spark.apache.org/docs/latest"
_RUNS: Final = re.compile(r"([A-Za-z])\1*|'(?:[^']|'')*'?|.", re.DOTALL)

# How many times each letter may be repeated.
_COUNTS: Final[dict[str, frozenset[int]]] = {
    **{letter: frozenset(range(1, 20)) for letter in "yug"},
    **{letter: frozenset(range(1, 6)) for letter in "GMLQqEXxZ"},
    **{letter: frozenset({1, 2}) for letter in "dhHkKms"},
    "D": frozenset({1, 2, 3}),
    "S": frozenset(range(1, 10)),
    "a": frozenset({1}),
    "F": frozenset({1}),
    "V": frozenset({2}),
    "v": frozenset({1, 4}),
    "z": frozenset({1, 2, 3, 4}),
    "O": frozenset({1, 4}),
}

ZONE_LETTERS: Final = frozenset("VvzOXxZ")


@dataclass(frozen=True, slots=True)
class Field:
    """A letter and how often it stands there: `y` is the year of the era, `u` the proleptic year."""

    letter: str
    count: int


@dataclass(frozen=True, slots=True)
class Text:
    """Characters that stand for themselves."""

    value: str


@dataclass(frozen=True, slots=True)
class Optional:
    """`[…]`: printed as a whole, read when it is there."""

    elements: tuple[Element, ...]


Element = Field | Text | Optional


@lru_cache(maxsize=512)
def compile_pattern(pattern: str, *, is_parsing: bool = False, knows_legacy: bool = True) -> tuple[Element, ...]:
    """The elements of a pattern. `knows_legacy`: whether an error says that Spark 2.4 took it.

    Raises: INVALID_DATETIME_PATTERN.*, or INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION for one
    that Spark 2.4 took.
    """
    problem = _problem(pattern, is_parsing=is_parsing)
    if problem is None:
        elements = _elements(pattern)
        if elements is not None:
            return elements
        params = {"pattern": _quoted(pattern), "docroot": _DOCROOT}
        problem = SparkRuntimeException("INVALID_DATETIME_PATTERN.WITH_SUGGESTION", params)
    if knows_legacy and _legacy_takes(pattern):
        raise SparkUpgradeException(
            "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION",
            {"pattern": _quoted(pattern), "config": '"spark.sql.legacy.timeParserPolicy"', "docroot": _DOCROOT},
        )
    raise problem


def _quoted(pattern: str) -> str:
    """A pattern as a string literal."""
    return "'" + pattern.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fields_of(elements: tuple[Element, ...]) -> Iterator[Field]:
    """Every field, those in optional sections too."""
    for element in elements:
        if isinstance(element, Field):
            yield element
        elif isinstance(element, Optional):
            yield from fields_of(element.elements)


def has_zone(elements: tuple[Element, ...]) -> bool:
    """Whether a zone or an offset is among the fields."""
    return any(f.letter in ZONE_LETTERS for f in fields_of(elements))


def _unquoted(pattern: str) -> list[str]:
    return pattern.split("'")[::2]


def _problem(pattern: str, *, is_parsing: bool) -> SparkError | None:
    """What Spark itself refuses, before Java sees the pattern."""
    for part in _unquoted(pattern):
        for letter in part:
            if letter in _WEEK_BASED:
                return IllegalArgumentException(
                    "INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", {"c": letter}
                )
            if letter in _UNSUPPORTED or (is_parsing and letter in _NOT_FOR_PARSING):
                params = {"c": letter, "pattern": pattern}
                return IllegalArgumentException("INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", params)
        style = next((style for style in _TOO_LONG if style in part), None)
        if style is not None:
            shown = style if style[0] in "qQ" else pattern
            return IllegalArgumentException("INVALID_DATETIME_PATTERN.LENGTH", {"pattern": shown})
    return None


def _legacy_takes(pattern: str) -> bool:
    if pattern.count("'") % 2:
        return False
    letters = [c for part in _unquoted(pattern) for c in part if c.isascii() and c.isalpha()]
    return all(c in _LEGACY_LETTERS for c in letters) and "XXXX" not in pattern


def _elements(pattern: str) -> tuple[Element, ...] | None:
    """None for what Java refuses: unknown letters, wrong counts, unbalanced quotes and brackets, `{ } #`."""
    has_era = any("G" in part for part in _unquoted(pattern))
    stack: list[list[Element]] = [[]]
    for run in _RUNS.finditer(pattern):
        token = run.group()
        if run.group(1):
            letter = token[0]
            if len(token) not in _COUNTS.get(letter, ()):
                return None
            stack[-1].append(Field("u" if letter == "y" and not has_era else letter, len(token)))
        elif token[0] == "'":
            if len(token) < 2 or not token.endswith("'"):
                return None
            stack[-1].append(Text(token[1:-1].replace("''", "'") or "'"))
        elif token == "[":
            stack.append([])
        elif token == "]":
            if len(stack) == 1:
                return None
            inner = stack.pop()
            stack[-1].append(Optional(tuple(inner)))
        elif token in "{}#":
            return None
        else:
            stack[-1].append(Text(token))
    while len(stack) > 1:
        inner = stack.pop()
        stack[-1].append(Optional(tuple(inner)))
    return tuple(stack[0])
