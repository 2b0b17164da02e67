"""Names of columns written as text to their parts, and back: `a.b.c`, `` `a.b`.c ``."""

from __future__ import annotations

from hiveframe.errors import AnalysisException


def attribute_parts(text: str) -> tuple[str, ...]:
    """The parts of a column's name; INVALID_ATTRIBUTE_NAME_SYNTAX when backticks or dots do not fit.

    Source: Spark's `UnresolvedAttribute.parseAttributeName`. A backtick within backticks is doubled.
    """
    if "`" not in text and "." not in text:
        return (text,)
    parts = _split(text)
    if parts is None:
        raise AnalysisException("INVALID_ATTRIBUTE_NAME_SYNTAX", {"name": text})
    return parts


def quoted_attribute(text: str) -> str:
    """A name as messages show it: each of its parts in backticks. Source: Spark's `toSQLId`."""
    return ".".join("`" + part.replace("`", "``") + "`" for part in attribute_parts(text))


def _split(text: str) -> tuple[str, ...] | None:
    parts: list[str] = []
    position = 0
    while True:
        if position < len(text) and text[position] == "`":
            part, position = _quoted(text, position + 1)
            if part is None:
                return None
        else:
            end = text.find(".", position)
            end = len(text) if end < 0 else end
            part = text[position:end]
            if "`" in part or (not part and (parts or end < len(text))):
                return None
            position = end
        parts.append(part)
        if position == len(text):
            return tuple(parts)
        if text[position] != "." or position + 1 == len(text):
            return None
        position += 1


def _quoted(text: str, position: int) -> tuple[str | None, int]:
    """The part whose opening backtick stands before `position`, and where it ends; None when it does not."""
    piece: list[str] = []
    while True:
        end = text.find("`", position)
        if end < 0:
            return None, position
        piece.append(text[position:end])
        if text[end + 1 : end + 2] != "`":
            return "".join(piece), end + 1
        piece.append("`")
        position = end + 2
