"""Java's regular-expression functions over rows: for patterns that RE2 cannot say, or that are columns."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import Any

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import NO_CONDITION, PlainIllegalArgument, SparkRuntimeException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.java_regex import JavaRegex, compiled, translate
from hiveframe.functions.java_regex_classes import BadPattern
from hiveframe.functions.java_strings import JavaText, settled


def pattern_of(pattern: str, function: str) -> JavaRegex:
    """The pattern translated; INVALID_PARAMETER_VALUE.PATTERN when Java refuses it."""
    try:
        return translate(pattern)
    except BadPattern:
        quoted = "'" + pattern.replace("\\", "\\\\").replace("'", "\\'") + "'"
        params = {"functionName": f"`{function}`", "parameter": "`regexp`", "value": quoted}
        raise SparkRuntimeException("INVALID_PARAMETER_VALUE.PATTERN", params) from None


@dataclass(frozen=True, slots=True)
class Replacement:
    """A replacement read as Java reads it: texts, and numbers of groups."""

    parts: tuple[str | int, ...]

    @property
    def highest_group(self) -> int:
        return max((p for p in self.parts if isinstance(p, int)), default=0)

    def expand(self, found: Any) -> str:
        """The text that takes a match's place."""
        return "".join(p if isinstance(p, str) else (found.group(p) or "") for p in self.parts)


@lru_cache(maxsize=512)
def replacement_of(replacement: str, pattern: str) -> Replacement | None:
    r"""`$1`, `${name}` and `\$` understood; None for what Java refuses."""
    regex = translate(pattern)
    parts: list[str | int] = []
    i = 0
    while i < len(replacement):
        character = replacement[i]
        i += 1
        if character == "\\":
            if i == len(replacement):
                return None
            parts.append(replacement[i])
            i += 1
        elif character == "$":
            group, i = _group_at(replacement, i, regex)
            if group is None:
                return None
            parts.append(group)
        else:
            parts.append(character)
    return Replacement(tuple(parts))


def _group_at(replacement: str, i: int, regex: JavaRegex) -> tuple[int | None, int]:
    if replacement.startswith("{", i):
        end = replacement.find("}", i)
        return (regex.group_names.get(replacement[i + 1 : end]), end + 1) if end > 0 else (None, i)
    if not "0" <= replacement[i : i + 1] <= "9" or not replacement[i : i + 1]:
        return None, i
    group = int(replacement[i])
    i += 1
    if group > regex.group_count:
        return None, i
    while "0" <= replacement[i : i + 1] <= "9" and replacement[i : i + 1]:
        longer = group * 10 + int(replacement[i])
        if longer > regex.group_count:
            break
        group = longer
        i += 1
    return group, i


def _check_group(index: int, pattern: str, function: str) -> None:
    count = translate(pattern).group_count
    if not 0 <= index <= count:
        raise SparkRuntimeException(
            "INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX",
            {
                "functionName": f"`{function}`",
                "parameter": "`idx`",
                "groupCount": str(count),
                "groupIndex": str(index),
            },
        )


def _is_match(text: str, pattern: str, *, function: str) -> bool:
    pattern_of(pattern, function)
    return compiled(pattern).search(text) is not None


def _extract(text: str, pattern: str, index: int) -> str:
    pattern_of(pattern, "regexp_extract")
    found = compiled(pattern).search(text)
    if found is None:
        return ""
    _check_group(index, pattern, "regexp_extract")
    return found.group(index) or ""


def _extract_all(text: str, pattern: str, index: int) -> list[str]:
    pattern_of(pattern, "regexp_extract_all")
    made: list[str] = []
    for found in JavaText(text).matches(pattern):
        _check_group(index, pattern, "regexp_extract_all")
        made.append(found.group(index) or "")
    return made


def _replace(text: str, pattern: str, replacement: str, position: int) -> str:
    pattern_of(pattern, "regexp_replace")
    whole = JavaText(text)
    if position > 1 and whole.length < position:
        return text
    before, searched = "", whole
    if position > 1:  # what stands before it is not seen, not even by what looks behind
        before, searched = whole.part(0, position - 1), whole.rest(position - 1)
    made, last = [before], 0
    for found in searched.matches(pattern):
        expansion = replacement_of(replacement, pattern)
        if expansion is None:
            params = {
                "source": text,
                "pattern": pattern,
                "replacement": replacement,
                "position": str(position),
            }
            raise SparkRuntimeException("INVALID_REGEXP_REPLACE", params)
        made += [searched.part(last, found.start()), expansion.expand(found)]
        last = found.end()
    return settled("".join([*made, searched.part(last)]))


def _count(text: str, pattern: str) -> int:
    pattern_of(pattern, "regexp_extract_all")  # which it is made of in Spark
    return sum(1 for _ in JavaText(text).matches(pattern))


def _place(text: str, pattern: str) -> int:
    pattern_of(pattern, "regexp_instr")
    found = compiled(pattern).search(text)
    return _utf16_length(text[: found.start()]) + 1 if found is not None else 0


def _utf16_length(text: str) -> int:
    """The length as Java counts it."""
    return len(text) + sum(1 for c in text if c > "\uffff")


def _split(text: str, pattern: str, limit: int) -> list[str]:
    """`String.split` that keeps empty texts at the end; without a pattern, single characters."""
    try:
        translate(pattern)
    except BadPattern as reason:
        raise PlainIllegalArgument(NO_CONDITION, {"message": f"{reason}\n{pattern}"}) from None
    if not text:
        return [""]
    if not pattern:
        count = min(limit, len(text)) if limit > 0 else len(text)
        return [*text[: count - 1], text[count - 1 :]]
    whole = JavaText(text)
    parts: list[str] = []
    last = 0
    for found in whole.matches(pattern):
        if 0 < limit <= len(parts) + 1:
            break
        if found.end() == 0:
            continue  # nothing is split off before the first character
        parts.append(settled(whole.part(last, found.start())))
        last = found.end()
    return [*parts, settled(whole.part(last))]


def matched(texts: pa.Array, patterns: pa.Array, *, function: str) -> pa.Array:
    """Whether each row's text holds a match; `function` is named where a pattern is none."""
    return by_row(partial(_is_match, function=function), pa.bool_(), [texts, patterns])


def extracted(texts: pa.Array, patterns: pa.Array, groups: pa.Array) -> pa.Array:
    """A group of the first match in each row."""
    return by_row(_extract, pa.string(), [texts, patterns, groups])


def all_extracted(texts: pa.Array, patterns: pa.Array, groups: pa.Array) -> pa.Array:
    """A group of every match in each row."""
    return by_row(_extract_all, pa.list_(pa.string()), [texts, patterns, groups])


def replaced(texts: pa.Array, patterns: pa.Array, replacements: pa.Array, positions: pa.Array) -> pa.Array:
    """Each row with its matches from a position on replaced."""
    return by_row(_replace, pa.string(), [texts, patterns, replacements, positions])


def counted(texts: pa.Array, patterns: pa.Array) -> pa.Array:
    """The number of matches in each row."""
    return by_row(_count, pa.int32(), [texts, patterns])


def placed(texts: pa.Array, patterns: pa.Array) -> pa.Array:
    """Where the first match in each row begins, from 1; 0 for none."""
    return by_row(_place, pa.int32(), [texts, patterns])


def parted(texts: pa.Array, patterns: pa.Array, limits: pa.Array) -> pa.Array:
    """Each row split at its matches."""
    return by_row(_split, pa.list_(pa.string()), [texts, patterns, limits])
