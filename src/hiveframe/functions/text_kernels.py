"""Kernels over whole text columns: percent encoding, and for ASCII masks, capitals and Soundex."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.functions.text_buffers import Bytes, Places, Texts

_CODES: Final = np.arange(128, dtype=np.uint8)
_IS_UPPER: Final = (ord("A") <= _CODES) & (ord("Z") >= _CODES)
_IS_LOWER: Final = (ord("a") <= _CODES) & (ord("z") >= _CODES)
_IS_DIGIT: Final = (ord("0") <= _CODES) & (ord("9") >= _CODES)
_TO_LOWER: Final = np.where(_IS_UPPER, _CODES + 32, _CODES).astype(np.uint8)
_TO_UPPER: Final = np.where(_IS_LOWER, _CODES - 32, _CODES).astype(np.uint8)

# What stands for itself in a form's percent encoding: letters, digits and `*-._`.
_PLAIN: Final = np.zeros(256, bool)
_PLAIN[:128] = _IS_UPPER | _IS_LOWER | _IS_DIGIT
_PLAIN[[ord(c) for c in "*-._ "]] = True
_HEX: Final = np.frombuffer(b"0123456789ABCDEF", np.uint8)


def mask_ascii(texts: Texts, replacements: Sequence[str | None]) -> pa.Array:
    """ASCII texts with upper-case letters, lower-case letters, digits and the rest replaced by one character each."""
    table = _CODES.copy()
    rest = ~(_IS_UPPER | _IS_LOWER | _IS_DIGIT)
    for is_kind, replacement in zip((_IS_UPPER, _IS_LOWER, _IS_DIGIT, rest), replacements, strict=True):
        if replacement is not None:
            table[is_kind] = ord(replacement)
    return texts.with_data(table[texts.data])


def capitalise_ascii(texts: Texts) -> pa.Array:
    """ASCII texts with a capital at the start and after each space, all else in lower case."""
    made: Bytes = _TO_LOWER[texts.data]
    after_space: Places = np.flatnonzero(texts.data[:-1] == ord(" ")) + 1
    for places in (texts.starts, after_space):
        made[places] = _TO_UPPER[texts.data[places]]
    return texts.with_data(made)  # a space that ends a row precedes the next one's start, a capital anyway


def encode_percent(texts: Texts) -> pa.Array:
    """Texts as a form sends them: what is plain as it is, `+` for a space, `%XX` for every other byte."""
    data = texts.data
    is_plain = _PLAIN[data]
    lengths = np.where(is_plain, 1, 3)
    ends = np.zeros(len(data) + 1, np.int64)
    np.cumsum(lengths, out=ends[1:])
    made = np.empty(ends[-1], np.uint8)
    plain, coded = ends[:-1][is_plain], ends[:-1][~is_plain]
    made[plain] = np.where(data[is_plain] == ord(" "), ord("+"), data[is_plain])
    made[coded] = ord("%")
    made[coded + 1] = _HEX[data[~is_plain] >> 4]
    made[coded + 2] = _HEX[data[~is_plain] & 15]
    return texts.with_data(made, ends[texts.offsets])


# Soundex: 0 parts equal codes, 7 (H, W) stands between them without parting, 8 is no letter and parts.
_SOUNDS: Final = np.full(128, ord("8"), np.uint8)
for _letter, _code in zip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"01230127022455012623017202", strict=True):
    _SOUNDS[_letter] = _SOUNDS[_letter + 32] = _code
_MAX_SOUNDED: Final = 64


def soundex_ascii(texts: Texts) -> pa.Array | None:
    """American Soundex of ASCII texts, those that start with no letter as they are; None where a text is too long."""
    lengths = np.diff(texts.offsets)
    longest = int(lengths.max(initial=0))
    if longest > _MAX_SOUNDED:
        return None
    rows = np.arange(len(lengths))
    first = np.full(len(lengths), ord(" "), np.uint8)
    first[lengths > 0] = _TO_UPPER[texts.data[texts.offsets[:-1][lengths > 0]]]
    is_sounded = (first >= ord("A")) & (first <= ord("Z"))
    codes = np.full((len(lengths), 4), ord("0"), np.uint8)
    codes[:, 0] = first
    count = np.ones(len(lengths), np.int64)
    last = _SOUNDS[first]
    for place in range(1, longest):
        here = rows[(lengths > place) & is_sounded & (count < 4)]
        code = _SOUNDS[texts.data[texts.offsets[here] + place]]
        is_heard = (code >= ord("1")) & (code <= ord("6")) & (code != last[here])
        heard = here[is_heard]
        codes[heard, count[heard]] = code[is_heard]
        count[heard] += 1
        parts = code != ord("7")
        last[here[parts]] = np.where(code[parts] == ord("8"), ord("0"), code[parts])
    sounded: pa.Array = pa.array(codes.view("S4").ravel().astype("U4"), pa.string())
    whole = texts.with_data(texts.data)
    result: pa.Array = pc.if_else(pa.array(is_sounded), sounded, whole)
    return result
