"""Texts with a collation, and maps, are grouped, ordered and told apart by keys that stand for them.

Not an optimisation: without it they would be compared as bytes. It comes first, and leaves alone what has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from hiveframe.analysis.expressions.user_functions import GROUPED_AGGREGATE_TYPES
from hiveframe.functions.collation_keys import collation_key, is_keyed
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan import types as t
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Call,
    CoGroupMap,
    Column,
    Distinct,
    Expr,
    GroupMap,
    Join,
    Literal,
    Named,
    Project,
    PyUdf,
    Relation,
    SetOperation,
    Sort,
    SortKey,
    Window,
    WindowCall,
)
from hiveframe.plan.walk import rewrite_up

_GROUPING = ("grouping", "grouping_id")


def key_collations(plan: Relation) -> Relation:
    """The plan with keys in place of collated texts wherever rows are compared."""
    return rewrite_relations(plan, _keyed)


def _keyed(node: Relation) -> Relation:
    if isinstance(node, (Aggregate, Window)):
        node = with_expressions(node, _keyed_expr, _is_ordered)
    match node:
        case Sort(keys=keys):
            return _sorted(node, keys) if any(is_keyed(k.child.dtype) for k in keys) else node
        case Aggregate(keys=keys) if any(is_keyed(k.expr.dtype) for k in keys):
            return _aggregate(node)
        case Distinct(child=child, keys=keys) if any(is_keyed(c.dtype) for c in keys or child.output):
            return _distinct(node)
        case SetOperation(children=children, kind=kind, is_all=is_all, output=output) if any(
            is_keyed(c.dtype) for c in output
        ):
            return _set_operation(node, children, kind, is_all=is_all)
        case GroupMap(child=child, keys=columns) if any(is_keyed(c.dtype) for c in columns):
            child, columns = _with_stand_ins(child, columns)
            return replace(node, child=child, keys=columns)
        case CoGroupMap(left=left, right=right, left_keys=ours, right_keys=theirs) if any(
            is_keyed(c.dtype) for c in ours
        ):
            left, ours = _with_stand_ins(left, ours)
            right, theirs = _with_stand_ins(right, theirs)
            return replace(node, left=left, right=right, left_keys=ours, right_keys=theirs)
    return node


def _with_stand_ins(rows: Relation, columns: Sequence[Column]) -> tuple[Relation, tuple[Column, ...]]:
    """Rows with columns that stand for those of `columns` that need it; and `columns` with these in their place."""
    added = [Named(fresh_column(c.name, key), key) for c in columns if is_keyed(c.dtype) for key in [collation_key(c)]]
    stand_ins = iter(added)
    told_by = tuple(next(stand_ins).column if is_keyed(c.dtype) else c for c in columns)
    return Project(rows, (*(Named(c, c) for c in rows.output), *added)), told_by


def _sorted(node: Sort, keys: Sequence[SortKey]) -> Relation:
    """Rows in the order of keys that are columns for a while."""
    added: list[Named] = []
    by: list[SortKey] = []
    for key in keys:
        if is_keyed(key.child.dtype):
            stand_in = collation_key(key.child)
            added.append(Named(fresh_column("key", stand_in), stand_in))
            key = replace(key, child=added[-1].column)
        by.append(key)
    kept = tuple(Named(c, c) for c in node.child.output)
    return Project(replace(node, child=Project(node.child, (*kept, *added)), keys=tuple(by)), kept)


def _sort_keys(keys: Sequence[SortKey]) -> tuple[SortKey, ...]:
    return tuple(replace(k, child=collation_key(k.child)) if is_keyed(k.child.dtype) else k for k in keys)


def _is_ordered(expr: Expr) -> bool:
    return isinstance(expr, WindowCall) or (isinstance(expr, AggCall) and bool(expr.order_by))


def _keyed_expr(expr: Expr) -> Expr:
    match expr:
        case WindowCall(partition_by=partition, order_by=order) if any(
            is_keyed(e.dtype) for e in (*partition, *(k.child for k in order))
        ):
            return replace(expr, partition_by=tuple(map(collation_key, partition)), order_by=_sort_keys(order))
        case AggCall(order_by=order) if any(is_keyed(k.child.dtype) for k in order):
            return replace(expr, order_by=_sort_keys(order))
    return expr


def _aggregate(node: Aggregate) -> Relation:
    """Groups of keys, each shown as the first text met."""
    keys: list[Named] = []
    firsts: list[Named] = []
    by_key: dict[int, Expr] = {}  # for GROUPING
    texts: dict[int, Expr] = {}
    for key in node.keys:
        if not is_keyed(key.expr.dtype):
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

    def set_aside(expr: Expr) -> Expr:
        if isinstance(expr, AggCall) and expr.function in _GROUPING:
            return replace(expr, args=tuple(substituted(a, by_key) for a in expr.args))
        if isinstance(expr, AggCall) or _is_users_aggregate(expr):
            texts[(held := fresh_column("call", expr)).id] = expr
            return held
        return expr

    # what is aggregated are the rows' own texts, even where a key goes by the column's number
    told = [rewrite_up(i.expr, Expr, set_aside) for i in node.items]
    items = [Named(i.column, substituted(e, texts)) for i, e in zip(node.items, told, strict=True)]
    grouped = Aggregate(node.child, tuple(keys), (*firsts, *items), node.grouping_sets)
    return Project(grouped, tuple(Named(c, c) for c in node.output))


def _is_users_aggregate(expr: Expr) -> bool:
    return isinstance(expr, PyUdf) and expr.udf.eval_type in GROUPED_AGGREGATE_TYPES


def _distinct(node: Distinct) -> Relation:
    chosen = node.keys or node.child.output
    added = [Named(fresh_column(c.name, key), key) for c in chosen if is_keyed(c.dtype) for key in [collation_key(c)]]
    kept = tuple(Named(c, c) for c in node.child.output)
    told_by = (*(c for c in chosen if not is_keyed(c.dtype)), *(named.column for named in added))
    return Project(Distinct(Project(node.child, (*kept, *added)), told_by), kept)


def _set_operation(node: SetOperation, children: Sequence[Relation], kind: str, *, is_all: bool) -> Relation:
    """UNION without what repeats; INTERSECT and EXCEPT look their rows up by keys."""
    if kind == "union":
        return node if is_all else _distinct(Distinct(replace(node, is_all=True)))
    left, right = children
    if is_all:
        return _counted(node, left, right, kind)
    pairs = [(collation_key(a), collation_key(b)) for a, b in zip(left.output, right.output, strict=True)]
    found = Join(left, right, _JOINS[kind], _all_same(pairs), left.output)
    named = tuple(Named(c, o) for c, o in zip(node.output, left.output, strict=True))
    return Project(_distinct(Distinct(found)), named)


def _counted(node: SetOperation, left: Relation, right: Relation, kind: str) -> Relation:
    """INTERSECT ALL and EXCEPT ALL: the nth row of those that are equal is looked up among the nth ones."""
    mine, my_keys = _numbered(left)
    others, other_keys = _numbered(right)
    found = Join(mine, others, _JOINS[kind], _all_same(list(zip(my_keys, other_keys, strict=True))), mine.output)
    partition = tuple(my_keys[:-1])
    shown: list[Named] = []
    firsts: list[Named] = []
    for column, source in zip(node.output, left.output, strict=True):
        if is_keyed(source.dtype):
            first = AggCall("first", (source,), source.dtype, source.nullable)
            call = WindowCall(first, partition, (), None, source.dtype, source.nullable)
            firsts.append(Named(fresh_column(source.name, source), call))
            source = firsts[-1].column
        shown.append(Named(column, source))
    return Project(Window(found, tuple(firsts)), tuple(shown))


def _numbered(rows: Relation) -> tuple[Relation, list[Expr]]:
    """Rows with their keys, and each row's number among those that are equal; and these as columns, the number last."""
    keys = [Named(fresh_column(c.name, key), key) for c in rows.output for key in [collation_key(c)]]
    keyed = Project(rows, (*(Named(c, c) for c in rows.output), *keys))
    place = Call("row_number", (), t.INT, False)
    call = WindowCall(place, tuple(k.column for k in keys), (), None, t.INT, False)
    number = Named(fresh_column("place", call), call)
    return Window(keyed, (number,)), [*(k.column for k in keys), number.column]


def _all_same(pairs: Sequence[tuple[Expr, Expr]]) -> Expr:
    same = [Call("<=>", pair, t.BOOLEAN, False) for pair in pairs]
    return reduce(lambda a, b: Call("and", (a, b), t.BOOLEAN, False), same)


_JOINS = {"intersect": "semi", "except": "anti"}
