"""Aggregates of CASE, or with FILTER, as a choice between plainer ones: of rows for which the conditions are alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.plan.logical import AggCall, Call, Cast, Expr, Literal

_OF_NOTHING_ELSE: Final = frozenset(
    {"count", "sum", "avg", "min", "max", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor"}
)
"""Aggregates that NULLs do not change, so that a row left out and one whose value is NULL are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Branches:
    """Of rows that agree in `conditions` an aggregate is the call at the place of the first that is true.

    The last is of rows for which none is; None is of no row.
    """

    conditions: tuple[Expr, ...]
    calls: tuple[AggCall | None, ...]  # one more than there are conditions

    def choice(self, call: AggCall, condition: Callable[[Expr], Expr], value: Callable[[AggCall], Expr]) -> Expr:
        """What the aggregate, `call`, is where its conditions and branches are these."""
        of_nothing = Literal(0 if call.function == "count" else None, call.dtype)
        values = [of_nothing if own is None else value(own) for own in self.calls]
        args: list[Expr] = []
        for told, own in zip(self.conditions, values, strict=False):
            args += [condition(told), own]
        return Call("when", (*args, values[-1]), call.dtype, any(v.nullable for v in values))


def branches_of(call: AggCall) -> Branches | None:
    """The choice that an aggregate is; None where it is none."""
    if call.distinct or call.function not in _OF_NOTHING_ELSE:
        return None
    if call.filter is not None:
        return Branches((call.filter,), (replace(call, filter=None), None))
    cases = _cases(call.args[0]) if len(call.args) == 1 else None
    if cases is None:
        return None
    conditions, values = cases
    calls = tuple(None if _is_null(v) else replace(call, args=(v,)) for v in values)
    return Branches(conditions, calls)


def leaves_of(call: AggCall) -> Iterator[AggCall]:
    """The aggregates between which a call chooses at last, itself if it does not."""
    branches = branches_of(call)
    if branches is None:
        yield call
        return
    for own in branches.calls:
        if own is not None:
            yield from leaves_of(own)


def conditions_of(call: AggCall) -> Iterator[Expr]:
    """All conditions by which a call chooses."""
    branches = branches_of(call)
    if branches is None:
        return
    yield from branches.conditions
    for own in branches.calls:
        if own is not None:
            yield from conditions_of(own)


def _cases(value: Expr) -> tuple[tuple[Expr, ...], tuple[Expr, ...]] | None:
    """The conditions of CASE and its values, the last of which is ELSE's."""
    match value:
        case Cast():
            inner = _cases(value.child)
            if inner is None:
                return None
            return inner[0], tuple(replace(value, child=v, nullable=v.nullable) for v in inner[1])
        case Call("if", (condition, first, second)):
            found: tuple[Sequence[Expr], Sequence[Expr]] = (condition,), (first, second)
        case Call("when", args):
            found = args[:-1:2], (*args[1::2], args[-1]) if len(args) % 2 else (*args[1::2], Literal(None, value.dtype))
        case _:
            return None
    conditions, values = found
    if any(v.dtype != value.dtype for v in values if not _is_null(v)):
        return None
    return tuple(conditions), tuple(values)


def _is_null(value: Expr) -> bool:
    while isinstance(value, Cast):
        value = value.child
    return isinstance(value, Literal) and value.value is None
