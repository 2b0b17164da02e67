"""`window(time, duration[, slide[, start]])`: rows put into windows of time, each row once for every window it is in.

Source: Spark's `TimeWindowing`. A SELECT or GROUP BY that names a time window gets a column `window` below it, which
its other expressions may name too; `*` leaves it out. Rows without a time are in no window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder, implicit_cast
from hiveframe.analysis.fingerprint import Fingerprints
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.errors import analysis_error, unsupported
from hiveframe.functions.binding import CallBinder
from hiveframe.functions.interval_parse import parse_calendar
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder

NAMES: Final = frozenset({"window", "session_window"})
_DAY_US: Final = 86_400_000_000
_NAME: Final = "window"


class TimeWindowNeededError(Exception):
    """A time window was met whose column is not there yet; never leaves analysis."""

    def __init__(self, node: spec.Function) -> None:
        super().__init__(node)
        self.node = node


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The windows of a relation: what they were made of, and their column."""

    time: lg.Expr
    sizes: tuple[int, int, int]
    column: lg.Column


def bind_time_window(binder: Binder, node: spec.Function) -> lg.Expr:
    """The column of the windows that `node` asks for."""
    for relation in binder.input.relations:
        made = relation.time_window
        if isinstance(made, TimeWindow):
            prints = Fingerprints()
            same = prints.of(binder.bind(node.args[0])) == prints.of(made.time) and _sizes(binder, node) == made.sizes
            if not same:
                raise failure("_LEGACY_ERROR_TEMP_1039", None)
            binder.input.note(made.column)
            binder.context.run.shown[node] = _NAME
            return made.column
    raise TimeWindowNeededError(node)


def time_window_in(nodes: Sequence[spec.Expr]) -> spec.Function | None:
    """The first time window that `nodes` name."""
    for node in nodes:
        for part in preorder(node, spec.Expr):
            if isinstance(part, spec.Function) and part.name[-1].lower() in NAMES:
                return part
    return None


def with_time_window(context: Context, child: Resolved, node: spec.Function) -> Resolved:
    """`child` with the column of the windows, hidden from `*`."""
    binder = Binder(context, Input(child.scope, (child,)))
    if node.name[-1].lower() != _NAME:
        raise unsupported("session windows")
    time = binder.bind(node.args[0])
    if isinstance(time.dtype, t.TimestampNTZType):
        raise unsupported("time windows of TIMESTAMP_NTZ values")
    sizes = _sizes(binder, node)
    calls = call_binder(context, node)
    moment = implicit_cast(context, time, t.TIMESTAMP, node)
    plan: lg.Relation = child.plan
    if time.nullable:
        plan = lg.Filter(plan, calls.call("isnotnull", time))
    windows = _windows(calls, moment, sizes)
    column = context.run.column(_NAME, windows[0].dtype, len(windows) > 1)
    if len(windows) == 1:
        passed = tuple(lg.Named(c, c) for c in child.scope.columns)
        plan = lg.Project(plan, (*passed, lg.Named(column, windows[0])))
    else:
        generator = calls.call("explode", calls.call("array", *windows))
        plan = lg.Filter(lg.Generate(plan, generator, (column,)), _is_inside(calls, moment, column))
    hidden = (*child.scope.hidden, (column, (), False))
    return Resolved(
        plan, child.scope.with_hidden(hidden), (child,), child.plan_id, time_window=TimeWindow(time, sizes, column)
    )


def _sizes(binder: Binder, node: spec.Function) -> tuple[int, int, int]:
    """Duration, slide and start in microseconds."""
    texts = [binder.bind(arg) for arg in node.args[1:]]
    values = [_microseconds(binder, expr) for expr in texts]
    duration = values[0]
    slide = values[1] if len(values) > 1 else duration
    return duration, slide, values[2] if len(values) > 2 else 0


def _microseconds(binder: Binder, expr: lg.Expr) -> int:
    value = expr.value if isinstance(expr, lg.Literal) else binder.context.env.evaluate(expr)
    if isinstance(expr.dtype, t.DayTimeIntervalType):
        return int(value)
    parsed = parse_calendar(str(value))
    if parsed is None:
        raise analysis_error("CANNOT_PARSE_INTERVAL", intervalString=f"'{value}'")
    months, days, microseconds = parsed
    if months:
        raise analysis_error("_LEGACY_ERROR_TEMP_3231", interval=str(value))
    return days * _DAY_US + microseconds


def _windows(calls: CallBinder, moment: lg.Expr, sizes: tuple[int, int, int]) -> list[lg.Expr]:
    """The windows that may hold a moment, the latest first."""
    duration, slide, start = sizes
    micros = calls.call("unix_micros", moment)
    since = calls.call("-", micros, _long(start))
    latest = calls.call("-", micros, calls.call("pmod", since, _long(slide)))
    found: list[lg.Expr] = []
    for i in range(-(-duration // slide)):
        begin = calls.call("-", latest, _long(i * slide))
        end = calls.call("+", begin, _long(duration))
        found.append(_struct(calls.call("timestamp_micros", begin), calls.call("timestamp_micros", end)))
    return found


def _long(value: int) -> lg.Literal:
    return lg.Literal(value, t.LONG)


def _struct(begin: lg.Expr, end: lg.Expr) -> lg.Expr:
    names = (lg.Literal("start", t.STRING), lg.Literal("end", t.STRING))
    dtype = t.StructType((t.StructField("start", begin.dtype), t.StructField("end", end.dtype)))
    return lg.Call("named_struct", (names[0], begin, names[1], end), dtype, False)


def _is_inside(calls: CallBinder, moment: lg.Expr, window: lg.Column) -> lg.Expr:
    start = lg.Call("getfield", (window, lg.Literal("start", t.STRING)), t.TIMESTAMP, True)
    end = lg.Call("getfield", (window, lg.Literal("end", t.STRING)), t.TIMESTAMP, True)
    return calls.call("and", calls.call(">=", moment, start), calls.call("<", moment, end))
