"""Aggregates in two steps: what is kept of each group, and how groups of groups are made of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.functions.sums import MERGED_MEAN, MERGED_SUM, mean_parts
from hiveframe.plan import types as t
from hiveframe.plan.decimal_type import MAX_PRECISION
from hiveframe.plan.logical import AggCall, Call, Expr, Literal

_SUM_DIGITS: Final = 10  # that a decimal's sum has more than its values

_COUNTS: Final = frozenset({"count", "count_if"})
_AS_THEY_ARE: Final = frozenset({"min", "max", "bool_and", "bool_or", "bit_and", "bit_or", "bit_xor"})


def partials_of(call: AggCall, *, ansi: bool) -> tuple[AggCall, ...] | None:
    """The aggregates of a group of which those of larger groups are made; None where there are none.

    Without `ansi` a group's sum that overflows is NULL, which the sum of all may not be: decimals of more than 28
    digits, which may, are left alone. With it such a group is an error, so that nothing is kept.
    """
    rule = _PARTIALS.get(call.function)
    if rule is None or call.distinct or call.order_by or call.ignore_nulls:
        return None
    if call.function in ("sum", "avg") and not _adds_up(call.args[0].dtype, ansi=ansi):
        return None
    return rule(call)


def merged(call: AggCall, columns: Sequence[Expr]) -> Expr:
    """The call over groups whose partial aggregates are in these columns."""
    plain = replace(call, filter=None)
    if call.function in _COUNTS:
        total = replace(plain, function="sum", args=(columns[0],), nullable=True, context=None)
        return Call("coalesce", (total, Literal(0, t.LONG)), t.LONG, nullable=False)
    if call.function == "avg":
        return replace(plain, function=MERGED_MEAN, args=tuple(columns))
    if isinstance(call.dtype, t.DecimalType) and call.function == "sum":
        return replace(plain, function=MERGED_SUM, args=tuple(columns))
    return replace(plain, args=tuple(columns))


def _itself(call: AggCall) -> tuple[AggCall, ...]:
    return (call,)


def _adds_up(dtype: t.DataType, *, ansi: bool) -> bool:
    if isinstance(dtype, t.DecimalType):
        return ansi or dtype.precision + _SUM_DIGITS <= MAX_PRECISION
    return isinstance(dtype, (t.IntegralType, t.FloatType, t.DoubleType))


_PARTIALS: Final[Mapping[str, Callable[[AggCall], tuple[AggCall, ...]]]] = {
    "sum": _itself,
    "avg": mean_parts,
    **dict.fromkeys((*_COUNTS, *_AS_THEY_ARE), _itself),
}
