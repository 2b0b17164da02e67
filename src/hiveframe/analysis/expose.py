"""Columns made visible that a plan computes but does not output.

A hidden key of a USING join, a column that ORDER BY names although SELECT dropped it, or the `_metadata` of files is
passed up through the projections between.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hiveframe.errors import internal_error
from hiveframe.plan import logical as lg

_UNARY = (
    lg.Distinct,
    lg.Filter,
    lg.Sort,
    lg.Limit,
    lg.Tail,
    lg.Window,
    lg.Generate,
    lg.Sample,
    lg.Repartition,
    lg.CollectMetrics,
)


def expose(plan: lg.Relation, wanted: Iterable[lg.Column]) -> lg.Relation:
    """`plan` with the `wanted` columns in its output, after its own; unchanged when they are there."""
    missing = {c.id: c for c in wanted}
    for column in plan.output:
        missing.pop(column.id, None)
    return _expose(plan, missing) if missing else plan


def _expose(plan: lg.Relation, missing: dict[int, lg.Column]) -> lg.Relation:
    path: list[Any] = []
    node: Any = plan
    while isinstance(node, (lg.Project, *_UNARY)):
        path.append(node)
        node = node.child
        if _has(node, missing):
            break
    else:
        node = _expose_below_join(node, missing)
    for parent in reversed(path):
        node = _with_child(parent, node, missing)
    result: lg.Relation = node
    return result


def _has(node: lg.Relation, missing: dict[int, lg.Column]) -> bool:
    ids = {c.id for c in node.output}
    return all(i in ids for i in missing)


def _with_child(parent: Any, child: lg.Relation, missing: dict[int, lg.Column]) -> lg.Relation:
    if isinstance(parent, lg.Project):
        there = {item.column.id for item in parent.items}
        added = [lg.Named(c, c) for c in child.output if c.id in missing and c.id not in there]
        return lg.Project(child, (*parent.items, *added))
    if isinstance(parent, lg.Distinct) and not parent.keys:
        return lg.Distinct(child, parent.output)
    changed: lg.Relation = replace(parent, child=child)
    return changed


def _expose_below_join(node: Any, missing: dict[int, lg.Column]) -> lg.Relation:
    if _has(node, missing):
        plan: lg.Relation = node
        return plan
    if isinstance(node, lg.Scan) and node.metadata is not None and set(missing) == {node.metadata.id}:
        return replace(node, output=(*node.output, node.metadata), positions=(*node.positions, -1))
    if isinstance(node, lg.SetOperation) and node.kind == "union":
        from hiveframe.analysis.file_columns import union_with_files

        return union_with_files(node, list(missing.values()))
    if not isinstance(node, lg.Join):
        names = ", ".join(c.name for c in missing.values())
        raise internal_error(f"columns {names} cannot be taken from {type(node).__name__}")
    left_ids, right_ids = _reachable(node.left), _reachable(node.right)
    left = expose(node.left, [c for i, c in missing.items() if i in left_ids])
    right = expose(node.right, [c for i, c in missing.items() if i in right_ids])
    there = {c.id: c for c in node.output}
    may_miss_left = node.kind in ("right", "full")
    may_miss_right = node.kind in ("left", "full")
    output = [there.get(c.id) or _nullable(c, may_miss_left) for c in left.output]
    if node.kind not in ("semi", "anti"):
        output += [there.get(c.id) or _nullable(c, may_miss_right) for c in right.output]
    return replace(node, left=left, right=right, output=tuple(output))


def _nullable(column: lg.Column, may_miss: bool) -> lg.Column:
    return replace(column, nullable=True) if may_miss and not column.nullable else column


def _reachable(plan: lg.Relation) -> set[int]:
    """Ids of columns that `expose` can reach below `plan`."""
    found: set[int] = set()
    stack: list[lg.Relation] = [plan]
    while stack:
        node = stack.pop()
        found.update(c.id for c in node.output)
        if isinstance(node, lg.Scan) and node.metadata is not None:
            found.add(node.metadata.id)
        if isinstance(node, lg.Join):
            stack += [node.left] if node.kind in ("semi", "anti") else [node.left, node.right]
        elif isinstance(node, (lg.Project, *_UNARY)):
            stack.append(node.child)
    return found
