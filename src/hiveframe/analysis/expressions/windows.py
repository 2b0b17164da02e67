"""Window expressions: `function OVER spec`, default frames and their checks.

Source: Spark's `WindowSpecDefinition`, `ResolveWindowFrame` and `ResolveWindowOrder`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder, implicit_cast
from hiveframe.analysis.expressions.sorting import bind_sort_key, is_orderable
from hiveframe.analysis.expressions.user_functions import is_grouped
from hiveframe.analysis.frame import Placed, failure
from hiveframe.analysis.naming import children_text, frame_text, qualified, window_text
from hiveframe.errors import AnalysisException
from hiveframe.functions.binding import bind_function
from hiveframe.functions.cast_rules import can_cast
from hiveframe.functions.coercion import implicit_cast as implicit_type
from hiveframe.functions.operators import NEGATED
from hiveframe.functions.registry import FunctionKind, lookup, row_of
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_WHOLE = lg.Frame("rows", lg.Bound("unbounded_preceding"), lg.Bound("unbounded_following"))
_RUNNING_ROWS = lg.Frame("rows", lg.Bound("unbounded_preceding"), lg.Bound("current_row"))
_RUNNING_RANGE = lg.Frame("range", lg.Bound("unbounded_preceding"), lg.Bound("current_row"))

# Ranking functions take no frame but their own; these need an order.
_OWN_FRAMES = {
    **dict.fromkeys(("row_number", "rank", "dense_rank", "percent_rank", "ntile"), _RUNNING_ROWS),
    "cume_dist": _RUNNING_RANGE,
}
_OFFSET = frozenset({"lag", "lead"})
_NEEDS_ORDER = _OWN_FRAMES.keys() | _OFFSET | {"nth_value"}
# What Spark computes over whole partitions alone; joined text in an order of its own too.
_WHOLE_PARTITIONS = frozenset({"median", "percentile_cont", "percentile_disc"})


def bind_window(binder: Binder, node: spec.Window) -> lg.Expr:
    """`function OVER (…)`."""
    definition = _definition(binder, node.spec, node)
    function, refused = None, None
    was, binder.window = binder.window, node
    try:
        try:
            function = _function(binder, node)
            name = window_name(function)
        except AnalysisException as error:
            name = _refused_name(node, error)
            if not name:
                raise
            refused = error
        partition = binder.bind_all(definition.partition_by)
        keys = tuple(bind_sort_key(binder, key) for key in definition.order_by)
    finally:
        binder.window = was
    binder.context.run.windows[node] = definition
    frame = _frame(binder, node, name, function, keys)
    if function is None:
        assert refused is not None
        raise refused
    binder.context.run.frames[node] = frame
    _check_partition(definition.partition_by, partition, binder)
    if isinstance(function, lg.AggCall) and function.distinct:
        raise failure("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", node, windowExpr=f'"{binder.text(node)}"')
    if isinstance(function, lg.AggCall) and (keys or not _is_whole(frame)):
        _check_running(function, binder)
    return lg.WindowCall(function, partition, keys, frame, function.dtype, function.nullable)


def _check_running(function: lg.AggCall, binder: Binder) -> None:
    """The error for an aggregate that takes a whole partition, where the window has an order or a frame."""
    is_sorted = row_of(function.function).takes_order and bool(function.order_by)
    if is_sorted or function.function in _WHOLE_PARTITIONS:
        shown = children_text(function, binder.context.run)
        raise failure("INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", None, aggFunc=f'"{shown}"')


def window_name(function: lg.Expr) -> str:
    """The row's name of a window's function."""
    return function.function.lower() if isinstance(function, lg.AggCall) else ""


def _refused_name(node: spec.Window, error: AnalysisException) -> str:
    """The window function whose arguments have the wrong types, which Spark looks at last; empty for all else."""
    if not error.condition.startswith("DATATYPE_MISMATCH.") or not isinstance(node.function, spec.Function):
        return ""
    row = lookup(node.function.name[-1])
    return row.name if row is not None and row.kind is FunctionKind.WINDOW else ""


def _check_partition(keys: Sequence[spec.Expr], bound: Sequence[lg.Expr], binder: Binder) -> None:
    for key, expr in zip(keys, bound, strict=True):
        if not is_orderable(expr.dtype):
            shown = {"expr": f'"{binder.text(key)}"', "exprType": f'"{t.sql_name(expr.dtype)}"'}
            raise failure("EXPRESSION_TYPE_IS_NOT_ORDERABLE", key, **shown)


def _definition(binder: Binder, window: spec.WindowSpec, node: spec.Expr) -> spec.WindowSpec:
    """The window with the named one that it refers to filled in."""
    if window.base is None:
        return window
    base = binder.context.windows.get(window.base.lower())
    if base is None:
        raise failure(
            "MISSING_WINDOW_SPECIFICATION",
            None,
            windowName=window.base,
            docroot="https://spark.apache.org/docs/latest",
        )
    base = _definition(binder, base, node)
    return spec.WindowSpec(
        window.partition_by or base.partition_by,
        window.order_by or base.order_by,
        window.frame or base.frame,
        origin=window.origin or base.origin,
    )


def _function(binder: Binder, node: spec.Window) -> lg.Expr:
    function = binder.bind(node.function)
    is_aggregate = isinstance(function, lg.AggCall) and function.function not in ("grouping", "grouping_id")
    if is_aggregate or is_grouped(function):
        return function
    raise failure("UNSUPPORTED_EXPR_FOR_WINDOW", node, sqlExpr=f'"{binder.text(node.function)}"')


def _spec_place(binder: Binder, node: spec.Window) -> Placed:
    """What stands after OVER, as the place of an error."""
    definition = binder.context.run.windows[node]
    return definition if definition.origin is not None else node


def _frame(
    binder: Binder, node: spec.Window, name: str, function: lg.Expr | None, keys: tuple[lg.SortKey, ...]
) -> lg.Frame | None:
    given = binder.context.run.windows[node].frame
    if name in _NEEDS_ORDER and not keys:
        raise failure(
            "WINDOW_FUNCTION_FRAME_NOT_ORDERED",
            None,
            wf_name=name,
            wf_expr=qualified(node.function, binder.context.run),
        )
    if name in _OFFSET:
        steps = function.args[1] if isinstance(function, lg.AggCall) else None
        rows = steps.value if isinstance(steps, lg.Literal) else None
        is_own = given is None or _is_own_frame(given, name, rows)
        if not is_own or (function is not None and rows is None) or _is_offset_cast(binder, node):
            raise failure("_LEGACY_ERROR_TEMP_1035", None, prettyName=name)
        return None
    required = _OWN_FRAMES.get(name)
    if given is None:
        return required or (_RUNNING_RANGE if keys else _WHOLE)
    frame = _given_frame(binder, node, given, keys)
    if required is not None and not _is_running(frame, required.unit):
        raise failure("_LEGACY_ERROR_TEMP_1036", None, wf=_frame_text(frame), required=_frame_text(required))
    return frame if required is None else required


def _is_offset_cast(binder: Binder, node: spec.Window) -> bool:
    """Whether LAG's or LEAD's offset needs a cast: then its frame is no more the one that Spark made of it."""
    run = binder.context.run
    call = run.rewritten.get(node.function, node.function)
    assert isinstance(call, spec.Function)
    args = run.arguments.get(call, call.args)
    offset = run.bound.get(args[1]) if len(args) > 1 else None
    if offset is None or offset.dtype == t.INT:
        return False
    return implicit_type(offset.dtype, t.INT, ansi=binder.context.ansi) is not None


def _is_own_frame(frame: spec.Frame, name: str, rows: int | None) -> bool:
    """Whether it is the one row that LAG or LEAD reads anyway, which the pandas API writes down."""
    if frame.unit != "rows" or rows is None:
        return False
    place = -rows if name == "lag" else rows
    return place != 0 and _offset_of(frame.lower) == place == _offset_of(frame.upper)


def _offset_of(bound: spec.FrameBound) -> int | None:
    """How many rows after the current one, where that is a constant that stands as such: `1 PRECEDING` negates one."""
    if not isinstance(bound.value, spec.Literal) or not isinstance(bound.value.value, int):
        return None
    is_text = bound.value.origin is not None and bound.value.origin.sql_text is not None
    if bound.kind == "preceding":
        return None if is_text else -bound.value.value
    return bound.value.value


def _is_whole(frame: lg.Frame | None) -> bool:
    ends = ("rows", "unbounded_preceding", "unbounded_following")
    return frame is not None and (frame.unit, frame.lower.kind, frame.upper.kind) == ends


def _is_running(frame: lg.Frame, unit: str) -> bool:
    return (frame.unit, frame.lower.kind, frame.upper.kind) == (unit, "unbounded_preceding", "current_row")


def _frame_text(frame: lg.Frame) -> str:
    unit = "RowFrame" if frame.unit == "rows" else "RangeFrame"
    return f"specifiedwindowframe({unit}, {_bound_text(frame.lower)}, {_bound_text(frame.upper)})"


def _bound_text(bound: lg.Bound) -> str:
    if bound.kind in ("preceding", "following") and isinstance(bound.value, lg.Literal):
        return str(-bound.value.value if bound.kind == "preceding" else bound.value.value)
    return bound.kind.replace("_", "") + "$()"


def _given_frame(binder: Binder, node: spec.Window, frame: spec.Frame, keys: tuple[lg.SortKey, ...]) -> lg.Frame:
    lower = _bound(binder, node, frame, frame.lower, keys)
    upper = _bound(binder, node, frame, frame.upper, keys)
    made = lg.Frame(frame.unit, lower, upper)
    if frame.unit == "range":
        _check_range(binder, node, made, keys)
    if _place(lower) is not None and _place(upper) is not None and _place(lower) > _place(upper):  # type: ignore[operator]
        raise failure(
            "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON",
            _spec_place(binder, node),
            sqlExpr=f'"{frame_text(frame, binder.context.run)}"',
            comparison="less than or equal",
        )
    return made


def _place(bound: lg.Bound) -> float | None:
    """A bound's distance from the current row; None when it is no plain number."""
    match bound.kind:
        case "unbounded_preceding":
            return float("-inf")
        case "unbounded_following":
            return float("inf")
        case "current_row":
            return 0.0
    value = bound.value.value if isinstance(bound.value, lg.Literal) else None
    if not isinstance(value, (int, float)):
        return None
    return float(-value if bound.kind == "preceding" else value)


