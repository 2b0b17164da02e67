"""Arguments that must be constant."""

from __future__ import annotations

from hiveframe.functions.registry import Binder
from hiveframe.plan import types as t
from hiveframe.plan.logical import Expr


def not_constant(binder: Binder, arg: Expr, name: str) -> Exception:
    """The error for an argument that must be constant, in the words of Spark's newer aggregates."""
    return binder.error(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        inputName=name,
        inputType=t.simple_string(arg.dtype),
        inputExpr=binder.qualified(arg),
    )
