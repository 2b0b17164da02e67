"""Which columns an expression or a relation refers to, and typed trees with references replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from hiveframe.plan import logical as lg
from hiveframe.plan.walk import children, preorder, rewrite_up, with_children

_SUBQUERIES = (lg.ScalarSubquery, lg.Exists, lg.InSubquery)


def columns_in(expr: lg.Expr) -> Iterator[lg.Column]:
    """Every column referred to in `expr`, those that its subqueries take from outside included."""
    for node in preorder(expr, lg.Expr):
        if isinstance(node, lg.Column):
            yield node
        elif isinstance(node, _SUBQUERIES):
            yield from free_columns(node.plan)


def free_columns(plan: lg.Relation) -> list[lg.Column]:
    """The columns that `plan` refers to and nothing in it makes: its outer references, each once."""
    made: set[int] = set()
    used: dict[int, lg.Column] = {}
    for relation in preorder(plan, lg.Relation):
        made.update(c.id for c in relation.output)
        if isinstance(relation, lg.Scan) and relation.metadata is not None:
            made.add(relation.metadata.id)
        for expr in children(relation, lg.Expr):
            for column in columns_in(expr):
                used.setdefault(column.id, column)
    return [c for i, c in used.items() if i not in made]


def rewrite(expr: lg.Expr, rule: Callable[[lg.Expr], lg.Expr]) -> lg.Expr:
    """`expr` rebuilt bottom-up by `rule`; plans of subqueries are left as they are."""
    return rewrite_up(expr, lg.Expr, rule)


def rewrite_down(expr: lg.Expr, rule: Callable[[lg.Expr], lg.Expr | None]) -> lg.Expr:
    """`expr` with the topmost nodes for which `rule` gives an answer replaced by it."""
    done: dict[lg.Expr, lg.Expr] = {}
    stack: list[tuple[lg.Expr, bool]] = [(expr, False)]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done[node] = with_children(node, lg.Expr, done.__getitem__)
            continue
        found = rule(node)
        if found is not None:
            done[node] = found
        else:
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(children(node, lg.Expr)))
    return done[expr]


def replace_columns(expr: lg.Expr, new: Mapping[int, lg.Expr]) -> lg.Expr:
    """`expr` with references to the ids in `new` replaced, within its subqueries' plans too."""

    def rule(node: lg.Expr) -> lg.Expr:
        if isinstance(node, lg.Column):
            return new.get(node.id, node)
        if isinstance(node, _SUBQUERIES) and any(c.id in new for c in free_columns(node.plan)):
            return with_children(node, lg.Relation, lambda plan: replace_in_plan(plan, new))
        return node

    return rewrite_up(expr, lg.Expr, rule)


def replace_in_plan(plan: lg.Relation, new: Mapping[int, lg.Expr]) -> lg.Relation:
    """`plan` with its outer references to the ids in `new` replaced."""

    def rule(relation: lg.Relation) -> lg.Relation:
        return with_children(relation, lg.Expr, lambda expr: replace_columns(expr, new))

    return rewrite_up(plan, lg.Relation, rule)
