"""`joinWith` of typed datasets: each pair of rows as two values, a row's struct or its only column."""

from __future__ import annotations

from hiveframe.analysis.frame import Context, Resolved, failure
from hiveframe.analysis.scope import Scope
from hiveframe.errors import SparkException
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_MISSES_LEFT = ("right", "full")
_MISSES_RIGHT = ("left", "full")


def paired(node: spec.Join, left: Resolved, right: Resolved, condition: lg.Expr | None, context: Context) -> Resolved:
    """The columns `_1` and `_2`; a row that has no other is beside NULL."""
    assert node.structs is not None
    if node.kind in ("semi", "anti"):
        raise failure("INVALID_JOIN_TYPE_FOR_JOINWITH", node, joinType=f"LEFT {node.kind.upper()}")
    sides = (
        _Side(left, node.structs[0], node.kind in _MISSES_LEFT, context),
        _Side(right, node.structs[1], node.kind in _MISSES_RIGHT, context),
    )
    output = (*sides[0].output, *sides[1].output)
    plan = lg.Join(sides[0].plan, sides[1].plan, node.kind, condition, output)
    items = []
    for i, side in enumerate(sides, 1):
        value = side.value()
        items.append(lg.Named(context.run.column(f"_{i}", value.dtype, value.nullable), value))
    scope = Scope([i.column for i in items], [()] * len(items), case_sensitive=left.scope.case_sensitive)
    return Resolved(lg.Project(plan, tuple(items)), scope)


class _Side:
    """One side of the join; where it may have no row, a column of its own says whether it has."""

    def __init__(self, side: Resolved, is_struct: bool, may_miss: bool, context: Context) -> None:
        self._columns = side.scope.columns
        self._is_struct = is_struct
        self._may_miss = may_miss
        if not is_struct and len(self._columns) != 1:
            raise SparkException("INTERNAL_ERROR", {"message": "assertion failed"})
        self._is_there = context.run.column("is_there", t.BOOLEAN, False)
        kept = tuple(lg.Named(c, c) for c in self._columns)
        marked = (*kept, lg.Named(self._is_there, lg.Literal(True, t.BOOLEAN))) if may_miss else kept
        self.plan = lg.Project(side.plan, marked) if may_miss else side.plan

    @property
    def output(self) -> tuple[lg.Column, ...]:
        """The side's columns as the join gives them."""
        if not self._may_miss:
            return self.plan.output
        return tuple(lg.Column(c.id, c.name, c.dtype, True, c.metadata) for c in self.plan.output)

    def value(self) -> lg.Expr:
        """What the side contributes to a pair."""
        if not self._is_struct:
            (column,) = self._columns
            return lg.Column(column.id, column.name, column.dtype, column.nullable or self._may_miss, column.metadata)
        fields = tuple(t.StructField(c.name, c.dtype, c.nullable, c.metadata) for c in self._columns)
        named = tuple(part for c in self._columns for part in (lg.Literal(c.name, t.STRING), c))
        row = lg.Call("named_struct", named, t.StructType(fields), False)
        if not self._may_miss:
            return row
        is_there = lg.Column(self._is_there.id, self._is_there.name, t.BOOLEAN, True)
        return lg.Call("when", (is_there, row), row.dtype, True)
