"""Walks over trees of frozen nodes. None of them recurses on depth: plans of thousands of steps are normal."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar, cast

from hiveframe.dataclass import replaced_fields

N = TypeVar("N")


_ATOMS: Final = frozenset({int, str, bool, float, bytes})
_names: dict[type, tuple[str, ...]] = {}

# Annotations (kept as text) of fields that hold no node; most fields are of these, and walks are frequent.
_WITHOUT_NODES = frozenset(
    {
        "int",
        "str",
        "bool",
        "float",
        "bytes",
        "int | None",
        "str | None",
        "bool | None",
        "DataType",
        "StructType",
        "QueryContext | None",
        "Origin | None",
        "Mapping[str, Any]",
        "Mapping[str, str] | None",
        "tuple[int, ...]",
        "tuple[str, ...]",
    }
)


def _field_names(cls: type) -> tuple[str, ...]:
    """The fields that may hold nodes, told by their annotations."""
    found = _names.get(cls)
    if found is None:
        found = _names[cls] = tuple(f.name for f in dataclasses.fields(cls) if f.type not in _WITHOUT_NODES)
    return found


def children(node: Any, base: type[N]) -> list[N]:
    """The `base` nodes directly under `node`, in field order, looking through tuples and plain dataclasses."""
    found: list[N] = []
    names = _names.get(type(node))
    for name in _field_names(type(node)) if names is None else names:
        value = getattr(node, name)
        if isinstance(value, base):
            found.append(value)
        elif value is not None and type(value) not in _ATOMS:
            _collect(value, base, found)
    return found


def _collect(value: Any, base: type[N], found: list[N]) -> None:
    if type(value) is tuple:
        for item in value:
            if isinstance(item, base):
                found.append(item)
            elif type(item) not in _ATOMS:
                _collect(item, base, found)
    elif isinstance(value, base):
        found.append(value)
    elif getattr(value, "_carrier", False):
        for name in _field_names(type(value)):
            _collect(getattr(value, name), base, found)


def preorder(root: N, base: type[N]) -> Iterator[N]:
    """Every `base` node from `root` down, parents first, left to right; each occurrence once."""
    stack: list[N] = [root]
    while stack:
        node = stack.pop()
        yield node
        below = children(node, base)
        if below:
            below.reverse()
            stack += below


def with_children(node: N, base: type[Any], replaced: Callable[[Any], Any]) -> N:
    """`node` with each direct `base` child `c` replaced by `replaced(c)`; the same object when nothing changed."""
    changes: dict[str, Any] = {}
    names = _names.get(type(node))
    for name in _field_names(type(node)) if names is None else names:
        old = getattr(node, name)
        if isinstance(old, base):
            new = replaced(old)
        elif old is None or type(old) in _ATOMS:
            continue
        else:
            new = _replace(old, base, replaced)
        if new is not old:
            changes[name] = new
    return cast(N, replaced_fields(node, changes)) if changes else node


def _replace(value: Any, base: type[Any], replaced: Callable[[Any], Any]) -> Any:
    if type(value) is tuple:
        items: list[Any] | None = None
        for i, old in enumerate(value):
            new = (
                replaced(old)
                if isinstance(old, base)
                else old
                if type(old) in _ATOMS
                else _replace(old, base, replaced)
            )
            if new is not old:
                items = items or list(value)
                items[i] = new
        return value if items is None else tuple(items)
    if isinstance(value, base):
        return replaced(value)
    if getattr(value, "_carrier", False):
        return with_children(value, base, replaced)
    return value


def rewrite_up(root: N, base: type[Any], rule: Callable[[Any], Any]) -> N:
    """`root` rebuilt bottom-up: `rule` sees each node after its children; shared nodes are rewritten once."""
    done: dict[int, Any] = {}
    alive: list[Any] = []  # keeps ids valid while `done` refers to them

    def renewed(child: Any) -> Any:
        return done[id(child)]

    stack: list[tuple[Any, list[Any] | None]] = [(root, None)]
    while stack:
        node, below = stack.pop()
        if id(node) in done:
            continue
        if below is None:
            below = children(node, base)
            if below:
                stack.append((node, below))
                stack.extend([(child, None) for child in below if id(child) not in done])
                continue
        alive.append(node)
        is_same = all(map(operator.is_, map(renewed, below), below))
        done[id(node)] = rule(node if is_same else with_children(node, base, renewed))
    return cast(N, done[id(root)])
