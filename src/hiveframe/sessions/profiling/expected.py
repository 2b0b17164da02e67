"""What HiveFrame expects of the engine's operators: the plan's estimates, in the order in which the engine joins.

Where the engine does what no rule is known for, an operator passes its input's estimate on; where that cannot be, it
has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hiveframe.engine.profiling import EngineOperator
from hiveframe.optimizer.statistics import Estimate, crossed, filtered, grouped, joined
from hiveframe.optimizer.statistics.estimate import EXACT
from hiveframe.optimizer.statistics.plans import aggregated_rows
from hiveframe.optimizer.statistics.predicates import Given
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.sessions.profiling.engine_texts import ids_in, only_id, resolved
from hiveframe.sessions.profiling.matching import Known, matched, matched_range, matched_reference

_COMPARED: Final = re.compile(r"(.+) (=|!=|<|>|<=|>=|IS NOT DISTINCT FROM) (.+)")
_KINDS: Final[Mapping[str, str]] = {
    "INNER": "inner", "LEFT": "left", "RIGHT": "right", "FULL": "full", "OUTER": "full", "SEMI": "semi", "ANTI": "anti",
}  # fmt: skip
_GROUPINGS: Final = frozenset({"HASH_GROUP_BY", "PERFECT_HASH_GROUP_BY", "UNGROUPED_AGGREGATE"})
_COUNTED: Final = frozenset({"COLUMN_DATA_SCAN", "DUMMY_SCAN", "EMPTY_RESULT"})
_JOINS: Final = frozenset({"HASH_JOIN", "NESTED_LOOP_JOIN", "PIECEWISE_MERGE_JOIN", "IE_JOIN", "BLOCKWISE_NL_JOIN"})


class Expected:
    """Estimates of the engine's operators, each made once; `known_rows` are those of the plan's own scans."""

    def __init__(self, known: Known, estimates: Mapping[int, Estimate], given: Given) -> None:
        self._known = known
        self._estimates = estimates
        self._given = given
        self._made: dict[int, Estimate | None] = {}
        self._ctes: dict[str, Estimate | None] = {}

    def of(self, operator: EngineOperator) -> Estimate | None:
        """The estimate of an operator that has been gone over."""
        return self._made.get(id(operator))

    def go_over(self, root: EngineOperator) -> None:
        """Estimate an operator and all below it, the first child of a CTE before its users."""
        pending: list[tuple[EngineOperator, tuple[EngineOperator, ...], bool]] = [(root, (), False)]
        while pending:
            node, above, is_ready = pending.pop()
            if is_ready:
                self._made[id(node)] = self._estimate(node, above)
                if above and above[0].name == "CTE" and node is above[0].children[0]:
                    self._ctes[above[0].first("Table Index")] = self._made[id(node)]
                continue
            pending.append((node, above, True))
            pending.extend((child, (node, *above), False) for child in reversed(node.children))

    def _estimate(self, node: EngineOperator, above: Sequence[EngineOperator]) -> Estimate | None:
        below = [self._made.get(id(child)) for child in node.children]
        if node.name == "TABLE_SCAN":
            return self._scan(node, above)
        if node.name in _COUNTED:
            return Estimate(float(node.rows), {}, EXACT)
        if node.name == "CTE_SCAN":
            made, reference = self._ctes.get(node.first("CTE Index")), matched_reference(above, self._known)
            if made is None or reference is None or made.rows != self._estimates[id(reference)].rows:
                return made  # a WITH of the engine's own
            return self._estimates[id(reference)]
        if not below or any(e is None for e in below):
            return below[-1] if node.name == "CTE" else None
        there = [e for e in below if e is not None]
        if node.name in _JOINS:
            return self._join(node, there)
        if node.name in _GROUPINGS:
            return self._aggregate(node, there[0])
        rule = _RULES.get(node.name)
        if rule is not None:
            return rule(node, there)
        return self._filter(node, there[0]) if node.name == "FILTER" else there[-1] if node.name == "CTE" else there[0]

    def _scan(self, node: EngineOperator, above: Sequence[EngineOperator]) -> Estimate | None:
        if node.first("Function") == "RANGE":
            found_range = matched_range(above, self._known)
            return self._estimates.get(id(found_range))
        scan = matched(node, above, self._known)
        if scan is None:
            return None
        found = self._estimates[id(scan)]
        if not node.filters:
            return found
        return filtered(found, self._known.on({c.id for c in scan.output}), self._given)

    def _filter(self, node: EngineOperator, below: Estimate) -> Estimate:
        ids = ids_in([resolved(text, node) for text in node.info.get("Expression", ())])
        child = node.children[0]
        if child.name == "TABLE_SCAN":
            if child.filters:
                return below  # all of the plan's conditions on the scan count there
            return filtered(below, self._known.on(set(below.columns)), self._given)
        return filtered(below, self._known.naming(ids) or [_unknown(ids)], self._given)

    def _join(self, node: EngineOperator, below: Sequence[Estimate]) -> Estimate:
        left, right = below
        kind = node.first("Join Type")
        if kind.startswith("RIGHT_"):  # semi and anti joins that keep the right side's rows
            left, right, kind = right, left, kind.removeprefix("RIGHT_")
        if kind not in _KINDS:  # MARK, SINGLE: each of the left side's rows once
            return left
        conditions = [_condition(resolved(text, node)) for text in node.info.get("Conditions", ())]
        return joined(left, right, _KINDS[kind], conditions, self._given)

    def _aggregate(self, node: EngineOperator, below: Estimate) -> Estimate:
        texts = [resolved(text, node) for text in node.info.get("Groups", ())]
        found = self._known.aggregate(len(texts), ids_in(texts))
        if found is not None:
            return aggregated_rows(found, below, id(node))
        numbers = [only_id(text) for text in texts]
        columns = [below.columns.get(number) if number is not None else None for number in numbers]
        rows = grouped(below, columns) if texts else 1.0
        return Estimate(rows, {}, below.origin, {id(node): rows})


def _condition(text: str) -> lg.Expr:
    """A join's condition, as far as it can be read: a comparison of columns, or of what is made of columns."""
    found = _COMPARED.fullmatch(text)
    if found is None:
        return _unknown(ids_in([text]))
    left, right = (_side(found[i]) for i in (1, 3))
    match found[2]:
        case "!=":
            return lg.Call("not", (lg.Call("=", (left, right), t.BOOLEAN),), t.BOOLEAN)
        case "IS NOT DISTINCT FROM":
            return lg.Call("<=>", (left, right), t.BOOLEAN)
    return lg.Call(found[2], (left, right), t.BOOLEAN)


