"""`observe`: aggregates computed beside the rows that pass."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.aggregates import is_aggregate
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.naming import describe, output_name
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.walk import children


def collect_metrics(node: spec.CollectMetrics, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The child's rows; columns may stand in a metric only inside of an aggregate."""
    child = inputs[0]
    binder = Binder(context, Input(child.scope, (child,)))
    metrics: list[lg.Named] = []
    for item in node.metrics:
        inner = item.child if isinstance(item, spec.Alias) else item
        expr = binder.bind(inner)
        _check(expr, context, is_inside=False)
        name = item.names[0] if isinstance(item, spec.Alias) else output_name(inner, context.run)
        metrics.append(lg.Named(context.run.column(name, expr.dtype, expr.nullable), expr))
    plan = lg.CollectMetrics(child.plan, node.name, tuple(metrics))
    return Resolved(plan, child.scope, (child,), below=child)


def _check(expr: lg.Expr, context: Context, *, is_inside: bool) -> None:
    shown = f'"{describe(expr, context.run)}"'
    if isinstance(expr, lg.WindowCall):
        raise failure("INVALID_OBSERVED_METRICS.WINDOW_EXPRESSIONS_UNSUPPORTED", None, expr=shown)
    if isinstance(expr, lg.Column) and not is_inside:
        raise failure("INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", None, expr=shown)
    if is_aggregate(expr):
        if is_inside:
            raise failure("INVALID_OBSERVED_METRICS.NESTED_AGGREGATES_UNSUPPORTED", None, expr=shown)
        if isinstance(expr, lg.AggCall) and expr.distinct:
            raise failure("INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED", None, expr=shown)
        if isinstance(expr, lg.AggCall) and expr.filter is not None:
            raise failure("INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED", None, expr=shown)
    inside = is_inside or is_aggregate(expr)
    for part in children(expr, lg.Expr):
        _check(part, context, is_inside=inside)
