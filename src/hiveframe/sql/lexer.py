"""Text to tokens: one compiled regular expression, walked once.

A token is a kind and a span. The kind of a keyword is the keyword in upper case, of an operator or a bracket its
symbol; the rest are lower case: ident, quoted, string, integer, bigint, smallint, tinyint, decimal, exponent, float,
double, bigdecimal, unknown, eof. Comments and white space are no tokens; a hint's `/*+` and `*/` are.

Source: SqlBaseLexer.g4 of Spark 4.2.
"""

from __future__ import annotations

import re
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.sql.keywords import KEYWORDS, SYNONYMS

# Kinds past the last token, so that a parser may look ahead without asking where the end is.
LOOKAHEAD: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """Parallel lists: the kind of each token, where it starts and where it stops (exclusive)."""

    kinds: list[str]
    starts: list[int]
    stops: list[int]
    unclosed_comment: int | None


def tokenize(text: str, *, double_quoted_identifiers: bool = False) -> Tokens:
    """The tokens of `text` and eofs; `unclosed_comment` is where a comment without an end begins."""
    kinds: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    unclosed = None
    double_quoted = "quoted" if double_quoted_identifiers else "string"
    word_kind = _WORD_KINDS.get
    position = 0
    while True:
        restart = -1
        for match in _TOKEN.finditer(text, position):
            group = match.lastindex or 0
            if group == _WORD:
                word = match[_WORD]
                kind = word_kind(word) or word_kind(word.upper(), "ident")
            elif group == _SYMBOL:
                symbol = match[_SYMBOL]
                kind = _SYMBOL_KINDS.get(symbol, symbol)
            elif group == _NUMBER:
                kind = _number_kind(match[_NUMBER])
            elif group == _DOUBLE_QUOTED:
                kind = double_quoted
            elif group == _END:
                break
            elif group == _NESTED_COMMENT:
                restart = _comment_end(text, match.start(_NESTED_COMMENT))
                if restart < 0:
                    unclosed = match.start(_NESTED_COMMENT)
                break
            else:
                kind = _KINDS[group]
            kinds.append(kind)
            starts.append(match.start(group))
            stops.append(match.end())
        if restart < 0:
            break
        position = restart
    if ">>" in text:
        kinds, starts, stops = _closing_types(kinds, starts, stops)
    end = len(text)
    kinds += ["eof"] * LOOKAHEAD
    starts += [end] * LOOKAHEAD
    stops += [end] * LOOKAHEAD
    return Tokens(kinds, starts, stops, unclosed)


def _closing_types(kinds: list[str], starts: list[int], stops: list[int]) -> tuple[list[str], list[int], list[int]]:
    """Shifts cut into single `>` where ARRAY, MAP or STRUCT stood before that no `>` has closed yet, types or not."""
    made: list[tuple[str, int, int]] = []
    open_types = 0
    for kind, start, stop in zip(kinds, starts, stops, strict=True):
        open_types += kind in _NESTED_TYPES
        closed = min(len(kind), open_types) if kind in _CLOSING else 0
        made += [(">", at, at + 1) for at in range(start, start + closed)]
        open_types -= closed
        if kind[closed:]:
            made.append((kind[closed:], start + closed, stop))
    return [m[0] for m in made], [m[1] for m in made], [m[2] for m in made]


def _number_kind(text: str) -> str:
    last = text[-1]
    if last in "lL":
        return "bigint"
    if last in "sS":
        return "smallint"
    if last in "yY":
        return "tinyint"
    if last in "fF":
        return "float"
    if last in "dD":
        return "bigdecimal" if text[-2] in "bB" else "double"
    if "e" in text or "E" in text:
        return "exponent"
    return "decimal" if "." in text else "integer"


def _comment_end(text: str, start: int) -> int:
    """The position after the bracketed comment at `start`, which may hold others; -1 when it has no end."""
    depth = 0
    for match in _COMMENT_EDGE.finditer(text, start):
        depth += 1 if match[0] == "/*" else -1
        if depth == 0:
            return match.end()
    return -1


_WORD: Final = 1
_NUMBER: Final = 2
_SYMBOL: Final = 3
_DOUBLE_QUOTED: Final = 5
_NESTED_COMMENT: Final = 8
_END: Final = 9
_KINDS: Final = {4: "string", 6: "quoted", 7: "ident", 10: "unknown"}

_BLANK: Final = r"[ \t\n\f\r\x0b\u00a0\u1680\u2000-\u200a\u2028\u202f\u205f\u3000]"

_TOKEN: Final = re.compile(
    rf"""
    (?:{_BLANK}+
      |--(?:\\\n|[^\r\n])*+\r?\n?
      |/\*(?!\+)[^*/]*+(?:\*(?!/)[^*/]*+|/(?!\*)[^*/]*+)*+\*/
    )*+
    (?:
      ((?![rR]['"])[^\W\d]\w*+(?!://))
     |((?:(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?(?:[bB][dD]|[fFdD])?
        |\d+(?:[lLsSyY]|(?:[eE][+-]?\d+)?(?:[bB][dD]|[fFdD])?))(?!\w))
     |(<=>|>>>|<=|>=|<>|<<|>>|!=|!>|!<|==|=>|->|::|\|\||\|>|/\*\+|\*/|/(?!\*)|[;(),.\[\]!=<>+\-*%~&|^:?])
     |('[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*'|[rR]'[^']*'|[rR]"[^"]*")
     |("[^"\\]*+(?:(?:\\.|"")[^"\\]*+)*")
     |(`(?:[^`]|``)*`)
     |(\w+:\/\/[\w/\-.?=&\#%]+|\w+)
     |(/\*(?!\+))
     |(\Z)
     |(.)
    )
    """,
    re.VERBOSE | re.DOTALL,
)

_COMMENT_EDGE: Final = re.compile(r"/\*(?!\+)|\*/")

_WORD_KINDS: Final = {word: word for word in KEYWORDS} | {word.lower(): word for word in KEYWORDS} | SYNONYMS

_NESTED_TYPES: Final = frozenset({"ARRAY", "MAP", "STRUCT"})
_CLOSING: Final = frozenset({">", ">>", ">>>"})
_SYMBOL_KINDS: Final = {"==": "=", "!>": "<=", "!<": ">="}
