"""`session_window(time, gap)`: a row's session begins at its time and ends `gap` later; in groups, sessions that
touch are one.

Source: Spark's `SessionWindowing` and `MergingSessionsIterator`. Sessions are merged by window functions: a row whose
session begins after the end of all before it begins a new one.
"""

from __future__ import annotations

from typing import Final

from hiveframe.analysis.frame import Context, Resolved
from hiveframe.errors import SparkError, analysis_error
from hiveframe.functions.binding import CallBinder
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t

SESSION: Final = "session_window"
_BEFORE: Final = lg.Frame("rows", lg.Bound("unbounded_preceding"), lg.Bound("preceding", lg.Literal(1, t.INT)))
_SO_FAR: Final = lg.Frame("rows", lg.Bound("unbounded_preceding"), lg.Bound("current_row"))
_WHOLE: Final = lg.Frame("rows", lg.Bound("unbounded_preceding"), lg.Bound("unbounded_following"))


def session_column(context: Context, moment: lg.Expr) -> lg.Column:
    """The column of the sessions of a relation."""
    edges = (t.StructField("start", moment.dtype), t.StructField("end", moment.dtype))
    return context.run.column(SESSION, t.StructType(edges), False, {"spark.sessionWindow": True})


def session_rows(
    context: Context,
    calls: CallBinder,
    child: Resolved,
    column: lg.Column,
    moment: lg.Expr,
    gap: lg.Expr,
    partition: tuple[lg.Expr, ...] | None,
) -> lg.Relation:
    """`child` with its sessions, merged within `partition` unless that is None; rows without a session are left out."""
    start = context.run.column("start", moment.dtype, moment.nullable)
    ends = calls.call("+", moment, _interval(calls, gap))
    end = context.run.column("end", moment.dtype, True)
    passed = tuple(lg.Named(c, c) for c in child.scope.columns)
    edges = (lg.Named(start, moment), lg.Named(end, ends))
    plan: lg.Relation = lg.Project(child.plan, (*passed, *edges))
    plan = lg.Filter(plan, calls.call(">", end, start))
    if partition is not None:
        plan, start, end = _merged(context, calls, plan, (start, end), partition)
    names = (lg.Literal("start", t.STRING), lg.Literal("end", t.STRING))
    session = lg.Call("named_struct", (names[0], start, names[1], end), column.dtype, False)
    return lg.Project(plan, (*passed, lg.Named(column, session)))


def _interval(calls: CallBinder, gap: lg.Expr) -> lg.Expr:
    """Text or a calendar interval; text that is no interval gives NULL."""
    if isinstance(gap.dtype, t.CalendarIntervalType):
        return gap
    if isinstance(gap.dtype, t.StringType):
        return calls.explicit_cast(gap, t.CALENDAR_INTERVAL, mode="legacy")
    raise _wrong_gap(gap.dtype)


def _wrong_gap(dtype: t.DataType) -> SparkError:
    match dtype:
        case t.DayTimeIntervalType(first, last) | t.YearMonthIntervalType(first, last):
            shown = f"{type(dtype).__name__}({first},{last})"
        case t.DecimalType(precision, scale):
            shown = f"DecimalType({precision},{scale})"
        case _:
            shown = type(dtype).__name__
    return analysis_error("_LEGACY_ERROR_TEMP_1040", dt=shown)


def _merged(
    context: Context,
    calls: CallBinder,
    plan: lg.Relation,
    edges: tuple[lg.Column, lg.Column],
    partition: tuple[lg.Expr, ...],
) -> tuple[lg.Relation, lg.Column, lg.Column]:
    """The rows with the first and the last edge of the session that each is in."""
    start, end = edges
    order = (lg.SortKey(start),)

    def over(
        name: str, arg: lg.Expr, by: tuple[lg.Expr, ...], keys: tuple[lg.SortKey, ...], frame: lg.Frame
    ) -> lg.Named:
        call = calls.call(name, arg)
        made = lg.WindowCall(call, by, keys, frame, call.dtype, True)
        return lg.Named(context.run.column(name, call.dtype, True), made)

    latest = over("max", end, partition, order, _BEFORE)
    plan = lg.Window(plan, (latest,))
    is_new = calls.call("coalesce", calls.call(">", start, latest.column), lg.Literal(True, t.BOOLEAN))
    flag = context.run.column("flag", t.INT, False)
    plan = _with(plan, lg.Named(flag, calls.explicit_cast(is_new, t.INT, mode="ansi")))
    number = over("sum", flag, partition, order, _SO_FAR)
    plan = lg.Window(plan, (number,))
    within = (*partition, number.column)
    first, last = over("min", start, within, (), _WHOLE), over("max", end, within, (), _WHOLE)
    return lg.Window(plan, (first, last)), first.column, last.column


def _with(plan: lg.Relation, item: lg.Named) -> lg.Relation:
    return lg.Project(plan, (*(lg.Named(c, c) for c in plan.output), item))
