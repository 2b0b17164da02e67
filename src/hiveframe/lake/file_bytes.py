"""What a look at a file's bytes tells of how it may be read; looks at whole files are remembered."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_CHUNK: Final = 1 << 22
_LARGEST: Final = 1 << 28


def has_mixed_ends(path: str) -> bool:
    """Whether the first lines of a file end in more than one way."""
    with open(path, "rb") as raw:
        head = raw.read(65_536)
    windows, feeds, returns = head.count(b"\r\n"), head.count(b"\n"), head.count(b"\r")
    return sum((windows > 0, feeds > windows, returns > windows)) > 1


def is_utf8(path: str) -> bool:
    """Whether a file is UTF-8, as DuckDB demands; a file of more than 256 MB is taken to be."""
    state = os.stat(path)
    return state.st_size > _LARGEST or _is_utf8(path, state.st_size, state.st_mtime_ns)


@lru_cache(4096)
def _is_utf8(path: str, size: int, changed: int) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def ends_alike(path: str, separator: str) -> bool:
    """Whether no line of a file ends in another way than by `separator` (`\\r` or `\\r\\n`)."""
    state = os.stat(path)
    return _ends_alike(path, separator.encode(), state.st_size, state.st_mtime_ns)


@lru_cache(4096)
def _ends_alike(path: str, separator: bytes, size: int, changed: int) -> bool:
    last = b""
    for chunk in _chunks(path):
        whole = last + chunk
        last = b"\r" if whole.endswith(b"\r") else b""
        whole = whole[: len(whole) - len(last)]
        others = whole.replace(separator, b"")
        if b"\n" in others or b"\r" in others:
            return False
    return last in (b"", separator)


def _chunks(path: str) -> Iterator[bytes]:
    with open(path, "rb") as raw:
        while chunk := raw.read(_CHUNK):
            yield chunk
