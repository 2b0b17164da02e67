"""Searching, replacing and cutting of texts with a collation, in Python.

A text is folded (case and accents taken off, as the collation wants) with the place of each folded character in it, so
that what is found in the folded text is cut out of the text itself. That is what ICU's own search answers for letters
and their marks; its contractions and expansions (`ss` for `ß`) are not looked for.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.collation_keys import is_collated
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import ANY, Function, always_null, register, rest
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.collations import Collation, collation
from hiveframe.plan.logical import Call


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text: `starts[i]` is where the character stands in the text from which folded character i comes."""

    text: str
    folded: str
    starts: tuple[int, ...]  # one more than characters: the last is the text's length

    def find(self, part: str, begin: int = 0) -> Iterator[tuple[int, int]]:
        """Where the text holds a folded part, as begin and end in the text, none over another."""
        at = 0
        while part and (at := self.folded.find(part, at)) >= 0:
            end = at + len(part)
            whole = (at == 0 or self.starts[at] != self.starts[at - 1]) and self._ends(end)
            if whole and self.starts[at] >= begin:
                yield self.starts[at], self.starts[end]
                at = end
            else:
                at += 1

    def _ends(self, end: int) -> bool:
        """Whether folded character `end` begins a character of its own, marks not counted as such."""
        if end == len(self.folded):
            return True
        return self.starts[end] != self.starts[end - 1] and not unicodedata.combining(self.folded[end])


@functools.lru_cache(maxsize=4096)
def fold(text: str, by: Collation) -> Folded:
    """A text as a collation sees it."""
    parts: list[str] = []
    starts: list[int] = []
    for i, char in enumerate(text):
        seen = _seen(char, by)
        parts.append(seen)
        starts += [i] * len(seen)
    return Folded(text, "".join(parts), (*starts, len(text)))


def _seen(char: str, by: Collation) -> str:
    if by.root == "UTF8_BINARY":
        return char
    if by.root == "UTF8_LCASE":
        return "i̇" if char == "İ" else "σ" if char == "ς" else _lower(char)
    seen = unicodedata.normalize("NFD", char)
    if by.ignores_accents:
        seen = "".join(c for c in seen if not unicodedata.combining(c))
    return seen.casefold() if by.ignores_case else seen


def _lower(char: str) -> str:
    lowered = char.lower()
    return lowered if len(lowered) == 1 else char


def _trimmed(text: str, by: Collation) -> str:
    return text.rstrip(" ") if by.trims else text


def _contains(by: Collation, text: str, part: str) -> bool:
    part = _trimmed(part, by)
    return not part or next(fold(text, by).find(fold(part, by).folded), None) is not None


def _starts(by: Collation, text: str, part: str) -> bool:
    found = next(fold(text, by).find(fold(part, by).folded), None)
    return not part or (found is not None and found[0] == 0)


def _ends(by: Collation, text: str, part: str) -> bool:
    text, part = _trimmed(text, by), _trimmed(part, by)
    return not part or any(end == len(text) for _, end in fold(text, by).find(fold(part, by).folded))


def _place(by: Collation, text: str, part: str) -> int:
    return _located(by, part, text, 1)


def _located(by: Collation, part: str, text: str, start: int = 1) -> int:
    if start < 1:
        return 0
    if not part:
        return start if start <= len(text) + 1 else 0
    found = next(fold(text, by).find(fold(part, by).folded, start - 1), None)
    return 0 if found is None else found[0] + 1


def _replaced(by: Collation, text: str, part: str, new: str = "") -> str:
    return new.join(_split(by, text, part)) if part else text


def _split(by: Collation, text: str, part: str) -> list[str]:
    pieces, at = [], 0
    for begin, end in fold(text, by).find(fold(part, by).folded):
        pieces.append(text[at:begin])
        at = end
    return [*pieces, text[at:]]


def _split_part(by: Collation, text: str, part: str, place: int) -> str:
    if place == 0:
        raise SparkRuntimeException("INVALID_INDEX_OF_ZERO")
    pieces = _split(by, text, part) if part else [text]
    at = place - 1 if place > 0 else len(pieces) + place
    return pieces[at] if 0 <= at < len(pieces) else ""


def _substring_index(by: Collation, text: str, part: str, count: int) -> str:
    places = list(fold(text, by).find(fold(part, by).folded)) if part else []
    if count == 0 or not part:
        return ""
    if abs(count) > len(places):
        return text
    return text[: places[count - 1][0]] if count > 0 else text[places[count][1] :]


def _translated(by: Collation, text: str, old: str, new: str) -> str:
    table: dict[str, str] = {}
    for i, char in enumerate(old):
        table.setdefault(fold(char, by).folded, new[i] if i < len(new) else "")
    return "".join(table.get(fold(char, by).folded, char) for char in text)


def _found_in_set(by: Collation, word: str, words: str) -> int:
    if "," in word:
        return 0
    wanted = fold(_trimmed(word, by), by).folded
    places = [i for i, w in enumerate(words.split(","), 1) if fold(_trimmed(w, by), by).folded == wanted]
    return places[0] if places else 0


def _cut(sides: str) -> Callable[[Collation, str, str], str]:
    def cut(by: Collation, text: str, chars: str) -> str:
        drops = {fold(char, by).folded for char in chars}
        begin, end = 0, len(text)
        while "l" in sides and begin < end and fold(text[begin], by).folded in drops:
            begin += 1
        while "r" in sides and end > begin and fold(text[end - 1], by).folded in drops:
            end -= 1
        return text[begin:end]

    return cut


# By the function that it stands in for.
FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "contains": _contains,
    "startswith": _starts,
    "endswith": _ends,
    "instr": _place,
    "locate": _located,
    "replace": _replaced,
    "split_part": _split_part,
    "substring_index": _substring_index,
    "translate": _translated,
    "find_in_set": _found_in_set,
    "trim": _cut("lr"),
    "ltrim": _cut("l"),
    "rtrim": _cut("r"),
    "btrim": _cut("lr"),
}
_SOURCE_LAST: Final = ("trim", "ltrim", "rtrim")  # TRIM(what FROM text)


def _emit(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        kind = next(a.dtype for a in call.args if is_collated(a.dtype))
        assert isinstance(kind, t.StringType)
        by = collation(kind.collation)
        row = functools.partial(FUNCTIONS[name], by)
        types = [a.dtype for a in call.args]
        if name in _SOURCE_LAST:
            args, types = args[::-1], types[::-1]
        kernel = functools.partial(_each, row=row, result=ctx.arrow_type(call.dtype))
        return func(ctx.kernel(f"collated_{name}", kernel, types, call.dtype), *args)

    return emit


def _each(*columns: pa.Array, row: Callable[..., Any], result: pa.DataType) -> pa.Array:
    return by_row(row, result, columns)


register(
    *(
        Function(
            f"collated_{name}",
            (ANY, rest(ANY)),
            t.STRING,
            always_null,
            emit=_emit(name),
            doc=f"{name} of texts with a collation.",
            is_internal=True,
        )
        for name in FUNCTIONS
    )
)
