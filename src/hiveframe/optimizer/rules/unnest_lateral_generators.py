"""A lateral join with a generator is the generator over the left side: no correlation is left to undo."""

from __future__ import annotations

from hiveframe.optimizer.costs import Costs
from hiveframe.plan.logical import Filter, Generate, Join, Named, OneRow, Project, PyUdtf, Relation


def unnest_lateral_generators(node: Relation, costs: Costs) -> Relation:
    """`Join(x, Project(Generate(OneRow, g), items), lateral)` → `Project(Generate(x, g), [*x, *items])`."""
    if not isinstance(node, Join) or not node.is_lateral or node.kind not in ("inner", "cross", "left"):
        return node
    right: Relation = node.right
    above: list[Project] = []
    while isinstance(right, Project):
        above.append(right)
        right = right.child
    if not isinstance(right, Generate) or not isinstance(right.child, OneRow):
        return node
    if node.kind == "left" and (node.condition is not None or above):
        return node
    # Spark joins a Python table function's rows without keeping left rows that have none.
    is_outer = right.outer or (node.kind == "left" and not isinstance(right.generator, PyUdtf))
    made: Relation = Generate(node.left, right.generator, right.columns, is_outer)
    passed = tuple(Named(c, c) for c in node.left.output)
    for project in reversed(above):
        made = Project(made, (*passed, *project.items))
    if node.condition is not None:
        made = Filter(made, node.condition)
    return Project(made, tuple(Named(c, c) for c in node.output))
