"""The estimates of a whole plan, from its scans up."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from hiveframe.errors import SparkError
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.constants import is_constant
from hiveframe.optimizer.costs import SUBQUERIES, those_of
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.sizes import ROW_OVERHEAD, type_width
from hiveframe.optimizer.statistics.aggregates import aggregated
from hiveframe.optimizer.statistics.estimate import (
    EXACT,
    GUESSED,
    ColumnEstimate,
    Estimate,
    least_certain,
)
from hiveframe.optimizer.statistics.expressions import column_of
from hiveframe.optimizer.statistics.joins import crossed, joined
from hiveframe.optimizer.statistics.predicates import Given
from hiveframe.optimizer.statistics.steps import filtered, grouped
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Expr, Relation
from hiveframe.plan.statistics import ColumnStatistics, TableStatistics

StatisticsOf = Callable[[ScanSource], TableStatistics | None]
"""What is known of a source; None: nothing."""

Evaluate = Callable[[Expr], Any]

_EACH_LIST: Final = 4.0  # elements of a list or map of which nothing is known
_STEPS: Final = 10.0  # of a recursive query; PostgreSQL's rule
_CLOSE: Final = 0.1  # of the pairs within reach of an as-of join


def estimates(plan: Relation, statistics: StatisticsOf, evaluate: Evaluate | None = None) -> dict[int, Estimate]:
    """What is expected of every relation of `plan` and of its subqueries' plans, by its `id()`.

    `evaluate` computes constants that are not literals; without it, conditions with such are guessed at.
    """
    return _Walk(statistics, evaluate).estimates(plan)


class Constants:
    """The values of constant expressions, each computed once; None for those that have none, or fail."""

    def __init__(self, evaluate: Evaluate | None) -> None:
        self._evaluate = evaluate
        self._values: dict[int, tuple[Expr, Any]] = {}

    def __call__(self, e: Expr) -> Any:
        if self._evaluate is None or not is_constant(e):
            return None
        if id(e) not in self._values:
            try:
                value = self._evaluate(e)
            except SparkError:
                value = None  # the query itself raises it, if it comes to that
            self._values[id(e)] = (e, value)
        return self._values[id(e)][1]


class _Walk:
    """One go over a plan; relations met twice are estimated once."""

    def __init__(self, statistics: StatisticsOf, evaluate: Evaluate | None) -> None:
        self._statistics = statistics
        self._known: dict[int, Estimate] = {}
        self._ctes: dict[int, tuple[Estimate, Relation]] = {}
        self._given = Given(Constants(evaluate), self._subplan)

    def estimates(self, plan: Relation) -> dict[int, Estimate]:
        """The plan's and all below."""
        pending = [plan]
        while pending:
            node = pending[-1]
            if id(node) in self._known:
                pending.pop()
                continue
            missing = self._missing(node)
            if missing:
                pending.extend(reversed(missing))
                continue
            pending.pop()
            self._known[id(node)] = self._estimate(node)
        return self._known

    def _missing(self, node: Relation) -> list[Relation]:
        """The inputs that come first; a WITH's child only when its references are known."""
        if isinstance(node, lg.WithCtes):
            for cte in node.ctes:
                if cte.id not in self._ctes:
                    if id(cte.plan) not in self._known:
                        return [cte.plan]
                    self._note(cte)
        below = [child for child in inputs(node) if id(child) not in self._known]
        subplans = [e.plan for e in those_of(expressions(node), SUBQUERIES) if id(e.plan) not in self._known]
        return below + subplans

    def _note(self, cte: lg.Cte) -> None:
        first = self._known[id(cte.plan)]
        rows = first.rows * _STEPS if cte.step is not None else first.rows
        self._ctes[cte.id] = (replace(first, rows=rows), cte.plan)

    def _subplan(self, plan: Relation) -> Estimate:
        return self._known[id(plan)]

    def _estimate(self, node: Relation) -> Estimate:
        below = [self._known[id(child)] for child in inputs(node)]
        match node:
            case lg.Scan(source=ScanSource()):
                return self._scan(node)
            case lg.Filter(condition=condition):
                return filtered(below[0], [condition], self._given)
            case lg.Join(kind=kind, condition=condition):
                return joined(below[0], below[1], kind, [condition] if condition is not None else [], self._given)
            case lg.CteRef(id=number):
                return self._reference(node, number)
            case lg.WithCtes(child=child):
                return self._known[id(child)]
        rule = _RULES.get(type(node))
        return rule(node, below) if rule is not None else _passed(node, below)

    def _scan(self, node: lg.Scan) -> Estimate:
        found = self._statistics(node.source)
        if found is None or found.row_count is None:
            width = ROW_OVERHEAD + sum(type_width(f.dtype) for f in node.source.schema.fields)
            size = found.size_bytes if found is not None else node.source.size_bytes
            rows, origin = float(math.ceil(size / width)), GUESSED
        else:
            rows, origin = float(found.row_count), found.origin
        fields = node.source.schema.fields
        columns: dict[int, ColumnEstimate] = {}
        for column, position in zip(node.output, node.positions, strict=True):
            if position >= 0:
                known = found.columns.get(fields[position].name.lower()) if found is not None else None
                columns[column.id] = _of_statistics(id(node), known, rows)
        return Estimate(rows, columns, origin, {id(node): rows})

    def _reference(self, node: lg.CteRef, number: int) -> Estimate:
        known = self._ctes.get(number)
        if known is None:  # inside of the definition itself
            return Estimate(1.0, {}, GUESSED, {id(node): 1.0})
        estimate, plan = known
        columns = {
            mine.id: _renewed(estimate.columns[theirs.id], id(node))
            for mine, theirs in zip(node.output, plan.output, strict=True)
            if theirs.id in estimate.columns
        }
        return Estimate(estimate.rows, columns, estimate.origin, {id(node): estimate.rows})


