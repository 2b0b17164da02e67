"""`window(time, duration[, slide[, start]])`: rows put into windows of time, each row once for every window it is in.

Source: Spark's `TimeWindowing`. What names a time window gets a column `window` below it, which its other expressions
may name too: out of sight of `*` below a SELECT or GROUP BY, the first column of a WHERE or ORDER BY. Rows without a
time are in no window. Sessions are in `session_windows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hiveframe.analysis.expose import expose
from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.fingerprint import Fingerprints
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.naming import describe
from hiveframe.analysis.references import columns_in
from hiveframe.analysis.relations.session_windows import SESSION, session_column, session_rows
from hiveframe.analysis.scope import Scope
from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, SparkError, analysis_error
from hiveframe.functions.binding import CallBinder
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.interval_parse import DAY_US, parse_calendar
from hiveframe.functions.registry import Kind
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder

WINDOW: Final = "window"
NAMES: Final = frozenset({WINDOW, SESSION})
_MOST: Final = 2**63 - 1
_DOCROOT: Final = "https://spark.apache.org/docs/latest"
_MOMENTS: Final = (t.TimestampType, t.TimestampNTZType)
_MOMENT: Final = Kind("TIMESTAMP", lambda d: isinstance(d, _MOMENTS), t.TIMESTAMP)
_WANTED: Final = (
    '("(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)" or "STRUCT<start: TIMESTAMP, end: TIMESTAMP>"'
    ' or "STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>")'
)


class TimeWindowNeededError(Exception):
    """A time window was met whose column is not there yet; never leaves analysis."""

    def __init__(self, node: spec.Function) -> None:
        super().__init__(node)
        self.node = node


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """The windows of a relation: what they were made of, and their column."""

    made_of: tuple[object, ...]
    column: lg.Column


def bind_time_window(binder: Binder, node: spec.Function) -> lg.Expr:
    """The column of the windows that `node` asks for."""
    for relation in binder.input.relations:
        made = relation.time_window
        if isinstance(made, TimeWindow):
            if _made_of(binder, node) != made.made_of:
                raise failure("_LEGACY_ERROR_TEMP_1039", None)
            binder.input.note(made.column)
            binder.context.run.shown[node] = node.name[-1].lower()
            return made.column
    raise TimeWindowNeededError(node)


def time_window_in(nodes: Sequence[spec.Expr]) -> spec.Function | None:
    """The first time window that `nodes` name."""
    for node in nodes:
        for part in preorder(node, spec.Expr):
            if isinstance(part, spec.Function) and part.name[-1].lower() in NAMES:
                return part
    return None


def _made_of(binder: Binder, node: spec.Function) -> tuple[object, ...]:
    """What tells one window from another: its name, its time, its sizes or gap."""
    time = Fingerprints().of(binder.bind(node.args[0]))
    if node.name[-1].lower() == SESSION:
        return SESSION, time, Fingerprints().of(binder.bind(node.args[1]))
    return WINDOW, time, _sizes(binder, node)


def with_time_window(
    context: Context,
    child: Resolved,
    node: spec.Function,
    *,
    keys: Sequence[spec.Expr] | None = None,
    is_shown: bool = False,
) -> Resolved:
    """`child` with the column of the windows; `keys` group the rows that sessions merge.

    It is hidden from `*`, or comes first where the operator that asked for it passes on all that it gets (but not
    where its time is a column that the SELECT below left out, which ends with the operator).
    """
    binder = Binder(context, Input(child.scope, (child,)), fallback=child.below if is_shown else None)
    unseen = [c for c in columns_in(binder.bind(node.args[0])) if not child.scope.has(c)] if is_shown else []
    is_session = node.name[-1].lower() == SESSION
    _check_count(node, (2,) if is_session else (2, 3, 4))
    calls = call_binder(context, node)
    if unseen:
        child = replace(child, plan=expose(child.plan, unseen))
    if is_session:
        time, gap = binder.bind(node.args[0]), binder.bind(node.args[1])
        moment = _as_moment(calls, time, time.dtype, lg.Call("sessionwindow", (time, gap), t.NULL))
        others = [k for k in keys if time_window_in([k]) is None] if keys is not None else None
        partition = None if others is None else tuple(binder.bind(k) for k in others)
        column = session_column(context, moment)
        plan = session_rows(context, calls, child, column, moment, gap, partition)
    else:
        plan, column = _window_rows(binder, calls, child, node)
    window = TimeWindow(_made_of(binder, node), column)
    if is_shown and not unseen:
        made = Scope([column], [()], case_sensitive=child.scope.case_sensitive)
        scope = made.joined(child.scope)
        plan = lg.Project(plan, tuple(lg.Named(c, c) for c in scope.columns))
        return Resolved(plan, scope, (child,), child.plan_id, time_window=window)
    hidden = (*child.scope.hidden, (column, (), False))
    scope, below = child.scope.with_hidden(hidden), child.below if unseen else None
    return Resolved(plan, scope, (child,), child.plan_id, below, time_window=window)


def _check_count(node: spec.Function, counts: tuple[int, ...]) -> None:
    if len(node.args) not in counts:
        raise failure(
            "WRONG_NUM_ARGS.WITHOUT_SUGGESTION",
            node,
            functionName=f"`{node.name[-1].lower()}`",
            expectedNum=str(counts[0]) if len(counts) == 1 else str(list(counts)),
            actualNum=str(len(node.args)),
            docroot=_DOCROOT,
        )


def _as_moment(calls: CallBinder, time: lg.Expr, dtype: t.DataType, site: lg.Expr) -> lg.Expr:
    """The time as a timestamp of either kind; a window stands for its last microsecond."""
    match dtype:
        case t.StructType(fields) if [f.name for f in fields] == ["start", "end"] and isinstance(
            fields[1].dtype, _MOMENTS
        ):
            return calls.call("window_time", time)
    target = implicit_cast(dtype, _MOMENT, ansi=calls.ansi)
    if target is None or isinstance(dtype, t.TimeType):
        with calls.placed(site):
            raise calls.error(
                "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
                paramIndex="first",
                requiredType=_WANTED,
                inputSql=calls.quoted(time),
                inputType=f'"{t.sql_name(dtype)}"',
            )
    return calls.cast(time, target)


def _window_rows(
    binder: Binder, calls: CallBinder, child: Resolved, node: spec.Function
) -> tuple[lg.Relation, lg.Column]:
    """Every row once for each of its windows."""
    context = binder.context
    time, sizes = binder.bind(node.args[0]), _sizes(binder, node)
    site = lg.Call(WINDOW, (time, *(lg.Literal(size, t.LONG) for size in sizes)), t.NULL)
    moment = _as_moment(calls, time, time.dtype, site)
    _check_sizes(calls, f'"{WINDOW}({", ".join([describe(time, context.run), *map(str, sizes)])})"', sizes)
    plan: lg.Relation = child.plan
    if moment.nullable:
        plan = lg.Filter(plan, calls.call("isnotnull", moment))
    windows = _windows(calls, moment, sizes)
    column = context.run.column(WINDOW, windows[0].dtype, len(windows) > 1, {"spark.timeWindow": True})
    if len(windows) == 1:
        passed = tuple(lg.Named(c, c) for c in child.scope.columns)
        return lg.Project(plan, (*passed, lg.Named(column, windows[0]))), column
    generator = calls.call("explode", calls.call("array", *windows))
    return lg.Filter(lg.Generate(plan, generator, (column,)), _is_inside(calls, moment, column)), column


def _sizes(binder: Binder, node: spec.Function) -> tuple[int, int, int]:
    """Duration, slide and start in microseconds."""
    values = [_microseconds(binder.bind(arg)) for arg in node.args[1:]]
    duration = values[0]
    slide = values[1] if len(values) > 1 else duration
    return duration, slide, values[2] if len(values) > 2 else 0


def _microseconds(expr: lg.Expr) -> int:
    """A constant of the client's own: a number of microseconds, or a text without months."""
    value = expr.value if isinstance(expr, lg.Literal) else None
    if value is None or not isinstance(expr.dtype, (t.IntegerType, t.LongType, t.StringType)):
        raise analysis_error("_LEGACY_ERROR_TEMP_1207")
    if not isinstance(expr.dtype, t.StringType):
        return int(value)
    parsed = parse_calendar(value)
    if parsed is None:
        raise analysis_error("CANNOT_PARSE_INTERVAL", intervalString=f"'{value}'")
    months, days, microseconds = parsed
    if months:
        raise IllegalArgumentException("_LEGACY_ERROR_TEMP_3231", {"interval": value})
    return days * DAY_US + microseconds


