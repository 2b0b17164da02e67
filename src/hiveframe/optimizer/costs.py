"""What an expression costs to repeat: its size, and whether repeating it is allowed at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.registry import lookup
from hiveframe.plan.logical import (
    AggCall,
    Call,
    Cast,
    Column,
    Exists,
    Expr,
    InSubquery,
    Lambda,
    Literal,
    PyUdf,
    PyUdtf,
    ScalarSubquery,
    WindowCall,
)
from hiveframe.plan.walk import children

SUBQUERIES: Final = (ScalarSubquery, Exists, InSubquery)


@dataclass(frozen=True, slots=True)
class Cost:
    """`size` counts nodes, `depth` the longest path. `is_volatile`: another evaluation gives another value.

    `is_heavy`: worth computing once only (a Python function, a kernel, a subquery). `is_bound`: it belongs where it
    stands (aggregates and windows, subqueries that see the columns around them).
    """

    size: int
    depth: int
    is_volatile: bool = False
    is_heavy: bool = False
    is_bound: bool = False


_LEAF: Final = Cost(1, 1)
_SUBQUERY: Final = Cost(10, 1, is_heavy=True, is_bound=True)


class Costs:
    """Costs of expressions, each computed once; keeps what it has measured alive."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Expr, Cost]] = {}

    def of(self, expr: Expr) -> Cost:
        """The cost of `expr`."""
        if type(expr) is Column or type(expr) is Literal:
            return _LEAF
        found = self._known.get(id(expr))
        if found is not None:
            return found[1]
        pending = [expr]
        while pending:
            node = pending[-1]
            if id(node) in self._known:
                pending.pop()
                continue
            below = _operands(node)
            unknown = [
                e for e in below if id(e) not in self._known and type(e) is not Column and type(e) is not Literal
            ]
            if unknown:
                pending.extend(unknown)
                continue
            pending.pop()
            self._known[id(node)] = node, _combined(node, [self.of(e) for e in below])
        return self._known[id(expr)][1]


def computing(exprs: Iterable[Expr]) -> list[Expr]:
    """The expressions that are more than a column or a constant; in a wide select list they are few."""
    return [e for e in exprs if type(e) is not Column and type(e) is not Literal]


def holds(exprs: Iterable[Expr], kinds: tuple[type[Expr], ...]) -> bool:
    """Whether a node of one of `kinds` stands anywhere in the expressions."""
    return next(those_of(exprs, kinds), None) is not None


def those_of(exprs: Iterable[Expr], kinds: tuple[type[Expr], ...]) -> Iterator[Any]:
    """The nodes of one of `kinds` in the expressions; subqueries are not looked into."""
    pending = computing(exprs)
    while pending:
        node = pending.pop()
        if isinstance(node, kinds):
            yield node
        pending.extend(computing(_operands(node)))


def _operands(node: Expr) -> list[Expr]:
    if isinstance(node, Call):
        return list(node.args)
    if isinstance(node, Cast):
        return [node.child]
    if isinstance(node, SUBQUERIES):
        return []
    return children(node, Expr)


def _combined(node: Expr, below: list[Cost]) -> Cost:
    if isinstance(node, SUBQUERIES):
        return _SUBQUERY
    size = 1 + sum(c.size for c in below)
    depth = 1 + max((c.depth for c in below), default=0)
    is_volatile = any(c.is_volatile for c in below)
    is_heavy = any(c.is_heavy for c in below)
    is_bound = any(c.is_bound for c in below)
    if isinstance(node, Call):
        row = lookup(node.function)
        if row is not None:
            is_volatile = is_volatile or not row.deterministic
            is_heavy = is_heavy or row.kernel is not None
    elif isinstance(node, PyUdf):
        is_volatile = is_volatile or not node.deterministic
        is_heavy = True
    elif isinstance(node, (AggCall, WindowCall, PyUdtf)):
        is_bound = True
    elif isinstance(node, Lambda):
        is_heavy = True  # what stands in its body runs once an element
    return Cost(size, depth, is_volatile, is_heavy, is_bound)


def column_uses(exprs: Iterable[Expr]) -> Counter[int]:
    """How often each column is mentioned outside of subqueries; a mention in a lambda counts as many."""
    uses: Counter[int] = Counter()
    pending: list[tuple[Expr, int]] = [(e, 1) for e in exprs]
    while pending:
        node, weight = pending.pop()
        if type(node) is Column:
            uses[node.id] += weight
        elif type(node) is not Literal:
            weight = 2 if isinstance(node, Lambda) else weight
            pending.extend((e, weight) for e in _operands(node))
    return uses
