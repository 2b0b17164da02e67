"""`cov`, `corr`, `approxQuantile`, `freqItems`, `crosstab` and `sampleBy`, each as an aggregation of its columns."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Input, Resolved
from hiveframe.analysis.relations.leaves import leaf
from hiveframe.analysis.suggestions import unresolved
from hiveframe.errors import requirement
from hiveframe.functions.binding import CallBinder
from hiveframe.functions.literal_text import java_double
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_MOST_ACCURATE = 2147483647


def column_of(child: Resolved, name: str) -> lg.Column:
    """The child's column of that name."""
    found = child.scope.positions(name)
    if not found:
        raise unresolved(spec.Attribute((name,)), [(c.name,) for c in child.scope.columns])
    return child.scope.columns[found[0]]


def _one_row(context: Context, child: Resolved, named: Sequence[tuple[str, lg.Expr]]) -> Resolved:
    """Aggregates over all rows, each an output column that is never NULL for Spark's clients."""
    items = tuple(lg.Named(context.run.column(name, e.dtype, e.nullable), e) for name, e in named)
    return leaf(context, lg.Aggregate(child.plan, (), items))


def _number(binder: CallBinder, child: Resolved, name: str, what: str) -> lg.Expr:
    """A numeric column as DOUBLE, NULL counted as 0 (as Spark's `StatFunctions` does)."""
    column = column_of(child, name)
    if not isinstance(column.dtype, t.NumericType):
        shown = t.simple_string(column.dtype)
        message = f"Currently {what} calculation for columns with dataType {shown} not supported."
        raise requirement(message)
    return binder.call("coalesce", binder.cast(column, t.DOUBLE), lg.Literal(0.0, t.DOUBLE))


