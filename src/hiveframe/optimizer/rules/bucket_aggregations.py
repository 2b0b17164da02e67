"""Several aggregations of one table, of rows that no two of them share, become one, grouped by whose rows they are.

`(SELECT count(*), avg(b) FROM t WHERE a BETWEEN 1 AND 20)` beside the same `WHERE a BETWEEN 21 AND 40`, in FROM or as
scalar subqueries, read `t` once, `GROUP BY CASE WHEN a BETWEEN 1 AND 20 THEN 1 WHEN a BETWEEN 21 AND 40 THEN 2 END`,
and the few rows of that are turned into one by `max(…) FILTER (WHERE bucket = 1)` and so on. Aggregations with the same
condition need no bucket. Only where constants prove that the conditions exclude each other, every bucket is asked for
the same aggregates (no sum is made that could overflow unasked), and arguments are columns, so that nothing can fail.

TPC-DS at scale 1, processor time: query 9 (15 scalar subqueries) from 0.59 s to 0.15 s, query 28 from 0.52 s to 0.23 s;
as DuckDB's SQL, two buckets of 20 values in 100 from 0.092 s to 0.075 s, of one value each from 0.079 s to 0.057 s.
Spark's MergeScalarSubqueries merges subqueries of one condition alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import METADATA_POSITION, ScanSource
from hiveframe.optimizer.alike import Likeness, same_source
from hiveframe.optimizer.costs import those_of
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.global_aggregations import any_of, crossed, global_aggregation, leaves_of, over_from_clauses
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.ranges import are_disjoint, test_of
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.optimizer.rules.merge_filters import all_of, conjuncts
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan.logical import (
    AggCall,
    Aggregate,
    Call,
    Column,
    Expr,
    Filter,
    Literal,
    Named,
    Project,
    Relation,
    ScalarSubquery,
    Scan,
)
from hiveframe.plan.types import BOOLEAN, INT
from hiveframe.plan.walk import preorder, rewrite_up

_FUNCTIONS: Final = frozenset({"count", "sum", "avg", "min", "max"})  # of no rows: NULL, a count's 0
_LEAST: Final = 2


def bucket_aggregations(plan: Relation) -> Relation:
    """The plan with aggregations of one table made together, where they stand beside each other."""
    return over_from_clauses(rewrite_relations(plan, _with_subqueries), _beside)


# ------------------------------------------------------------------------------------------------- where they are found


def _beside(node: Relation) -> Relation:
    """`FROM (SELECT count(*) …) a, (SELECT count(*) …) b`."""
    leaves = leaves_of(node)
    made = _made(leaves)
    if not made:
        return node
    given = {id(leaf) for together in made for leaf in together.given}
    sides = [*(leaf for leaf in leaves if id(leaf) not in given), *(together.plan for together in made)]
    values = {
        column.id: item.expr
        for together in made
        for leaf, items in zip(together.given, together.items, strict=True)
        for column, item in zip(leaf.output, items, strict=True)
    }
    return Project(crossed(sides), tuple(Named(c, values.get(c.id, c)) for c in node.output))


def _with_subqueries(node: Relation) -> Relation:
    """`SELECT (SELECT count(*) …), (SELECT count(*) …) FROM x` and `SELECT * FROM x WHERE … (SELECT count(*) …) …`."""
    if not isinstance(node, (Project, Filter)):
        return node
    found = {id(e): e for e in those_of(expressions(node), (ScalarSubquery,))}
    if len(found) < _LEAST:
        return node
    made = _made([e.plan for e in found.values()])
    if not made:
        return node
    values = {
        id(plan): items[0].expr for together in made for plan, items in zip(together.given, together.items, strict=True)
    }

    def told(e: Expr) -> Expr:
        return values.get(id(e.plan), e) if isinstance(e, ScalarSubquery) else e

    if isinstance(node, Project):
        wide = crossed([node.child, *(together.plan for together in made)])
        return with_expressions(replace(node, child=wide), told)
    parts = conjuncts(node.condition)
    asking = [part for part in parts if any(id(e.plan) in values for e in those_of([part], (ScalarSubquery,)))]
    plain = [part for part in parts if part not in asking]
    child = Filter(node.child, all_of(plain)) if plain else node.child
    wide = crossed([child, *(together.plan for together in made)])
    narrow = with_expressions(Filter(wide, all_of(asking)), told)
    return Project(narrow, tuple(Named(c, c) for c in node.output))


# ------------------------------------------------------------------------------------------------- what is made of them


@dataclass(frozen=True, slots=True, eq=False)
class _Together:
    """One row for several subplans: `items[i]` compute the output of `given[i]` from it."""

    plan: Relation
    given: tuple[Relation, ...]
    items: tuple[tuple[Named, ...], ...]


def _made(plans: Sequence[Relation]) -> list[_Together]:
    """What several of the subplans make together; those that stand alone are left out."""
    left = [part for plan in plans if (part := _part(plan)) is not None]
    made: list[_Together] = []
    while len(left) >= _LEAST:
        first, *others = left
        alike = [first, *(part for part in others if same_source(part.base.source, first.base.source))]
        left = [part for part in others if part not in alike]
        if len(alike) >= _LEAST and (together := _together(alike)) is not None:
            made.append(together)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """An aggregation of the rows that one table's scan gives."""

    plan: Relation
    items: tuple[Named, ...]
    base: Scan
    conditions: tuple[Expr, ...]


