"""`function OVER (…)`: partitions, order and frames in DuckDB's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions import sql as q
from hiveframe.functions.calendar_interval import as_duck
from hiveframe.functions.sql import Sql
from hiveframe.plan import types as t
from hiveframe.plan.logical import Bound, Frame, Literal, SortKey, WindowCall

if TYPE_CHECKING:
    from hiveframe.engine.emit.context import Context


@dataclass(frozen=True, slots=True)
class Over:
    """What stands in `OVER (…)`."""

    partition_by: tuple[Sql, ...]
    order_by: tuple[Sql, ...]
    spec: Sql | None

    def apply(self, function: Sql) -> Sql:
        """`function OVER (…)`."""
        order = exp.Order(expressions=list(self.order_by)) if self.order_by else None
        return exp.Window(this=function, partition_by=list(self.partition_by), order=order, spec=self.spec)


def emit_window(node: WindowCall, ctx: Context) -> Sql:
    """The call's function with its window put on the DuckDB functions inside."""
    outer = ctx.over
    ctx.over = Over(
        tuple(ctx.expr(e) for e in node.partition_by),
        tuple(ctx.ordered(key) for key in node.order_by),
        _spec(node.frame, node.order_by, ctx) if node.frame is not None else None,
    )
    try:
        return ctx.expr(node.function)
    finally:
        ctx.over = outer


def _spec(frame: Frame, keys: tuple[SortKey, ...], ctx: Context) -> Sql:
    key_type = keys[0].child.dtype if keys else t.LONG
    start, start_side = _bound(frame.lower, frame.unit, key_type, ctx)
    end, end_side = _bound(frame.upper, frame.unit, key_type, ctx)
    return exp.WindowSpec(kind=frame.unit.upper(), start=start, start_side=start_side, end=end, end_side=end_side)


def _bound(bound: Bound, unit: str, key_type: t.DataType, ctx: Context) -> tuple[Sql | str, str | None]:
    match bound.kind:
        case "current_row":
            return "CURRENT ROW", None
        case "unbounded_preceding":
            return "UNBOUNDED", "PRECEDING"
        case "unbounded_following":
            return "UNBOUNDED", "FOLLOWING"
    side = bound.kind.upper()
    value = bound.value
    assert value is not None, f"a frame bound of kind {bound.kind!r} needs a value"
    if isinstance(value, Literal) and _is_negative(value.value):
        value = Literal(-value.value, value.dtype)
        side = "FOLLOWING" if side == "PRECEDING" else "PRECEDING"
    emitted = ctx.expr(value)
    return (_distance(emitted, value.dtype, key_type, ctx) if unit == "range" else emitted), side


def _is_negative(value: object) -> bool:
    return not isinstance(value, (str, bytes, tuple, type(None))) and value < 0  # type: ignore[operator]


def _distance(value: Sql, dtype: t.DataType, key_type: t.DataType, ctx: Context) -> Sql:
    """`value` in the type that DuckDB adds to a key of `key_type`."""
    if not isinstance(key_type, (t.DateType, t.TimestampType, t.TimestampNTZType)):
        return value
    match dtype:
        case t.DayTimeIntervalType():
            return q.func("to_microseconds", value)
        case t.YearMonthIntervalType():
            return q.func("to_months", value)
        case t.CalendarIntervalType():
            return as_duck(value, ctx)
    return q.func("to_days", q.cast(value, "INTEGER"))
