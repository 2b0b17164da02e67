"""Texts with a collation are grouped, ordered and told apart by keys that stand for them.

Not an optimisation: without it they would be compared as bytes. It comes first, and leaves alone what has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from hiveframe.errors import SparkError, UnsupportedOperationException
from hiveframe.functions.collation_keys import collation_key, is_collated
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan import types as t
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Call,
    Distinct,
    Expr,
    Join,
    Literal,
    Named,
    Project,
    Relation,
    SetOperation,
    Sort,
    SortKey,
    WindowCall,
)
from hiveframe.plan.walk import rewrite_up

_GROUPING = ("grouping", "grouping_id")


def key_collations(plan: Relation) -> Relation:
    """The plan with keys in place of collated texts wherever rows are compared."""
    return rewrite_relations(plan, _keyed)


def _keyed(node: Relation) -> Relation:
    node = with_expressions(node, _keyed_expr)
    match node:
        case Sort(keys=keys):
            return _sorted(node, keys) if any(is_collated(k.child.dtype) for k in keys) else node
        case Aggregate(keys=keys) if any(is_collated(k.expr.dtype) for k in keys):
            return _aggregate(node)
        case Distinct(child=child, keys=keys) if any(is_collated(c.dtype) for c in keys or child.output):
            return _distinct(node)
        case SetOperation(children=children, kind=kind, is_all=is_all, output=output) if any(
            is_collated(c.dtype) for c in output
        ):
            return _set_operation(node, children, kind, is_all=is_all)
    return node


def _sorted(node: Sort, keys: Sequence[SortKey]) -> Relation:
    """Rows in the order of keys that are columns for a while."""
    added: list[Named] = []
    by: list[SortKey] = []
    for key in keys:
        if is_collated(key.child.dtype):
            stand_in = collation_key(key.child)
            added.append(Named(fresh_column("key", stand_in), stand_in))
            key = replace(key, child=added[-1].column)
        by.append(key)
    kept = tuple(Named(c, c) for c in node.child.output)
    return Project(replace(node, child=Project(node.child, (*kept, *added)), keys=tuple(by)), kept)


def _sort_keys(keys: Sequence[SortKey]) -> tuple[SortKey, ...]:
    return tuple(replace(k, child=collation_key(k.child)) if is_collated(k.child.dtype) else k for k in keys)


def _keyed_expr(expr: Expr) -> Expr:
    match expr:
        case WindowCall(partition_by=partition, order_by=order) if any(
            is_collated(e.dtype) for e in (*partition, *(k.child for k in order))
        ):
            return replace(expr, partition_by=tuple(map(collation_key, partition)), order_by=_sort_keys(order))
        case AggCall(order_by=order) if any(is_collated(k.child.dtype) for k in order):
            return replace(expr, order_by=_sort_keys(order))
    return expr


def _aggregate(node: Aggregate) -> Relation:
    """Groups of keys, each shown as the first text met."""
    keys: list[Named] = []
    firsts: list[Named] = []
    by_key: dict[int, Expr] = {}  # for GROUPING
    texts: dict[int, Expr] = {}
    for key in node.keys:
        if not is_collated(key.expr.dtype):
            keys.append(key)
            continue
        stand_in = collation_key(key.expr)
        made = Named(fresh_column(key.column.name, stand_in), stand_in)
        first: Expr = AggCall("first", (key.expr,), key.expr.dtype, key.expr.nullable)
        if node.grouping_sets is not None:
            is_grouped = Call("=", (AggCall("grouping", (made.column,), t.BYTE, False), Literal(0, t.BYTE)), t.BOOLEAN)
            first = Call("when", (is_grouped, first), key.expr.dtype, True)
        keys.append(made)
        firsts.append(Named(key.column, first))
        by_key[key.column.id] = made.column
        texts[key.column.id] = first

    def over_keys(expr: Expr) -> Expr:
        if isinstance(expr, AggCall) and expr.function in _GROUPING:
            return replace(expr, args=tuple(substituted(a, by_key) for a in expr.args))
        return expr

    items = [Named(i.column, substituted(rewrite_up(i.expr, Expr, over_keys), texts)) for i in node.items]
    grouped = Aggregate(node.child, tuple(keys), (*firsts, *items), node.grouping_sets)
    return Project(grouped, tuple(Named(c, c) for c in node.output))


def _distinct(node: Distinct) -> Relation:
    chosen = node.keys or node.child.output
    added = [
        Named(fresh_column(c.name, key), key) for c in chosen if is_collated(c.dtype) for key in [collation_key(c)]
    ]
    kept = tuple(Named(c, c) for c in node.child.output)
    told_by = (*(c for c in chosen if not is_collated(c.dtype)), *(named.column for named in added))
    return Project(Distinct(Project(node.child, (*kept, *added)), told_by), kept)


def _set_operation(node: SetOperation, children: Sequence[Relation], kind: str, *, is_all: bool) -> Relation:
    """UNION without what repeats; INTERSECT and EXCEPT look their rows up by keys."""
    if kind == "union":
        return node if is_all else _distinct(Distinct(replace(node, is_all=True)))
    if is_all:
        raise _unsupported(f"{kind.upper()} ALL of texts with a collation")
    left, right = children
    pairs = [
        Call("<=>", (collation_key(a), collation_key(b)), t.BOOLEAN, False)
        for a, b in zip(left.output, right.output, strict=True)
    ]
    condition = reduce(lambda a, b: Call("and", (a, b), t.BOOLEAN, False), pairs)
    found = Join(left, right, "semi" if kind == "intersect" else "anti", condition, left.output)
    named = tuple(Named(c, o) for c, o in zip(node.output, left.output, strict=True))
    return Project(_distinct(Distinct(found)), named)


def _unsupported(feature: str) -> SparkError:
    return UnsupportedOperationException("UNSUPPORTED_FEATURE.HIVEFRAME", {"feature": feature})
