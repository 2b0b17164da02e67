"""Conditions that some row of a group meets if its furthest does: its last day is later than a given one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hiveframe.cache.traits import is_exact
from hiveframe.dataclass import dataclass
from hiveframe.optimizer.mentions import mentioned
from hiveframe.plan.logical import AggCall, Call, Expr

_FURTHEST: Final = {">": ("max", "min"), ">=": ("max", "min"), "<": ("min", "max"), "<=": ("min", "max")}
"""Of the left side, and of the right."""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """`condition` compares its operand at `place` with a constant; `furthest` is that operand's extreme."""

    condition: Call
    place: int
    furthest: AggCall

    @property
    def value(self) -> Expr:
        """What is compared."""
        return self.condition.args[self.place]

    def met_by(self, value: Expr) -> Expr:
        """The condition on the extreme."""
        args = list(self.condition.args)
        args[self.place] = value
        return replace(self.condition, args=tuple(args))


def reach_of(condition: Expr) -> Reach | None:
    """How a condition on rows is told of groups that may hold others, too; None where it cannot be."""
    if not isinstance(condition, Call) or condition.function not in _FURTHEST or len(condition.args) != 2:
        return None
    places = [i for i, side in enumerate(condition.args) if mentioned([side])]
    if len(places) != 1:
        return None
    side = condition.args[places[0]]
    if not is_exact(side.dtype):
        return None
    return Reach(condition, places[0], AggCall(_FURTHEST[condition.function][places[0]], (side,), side.dtype))
