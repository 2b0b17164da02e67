"""Room for values that are nested deeper than Python's stack usually goes.

JSON may go down a thousand levels: that is where Jackson, and so Spark, takes a text for malformed.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MOST_LEVELS: Final = 1000
_FRAMES: Final = 20 * MOST_LEVELS
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[{\]}]', re.DOTALL)
_lock: Final = threading.Lock()
_usual_limits: Final[list[int]] = []  # the limit before, once for each call that is given room now


def deeply(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What a pure function gives: where the stack does not suffice, it is called again with room for a deep value."""
    try:
        return function(*args, **kwargs)
    except RecursionError:
        with _room():
            return function(*args, **kwargs)


@contextmanager
def _room() -> Iterator[None]:
    with _lock:
        _usual_limits.append(_usual_limits[0] if _usual_limits else sys.getrecursionlimit())
        sys.setrecursionlimit(max(_FRAMES, _usual_limits[0]))
    try:
        yield
    finally:
        with _lock:
            usual = _usual_limits.pop()
            if not _usual_limits:
                sys.setrecursionlimit(usual)


def is_too_deep(document: str) -> bool:
    """Whether a JSON text is nested deeper than a parser may go; a parser with less room than that finds out itself."""
    if document.count("[") + document.count("{") <= MOST_LEVELS:
        return False
    level = 0
    for found in _TOKEN.finditer(document):
        match found.group()[0]:
            case "[" | "{":
                level += 1
                if level > MOST_LEVELS:
                    return True
            case "]" | "}":
                level -= 1
    return False


def has_room() -> bool:
    """Whether a parser would go deeper than it may."""
    return sys.getrecursionlimit() > MOST_LEVELS
