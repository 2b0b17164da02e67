"""A plan's canonical key: the same for plans that compute the same thing in the same way.

Column ids are replaced by the order in which they are met, names and error positions are left out, so two analyses of
one query agree. It is the key of cached results, of `sameSemantics` and of what is learned about a plan.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any, Final

from hiveframe.plan.logical import Column, LambdaVar, Node, Relation
from hiveframe.plan.types import DataType

_IGNORED: Final = frozenset({"name", "shown", "context", "implicit", "metadata"})
_NAMED_MATTERS: Final = frozenset({"CollectMetrics", "PyUdf", "PyUdtf"})


def canonical_key(root: Relation) -> str:
    """A hex digest of 128 bits; local data counts by identity, files by path, size and time of change."""
    ordinals: dict[int, int] = {}
    digests: dict[int, bytes] = {}
    stack: list[tuple[Node, bool]] = [(root, False)]
    while stack:
        node, ready = stack.pop()
        if id(node) in digests:
            continue
        if not ready:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(_parts(node)))
            continue
        digests[id(node)] = _digest(node, ordinals, digests)
    return digests[id(root)].hex()


def _parts(node: Node) -> list[Node]:
    found: list[Node] = []
    for f in dataclasses.fields(node):  # type: ignore[arg-type]
        _collect(getattr(node, f.name), found)
    return found


def _collect(value: Any, found: list[Node]) -> None:
    if isinstance(value, Node):
        found.append(value)
    elif isinstance(value, tuple):
        for item in value:
            _collect(item, found)


def _digest(node: Node, ordinals: dict[int, int], digests: dict[int, bytes]) -> bytes:
    h = hashlib.blake2b(type(node).__name__.encode(), digest_size=16)
    if isinstance(node, (Column, LambdaVar)):
        place = ordinals.setdefault(node.id, len(ordinals))
        h.update(f"{place}:{node.dtype!r}".encode())
        return h.digest()
    keeps_name = type(node).__name__ in _NAMED_MATTERS
    for f in dataclasses.fields(node):  # type: ignore[arg-type]
        if f.name in _IGNORED and not (keeps_name and f.name == "name"):
            continue
        h.update(f.name.encode())
        _feed(h, getattr(node, f.name), digests)
    return h.digest()


def _feed(h: Any, value: Any, digests: dict[int, bytes]) -> None:
    if isinstance(value, Node):
        h.update(digests[id(value)])
    elif isinstance(value, tuple):
        h.update(f"({len(value)}".encode())
        for item in value:
            _feed(h, item, digests)
    elif isinstance(value, Mapping):
        h.update(repr(sorted(value.items())).encode())
    elif value is None or isinstance(value, (str, bytes, int, float, bool, DataType)):
        h.update(f"{type(value).__name__}{value!r}".encode())
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        h.update(type(value).__name__.encode())
        for f in dataclasses.fields(value):
            _feed(h, getattr(value, f.name), digests)
    elif isinstance(value, (list, frozenset, set)) or type(value).__module__ == "decimal":
        h.update(repr(value).encode())
    else:
        h.update(f"object {id(value)}".encode())
