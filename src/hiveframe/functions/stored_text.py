"""Rows on their way into tables: CHAR and VARCHAR texts, and conditions that each row must fulfil.

Only writes make these calls; users cannot name them.

Source: `CharVarcharCodegenUtils` of Spark: trailing spaces that do not fit are cut, anything else that does not fit
is EXCEED_LIMIT_LENGTH; CHAR is padded with spaces.
"""

from __future__ import annotations

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Function, register, rest
from hiveframe.functions.sql import Sql, case, cast, func, number, op, text, true
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Literal


def _fitted(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    value, limit = args
    refused = ctx.raise_error(
        "SparkRuntimeException", "EXCEED_LIMIT_LENGTH", {"limit": cast(limit, "VARCHAR")}, t.STRING, call.context
    )
    bare = func("length", func("rtrim", value, text(" ")))
    cut = func("substr", value, number(1), limit)
    return case((op(">", bare, limit), refused), (op(">", func("length", value), limit), cut), default=value)


def _padded(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return func("rpad", _fitted(call, args, ctx), args[1], text(" "))


def _checked(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """TRUE where the condition holds, else the error that the others name: a condition, then its parameters."""
    condition, *names = (str(a.value) for a in (call.args[1], *call.args[2::2]) if isinstance(a, Literal))
    params = dict(zip(names, (cast(value, "VARCHAR") for value in args[3::2]), strict=True))
    failure = ctx.raise_error("SparkRuntimeException", condition, params, t.BOOLEAN, None)
    return case((args[0], true()), default=failure)


register(
    Function(
        "checked_row",
        (t.BOOLEAN, t.STRING, rest(t.STRING)),
        t.BOOLEAN,
        emit=_checked,
        deterministic=False,
        is_internal=True,
        doc="TRUE, or an error when the condition does not hold.",
    ),
    Function("stored_char", (t.STRING, t.INT), t.STRING, emit=_padded, is_internal=True, doc="Text of a CHAR column."),
    Function(
        "stored_varchar", (t.STRING, t.INT), t.STRING, emit=_fitted, is_internal=True, doc="Text of a VARCHAR column."
    ),
)
