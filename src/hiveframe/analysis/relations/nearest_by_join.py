"""Nearest-by joins: for each left row the `count` right rows that a ranking puts first."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.aggregates import aggregates_in
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.naming import describe
from hiveframe.analysis.relations.joins import nullable
from hiveframe.analysis.scope import Scope
from hiveframe.functions.ordering import is_orderable
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def nearest_by_join(node: spec.NearestByJoin, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Right rows whose ranking is NULL match nothing; `approx` is answered exactly."""
    left, right = inputs
    if not 1 <= node.count <= spec.MOST_NEAREST:
        bounds = {"min": "1", "max": str(spec.MOST_NEAREST)}
        raise failure("NEAREST_BY_JOIN.NUM_RESULTS_OUT_OF_RANGE", node, numResults=str(node.count), **bounds)
    if not context.env.settings.flag("spark.sql.crossJoin.enabled"):
        raise failure("NEAREST_BY_JOIN.CROSS_JOIN_NOT_ENABLED", node)
    binder = Binder(context, Input(left.scope.joined(right.scope), (left, right)))
    ranking = binder.bind(node.ranking)
    calls = aggregates_in(ranking)
    if calls:
        texts = ", ".join(f'"{describe(c, context.run)}"' for c in calls)
        raise failure("UNSUPPORTED_EXPR_FOR_OPERATOR", node, invalidExprSqls=texts)
    if not is_orderable(ranking.dtype):
        shown = {"expression": f'"{binder.text(node.ranking)}"', "type": f'"{t.sql_name(ranking.dtype)}"'}
        raise failure("NEAREST_BY_JOIN.NON_ORDERABLE_RANKING_EXPRESSION", node, **shown)
    is_known = call_binder(context, node).call("isnotnull", ranking)
    both = left.scope.joined(right.scope)
    columns = [nullable(c) for c in both.columns]  # Spark's join says so of either kind
    scope = Scope(columns, both.qualifiers, case_sensitive=both.case_sensitive)
    ascending = node.direction == "distance"
    plan = lg.AsOfJoin(left.plan, right.plan, is_known, ranking, node.kind, scope.columns, node.count, ascending)
    return Resolved(plan, scope, (left, right))
