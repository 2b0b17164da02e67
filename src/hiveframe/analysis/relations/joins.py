"""Joins: conditions, USING and NATURAL with their hidden keys, LATERAL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.aggregates import aggregates_in
from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure, quoted
from hiveframe.analysis.naming import describe
from hiveframe.analysis.relations.conditions import refuse_generator
from hiveframe.analysis.relations.paired_join import paired
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.suggestions import similar
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

Hidden = tuple[lg.Column, tuple[str, ...], bool]
ONE_SIDED = ("semi", "anti")
_KINDS = {
    "inner": "Inner",
    "cross": "Cross",
    "left": "LeftOuter",
    "right": "RightOuter",
    "full": "FullOuter",
    "semi": "LeftSemi",
    "anti": "LeftAnti",
}


def join_inputs(node: spec.Join) -> Sequence[spec.Relation]:
    """A lateral right side is resolved by the handler, with the left side around it."""
    return (node.left,) if node.is_lateral else (node.left, node.right)


def join(node: spec.Join, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Two relations joined."""
    left = inputs[0]
    if node.is_lateral:
        around = Input(left.scope, (left,))
        right = context.run.analysis.resolve(node.right, context.inside(around))
        left = _exposed(left, around)
    else:
        right = inputs[1]
    if node.using or node.natural:
        return _using(node, left, right, context)
    both = Input(left.scope.joined(right.scope), (left, right))
    condition = None
    if node.condition is not None:
        condition = _condition(Binder(context, both), node)
    left, right = _exposed(left, both), _exposed(right, both)
    if node.structs is not None:
        return paired(node, left, right, condition, context)
    found = joined(left, right, node.kind, condition, context, is_lateral=node.is_lateral, visible=both)
    if node.is_lateral and node.kind == "left" and condition is None and _is_generated(right.plan):
        assert isinstance(found.plan, lg.Join)
        found.plan = replace(found.plan, kind="inner")
    return found


def _is_generated(plan: lg.Relation) -> bool:
    """Whether rows are a generator's alone: Spark's `OptimizeOneRowRelationSubquery` then drops the LEFT of the join,
    and with it the rows that generate nothing (not so under `ON TRUE`).
    """
    while isinstance(plan, lg.Project):
        plan = plan.child
    return isinstance(plan, lg.Generate) and isinstance(plan.child, lg.OneRow)


def _exposed(side: Resolved, source: Input) -> Resolved:
    """A side with the hidden columns that are used brought to its output."""
    wanted = [c for c in source.missing.values() if side.scope.reaches(c) and not side.scope.has(c)]
    return replace(side, plan=expose(side.plan, wanted)) if wanted else side


def _condition(binder: Binder, node: spec.Join) -> lg.Expr:
    assert node.condition is not None
    operator = f"Join {_KINDS[node.kind]},"
    condition = binder.bind_root(node.condition, operator)
    refuse_generator(binder, node.condition, condition, f"'{operator} {{}}")
    if condition.dtype != t.BOOLEAN:
        raise failure(
            "JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE",
            node,
            joinCondition=f'"{binder.text(node.condition)}"',
            conditionType=f'"{t.sql_name(condition.dtype)}"',
        )
    calls = aggregates_in(condition)
    if calls:
        texts = ", ".join(f'"{describe(c, binder.context.run)}"' for c in calls)
        raise failure("UNSUPPORTED_EXPR_FOR_OPERATOR", node, invalidExprSqls=texts)
    return condition


def joined(
    left: Resolved,
    right: Resolved,
    kind: str,
    condition: lg.Expr | None,
    context: Context,
    *,
    is_lateral: bool = False,
    visible: Input | None = None,
) -> Resolved:
    """The typed join; columns of a side that may be missing become nullable."""
    may_miss_left, may_miss_right = kind in ("right", "full"), kind in ("left", "full")
    left_scope = _nullable_scope(left.scope, may_miss_left)
    right_scope = _nullable_scope(right.scope, may_miss_right)
    output = _output(left.plan, left_scope, may_miss_left)
    if kind in ONE_SIDED:
        scope = left_scope
    else:
        scope = left_scope.joined(right_scope)
        output += _output(right.plan, right_scope, may_miss_right)
    plan: lg.Relation = lg.Join(left.plan, right.plan, kind, condition, tuple(output), is_lateral)
    if len(output) > len(scope.columns):
        plan = lg.Project(plan, tuple(lg.Named(c, c) for c in scope.columns))
    return Resolved(plan, scope, (left,) if kind in ONE_SIDED else (left, right))


