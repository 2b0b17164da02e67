"""A very deep expression is computed in steps: DuckDB's time grows with the cube of the depth, and it refuses 1,000.

`a + b + c + …` over a thousand columns is a tree a thousand levels deep. Parts of it become columns of a projection
below. Only operators that always evaluate both sides are cut through, so that nothing guarded is evaluated early.
"""

from __future__ import annotations

from typing import Final

from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.plan.logical import Call, Cast, Column, Expr, Filter, Named, Project, Relation
from hiveframe.plan.walk import preorder

STEP: Final = 60
DEEP: Final = 100
_STRICT: Final = frozenset({"+", "-", "*", "concat", "&", "|", "^"})


def split_deep_expressions(plan: Relation) -> Relation:
    """`Project(x, deep)` → `Project(Project(x, parts), shallow)`, as often as it takes."""
    costs = Costs()
    return rewrite_relations(plan, lambda node: _split(node, costs))


def _split(node: Relation, costs: Costs) -> Relation:
    match node:
        case Project(child=child, items=items) if any(costs.of(item.expr).depth > DEEP for item in items):
            shallow = list(items)
            below = child
            while True:
                parts: list[Named] = []
                exprs = [_cut(item.expr, parts, costs) for item in shallow]
                if not parts:
                    return Project(below, tuple(shallow))
                shallow = [Named(item.column, expr) for item, expr in zip(shallow, exprs, strict=True)]
                below = Project(below, (*_passed(below, exprs), *parts))
        case Filter(child=child, condition=condition) if costs.of(condition).depth > DEEP:
            deep = [part for part in conjuncts(condition) if costs.of(part).depth > DEEP]
            if not deep:
                return node
            columns = [fresh_column("condition", part) for part in deep]
            plain = [part for part in conjuncts(condition) if costs.of(part).depth <= DEEP]
            passed = tuple(Named(c, c) for c in child.output)
            inner = Project(child, (*passed, *(Named(c, part) for c, part in zip(columns, deep, strict=True))))
            return Project(Filter(_split(inner, costs), all_of([*plain, *columns])), passed)
    return node


def _cut(expr: Expr, parts: list[Named], costs: Costs) -> Expr:
    """`expr` with its parts that are STEP deep replaced by columns, which `parts` gets."""
    if costs.of(expr).depth <= DEEP:
        return expr
    path: list[Call | Cast] = []
    node = expr
    while costs.of(node).depth > STEP and _is_strict(node):
        assert isinstance(node, (Call, Cast))
        path.append(node)
        node = max(_operands(node), key=lambda e: costs.of(e).depth)
    if not path or costs.of(node).depth > STEP or costs.of(node).depth == 1:
        return expr
    column = fresh_column("part", node)
    parts.append(Named(column, node))
    made: Expr = column
    for above in reversed(path):
        made = _with_deepest(above, node, made)
        node = above
    return made


def _operands(node: Call | Cast) -> tuple[Expr, ...]:
    return node.args if isinstance(node, Call) else (node.child,)


def _with_deepest(node: Call | Cast, old: Expr, new: Expr) -> Expr:
    if isinstance(node, Cast):
        return Cast(new, node.dtype, node.mode, node.nullable, node.implicit, node.context)
    args = tuple(new if arg is old else arg for arg in node.args)
    return Call(node.function, args, node.dtype, node.nullable, node.shown, node.context)


def _is_strict(node: Expr) -> bool:
    return isinstance(node, Cast) or (isinstance(node, Call) and node.function in _STRICT)


def _passed(child: Relation, exprs: list[Expr]) -> list[Named]:
    """The child's columns that `exprs` still mention."""
    used = {e.id for expr in exprs for e in preorder(expr, Expr) if isinstance(e, Column)}
    return [Named(c, c) for c in child.output if c.id in used]