def _side(text: str) -> lg.Expr:
    number = only_id(text)
    return _column(number) if number is not None else lg.Call("unknown", _columns(ids_in([text])), t.NULL)


def _unknown(ids: set[int]) -> lg.Expr:
    """A condition of which nothing is known but the columns that it names."""
    return lg.Call("unknown", _columns(ids), t.BOOLEAN)


def _columns(ids: set[int]) -> tuple[lg.Expr, ...]:
    return tuple(map(_column, sorted(ids)))


def _column(number: int) -> lg.Column:
    return lg.Column(number, f"c{number}", t.NULL)


def _limit(node: EngineOperator, below: Sequence[Estimate]) -> Estimate:
    text = node.first("Top") or node.first("Limit")
    return below[0].passed(min(below[0].rows, float(text))) if text.isdecimal() else below[0]


def _union(node: EngineOperator, below: Sequence[Estimate]) -> Estimate:
    return below[0].passed(sum(e.rows for e in below))


_RULES: Final[Mapping[str, Callable[[EngineOperator, Sequence[Estimate]], Estimate]]] = {
    "TOP_N": _limit,
    "LIMIT": _limit,
    "STREAMING_LIMIT": _limit,
    "UNION": _union,
    "CROSS_PRODUCT": lambda node, below: crossed(below[0], below[1]),
}