def _check_range(binder: Binder, node: spec.Window, frame: lg.Frame, keys: tuple[lg.SortKey, ...]) -> None:
    has_offset = any(b.kind in ("preceding", "following") for b in (frame.lower, frame.upper))
    if not keys and (has_offset or "current_row" in (frame.lower.kind, frame.upper.kind)):
        raise failure(
            "DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER",
            _spec_place(binder, node),
            sqlExpr=f'"{window_text(node, binder.context.run)}"',
        )
    if has_offset and len(keys) > 1:
        raise failure(
            "DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER",
            _spec_place(binder, node),
            sqlExpr=f'"{window_text(node, binder.context.run)}"',
            orderSpec=",".join(binder.text(k) for k in binder.context.run.windows[node].order_by),
        )


def _bound(
    binder: Binder,
    node: spec.Window,
    frame: spec.Frame,
    bound: spec.FrameBound,
    keys: tuple[lg.SortKey, ...],
) -> lg.Bound:
    if bound.value is None:
        return lg.Bound(bound.kind)
    value = binder.bind(bound.value)
    given = _written_type(binder, bound, value)
    if frame.unit == "rows":
        wanted: t.DataType | None = t.INT
    elif len(keys) == 1:
        wanted = _range_type(keys[0].child.dtype, given, ansi=binder.context.ansi)
    else:
        wanted = value.dtype
    if wanted is None or (frame.unit == "rows" and given != t.INT):
        location = "upper" if bound is frame.upper else "lower"
        if frame.unit == "rows":
            raise failure(
                "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
                _spec_place(binder, node),
                sqlExpr=f'"{frame_text(frame, binder.context.run)}"',
                location=location,
                exprType=f'"{t.sql_name(given)}"',
                expectedType='"INT"',
            )
        raise failure(
            "DATATYPE_MISMATCH.RANGE_FRAME_INVALID_TYPE",
            _spec_place(binder, node),
            sqlExpr=f'"{window_text(node, binder.context.run)}"',
            orderSpecType=f'"{t.sql_name(keys[0].child.dtype)}"',
            valueBoundaryType=f'"{t.sql_name(given)}"',
        )
    typed = implicit_cast(binder.context, value, wanted, bound.value)
    if typed is not value:
        binder.context.run.cast_bounds.add(bound)
    if not isinstance(typed, lg.Literal):
        typed = lg.Literal(binder.context.env.evaluate(typed), typed.dtype)
    return _signed(bound.kind, typed)


