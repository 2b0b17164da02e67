"""The seed of UUID and SHUFFLE: a whole number as it is written."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr, Literal


def literal_seed(binder: Binder, function: str, given: Sequence[Expr]) -> tuple[Literal, ...]:
    """The seed if there is one: NULL is none. INVALID_PARAMETER_VALUE.LONG for all but an INT or a BIGINT literal."""
    match given:
        case () | (Literal(value=None),):
            return ()
        case (Literal(value=int(seed), dtype=t.IntegerType() | t.LongType()),):
            return (Literal(seed, t.LONG),)
    raise binder.error(
        "INVALID_PARAMETER_VALUE.LONG",
        functionName=f"`{function}`",
        parameter="`seed`",
        invalidValue=binder.quoted(given[0]),
    )
