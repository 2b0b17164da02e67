"""Unions of unions become one: `df.union(a).union(b)…` is a list, not a tower."""

from __future__ import annotations

from typing import TypeGuard

from hiveframe.optimizer.costs import Costs
from hiveframe.plan.logical import Relation, SetOperation


def flatten_unions(node: Relation, costs: Costs) -> Relation:
    """`UnionAll(UnionAll(a, b), c)` → `UnionAll(a, b, c)`; columns match by position all the way."""
    if not _is_union_all(node) or not any(_is_union_all(child) for child in node.children):
        return node
    children: list[Relation] = []
    for child in node.children:
        children.extend(child.children if _is_union_all(child) else (child,))
    return SetOperation(tuple(children), "union", True, node.output)


def _is_union_all(node: Relation) -> TypeGuard[SetOperation]:
    return isinstance(node, SetOperation) and node.kind == "union" and node.is_all