def _nullable_scope(scope: Scope, may_miss: bool) -> Scope:
    if not may_miss:
        return scope
    hidden = [(nullable(c), q, needs) for c, q, needs in scope.hidden]
    columns = [nullable(c) for c in scope.columns]
    return Scope(columns, scope.qualifiers, hidden, case_sensitive=scope.case_sensitive)


def nullable(column: lg.Column) -> lg.Column:
    """The column, NULL allowed."""
    return column if column.nullable else replace(column, nullable=True)


def _output(plan: lg.Relation, scope: Scope, may_miss: bool) -> list[lg.Column]:
    named = {c.id: c for c in scope.columns}
    return [named.get(c.id) or (nullable(c) if may_miss else c) for c in plan.output]


# ------------------------------------------------------------------------------------------------ USING and NATURAL


def _using(node: spec.Join, left: Resolved, right: Resolved, context: Context) -> Resolved:
    """Keys once, then what is left of both sides; the keys that were merged away stay reachable by qualifier."""
    names = node.using if node.using else _shared_names(left.scope, right.scope)
    pairs = [(_key(node, left, name, "left"), _key(node, right, name, "right")) for name in names]
    binder = call_binder(context, node)
    condition: lg.Expr | None = None
    for a, b in pairs:
        equal = binder.call("=", a, b)
        condition = equal if condition is None else binder.call("and", condition, equal)
    base = joined(left, right, node.kind, condition, context)
    made = {c.id: c for c in base.scope.columns}
    left_keys = [made[a.id] for a, _ in pairs]
    right_keys = [made.get(b.id, b) for _, b in pairs]
    return _merged(node, base, left, right, left_keys, right_keys, context)


def _shared_names(left: Scope, right: Scope) -> tuple[str, ...]:
    return tuple(c.name for c in left.columns if right.positions(c.name))


def _key(node: spec.Join, side: Resolved, name: str, which: str) -> lg.Column:
    found = side.scope.positions(name)
    if found:
        return side.scope.columns[found[0]]
    proposal = similar((name,), [(c.name,) for c in side.scope.columns])
    raise failure(
        "UNRESOLVED_USING_COLUMN_FOR_JOIN", None, colName=quoted(name), side=which, suggestion=", ".join(proposal)
    )


def _merged(
    node: spec.Join,
    base: Resolved,
    left: Resolved,
    right: Resolved,
    left_keys: list[lg.Column],
    right_keys: list[lg.Column],
    context: Context,
) -> Resolved:
    scope = base.scope
    qualifier = {c.id: q for c, q in zip(scope.columns, scope.qualifiers, strict=True)}
    gone = {c.id for c in (*left_keys, *right_keys)}
    rest = [c for c in scope.columns if c.id not in gone]
    if node.kind in ONE_SIDED:
        keys, merged_away = [lg.Named(c, c) for c in left_keys], []
    elif node.kind == "right":
        keys, merged_away = [lg.Named(c, c) for c in right_keys], left_keys
    elif node.kind == "full":
        keys = [_coalesced(context, node, a, b) for a, b in zip(left_keys, right_keys, strict=True)]
        merged_away = [*left_keys, *right_keys]
    else:
        keys, merged_away = [lg.Named(c, c) for c in left_keys], right_keys
    items = (*keys, *(lg.Named(c, c) for c in rest))
    hidden: list[Hidden] = [(c, qualifier[c.id], True) for c in merged_away]
    hidden += scope.without_metadata().hidden
    columns = [i.column for i in items]
    merged = Scope(columns, [qualifier.get(c.id, ()) for c in columns], hidden, case_sensitive=scope.case_sensitive)
    return Resolved(lg.Project(base.plan, items), merged, (left, right))


def _coalesced(context: Context, node: spec.Join, left: lg.Column, right: lg.Column) -> lg.Named:
    expr = call_binder(context, node).call("coalesce", left, right)
    return lg.Named(context.run.column(left.name, expr.dtype, expr.nullable), expr)
