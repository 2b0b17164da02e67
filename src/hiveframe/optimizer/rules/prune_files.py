"""Filters tell the scans below them what they will let pass, so that a source may leave files out.

Only sources that offer a `pruner` are asked. Conditions stay where they are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.errors import SparkError
from hiveframe.lake.pruning import AnyOf, ColumnTest, Predicate
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.constants import MIRRORED, is_constant, keeps_values, literal_start
from hiveframe.optimizer.costs import SUBQUERIES, Costs, those_of
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs, rewrite_relations
from hiveframe.optimizer.rules.fold_constants import folded
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Column, Expr, Literal, Relation
from hiveframe.plan.types import DataType

Evaluate = Callable[[Expr], Any]
"""The value, in storage form, of an expression without columns."""

Held = tuple[Expr, ...]


def prune_files(plan: Relation, evaluate: Evaluate) -> Relation:
    """`Filter(Scan, c)` → `Filter(Scan of fewer files, c)`, through joins, projections and unions between them."""
    if not any(_pruner(node) for node in _relations(plan)):
        return plan
    pruned: dict[int, Relation] = {}
    for scan, held in _conditions(plan):
        if not held or not _pruner(scan):
            continue
        predicates = [p for e in held for p in _predicates(e, scan, evaluate)]
        if predicates:
            source = scan.source.pruner.prune(scan.source, tuple(predicates))
            if source is not scan.source:
                pruned[id(scan)] = replace(scan, source=source)
    return rewrite_relations(plan, lambda node: pruned.get(id(node), node)) if pruned else plan


def used_rows(
    plan: Relation, is_asked: Callable[[ScanSource], bool], evaluate: Evaluate
) -> Iterator[tuple[ScanSource, tuple[Predicate, ...]]]:
    """The scans of sources that are asked for, those in subqueries among them, each with what its used rows fulfil."""
    for scan, held in _conditions(plan):
        if isinstance(scan.source, ScanSource) and is_asked(scan.source):
            yield scan.source, tuple(p for e in held for p in _predicates(e, scan, evaluate))
    for node in _relations(plan):
        for expr in those_of(expressions(node), SUBQUERIES):
            yield from used_rows(expr.plan, is_asked, evaluate)


def _pruner(node: Relation) -> Any:
    is_scan = isinstance(node, lg.Scan) and isinstance(node.source, ScanSource)
    return node.source.pruner if is_scan else None  # type: ignore[attr-defined]


def _relations(plan: Relation) -> Iterator[Relation]:
    pending, seen = [plan], set[int]()
    while pending:
        node = pending.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            pending.extend(inputs(node))


# ------------------------------------------------------------------------------------- which conditions reach a scan


def _conditions(plan: Relation) -> list[tuple[lg.Scan, Held]]:
    """The scans with what holds of every row that is used: nothing for one that is used twice."""
    costs = Costs()
    found: dict[int, tuple[lg.Scan, Held]] = {}
    pending: list[tuple[Relation, Held]] = [(plan, ())]
    seen: dict[int, Held] = {}
    while pending:
        node, held = pending.pop()
        if id(node) in seen:
            if not seen[id(node)]:
                continue
            held = ()
        seen[id(node)] = held
        if isinstance(node, lg.Scan):
            found[id(node)] = node, held
        pending.extend(_passed(node, held, costs))
    return list(found.values())


def _passed(node: Relation, held: Held, costs: Costs) -> list[tuple[Relation, Held]]:
    """The relations under `node` with what holds of those of their rows that matter."""
    match node:
        case lg.Filter(child=child, condition=condition):
            return [(child, held + _usable(condition, costs))]
        case lg.Sort(child=child) | lg.Repartition(child=child):
            return [(child, held)]
        case lg.Project(child=child, items=items):
            values = {i.column.id: i.expr for i in items}
            return [(child, tuple(substituted(e, values) for e in held))]
        case lg.SetOperation(kind="union", children=children):
            return [(child, _renamed(held, node.output, child.output)) for child in children]
        case lg.Join(left=left, right=right, kind=kind, condition=condition, is_lateral=False):
            own = _usable(condition, costs) if condition is not None else ()
            match kind:
                case "inner" | "cross" | "semi":
                    return [(left, held + own), (right, held + own)]
                case "left" | "anti":
                    return [(left, held), (right, own)]
                case "right":
                    return [(left, own), (right, held)]
    return [(child, ()) for child in inputs(node)]


def _usable(condition: Expr, costs: Costs) -> Held:
    return tuple(e for e in conjuncts(condition) if not costs.of(e).is_volatile)


def _renamed(held: Held, outer: Sequence[Column], inner: Sequence[Column]) -> Held:
    names: dict[int, Expr] = {o.id: i for o, i in zip(outer, inner, strict=True)}
    return tuple(substituted(e, names) for e in held)


# ---------------------------------------------------------------------------------------------- conditions as a source


def _predicates(condition: Expr, scan: lg.Scan, evaluate: Evaluate) -> list[Predicate]:
    """What the condition asks of the scan's columns, as far as it is understood."""
    positions = {c.id: p for c, p in zip(scan.output, scan.positions, strict=True)}
    return _Reading(positions, evaluate).predicates(condition)