def _part(plan: Relation) -> _Part | None:
    made = global_aggregation(plan)
    if made is None or not isinstance(made.base, Scan) or not isinstance(made.base.source, ScanSource):
        return None
    if METADATA_POSITION in made.base.positions or any(c.function not in _FUNCTIONS for c in made.calls):
        return None
    known = {c.id for c in made.base.output}
    told = chain(made.conditions, (item.expr for item in made.items))
    used = {e.id for root in told for e in preorder(root, Expr) if isinstance(e, Column)}
    return _Part(plan, made.items, made.base, made.conditions) if used <= known else None


def _together(parts: Sequence[_Part]) -> _Together | None:
    scan, renamed = _scan_of_all(parts)
    items = [
        tuple(Named(i.column, substituted(i.expr, own)) for i in p.items) for p, own in zip(parts, renamed, strict=True)
    ]
    asked = [tuple(substituted(c, own) for c in p.conditions) for p, own in zip(parts, renamed, strict=True)]
    groups = _Groups.of(asked)
    calls = _told_once(chain.from_iterable(_calls(own) for own in items))
    if len(groups.conditions) == 1:
        rows = Filter(scan, all_of(asked[0])) if asked[0] else scan
        values = tuple(Named(fresh_column(call.function, call), call) for call in calls)
        columns = [[v.column for v in values]]
        plan: Relation = Aggregate(rows, (), values)
    else:
        bucketed = _bucketed(scan, groups.conditions)
        if bucketed is None or not _are_asked_of_each(calls, items, groups):
            return None
        plan, columns = _one_row(bucketed, calls, len(groups.conditions))
    now = [
        tuple(Named(i.column, _read(i.expr, calls, columns[n])) for i in own)
        for own, n in zip(items, groups.numbers, strict=True)
    ]
    return _Together(plan, tuple(p.plan for p in parts), tuple(now))


