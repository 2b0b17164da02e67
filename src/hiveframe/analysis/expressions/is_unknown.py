"""`IS [NOT] UNKNOWN`: a test of booleans to Spark only as long as it is the very node that the parser made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import failure
from hiveframe.analysis.naming import call_text
from hiveframe.functions.registry import lookup, row_of
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder

# What the grammar makes of operands by itself, beside operators.
_GRAMMAR: Final = frozenset({"not", "!=", "isnull", "isnotnull", "isunknown", "isnotunknown", "in", "like", "when"})


def unknown_as(plain: str) -> Callable[[Binder, spec.Function], spec.Expr | None]:
    """`x IS UNKNOWN` asks for a boolean only where `x` is made of constants that need no analysis.

    Everything else makes Spark copy the node, and the copy is a plain IS NULL. So does showing a number, a text or a
    NULL, which Spark writes in another way.
    """

    def rewrite(binder: Binder, node: spec.Function) -> spec.Expr | None:
        if not node.is_internal:
            return None
        (child,) = node.args
        value = binder.bind(child)
        is_null = replace(node, name=(plain,), is_internal=False)
        if not _is_settled(binder, child, value) or isinstance(value.dtype, t.NullType):
            return is_null
        constants = [n.dtype for n in preorder(value, lg.Expr) if isinstance(n, lg.Literal)]
        is_shown_anew = any(isinstance(d, (t.NumericType, t.StringType, t.NullType)) for d in constants)
        if not isinstance(value.dtype, t.BooleanType):
            binder.context.run.rewritten[node] = is_null
            given = binder.text(child)
            shown = binder.text(is_null) if is_shown_anew else call_text(row_of(node.name[-1]), "", [given])
            raise failure(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                node,
                sqlExpr=f'"{shown}"',
                paramIndex="first",
                requiredType='"BOOLEAN"',
                inputSql=f'"{given}"',
                inputType=f'"{t.sql_name(value.dtype)}"',
            )
        return is_null if is_shown_anew else None

    return rewrite


def _is_settled(binder: Binder, node: spec.Expr, value: lg.Expr) -> bool:
    """Whether all of it is constants and operators as the parser makes them, and analysis changed none."""
    for part in preorder(node, spec.Expr):
        if isinstance(part, spec.Function):
            row = lookup(part.name[-1])
            made = binder.context.run.bound.get(part)
            if row is None or (row.operator is None and row.name not in _GRAMMAR):
                return False
            if row.operator is not None and not (isinstance(made, lg.Call) and made.function == row.name):
                return False
        elif not isinstance(part, (spec.Literal, spec.TypedLiteral, spec.IntervalParts)):
            return False
    return not any(isinstance(e, lg.Cast) and e.implicit for e in preorder(value, lg.Expr))