def _written_type(binder: Binder, bound: spec.FrameBound, value: lg.Expr) -> t.DataType:
    """The bound's type: the grammar takes `x PRECEDING` for `-x`, and a text with a sign is a DOUBLE."""
    if bound.kind != "preceding" or bound.origin is None or isinstance(value.dtype, t.IntegralType):
        return value.dtype
    assert bound.value is not None
    site = call_binder(binder.context, spec.Function(("negative",), (bound.value,), origin=bound.origin))
    return bind_function(row_of(NEGATED), (value,), site).dtype


def _signed(kind: str, value: lg.Literal) -> lg.Bound:
    """A bound whose offset is not negative."""
    if isinstance(value.value, (int, float)) and value.value < 0:
        other = "following" if kind == "preceding" else "preceding"
        return lg.Bound(other, replace(value, value=-value.value))
    if value.value == 0:
        return lg.Bound("current_row") if isinstance(value.value, int) else lg.Bound(kind, value)
    return lg.Bound(kind, value)


def _range_type(key: t.DataType, value: t.DataType, *, ansi: bool) -> t.DataType | None:
    """The type that a RANGE offset takes for a sort key."""
    match key, value:
        case t.DateType(), t.IntegralType():
            return t.INT
        case t.DateType(), t.YearMonthIntervalType() | t.DayTimeIntervalType() | t.CalendarIntervalType():
            return value
        case (
            (t.TimestampType() | t.TimestampNTZType()),
            (t.YearMonthIntervalType() | t.DayTimeIntervalType() | t.CalendarIntervalType()),
        ):
            return value
        case (t.DayTimeIntervalType(), t.DayTimeIntervalType()) | (
            t.YearMonthIntervalType(),
            t.YearMonthIntervalType(),
        ):
            return value
        case t.NumericType() | t.DayTimeIntervalType() | t.YearMonthIntervalType(), _:
            return key if can_cast(value, key, "ansi" if ansi else "legacy") else None
    return None
