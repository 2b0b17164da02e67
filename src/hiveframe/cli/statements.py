"""SQL text to statements: where each ends, and whether a text is finished."""

from __future__ import annotations

from dataclasses import dataclass

from hiveframe.sql.lexer import Tokens, tokenize

# `END IF`, `END WHILE`, … close a block that no word in OPENERS opened.
OPENERS = frozenset({"BEGIN", "CASE"})
CLOSES_OTHERS = frozenset({"IF", "WHILE", "LOOP", "REPEAT", "FOR"})


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement's text without its semicolon, the line it starts on, and whether the semicolon was there."""

    text: str
    line: int
    ended: bool


def split(text: str) -> list[Statement]:
    """The statements of `text`; comments, quotes and `BEGIN … END` scripts keep their semicolons.

    >>> [s.text for s in split("SELECT ';'; BEGIN SELECT 1; SELECT 2; END; -- done")]
    ["SELECT ';'", 'BEGIN SELECT 1; SELECT 2; END']
    """
    tokens = tokenize(text)
    found: list[Statement] = []
    start: int | None = None
    depth = 0
    for index, kind in enumerate(tokens.kinds):
        if kind == "eof":
            break
        if opens_quote(tokens, index, text):
            return [*found, statement(text, tokens.starts[index] if start is None else start, len(text), ended=False)]
        if kind == ";" and depth == 0:
            if start is not None:
                found.append(statement(text, start, tokens.starts[index], ended=True))
            start = None
            continue
        if start is None:
            start = tokens.starts[index]
            in_script = kind == "BEGIN"
        if in_script:
            depth += depth_change(tokens.kinds, index)
    if start is not None:
        found.append(statement(text, start, len(text), ended=False))
    return found


def is_finished(text: str) -> bool:
    """Whether the text's last statement ends in a semicolon, so that a shell may run it."""
    found = split(text)
    return bool(found) and found[-1].ended and tokenize(text).unclosed_comment is None


def statement(text: str, start: int, stop: int, *, ended: bool) -> Statement:
    """The statement in a span of the text."""
    return Statement(text[start:stop].strip(), text.count("\n", 0, start) + 1, ended)


def opens_quote(tokens: Tokens, index: int, text: str) -> bool:
    """Whether the token is a quote that never closes."""
    return tokens.kinds[index] == "unknown" and text[tokens.starts[index]] in "'\"`"


def depth_change(kinds: list[str], index: int) -> int:
    """How the token changes the depth of blocks inside a script."""
    kind = kinds[index]
    before = kinds[index - 1] if index else ""
    if kind in OPENERS and before != "END":
        return 1
    if kind == "END" and kinds[index + 1] not in CLOSES_OTHERS:
        return -1
    return 0
