"""Rows in an order in which files hold little of each column's range: sorted by one column, by several on a Z-curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.logical import schema_of
from hiveframe.sessions.commands.seam import CommandSession

_BITS: Final = 10
_PLACE: Final = "__place"


def clustered(session: CommandSession, rows: spec.Relation, columns: Sequence[str]) -> spec.Relation:
    """The rows, near ones together. With several columns each value is placed among 1,024 by its rank, NULL first."""
    names = [f.name for f in schema_of(session.analyze(rows)).fields]
    if len(columns) == 1:
        keys = (spec.SortOrder(spec.Attribute(tuple(columns[0].split(".")))),)
        return spec.Sort(rows, keys, is_global=True)
    ranks = [spec.Alias(_rank(name), (f"{_PLACE}{i}",)) for i, name in enumerate(columns)]
    ranked = spec.Project(rows, (*(spec.Attribute((n,)) for n in names), *ranks))
    placed = spec.WithColumns(ranked, (spec.Alias(_interleaved(len(columns)), (_PLACE,)),))
    ordered = spec.Sort(placed, (spec.SortOrder(spec.Attribute((_PLACE,))),), is_global=True)
    return spec.Project(ordered, tuple(spec.Attribute((n,)) for n in names))


def _rank(name: str) -> spec.Expr:
    window = spec.Window(
        spec.Function(("ntile",), (spec.Literal(1 << _BITS, t.INT),)),
        spec.WindowSpec(order_by=(spec.SortOrder(spec.Attribute(tuple(name.split(".")))),)),
    )
    return spec.Function(("-",), (spec.Cast(window, t.LONG), spec.Literal(1, t.LONG)))


def _interleaved(count: int) -> spec.Expr:
    """One bit of each rank in turn, the highest first."""
    total: spec.Expr = spec.Literal(0, t.LONG)
    for bit in range(_BITS):
        for i in range(count):
            rank = spec.Attribute((f"{_PLACE}{i}",))
            shifted = spec.Function(("shiftright",), (rank, spec.Literal(bit, t.INT)))
            one = spec.Function(("&",), (shifted, spec.Literal(1, t.LONG)))
            moved = spec.Function(("shiftleft",), (one, spec.Literal(bit * count + count - 1 - i, t.INT)))
            total = spec.Function(("|",), (total, moved))
    return total