def covariance(node: spec.Covariance, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """One row: the sample covariance."""
    binder = call_binder(context, node)
    args = [_number(binder, inputs[0], name, "covariance") for name in (node.column1, node.column2)]
    return _one_row(context, inputs[0], [("cov", binder.call("covar_samp", *args))])


def correlation(node: spec.Correlation, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """One row: Pearson's correlation."""
    binder = call_binder(context, node)
    args = [_number(binder, inputs[0], name, "correlation") for name in (node.column1, node.column2)]
    return _one_row(context, inputs[0], [("corr", binder.call("corr", *args))])


def approx_quantile(node: spec.ApproxQuantile, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """One row, one column: for each column the list of its quantiles, empty when it has no values."""
    binder = call_binder(context, node)
    accuracy = _MOST_ACCURATE if node.relative_error == 0 else max(1, math.ceil(1 / node.relative_error))
    listed = t.ArrayType(t.DOUBLE, False)
    wanted = lg.Literal(tuple(node.probabilities), listed)
    found: list[lg.Expr] = []
    for name in node.columns:
        column = column_of(inputs[0], name)
        if not isinstance(column.dtype, t.NumericType):
            message = (
                f"Quantile calculation for column {name} with data type "
                f"{t.simple_string(column.dtype)} is not supported."
            )
            raise requirement(message)
        value = binder.call("nanvl", binder.cast(column, t.DOUBLE), lg.Literal(None, t.DOUBLE))
        quantiles = binder.call("percentile_approx", value, wanted, lg.Literal(accuracy, t.INT))
        found.append(binder.call("coalesce", quantiles, lg.Literal((), listed)))
    return _one_row(context, inputs[0], [("approx_quantile", binder.call("array", *found))])


def freq_items(node: spec.FreqItems, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """One row: for each column the values that make up `support` of the rows or more.

    A column with no more than 1 / `support` values gives all of them, as Spark's counting sketch does.
    """
    if not 1e-4 <= node.support <= 1.0:
        message = f"Support must be in [1e-4, 1], but got {java_double(node.support)}."
        raise requirement(message)
    binder = call_binder(context, node)
    child = inputs[0]
    parts: list[lg.Relation] = []
    output: list[lg.Column] = []
    size = lg.Literal(int(1 / node.support), t.INT)
    for name in node.columns:
        column = column_of(child, name)
        part = _frequent(context, binder, child, column, size, node.support)
        parts.append(part)
        output.append(part.output[0])
    plan = parts[0]
    for part in parts[1:]:
        plan = lg.Join(plan, part, "cross", None, (*plan.output, *part.output))
    return leaf(context, plan)


def _frequent(
    context: Context, binder: CallBinder, child: Resolved, column: lg.Column, size: lg.Literal, support: float
) -> lg.Relation:
    run = context.run
    key = lg.Named(column, column)
    count = binder.call("count", lg.Literal(1, t.INT))
    counted = lg.Named(run.column("count", t.LONG, False), count)
    groups = lg.Aggregate(child.plan, (key,), (counted,))
    rows = lg.Named(run.column("rows", t.LONG), binder.call("sum", counted.column))
    pairs = binder.call("struct", column, counted.column)
    listed = lg.Named(run.column("pairs", t.ArrayType(pairs.dtype, False), False), binder.call("collect_list", pairs))
    gathered = lg.Aggregate(groups, (), (rows, listed))
    assert isinstance(pairs.dtype, t.StructType)
    pair = lg.LambdaVar(run.fresh_id(), "pair", pairs.dtype, False)
    value, times = (
        lg.Call("getfield", (pair, lg.Literal(f.name, t.STRING)), f.dtype, f.nullable) for f in pairs.dtype.fields
    )
    least = binder.call("*", binder.cast(rows.column, t.DOUBLE), lg.Literal(support, t.DOUBLE))
    is_frequent = binder.call(
        "or",
        binder.call("<=", binder.call("size", listed.column), size),
        binder.call(">=", binder.cast(times, t.DOUBLE), least),
    )
    kept = binder.call("filter", listed.column, lg.Lambda((pair,), is_frequent))
    values = binder.call("transform", kept, lg.Lambda((pair,), value))
    made = run.column(f"{column.name}_freqItems", t.ArrayType(column.dtype, column.nullable), False)
    return lg.Project(gathered, (lg.Named(made, values),))


def crosstab(node: spec.Crosstab, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Counts of pairs: a row for each value of the first column, a column for each value of the second."""
    child = inputs[0]
    binder = call_binder(context, node)
    run = context.run
    texts = [_label(binder, column_of(child, name)) for name in (node.column1, node.column2)]
    other = lg.Named(run.column("value", t.STRING, False), texts[1])
    distinct = lg.Distinct(lg.Project(child.plan, (other,)))
    rows = context.env.collect(lg.Sort(distinct, (lg.SortKey(other.column),)))
    key = lg.Named(run.column(f"{node.column1}_{node.column2}", t.STRING, True), texts[0])
    counts: list[lg.Named] = []
    for (value,) in rows:
        is_value = binder.call("=", texts[1], lg.Literal(value, t.STRING))
        one = binder.call("if", is_value, lg.Literal(1, t.INT), lg.Literal(None, t.INT))
        counts.append(lg.Named(run.column(str(value), t.LONG, False), binder.call("count", one)))
    return leaf(context, lg.Aggregate(child.plan, (key,), tuple(counts)))


def _label(binder: CallBinder, column: lg.Column) -> lg.Expr:
    return binder.call("coalesce", binder.cast(column, t.STRING), lg.Literal("null", t.STRING))


def sample_by(node: spec.SampleBy, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Each row kept with its stratum's probability; strata that are not listed are left out."""
    child = inputs[0]
    bound = Binder(context, Input(child.scope, (child,))).bind(node.column)
    binder = call_binder(context, node)
    chance: list[lg.Expr] = []
    for value, fraction in node.fractions:
        literal = lg.Literal(value.value, value.dtype)
        chance += [binder.call("<=>", bound, literal), lg.Literal(fraction, t.DOUBLE)]
    share = binder.call("when", *chance, lg.Literal(0.0, t.DOUBLE))
    condition = binder.call("<", binder.call("rand", lg.Literal(node.seed, t.LONG)), share)
    return Resolved(lg.Filter(child.plan, condition), child.scope, (child,), below=child)