def _check_sizes(calls: CallBinder, shown: str, sizes: tuple[int, int, int]) -> None:
    duration, slide, start = sizes
    for name, value in (("window_duration", duration), ("slide_duration", slide)):
        if value <= 0:
            raise calls.error(
                "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
                exprName=f"`{name}`",
                valueRange=f"(0, {_MOST}]",
                currentValue=f"{value}L",
                sqlExpr=shown,
            )
    if slide > duration:
        raise _violated(calls, shown, ("slide_duration", slide), "<=", ("window_duration", duration))
    if abs(start) >= slide:
        raise _violated(calls, shown, ("abs(start_time)", abs(start)), "<", ("slide_duration", slide))


def _violated(
    calls: CallBinder, shown: str, left: tuple[str, int], constraint: str, right: tuple[str, int]
) -> SparkError:
    return calls.error(
        "DATATYPE_MISMATCH.PARAMETER_CONSTRAINT_VIOLATION",
        leftExprName=f"`{left[0]}`",
        leftExprValue=f"{left[1]}L",
        constraint=constraint,
        rightExprName=f"`{right[0]}`",
        rightExprValue=f"{right[1]}L",
        sqlExpr=shown,
    )


def _windows(calls: CallBinder, moment: lg.Expr, sizes: tuple[int, int, int]) -> list[lg.Expr]:
    """The windows that may hold a moment, the latest first."""
    duration, slide, start = sizes
    micros = lg.Call("precise_micros", (moment,), t.LONG, moment.nullable)
    since = calls.call("-", micros, _long(start))
    latest = calls.call("-", micros, calls.call("pmod", since, _long(slide)))
    found: list[lg.Expr] = []
    for i in range(-(-duration // slide)):
        begin = calls.call("-", latest, _long(i * slide))
        end = calls.call("+", begin, _long(duration))
        edges = [lg.Call("precise_timestamp", (edge,), moment.dtype, moment.nullable) for edge in (begin, end)]
        found.append(struct_of(*edges))
    return found


def _long(value: int) -> lg.Literal:
    return lg.Literal(value, t.LONG)


def struct_of(begin: lg.Expr, end: lg.Expr) -> lg.Expr:
    """The window from `begin` to `end`."""
    names = (lg.Literal("start", t.STRING), lg.Literal("end", t.STRING))
    dtype = t.StructType((t.StructField("start", begin.dtype), t.StructField("end", end.dtype)))
    return lg.Call("named_struct", (names[0], begin, names[1], end), dtype, False)


def _is_inside(calls: CallBinder, moment: lg.Expr, window: lg.Column) -> lg.Expr:
    start = lg.Call("getfield", (window, lg.Literal("start", t.STRING)), moment.dtype, True)
    end = lg.Call("getfield", (window, lg.Literal("end", t.STRING)), moment.dtype, True)
    return calls.call("and", calls.call(">=", moment, start), calls.call("<", moment, end))
