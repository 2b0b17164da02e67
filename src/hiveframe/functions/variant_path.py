"""Paths into VARIANTs: `$`, `.name`, `[0]`, `['name']`, `["name"]`. Source: Spark's `VariantPathParser`."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions.variant_reader import Keys, NodeKind, read

_STEP: Final = re.compile(r"""\[(\d+)\]|\.([^.\[]+)|\['([^'?]+)'\]|\["([^"?]+)"\]""")


@lru_cache(maxsize=1024)
def parse_path(path: str, function: str) -> tuple[str | int, ...]:
    """The steps of a path, a name or an index each; INVALID_VARIANT_GET_PATH when it is none."""
    steps: list[str | int] = []
    at = 1
    while at < len(path) and path[0] == "$":
        found = _STEP.match(path, at)
        if found is None:
            break
        index, *names = found.groups()
        steps.append(int(index) if index is not None else next(n for n in names if n is not None))
        at = found.end()
    if path[:1] != "$" or at < len(path):
        raise SparkRuntimeException("INVALID_VARIANT_GET_PATH", {"path": path, "functionName": f"`{function}`"})
    return tuple(steps)


def follow(value: bytes, keys: Keys, steps: tuple[str | int, ...]) -> int | None:
    """Where the node at the end of a path is; None when there is nothing."""
    at = 0
    for step in steps:
        kind, content = read(value, at, keys)
        if isinstance(step, int):
            if kind is not NodeKind.ARRAY or step >= len(content):
                return None
            at = content[step]
        else:
            if kind is not NodeKind.OBJECT:
                return None
            found = next((place for key, place in content if key == step), None)
            if found is None:
                return None
            at = found
    return at
