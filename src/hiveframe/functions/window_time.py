"""`window_time(window)`: the last microsecond of a window of time, for windows of windows."""

from __future__ import annotations

from typing import Final

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import STRUCT, Binder, Function, register
from hiveframe.functions.sql import Sql, field, func, number, op
from hiveframe.functions.wall_clock import from_micros
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Column, Expr

# How a column says that it holds windows.
_MARKS: Final = frozenset({"spark.timeWindow", "spark.sessionWindow"})


def _bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    window = args[0]
    is_window = isinstance(window, Column) and not _MARKS.isdisjoint(window.metadata)
    kinds = {f.name: f.dtype for f in window.dtype.fields} if isinstance(window.dtype, t.StructType) else {}
    kind = kinds.get("end")
    if not is_window or kind is None:
        shown = f"{window.name}#{window.id}" if isinstance(window, Column) else binder.quoted(window)[1:-1]
        raise binder.error("_LEGACY_ERROR_TEMP_3101", windowTime=f"window_time({shown})")
    return Call("window_time", args, kind, True)


def _emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    dtype = call.args[0].dtype
    assert isinstance(dtype, t.StructType)
    position = [f.name for f in dtype.fields].index("end")
    micros = op("-", func("epoch_us", field(args[0], dtype, position)), number(1))
    return from_micros(micros) if isinstance(call.dtype, t.TimestampType) else func("make_timestamp", micros)


register(
    Function(
        "window_time",
        (STRUCT,),
        bind=_bind,
        emit=_emit,
        doc="The last microsecond of a window of time.",
        group="datetime",
        since="3.4.0",
    ),
)
