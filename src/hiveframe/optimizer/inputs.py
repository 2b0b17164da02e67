"""The relations under a relation and rewriting bottom-up: no looks into select lists, no recursion on depth."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Sequence
from typing import Any, Final, cast

from hiveframe.dataclass import replaced_fields
from hiveframe.plan.logical import Cte, Relation

_NAMES: Final = ("child", "left", "right", "children", "ctes")
_fields: dict[type, tuple[str, ...]] = {}


def _input_fields(cls: type) -> tuple[str, ...]:
    found = _fields.get(cls)
    if found is None:
        own = {f.name for f in dataclasses.fields(cls)}
        found = _fields[cls] = tuple(name for name in _NAMES if name in own)
    return found


def inputs(node: Relation) -> list[Relation]:
    """The relations directly under `node`, in the order of `plan.walk.children`."""
    found: list[Relation] = []
    for name in _input_fields(type(node)):
        value = getattr(node, name)
        if isinstance(value, Relation):
            found.append(value)
            continue
        for item in value:
            if isinstance(item, Relation):
                found.append(item)
            else:
                found.append(item.plan)
                if item.step is not None:
                    found.append(item.step)
    return found


def with_inputs(node: Relation, new: Sequence[Relation]) -> Relation:
    """`node` over `new` in place of its inputs; the same object when nothing changed."""
    left = list(new)
    changes: dict[str, Any] = {}
    for name in _input_fields(type(node)):
        old = getattr(node, name)
        if isinstance(old, Relation):
            made: Any = left.pop(0)
            is_same = made is old
        else:
            made = tuple(_renewed(item, left) for item in old)
            is_same = all(a is b for a, b in zip(made, old, strict=True))
        if not is_same:
            changes[name] = made
    return cast(Relation, replaced_fields(node, changes)) if changes else node


def _renewed(item: Relation | Cte, left: list[Relation]) -> Relation | Cte:
    if isinstance(item, Relation):
        return left.pop(0)
    plan = left.pop(0)
    step = left.pop(0) if item.step is not None else None
    if plan is item.plan and step is item.step:
        return item
    return dataclasses.replace(item, plan=plan, step=step)


def rewrite_relations(root: Relation, rule: Callable[[Relation], Relation]) -> Relation:
    """`root` rebuilt bottom-up: `rule` sees each relation after its inputs; one met twice is rewritten once."""
    done: dict[int, Relation] = {}
    alive: list[Relation] = []  # keeps ids valid while `done` refers to them
    pending: list[tuple[Relation, list[Relation] | None]] = [(root, None)]
    while pending:
        node, below = pending.pop()
        if id(node) in done:
            continue
        if below is None:
            below = inputs(node)
            if below:
                pending.append((node, below))
                pending.extend([(child, None) for child in below if id(child) not in done])
                continue
        alive.append(node)
        new = [done[id(child)] for child in below]
        done[id(node)] = rule(node if all(map(operator.is_, new, below)) else with_inputs(node, new))
    return done[id(root)]
