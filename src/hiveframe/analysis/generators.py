"""Which expressions make rows."""

from __future__ import annotations

from typing import Final

from hiveframe.functions.registry import FunctionKind, lookup
from hiveframe.plan import logical as lg

_OUTER_SUFFIX: Final = "_outer"


def is_generator(expr: lg.Expr) -> bool:
    """Whether `expr` itself makes rows."""
    if isinstance(expr, lg.PyUdtf):
        return True
    if not isinstance(expr, lg.Call):
        return False
    row = lookup(expr.function)
    return row is not None and row.kind is FunctionKind.GENERATOR


def is_outer(expr: lg.Expr) -> bool:
    """Whether a generator keeps rows that generate nothing."""
    return isinstance(expr, lg.Call) and expr.function.endswith(_OUTER_SUFFIX)
