"""A tree of any nodes as indented lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

N = TypeVar("N")


def tree(root: N, line: Callable[[N], str], inputs: Callable[[N], Sequence[N]]) -> str:
    """One line a node, its inputs indented below."""
    lines: list[str] = []
    stack: list[tuple[N, str, str]] = [(root, "", "")]
    while stack:
        node, lead, below = stack.pop()
        lines.append(lead + line(node))
        found = inputs(node)
        for i, child in reversed(list(enumerate(found))):
            last = i == len(found) - 1
            stack.append((child, below + ("+- " if last else ":- "), below + ("   " if last else ":  ")))
    return "\n".join(lines) + "\n"
