"""A scalar subquery deep inside an expression becomes a column of a projection below.

An emitter may repeat its operands or put them into a lambda, where DuckDB takes no subquery. Beside comparisons and
logic it can stay, which is the form that DuckDB decorrelates best.
"""

from __future__ import annotations

from typing import Any, Final

from hiveframe.optimizer.costs import SUBQUERIES, Costs
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Column, Expr, Filter, Named, Project, Relation
from hiveframe.plan.walk import preorder, with_children

_TRANSPARENT: Final = frozenset(
    {"and", "or", "not", "=", "<", "<=", ">", ">=", "!=", "isnull", "isnotnull", "in", "inset", "between"}
)


def hoist_subqueries(node: Relation, costs: Costs) -> Relation:
    """`Filter(x, a > 2 * (SELECT …))` → `Filter(Project(x, *, (SELECT …) AS s), …)`, that column dropped."""
    match node:
        case Filter(child=child, condition=condition) if costs.of(condition).is_bound:
            plain, deep = _parted(condition)
            if not deep:
                return node
            hoisted: list[Named] = []
            conditions = [_without(part, hoisted, is_deep=False) for part in deep]
            below = Filter(child, all_of(plain)) if plain else child
            wide = Project(below, (*_passed(child), *hoisted))
            return Project(Filter(wide, all_of(conditions)), tuple(_passed(child)))
        case Project(child=child, items=items) if any(_is_deep(item.expr, costs) for item in items):
            hoisted = []
            shallow = tuple(Named(item.column, _without(item.expr, hoisted, is_deep=False)) for item in items)
            return Project(Project(child, (*_passed(child), *hoisted)), shallow)
    return node


def _parted(condition: Expr) -> tuple[list[Expr], list[Expr]]:
    """The conjuncts that may stay, and those with a subquery deep inside."""
    parts = [(part, _holds_deep(part, is_deep=False)) for part in conjuncts(condition)]
    return [part for part, is_deep in parts if not is_deep], [part for part, is_deep in parts if is_deep]


def _is_deep(expr: Expr, costs: Costs) -> bool:
    return type(expr) is not Column and costs.of(expr).is_bound and _holds_deep(expr, is_deep=False)


def _holds_deep(node: Expr, *, is_deep: bool) -> bool:
    if isinstance(node, SUBQUERIES):
        return is_deep
    inner = is_deep or not _is_transparent(node)
    if inner:
        return any(isinstance(e, SUBQUERIES) for e in preorder(node, Expr))
    return any(_holds_deep(e, is_deep=inner) for e in _children(node))


def _children(node: Expr) -> tuple[Expr, ...]:
    if isinstance(node, Call):
        return node.args
    return (node.child,) if isinstance(node, Cast) else ()


def _is_transparent(node: Expr) -> bool:
    if isinstance(node, Cast):
        return isinstance(node.dtype, t.NumericType) and isinstance(node.child.dtype, t.NumericType)
    return isinstance(node, Column) or (isinstance(node, Call) and node.function in _TRANSPARENT)


def _without(node: Any, hoisted: list[Named], *, is_deep: bool) -> Any:
    """`node` with its deep subqueries replaced by columns, which `hoisted` gets."""
    if isinstance(node, SUBQUERIES):
        if not is_deep:
            return node
        column = fresh_column("subquery", node)
        hoisted.append(Named(column, node))
        return column
    inner = is_deep or not _is_transparent(node)
    return with_children(node, Expr, lambda child: _without(child, hoisted, is_deep=inner))


def _passed(child: Relation) -> list[Named]:
    return [Named(c, c) for c in child.output]