def _renewed(column: ColumnEstimate, relation: int) -> ColumnEstimate:
    """A column of a query that others read: its values are those that are left, for each of them alike."""
    return replace(column, relation=relation, domain=column.distinct)


def _of_statistics(relation: int, known: ColumnStatistics | None, rows: float) -> ColumnEstimate:
    if known is None:
        return ColumnEstimate(relation)
    nulls = min(known.null_count / rows, 1.0) if known.null_count is not None and rows > 0 else 0.0
    distinct = min(float(known.distinct_count), rows) if known.distinct_count is not None else None
    there = 1 - nulls
    common = tuple((v, min(share / there, 1.0)) for v, share in known.common) if there > 0 else ()
    return ColumnEstimate(
        relation, distinct, distinct, known.low, known.high, nulls, known.avg_len, common, known.quantiles
    )


def _counted(node: Relation, rows: float) -> Estimate:
    return Estimate(rows, {c.id: ColumnEstimate(id(node)) for c in node.output}, EXACT, {id(node): rows})


def _range(node: lg.Range, below: Sequence[Estimate]) -> Estimate:
    rows = float(max(0, -((node.start - node.end) // node.step)))
    ends = (node.start, node.start + (int(rows) - 1) * node.step) if rows else (None, None)
    low, high = ends if node.step > 0 else ends[::-1]
    columns = {c.id: ColumnEstimate(id(node), rows, rows, low, high) for c in node.output}
    return Estimate(rows, columns, EXACT, {id(node): rows})


def _project(node: lg.Project, below: Sequence[Estimate]) -> Estimate:
    return replace(below[0], columns=_computed(node.items, below[0]))


def _computed(items: Sequence[lg.Named], below: Estimate) -> dict[int, ColumnEstimate]:
    found = ((item.column.id, column_of(item.expr, below)) for item in items)
    return {number: column for number, column in found if column is not None}


def aggregated_rows(node: lg.Aggregate, child: Estimate, relation: int) -> Estimate:
    """A grouping of a child's rows; `relation` is what its columns come from."""
    keys = [column_of(k.expr, child) for k in node.keys]
    if node.grouping_sets is not None:
        rows = sum(grouped(child, [keys[i] for i in chosen]) if chosen else 1.0 for chosen in node.grouping_sets)
    else:
        rows = grouped(child, keys) if keys else 1.0
    columns: dict[int, ColumnEstimate] = {}
    for key, known in zip(node.keys, keys, strict=True):
        columns[key.column.id] = _regrouped(known, relation, rows)
    for item in node.items:
        columns[item.column.id] = aggregated(item.expr, child, rows, relation)
    return Estimate(rows, columns, child.origin, {relation: rows})


def _regrouped(known: ColumnEstimate | None, relation: int, rows: float) -> ColumnEstimate:
    if known is None or known.distinct is None:
        return ColumnEstimate(relation)
    distinct = min(known.distinct, max(rows, 1.0))
    nulls = min(1 / rows, 1.0) if known.null_share > 0 and rows > 0 else 0.0
    domain = min(known.domain, max(rows, 1.0)) if known.domain is not None else None
    return ColumnEstimate(relation, distinct, domain, known.low, known.high, nulls, known.avg_len)


def _distinct(node: lg.Distinct, below: Sequence[Estimate]) -> Estimate:
    (child,) = below
    rows = grouped(child, [child.columns.get(c.id) for c in node.keys or node.output])
    columns = {i: _regrouped(c, id(node), rows) for i, c in child.columns.items()}
    return Estimate(rows, columns, child.origin, {id(node): rows})


def _set_operation(node: lg.SetOperation, below: Sequence[Estimate]) -> Estimate:
    counts = [e.rows for e in below]
    match node.kind:
        case "union":
            rows = sum(counts)
        case "intersect":
            rows = min(counts)
        case _:
            rows = counts[0]
    columns: dict[int, ColumnEstimate] = {}
    for at, column in enumerate(node.output):
        sides = [e.columns.get(child.output[at].id) for e, child in zip(below, node.children, strict=True)]
        columns[column.id] = _united(sides, counts, id(node))
    origin = least_certain(*(e.origin for e in below))
    made = Estimate(rows, columns, origin, {id(node): rows})
    return made if node.is_all else made.passed(grouped(made, list(columns.values())))


def _united(sides: Sequence[ColumnEstimate | None], counts: Sequence[float], relation: int) -> ColumnEstimate:
    """Columns over each other: as many values as the one with most has, or all where their bounds are apart."""
    if any(s is None or s.distinct is None for s in sides):
        return ColumnEstimate(relation)
    known = [s for s in sides if s is not None]
    lows, highs = [s.low for s in known], [s.high for s in known]
    bounded = all(b is not None for b in (*lows, *highs)) and len({type(b) for b in (*lows, *highs)}) == 1
    distinct = [s.distinct or 0.0 for s in known]
    ordered = sorted(zip(lows, highs, strict=True)) if bounded else []
    apart = bounded and all(a[1] < b[0] for a, b in pairwise(ordered))
    count = sum(distinct) if apart else max(distinct)
    rows = sum(counts)
    nulls = sum(s.null_share * n for s, n in zip(known, counts, strict=True)) / rows if rows else 0.0
    return ColumnEstimate(
        relation, count, count, min(lows) if bounded else None, max(highs) if bounded else None, nulls
    )


def _limit(node: lg.Limit, below: Sequence[Estimate]) -> Estimate:
    rows = max(below[0].rows - node.offset, 0.0)
    return below[0].passed(rows if node.count is None else min(rows, float(node.count)))


def _generate(node: lg.Generate, below: Sequence[Estimate]) -> Estimate:
    made = below[0].passed(below[0].rows * _EACH_LIST)
    return replace(made, columns={**made.columns, **{c.id: ColumnEstimate(id(node)) for c in node.columns}})


def _as_of_join(node: lg.AsOfJoin, below: Sequence[Estimate]) -> Estimate:
    left, right = below
    each = min(float(node.count), right.rows * _CLOSE)
    each = max(each, 1.0) if node.kind == "left" else each
    return crossed(left, right).passed(left.rows * each)


def _group_map(node: lg.GroupMap, below: Sequence[Estimate]) -> Estimate:
    rows = grouped(below[0], [below[0].columns.get(c.id) for c in node.keys])
    return Estimate(rows, {}, least_certain(below[0].origin, GUESSED), {id(node): rows})


def _co_group_map(node: lg.CoGroupMap, below: Sequence[Estimate]) -> Estimate:
    sides = zip(below, (node.left_keys, node.right_keys), strict=True)
    rows = max(grouped(e, [e.columns.get(c.id) for c in keys]) for e, keys in sides)
    return Estimate(rows, {}, GUESSED, {id(node): rows})


def _passed(node: Relation, below: Sequence[Estimate]) -> Estimate:
    """What gives its input's rows on, or (a leaf) nobody knows."""
    if below:
        return below[0]
    return Estimate(1.0, {}, GUESSED, {id(node): 1.0})


_RULES: Final[Mapping[type[Relation], Callable[[Any, Sequence[Estimate]], Estimate]]] = {
    lg.OneRow: lambda node, below: _counted(node, 1.0),
    lg.LocalData: lambda node, below: _counted(node, float(node.table.num_rows)),
    lg.KeptRows: lambda node, below: _counted(node, float(node.row_count)),
    lg.Values: lambda node, below: _counted(node, float(len(node.rows))),
    lg.Range: _range,
    lg.Project: _project,
    lg.Aggregate: lambda node, below: aggregated_rows(node, below[0], id(node)),
    lg.Distinct: _distinct,
    lg.SetOperation: _set_operation,
    lg.Limit: _limit,
    lg.Tail: lambda node, below: below[0].passed(min(below[0].rows, float(node.count))),
    lg.Sample: lambda node, below: below[0].passed(below[0].rows * min(node.upper - node.lower, 1.0)),
    lg.Generate: _generate,
    lg.AsOfJoin: _as_of_join,
    lg.GroupMap: _group_map,
    lg.CoGroupMap: _co_group_map,
}