def _scan_of_all(parts: Sequence[_Part]) -> tuple[Scan, list[dict[int, Expr]]]:
    """A scan of the columns that any part reads, and which of them each part's columns are."""
    columns: dict[int, Column] = {}
    renamed: list[dict[int, Expr]] = []
    for part in parts:
        for column, position in zip(part.base.output, part.base.positions, strict=True):
            columns.setdefault(position, fresh_column(column.name, column))
        renamed.append({c.id: columns[p] for c, p in zip(part.base.output, part.base.positions, strict=True)})
    first = parts[0].base
    return replace(first, output=tuple(columns.values()), positions=tuple(columns)), renamed


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The different lists of conditions, and for each part which of them is its own."""

    conditions: list[tuple[Expr, ...]]
    numbers: list[int]

    @classmethod
    def of(cls, asked: Sequence[tuple[Expr, ...]]) -> _Groups:
        made = cls([], [])
        for conditions in asked:
            number = next((n for n, known in enumerate(made.conditions) if _are_alike(known, conditions)), None)
            if number is None:
                number = len(made.conditions)
                made.conditions.append(conditions)
            made.numbers.append(number)
        return made


def _are_alike(some: Sequence[Expr], others: Sequence[Expr]) -> bool:
    return all(_is_among(c, others) for c in some) and all(_is_among(c, some) for c in others)


def _is_among(expr: Expr, others: Sequence[Expr]) -> bool:
    return any(Likeness().of(other, expr) for other in others)


def _calls(items: Sequence[Named]) -> Iterator[AggCall]:
    return (e for item in items for e in preorder(item.expr, Expr) if isinstance(e, AggCall))


def _told_once(calls: Iterator[AggCall]) -> list[AggCall]:
    kept: list[AggCall] = []
    for call in calls:
        if not _is_among(call, kept):
            kept.append(call)
    return kept


def _are_asked_of_each(calls: Sequence[AggCall], items: Sequence[Sequence[Named]], groups: _Groups) -> bool:
    for number in range(len(groups.conditions)):
        own = [c for given, n in zip(items, groups.numbers, strict=True) if n == number for c in _calls(given)]
        if not all(_is_among(call, own) for call in calls):
            return False
    return True


# -------------------------------------------------------------------------------------------------------------- buckets


def _bucketed(scan: Scan, groups: Sequence[tuple[Expr, ...]]) -> Project | None:
    """The rows of one of the groups, and last a column with its number; None unless no row can be of two."""
    common = [c for c in groups[0] if all(_is_among(c, other) for other in groups[1:])]
    own = [[c for c in conditions if not _is_among(c, common)] for conditions in groups]
    dividing = _dividing(scan, own)
    if dividing is None:
        return None
    ranges = [all_of(conditions) for conditions in dividing]
    rest = [[c for c in conditions if c not in told] for conditions, told in zip(own, dividing, strict=True)]
    rows: Relation = Filter(scan, all_of([*common, any_of(ranges)]))
    if any(rest):
        fulfil = [all_of(conditions) if conditions else Literal(True, BOOLEAN) for conditions in rest]
        rows = Filter(rows, _chosen(ranges, fulfil))
    case = _chosen(ranges, [Literal(number, INT) for number in range(len(groups))])
    return Project(rows, (*(Named(c, c) for c in scan.output), Named(fresh_column("bucket", case), case)))


def _chosen(conditions: Sequence[Expr], values: Sequence[Expr]) -> Expr:
    """`CASE WHEN … THEN … END`"""
    return Call("when", tuple(chain.from_iterable(zip(conditions, values, strict=True))), values[0].dtype)


def _dividing(scan: Scan, own: Sequence[Sequence[Expr]]) -> list[list[Expr]] | None:
    """Of each group the conditions on one column that let no value of another group pass."""
    tests = [[(c, test) for c in conditions if (test := test_of(c)) is not None] for conditions in own]
    for column in scan.output:
        of_column = [[(c, test) for c, test in told if test.column == column.id] for told in tests]
        if all(of_column) and are_disjoint([[test for _, test in told] for told in of_column]):
            return [[c for c, _ in told] for told in of_column]
    return None


def _one_row(bucketed: Project, calls: Sequence[AggCall], count: int) -> tuple[Relation, list[list[Column]]]:
    """The aggregates of all buckets in one row, and the columns of each bucket's."""
    bucket = bucketed.items[-1].column
    values = tuple(Named(fresh_column(call.function, call), call) for call in calls)
    grouped = Aggregate(bucketed, (Named(bucket, bucket),), values)
    turned: list[Named] = []
    columns: list[list[Column]] = []
    for number in range(count):
        is_it = Call("=", (bucket, Literal(number, INT)), BOOLEAN)
        own: list[Column] = []
        for value in values:
            column = value.column
            told: Expr = AggCall("max", (column,), column.dtype, filter=is_it)
            if _counts(value.expr):
                told = Call("coalesce", (told, Literal(0, column.dtype)), column.dtype, nullable=False)
            own.append(fresh_column(column.name, told))
            turned.append(Named(own[-1], told))
        columns.append(own)
    return Aggregate(grouped, (), tuple(turned)), columns


def _counts(expr: Expr) -> bool:
    return isinstance(expr, AggCall) and expr.function == "count"


def _read(expr: Expr, calls: Sequence[AggCall], columns: Sequence[Column]) -> Expr:
    """An item of one part with its aggregates taken from the columns that hold them."""

    def read(e: Any) -> Any:
        if not isinstance(e, AggCall):
            return e
        return next(c for call, c in zip(calls, columns, strict=True) if Likeness().of(call, e))

    made: Expr = rewrite_up(expr, Expr, read)
    return made
