"""Whether Spark holds an expression for deterministic: the same for the same row, whenever it is asked."""

from __future__ import annotations

from typing import Final

from hiveframe.functions.registry import lookup
from hiveframe.plan.logical import Call, Expr, PyUdf
from hiveframe.plan.walk import preorder

_RAISING: Final = frozenset({"raise_error", "assert_true"})  # kept from folding here, deterministic to Spark
_OF_THE_READER: Final = frozenset({"input_file_name", "input_file_block_start", "input_file_block_length"})


def is_deterministic(expr: Expr) -> bool:
    """False where some part of `expr` may differ from call to call."""
    return all(_is_steady(part) for part in preorder(expr, Expr))


def _is_steady(part: Expr) -> bool:
    if isinstance(part, PyUdf):
        return part.deterministic
    if not isinstance(part, Call):
        return True
    row = lookup(part.function)
    if row is None or row.name in _RAISING:
        return True
    return row.deterministic and row.name not in _OF_THE_READER