def all_predicates(condition: Expr, scan: lg.Scan, evaluate: Evaluate) -> tuple[Predicate, ...] | None:
    """Predicates that hold of just the rows of which the condition is true; None where they cannot say all of it."""
    positions = {c.id: p for c, p in zip(scan.output, scan.positions, strict=True)}
    return _Reading(positions, evaluate).all_of(condition)


class _Reading:
    """Reads conditions on columns whose places are known."""

    def __init__(self, positions: Mapping[int, int], evaluate: Evaluate) -> None:
        self._positions = positions
        self._evaluate = evaluate

    def predicates(self, condition: Expr) -> list[Predicate]:
        """The predicates that all hold where the condition does."""
        made = (self._predicate(e) for e in conjuncts(condition))
        return [p for p in made if p is not None]

    def all_of(self, condition: Expr) -> tuple[Predicate, ...] | None:
        """The predicates that all hold just where the condition does; None where they would ask for less."""
        made: list[Predicate] = []
        for e in conjuncts(condition):
            p: Predicate | None = None
            if isinstance(e, Call) and e.function == "or":
                branches = [self.all_of(b) for b in e.args]
                known = tuple(b for b in branches if b is not None)
                p = AnyOf(known) if len(known) == len(branches) else None
            elif not (isinstance(e, Call) and e.function == "like"):  # of which only the beginning is understood
                p = self._predicate(e)
            if p is None:
                return None
            made.append(p)
        return tuple(made)

    def _predicate(self, e: Expr) -> Predicate | None:
        if not isinstance(e, Call):
            return None
        match e.function, e.args:
            case "or", branches:
                read = [tuple(self.predicates(b)) for b in branches]
                return AnyOf(tuple(read)) if all(read) else None
            case ("isnull" | "isnotnull") as name, (value,):
                column = self._column(value)
                return ColumnTest(column, name) if column is not None else None
            case ("=" | "<" | "<=" | ">" | ">=" | "<=>") as name, (left, right):
                return self._comparison(name, left, right)
            case "in", (value, *listed):
                return self._one_of(value, listed)
            case "inset", (value, Literal(value=constants)):
                column = self._column(value)
                return ColumnTest(column, "in", tuple(sorted(set(constants)))) if column is not None else None
            case "startswith", (value, prefix):
                return self._prefix(value, self._text(prefix))
            case "like", (value, pattern, *escape):
                text = self._text(pattern)
                given = self._text(escape[0]) if escape else "\\"
                return self._prefix(value, literal_start(text, given)) if text is not None and given else None
        return None

    def _comparison(self, name: str, left: Expr, right: Expr) -> Predicate | None:
        column = self._column(left)
        if column is None:
            column, left, right, name = self._column(right), right, left, MIRRORED[name]
        if column is None:
            return None
        value = self._constant(right)
        return ColumnTest(column, "=" if name == "<=>" else name, (value,)) if _has_order(value) else None

    def _one_of(self, value: Expr, listed: Sequence[Expr]) -> Predicate | None:
        column = self._column(value)
        if column is None:
            return None
        values = [v for v in map(self._constant, listed) if v is not None]
        known = len(values) == sum(not (isinstance(e, Literal) and e.value is None) for e in listed)
        if not values or not known or not all(map(_has_order, values)):
            return None
        return ColumnTest(column, "in", tuple(sorted(set(values))))

    def _prefix(self, value: Expr, prefix: str | None) -> Predicate | None:
        column = self._column(value)
        is_text = isinstance(value.dtype, t.StringType)
        return ColumnTest(column, "prefix", (prefix,)) if column is not None and prefix and is_text else None

    def _column(self, e: Expr) -> int | None:
        """The position of a column, perhaps widened in a way that keeps every value."""
        while isinstance(e, Cast) and keeps_values(e.child.dtype, e.dtype):
            e = e.child
        return self._positions.get(e.id) if isinstance(e, Column) and _is_ordered(e.dtype) else None

    def _text(self, e: Expr) -> str | None:
        value = self._constant(e)
        return value if isinstance(value, str) else None

    def _constant(self, e: Expr) -> Any:
        """The value of a constant; None when it is NULL, no constant, or one that fails."""
        e = folded(e)
        if isinstance(e, Literal):
            return e.value
        if not is_constant(e):
            return None
        try:
            return self._evaluate(e)
        except SparkError:
            return None  # the filter itself raises it, if it comes to compare a row


def _has_order(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _is_ordered(dtype: DataType) -> bool:
    """Whether values compare in Spark as they do in storage form."""
    if isinstance(dtype, t.StringType):
        return dtype.collation == "UTF8_BINARY"
    return isinstance(dtype, _ORDERED)


_ORDERED: Final[tuple[type[DataType], ...]] = (
    t.BooleanType, t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.FloatType, t.DoubleType, t.DecimalType,
    t.DateType, t.TimestampType, t.TimestampNTZType,
)  # fmt: skip
