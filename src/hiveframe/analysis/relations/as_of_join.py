"""As-of joins: for each left row the nearest right row on one side of it, or on both."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure, quoted
from hiveframe.analysis.relations.joins import nullable
from hiveframe.analysis.scope import Scope
from hiveframe.functions.binding import CallBinder, is_foldable
from hiveframe.plan import logical as lg
from hiveframe.plan import spec

_DIRECTIONS = ("backward", "forward", "nearest")


def as_of_join(node: spec.AsOfJoin, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The condition that a match must meet, and the distance that picks the nearest."""
    left, right = inputs
    if node.direction not in _DIRECTIONS:
        supported = ", ".join(f"'{d}'" for d in _DIRECTIONS)
        raise failure("AS_OF_JOIN.UNSUPPORTED_DIRECTION", node, direction=node.direction, supported=supported)
    both = Binder(context, Input(left.scope.joined(right.scope), (left, right)))
    a = Binder(context, Input(left.scope, (left,))).bind(node.left_as_of)
    b = Binder(context, Input(right.scope, (right,))).bind(node.right_as_of)
    calls = call_binder(context, node)
    conditions = [_side(calls, node, a, b)]
    if node.tolerance is not None:
        conditions.append(_within(calls, both, node, a, b))
    if node.condition is not None:
        conditions.append(both.bind(node.condition))
    conditions += [
        calls.call("=", _key(node, left, name, "left"), _key(node, right, name, "right")) for name in node.using
    ]
    condition = conditions[0]
    for more in conditions[1:]:
        condition = calls.call("and", condition, more)
    return _joined(node, left, right, condition, _distance(calls, node, a, b))


def _side(calls: CallBinder, node: spec.AsOfJoin, a: lg.Expr, b: lg.Expr) -> lg.Expr:
    if node.direction == "nearest":
        if node.allow_exact_matches:
            return calls.call("or", calls.call(">=", a, b), calls.call("<=", a, b))
        return calls.call("not", calls.call("=", a, b))
    symbol = ">" if node.direction == "backward" else "<"
    return calls.call(symbol + ("=" if node.allow_exact_matches else ""), a, b)


def _within(calls: CallBinder, binder: Binder, node: spec.AsOfJoin, a: lg.Expr, b: lg.Expr) -> lg.Expr:
    assert node.tolerance is not None
    tolerance = binder.bind(node.tolerance)
    if not is_foldable(tolerance):
        raise failure("AS_OF_JOIN.TOLERANCE_IS_UNFOLDABLE", node)
    value = calls.fold(tolerance)
    if isinstance(value, (int, float)) and value < 0:
        raise failure("AS_OF_JOIN.TOLERANCE_IS_NON_NEGATIVE", node)
    not_before = calls.call(">=", b, calls.call("-", a, tolerance))
    not_after = calls.call("<=", b, calls.call("+", a, tolerance))
    if node.direction == "backward":
        return not_before
    return not_after if node.direction == "forward" else calls.call("and", not_before, not_after)


def _distance(calls: CallBinder, node: spec.AsOfJoin, a: lg.Expr, b: lg.Expr) -> lg.Expr:
    if node.direction == "backward":
        return calls.call("-", a, b)
    if node.direction == "forward":
        return calls.call("-", b, a)
    return calls.call("if", calls.call(">", a, b), calls.call("-", a, b), calls.call("-", b, a))


def _key(node: spec.AsOfJoin, side: Resolved, name: str, which: str) -> lg.Column:
    found = side.scope.positions(name)
    if len(found) == 1:
        return side.scope.columns[found[0]]
    suggestion = ", ".join(quoted(c.name) for c in side.scope.columns)
    raise failure("UNRESOLVED_USING_COLUMN_FOR_JOIN", node, colName=quoted(name), side=which, suggestion=suggestion)


def _joined(node: spec.AsOfJoin, left: Resolved, right: Resolved, condition: lg.Expr, distance: lg.Expr) -> Resolved:
    columns = right.scope.columns
    if node.kind == "left":
        columns = tuple(nullable(c) for c in columns)
    found = Scope(columns, right.scope.qualifiers, case_sensitive=right.scope.case_sensitive)
    scope = left.scope.without_hidden().joined(found)
    plan = lg.AsOfJoin(left.plan, right.plan, condition, distance, node.kind, scope.columns)
    return Resolved(plan, scope, (left, right))
