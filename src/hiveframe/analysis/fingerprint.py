"""Structural keys of typed expressions: equal keys mean Spark's `semanticEquals`.

Operands of commutative operators are put in order and comparisons are turned one way, as Spark's canonical form does.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from hiveframe.analysis.references import free_columns
from hiveframe.functions.registry import lookup
from hiveframe.plan import logical as lg
from hiveframe.plan.canonical import canonical_key
from hiveframe.plan.walk import preorder

_COMMUTATIVE = frozenset({"+", "*", "and", "or", "=", "<=>", "&", "|", "^", "greatest", "least"})
_TURNED = {">": "<", ">=": "<="}


class Fingerprints:
    """Keys with a memory: small numbers, equal for equal expressions."""

    def __init__(self) -> None:
        self._known: dict[lg.Expr, int] = {}
        self._numbers: dict[Hashable, int] = {}

    def of(self, expr: lg.Expr) -> int:
        """The key of `expr`."""
        key = self._known.get(expr)
        if key is not None:
            return key
        for part in reversed(list(preorder(expr, lg.Expr))):  # inner ones first: depth needs no recursion
            if part not in self._known:
                self._known[part] = self._number(self._make(part))
        return self._known[expr]

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))

    def _make(self, expr: lg.Expr) -> Hashable:
        match expr:
            case lg.Column(id=number):
                return ("column", number)
            case lg.Literal(value, dtype):
                return ("literal", type(value).__name__, value, dtype)
            case lg.LambdaVar(id=number):
                return ("lambda variable", number)
            case lg.Lambda(params, body):
                return ("lambda", tuple(p.id for p in params), self.of(body))
            case lg.Cast(child, dtype, mode):
                return ("cast", self.of(child), dtype, mode)
            case lg.Call(function, args):
                return self._call(expr, function, args)
            case lg.AggCall():
                return self._aggregate(expr)
            case lg.WindowCall():
                return (
                    "window",
                    self.of(expr.function),
                    tuple(map(self.of, expr.partition_by)),
                    self._keys(expr.order_by),
                    self._frame(expr.frame),
                )
            case lg.ScalarSubquery(plan):
                return ("subquery", canonical_key(plan), tuple(c.id for c in free_columns(plan)))
        return ("other", id(expr))

    def _call(self, expr: lg.Expr, function: str, args: tuple[lg.Expr, ...]) -> Hashable:
        row = lookup(function)
        if row is not None and not row.deterministic:
            return ("volatile", id(expr))
        keys = [self.of(a) for a in args]
        name = function.lower()
        if name in _COMMUTATIVE:
            keys = sorted(keys)
        elif name in _TURNED:
            name, keys = _TURNED[name], keys[::-1]
        return ("call", name, tuple(keys), expr.dtype)

    def _aggregate(self, expr: lg.AggCall) -> Hashable:
        condition = self.of(expr.filter) if expr.filter is not None else None
        return (
            "aggregate",
            expr.function,
            tuple(map(self.of, expr.args)),
            expr.distinct,
            condition,
            self._keys(expr.order_by),
            expr.ignore_nulls,
        )

    def _keys(self, keys: tuple[lg.SortKey, ...]) -> Hashable:
        return tuple((self.of(k.child), k.ascending, k.nulls_first) for k in keys)

    def _frame(self, frame: lg.Frame | None) -> Hashable:
        if frame is None:
            return None
        return (frame.unit, self._bound(frame.lower), self._bound(frame.upper))

    def _bound(self, bound: lg.Bound) -> Any:
        return (bound.kind, self.of(bound.value) if bound.value is not None else None)
