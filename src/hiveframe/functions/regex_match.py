"""Java's regular expressions at work on texts, by Python's `re`: what RE2 cannot do, patterns that come with rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.regex_parser import BadPattern, Parsed, parse
from hiveframe.functions.regex_print import python_pattern


@dataclass(frozen=True, slots=True)
class Compiled:
    """A pattern ready to use."""

    search: re.Pattern[str]
    group_count: int
    names: dict[str, int]


def parsed(pattern: str, function: str) -> Parsed:
    """The pattern's tree; INVALID_PARAMETER_VALUE.PATTERN, for `function`, when it is none."""
    try:
        return parse(pattern)
    except (BadPattern, RecursionError):
        raise _bad(pattern, function) from None


@lru_cache(maxsize=512)
def compiled(pattern: str, function: str) -> Compiled:
    """The pattern for `re`; INVALID_PARAMETER_VALUE.PATTERN, for `function`, when it is none."""
    found = parsed(pattern, function)
    try:
        search = re.compile(python_pattern(found.root), re.ASCII)
    except (re.error, RecursionError, OverflowError):
        raise _bad(pattern, function) from None
    return Compiled(search, found.group_count, found.names)


def _bad(pattern: str, function: str) -> SparkRuntimeException:
    params = {"parameter": "`regexp`", "functionName": f"`{function}`", "value": f"'{pattern}'"}
    return SparkRuntimeException("INVALID_PARAMETER_VALUE.PATTERN", params)


def check_group(index: int, count: int, function: str) -> None:
    """INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX for a group that the pattern does not have."""
    if not 0 <= index <= count:
        params = {"parameter": "`idx`", "functionName": f"`{function}`"}
        params |= {"groupCount": str(count), "groupIndex": str(index)}
        raise SparkRuntimeException("INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", params)


def found(value: str, pattern: str) -> bool:
    """Whether the pattern matches anywhere."""
    return compiled(pattern, "rlike").search.search(value) is not None


def extracted(value: str, pattern: str, index: int) -> str:
    """A group of the first match, empty without one."""
    search = compiled(pattern, "regexp_extract")
    check_group(index, search.group_count, "regexp_extract")
    match = search.search.search(value)
    return (match.group(index) or "") if match else ""


def substring(value: str, pattern: str) -> str | None:
    """The first match; None without one and for an empty one."""
    return extracted(value, pattern, 0) or None


def all_extracted(value: str, pattern: str, index: int) -> list[str]:
    """A group of each match."""
    search = compiled(pattern, "regexp_extract_all")
    check_group(index, search.group_count, "regexp_extract_all")
    return [match.group(index) or "" for match in search.search.finditer(value)]


def counted(value: str, pattern: str) -> int:
    """How many matches there are."""
    return len(all_extracted(value, pattern, 0))


def position(value: str, pattern: str, index: int) -> int:
    """Where the first match begins, from 1 in UTF-16 units; 0 without one. Spark ignores the group."""
    match = compiled(pattern, "regexp_instr").search.search(value)
    return len(value[: match.start()].encode("utf-16-le", "surrogatepass")) // 2 + 1 if match else 0


def replaced(value: str, pattern: str, replacement: str, start: int) -> str:
    """The text with each match from `start` (from 1) on replaced."""
    search = compiled(pattern, "regexp_replace")
    if start > len(value) + (start == 1):
        return value
    made: list[str] = []
    last = 0
    try:
        for match in search.search.finditer(value, start - 1):
            made.append(value[last : match.start()])
            parts = replacement_parts(replacement, search.group_count, tuple(search.names.items()))
            made += [part if isinstance(part, str) else match.group(part) or "" for part in parts]
            last = match.end()
    except BadPattern:
        params = {"source": value, "pattern": pattern, "replacement": replacement, "position": str(start)}
        raise SparkRuntimeException("INVALID_REGEXP_REPLACE", params) from None
    return "".join(made) + value[last:]


@lru_cache(maxsize=512)
def replacement_parts(replacement: str, group_count: int, names: tuple[tuple[str, int], ...]) -> tuple[str | int, ...]:
    """Texts and group numbers of a replacement (`$1`, `${name}`, `\\$`); BadPattern when Java would refuse it."""
    return tuple(_parts(replacement, group_count, dict(names)))


def _parts(replacement: str, group_count: int, names: dict[str, int]) -> Iterator[str | int]:
    at = 0
    while at < len(replacement):
        char = replacement[at]
        at += 1
        if char not in "\\$":
            yield char
            continue
        following = replacement[at : at + 1]
        if not following:
            raise BadPattern("a character or group is missing at the end")
        at += 1
        if char == "\\":
            yield following
        elif following == "{":
            end = replacement.find("}", at)
            name = replacement[at:end]
            if end < 0 or name not in names:
                raise BadPattern(f"no group is named {name!r}")
            at = end + 1
            yield names[name]
        else:
            number, at = _group_number(replacement, at - 1, group_count)
            yield number


def _group_number(replacement: str, at: int, group_count: int) -> tuple[int, int]:
    """The longest number of a group that exists, and where it ends."""
    if replacement[at] not in "0123456789" or int(replacement[at]) > group_count:
        raise BadPattern("illegal group reference")
    number = int(replacement[at])
    at += 1
    while at < len(replacement) and replacement[at] in "0123456789":
        longer = number * 10 + int(replacement[at])
        if longer > group_count:
            break
        number, at = longer, at + 1
    return number, at


def parts_between(value: str, pattern: str, limit: int) -> list[str]:
    """The parts between matches (Java's String.split): at most `limit`, all of them when it is not positive."""
    if not pattern:
        return _characters(value, limit)
    made: list[str] = []
    last = 0
    for match in compiled(pattern, "split").search.finditer(value):
        if limit > 0 and len(made) == limit - 1:
            break
        if match.end() == 0:  # nothing is split off by an empty match at the start
            continue
        made.append(value[last : match.start()])
        last = match.end()
    return [*made, value[last:]]


def _characters(value: str, limit: int) -> list[str]:
    """An empty pattern: each character for itself, the last part takes the rest."""
    if not value or limit <= 0 or limit >= len(value):
        return list(value) or [""]
    return [*value[: limit - 1], value[limit - 1 :]]


def kernel(function: Callable[..., object], result: pa.DataType) -> Callable[..., pa.Array]:
    """An Arrow kernel of a function of rows; NULL in, NULL out."""

    def run(*columns: pa.Array) -> pa.Array:
        return by_row(function, result, columns)

    return run


TEXTS = pa.list_(pa.string())
find_each = kernel(found, pa.bool_())
extract_each = kernel(extracted, pa.string())
substring_each = kernel(substring, pa.string())
extract_all_each = kernel(all_extracted, TEXTS)
count_each = kernel(counted, pa.int32())
position_each = kernel(position, pa.int32())
replace_each = kernel(replaced, pa.string())
split_each = kernel(parts_between, TEXTS)
