"""Which columns of joined relations have equal values in every row of the join."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Column, Expr

_EXACT: Final[tuple[type[t.DataType], ...]] = (
    t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.DecimalType, t.DateType, t.TimestampType, t.TimestampNTZType,
)  # fmt: skip


def equal_columns(conditions: Iterable[Expr]) -> list[tuple[Column, Column]]:
    """The columns of the same type that conditions hold to be equal, where values that are equal are the same."""
    return [
        (condition.args[0], condition.args[1])
        for condition in conditions
        if isinstance(condition, Call)
        and condition.function == "="
        and type(condition.args[0]) is Column
        and type(condition.args[1]) is Column
        and is_exact(condition.args[0].dtype)
        and condition.args[0].dtype == condition.args[1].dtype
    ]


def classes_of(pairs: Iterable[tuple[Column, Column]]) -> list[dict[int, Column]]:
    """The sets of columns, by id, that are all equal to each other."""
    found: list[dict[int, Column]] = []
    for left, right in pairs:
        merged = {left.id: left, right.id: right}
        apart = []
        for known in found:
            if known.keys() & merged.keys():
                merged |= known
            else:
                apart.append(known)
        found = [*apart, merged]
    return found


def is_exact(dtype: t.DataType) -> bool:
    """Whether equal values of the type are the same: not 0.0 and -0.0, nor texts under a collation."""
    if isinstance(dtype, t.StringType):
        return dtype.collation == "UTF8_BINARY"
    return isinstance(dtype, _EXACT)
