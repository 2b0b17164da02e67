"""What a filter and a grouping make of an estimate."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.statistics.distinct_counts import seen
from hiveframe.optimizer.constants import MIRRORED, keeps_values
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.optimizer.statistics.estimate import ColumnEstimate, Estimate, left_of
from hiveframe.optimizer.statistics.expressions import CONSTANT, column_of
from hiveframe.optimizer.statistics.predicates import LESS, Given, between, share_of
from hiveframe.plan.logical import Call, Cast, Column, Expr
from hiveframe.plan.walk import preorder

_NOTHING: Final = Given()


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """`left = right` between columns of two steps."""

    left: ColumnEstimate
    right: ColumnEstimate
    ids: tuple[int | None, int | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Bound:
    """`column` compared with a constant by `name`."""

    column: int
    name: str
    value: Any


Change = Callable[[ColumnEstimate], ColumnEstimate]


def filtered(estimate: Estimate, conditions: Iterable[Expr], given: Given = _NOTHING) -> Estimate:
    """The rows of which all conditions are TRUE. Equalities between columns of two steps count as those of a join."""
    parts = [part for condition in conditions for part in conjuncts(condition)]
    if not parts or estimate.rows <= 0:
        return estimate
    equalities = [part for part in parts if _pair(part, estimate) is not None]
    chosen = set(map(id, equalities))
    left = _chosen(estimate, [part for part in parts if id(part) not in chosen], given)
    pairs = [pair for part in equalities if (pair := _pair(part, left)) is not None]
    share, same = _joined(left, pairs)
    return _reduced(left, share, {}, {i: [change] for i, change in same.items()})


def _chosen(estimate: Estimate, parts: Sequence[Expr], given: Given) -> Estimate:
    """The rows of which conditions are TRUE that are no equalities between steps."""
    bounds: dict[int, list[_Bound]] = {}
    share = 1.0
    local: dict[int, float] = {}
    changes: dict[int, list[Change]] = {}
    for part in parts:
        bound = _bound(part, estimate, given)
        if bound is not None:
            bounds.setdefault(bound.column, []).append(bound)
            continue
        found = share_of(part, estimate, given).true
        share *= found
        _note(local, part, found, estimate)
        for column, change in _changes(part, estimate, given):
            changes.setdefault(column, []).append(change)
    for column, group in bounds.items():
        found, change = _range(estimate.columns[column], group)
        share *= found
        changes.setdefault(column, []).append(change)
        relation = estimate.columns[column].relation
        local[relation] = local.get(relation, 1.0) * found
    return _reduced(estimate, share, local, changes)


def grouped(estimate: Estimate, keys: Sequence[ColumnEstimate | None]) -> float:
    """How many different combinations of these columns' values the rows have.

    Columns of one step have at most as many as the step has rows; those of several steps are taken for independent.
    """
    combined: dict[int, float] = {}
    for key in keys:
        if key is not None and key.relation == CONSTANT:
            continue
        relation = key.relation if key is not None else CONSTANT
        known = estimate.distinct(key)
        count = known if known is not None else max(estimate.rows / 10, 1.0)
        nulls = 1 if key is not None and key.null_share > 0 else 0
        combined[relation] = combined.get(relation, 1.0) * max(count + nulls, 1.0)
    for relation, count in combined.items():
        combined[relation] = min(count, max(estimate.relations.get(relation, estimate.rows), 1.0))
    return min(seen(math.prod(combined.values()), estimate.rows), estimate.rows) if estimate.rows > 0 else 0.0


# ------------------------------------------------------------------------------------------------- what conditions are


def plain_column(e: Expr) -> int | None:
    """The id of a column, perhaps widened in a way that keeps every value."""
    while isinstance(e, Cast) and keeps_values(e.child.dtype, e.dtype):
        e = e.child
    return e.id if isinstance(e, Column) else None


def _pair(e: Expr, estimate: Estimate) -> _Pair | None:
    if not isinstance(e, Call) or e.function not in ("=", "<=>"):
        return None
    left, right = (column_of(side, estimate) for side in e.args)
    if left is None or right is None or CONSTANT in (left.relation, right.relation) or left.relation == right.relation:
        return None
    return _Pair(left, right, (plain_column(e.args[0]), plain_column(e.args[1])))


def _bound(e: Expr, estimate: Estimate, given: Given) -> _Bound | None:
    if not isinstance(e, Call) or e.function not in ("<", "<=", ">", ">="):
        return None
    name, (left, right) = e.function, e.args
    column = plain_column(left)
    if column is None:
        name, left, right = MIRRORED[name], right, left
        column = plain_column(left)
    if column is None or column not in estimate.columns:
        return None
    other = column_of(right, estimate)
    if other is None or other.relation != CONSTANT:
        return None
    value = given.value(right)
    return _Bound(column, name, value) if value is not None else None


def _range(column: ColumnEstimate, bounds: Sequence[_Bound]) -> tuple[float, Change]:
    """The share of rows within all bounds on a column, and what becomes of it."""
    lows = [(b.value, b.name == ">=") for b in bounds if b.name in (">", ">=")]
    highs = [(b.value, b.name == "<=") for b in bounds if b.name in ("<", "<=")]
    low = max(lows, key=lambda end: (end[0], not end[1]), default=None)
    high = min(highs, key=lambda end: (end[0], end[1]), default=None)
    found = between(column, low, high)
    share = LESS ** ((low is not None) + (high is not None)) if found is None else found
    narrowed = low if found is not None else None, high if found is not None else None
    return share * (1 - column.null_share), lambda c: _narrowed(c, share, *narrowed)


def _narrowed(
    column: ColumnEstimate, share: float, low: tuple[Any, bool] | None, high: tuple[Any, bool] | None
) -> ColumnEstimate:
    def is_in(value: Any) -> bool:
        return (low is None or value >= low[0]) and (high is None or value <= high[0])

    common = tuple((v, s / share) for v, s in column.common if is_in(v)) if share > 0 else ()
    return replace(
        column,
        distinct=None if column.distinct is None else max(column.distinct * share, 1.0),
        domain=None if column.domain is None else max(column.domain * share, 1.0),
        low=low[0] if low is not None and (column.low is None or low[0] > column.low) else column.low,
        high=high[0] if high is not None and (column.high is None or high[0] < column.high) else column.high,
        null_share=0.0,
        common=common,
        quantiles=tuple(q for q in column.quantiles if is_in(q)),
    )


def _changes(e: Expr, estimate: Estimate, given: Given) -> Iterable[tuple[int, Change]]:
    """What a condition other than a range makes of the columns that it names."""
    if not isinstance(e, Call) or not e.args:
        return
    column = plain_column(e.args[0])
    if column is None or column not in estimate.columns:
        return
    match e.function:
        case "=" | "<=>" if (other := column_of(e.args[1], estimate)) is not None and other.relation == CONSTANT:
            value = given.value(e.args[1])
            yield column, lambda c: ColumnEstimate(c.relation, 1.0, 1.0, value, value, avg_len=c.avg_len)
        case "in":
            count = float(len(e.args) - 1)
            yield column, lambda c: replace(_filled(c), distinct=min(c.distinct or count, count), common=())
        case "inset":
            yield column, lambda c: replace(_filled(c), common=())
        case "isnotnull" | "=" | "<" | "<=" | ">" | ">=" | "like" | "startswith":
            yield column, _filled


def _filled(column: ColumnEstimate) -> ColumnEstimate:
    return replace(column, null_share=0.0)


def _note(local: dict[int, float], e: Expr, share: float, estimate: Estimate) -> None:
    """A condition on columns of one step takes rows out of that step."""
    relations = {
        known.relation
        for node in preorder(e, Expr)
        if isinstance(node, Column) and (known := estimate.columns.get(node.id)) is not None
    }
    if len(relations) == 1:
        relation = relations.pop()
        local[relation] = local.get(relation, 1.0) * share


# --------------------------------------------------------------------------------------------------------- equalities


def _joined(estimate: Estimate, pairs: Sequence[_Pair]) -> tuple[float, dict[int, Change]]:
    """The share of combinations that equalities leave, and what becomes of their columns.

    Of each two values one set holds the other (Selinger et al.): one in so many combinations is equal as the larger set
    has values. An equality that follows from others takes nothing out.
    """
    classes: dict[tuple[int | None, int], tuple[int | None, int]] = {}

    def root(key: tuple[int | None, int]) -> tuple[int | None, int]:
        while classes.get(key, key) != key:
            key = classes[key]
        return key

    between_steps: dict[tuple[int, int], list[_Pair]] = {}
    same: dict[int, Change] = {}
    for pair in pairs:
        a, b = (root((i, c.relation)) for i, c in zip(pair.ids, (pair.left, pair.right), strict=True))
        if a == b and None not in pair.ids:
            continue
        classes[a] = b
        if pair.left.relation > pair.right.relation:
            pair = _Pair(pair.right, pair.left, (pair.ids[1], pair.ids[0]))
        between_steps.setdefault((pair.left.relation, pair.right.relation), []).append(pair)
        for i, own, other in zip(pair.ids, (pair.left, pair.right), (pair.right, pair.left), strict=True):
            if i is not None:
                same[i] = _met(own, other)
    share = 1.0
    for (left, right), group in between_steps.items():
        sizes = tuple(max(estimate.relations.get(r, estimate.rows), 1.0) for r in (left, right))
        share *= _share_equal(group, sizes)
        share *= math.prod((1 - p.left.null_share) * (1 - p.right.null_share) for p in group)
    return share, same


def _share_equal(pairs: Sequence[_Pair], sizes: tuple[float, ...]) -> float:
    counts = [_larger_set(p.left, p.right) or min(sizes) for p in pairs]
    if len(pairs) == 1:
        return 1 / max(counts[0], 1.0)
    # several columns make one key: its values are no more than the rows of the step that has most of them
    own = [math.prod(c.domain or 1.0 for c in side) for side in zip(*((p.left, p.right) for p in pairs), strict=True)]
    if math.isclose(own[0], own[1], rel_tol=0.05):
        most = min(sizes)
    else:
        most = sizes[0] if own[0] > own[1] else sizes[1]
    return 1 / max(min(math.prod(counts), max(most, max(counts))), 1.0)


def _larger_set(left: ColumnEstimate, right: ColumnEstimate) -> float | None:
    """How many values the larger set has: all of the column with fewer, or those that are left of the other.

    A condition on the side with more values (the days of a calendar) is taken to choose among those that both have.
    """
    known = [(c.domain, c.distinct or c.domain) for c in (left, right) if c.domain is not None]
    if len(known) < 2:
        return known[0][0] if known else None
    (fewer, _), (_, left_over) = sorted(known)
    return max(fewer, left_over)


def _met(own: ColumnEstimate, other: ColumnEstimate) -> Change:
    """A column whose values are those that the other has, too."""

    def change(column: ColumnEstimate) -> ColumnEstimate:
        return replace(
            column,
            distinct=_least(own.distinct, other.distinct),
            domain=_least(own.domain, other.domain),
            low=_bounded(max, own.low, other.low),
            high=_bounded(min, own.high, other.high),
            null_share=0.0,
        )

    return change


def _least(a: float | None, b: float | None) -> float | None:
    return min((x for x in (a, b) if x is not None), default=None)


def _bounded(pick: Callable[..., Any], a: Any, b: Any) -> Any:
    if a is None or b is None or type(a) is not type(b):
        return a if b is None or a is not None else b
    return pick(a, b)


def _reduced(
    estimate: Estimate,
    share: float,
    local: Mapping[int, float],
    changes: Mapping[int, Sequence[Change]],
) -> Estimate:
    relations = dict(estimate.relations)
    columns = dict(estimate.columns)
    for relation, left in local.items():
        rows = relations.get(relation, estimate.rows)
        relations[relation] = rows * left
        for i, column in estimate.columns.items():
            if column.relation == relation and i not in changes and column.distinct is not None:
                columns[i] = replace(column, distinct=left_of(column.distinct, rows, left))
    for i, made in changes.items():
        for change in made:
            columns[i] = change(columns[i])
    return replace(estimate, rows=estimate.rows * share, columns=columns, relations=relations)
