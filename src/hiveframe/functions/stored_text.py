"""Text on its way into CHAR and VARCHAR columns. Only INSERT makes these calls; users cannot name them.

Source: `CharVarcharCodegenUtils` of Spark: trailing spaces that do not fit are cut, anything else that does not fit
is EXCEED_LIMIT_LENGTH; CHAR is padded with spaces.
"""

from __future__ import annotations

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Function, register
from hiveframe.functions.sql import Sql, case, cast, func, number, op, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call


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


register(
    Function("stored_char", (t.STRING, t.INT), t.STRING, emit=_padded, is_internal=True, doc="Text of a CHAR column."),
    Function(
        "stored_varchar", (t.STRING, t.INT), t.STRING, emit=_fitted, is_internal=True, doc="Text of a VARCHAR column."
    ),
)
