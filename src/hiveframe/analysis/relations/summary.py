"""`describe` and `summary`: one row for each statistic, one text column for each column of numbers or text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Resolved
from hiveframe.analysis.relations.leaves import leaf
from hiveframe.analysis.relations.statistics import column_of
from hiveframe.errors import IllegalArgumentException, requirement
from hiveframe.functions.binding import CallBinder
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

Statistic = Callable[[CallBinder, lg.Column], lg.Expr]

_DESCRIBED: Final = ("count", "mean", "stddev", "min", "max")
_SUMMARIZED: Final = ("count", "mean", "stddev", "min", "25%", "50%", "75%", "max")


def describe(node: spec.Describe, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Count, mean, deviation, least and greatest."""
    return _table(node, inputs[0], node.columns, _DESCRIBED, context)


def summary(node: spec.Summary, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The statistics asked for, percentiles among them."""
    return _table(node, inputs[0], (), node.statistics or _SUMMARIZED, context)


def _table(
    node: spec.Relation, child: Resolved, names: Sequence[str], statistics: Sequence[str], context: Context
) -> Resolved:
    makers = [_maker(name) for name in statistics]
    listed = [column_of(child, name) for name in names] if names else list(child.scope.columns)
    columns = [c for c in listed if isinstance(c.dtype, (t.NumericType, t.StringType))]
    binder = call_binder(context, node)
    run = context.run
    items: list[lg.Named] = []
    cells: list[lg.Expr] = []
    for name, maker in zip(statistics, makers, strict=True):
        cells.append(lg.Literal(name, t.STRING))
        for column in columns:
            text = binder.cast(maker(binder, column), t.STRING)
            item = lg.Named(run.column(f"{name} of {column.name}", t.STRING), text)
            items.append(item)
            cells.append(item.column)
    made = [run.column("summary", t.STRING), *(run.column(c.name, t.STRING) for c in columns)]
    fields = tuple(t.StructField(c.name, t.STRING) for c in made)
    rows = lg.Call("stack", tuple(cells), t.StructType(fields), False)
    plan = lg.Generate(lg.Aggregate(child.plan, (), tuple(items)), rows, tuple(made))
    return leaf(context, lg.Project(plan, tuple(lg.Named(c, c) for c in made)))


def _number(binder: CallBinder, column: lg.Column) -> lg.Expr:
    """The column as a number; text that is none is NULL."""
    if isinstance(column.dtype, t.NumericType):
        return column
    return binder.explicit_cast(column, t.DOUBLE, mode="try", implicit=True)


def _of_number(function: str) -> Statistic:
    return lambda binder, column: binder.call(function, _number(binder, column))


def _of_column(function: str) -> Statistic:
    return lambda binder, column: binder.call(function, column)


def _count_distinct(binder: CallBinder, column: lg.Column) -> lg.Expr:
    return binder.call("size", binder.call("collect_set", column))


def _percentile(share: float) -> Statistic:
    def make(binder: CallBinder, column: lg.Column) -> lg.Expr:
        return binder.call("percentile_approx", _number(binder, column), lg.Literal(share, t.DOUBLE))

    return make


def _maker(name: str) -> Statistic:
    lowered = name.lower()
    known = _STATISTICS.get(lowered)
    if known is not None:
        return known
    if lowered.endswith("%"):
        try:
            share = float(lowered[:-1]) / 100
        except ValueError:
            raise IllegalArgumentException("UNRECOGNIZED_STATISTIC", {"stats": f"'{name}'"}) from None
        if not 0 <= share <= 1:
            raise requirement("Percentiles must be in the range [0, 1]")
        return _percentile(share)
    raise IllegalArgumentException("UNRECOGNIZED_STATISTIC", {"stats": f"'{name}'"})


_STATISTICS: Final[Mapping[str, Statistic]] = {
    "count": _of_column("count"),
    "count_distinct": _count_distinct,
    "approx_count_distinct": _of_column("approx_count_distinct"),
    "mean": _of_number("avg"),
    "stddev": _of_number("stddev"),
    "min": _of_column("min"),
    "max": _of_column("max"),
}
