"""What is known of the parts that were run first becomes part of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.adaptive.choosing import FirstPart
from hiveframe.optimizer.adaptive.narrowing import narrowed
from hiveframe.optimizer.adaptive.replacing import with_relations
from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.rules.merge_filters import conjunction
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Column, Expr, Literal, Relation


@dataclass(frozen=True, slots=True)
class Keys:
    """A column's different values but NULL, in storage form and ascending; or just the least and the greatest."""

    values: tuple[Any, ...]
    are_all: bool = True

    def condition(self, column: Column) -> Expr:
        """That a column has one of the values, or one between them."""
        if self.are_all:
            constants = Literal(self.values, t.ArrayType(column.dtype, False))
            return Call("inset", (column, constants), t.BOOLEAN, column.nullable)
        low, high = (
            Call(name, (column, Literal(key, column.dtype)), t.BOOLEAN, column.nullable)
            for name, key in zip((">=", "<="), self.values, strict=True)
        )
        return conjunction(low, high)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The rows of a part, in Spark's Arrow types, and by column id the keys that others are told of."""

    part: FirstPart
    table: pa.Table
    keys: Mapping[int, Keys]


def replanned(plan: Relation, measured: Sequence[Measured]) -> Relation:
    """The plan with rows in the place of the parts, and what is joined with them narrowed to their keys.

    `measured` in the order of `first_parts`. Where there is no key at all, no row of whoever is told of it matters; no
    rows are written as such, and the engine folds what comes of it.
    """
    costs = Costs()
    new: dict[int, Relation] = {}
    by_meeting: dict[int, list[Measured]] = defaultdict(list)
    for one in measured:
        by_meeting[id(one.part.meeting)].append(one)
    for found in by_meeting.values():
        meeting = found[0].part.meeting
        rows = {one.part.place: _rows(one) for one in found}
        sides = [rows.get(i) or with_relations(side, new) for i, side in enumerate(meeting.sides)]
        for one in found:
            for own, place, column in one.part.told:
                keys = one.keys[own.id]
                if not keys.values:  # whose rows would all meet none
                    sides[place] = lg.Values(sides[place].output, ())
                elif place not in rows:
                    sides[place] = narrowed(sides[place], column, keys.condition, costs)
        replaced = {id(old): made for old, made in zip(meeting.sides, sides, strict=True)}
        conditions: dict[int, Expr | None] = {
            id(subquery): replace(subquery, plan=replaced[id(subquery.plan)]) for subquery in meeting.subqueries
        }
        conditions |= {id(condition): None for one in found for condition in one.part.conditions}
        new[id(meeting.root)] = with_relations(meeting.root, replaced, conditions)
    return with_relations(plan, new)


def _rows(measured: Measured) -> Relation:
    output = measured.part.plan.output
    return lg.LocalData(output, measured.table) if measured.table.num_rows else lg.Values(output, ())
