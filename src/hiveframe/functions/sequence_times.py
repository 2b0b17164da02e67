"""`sequence` of dates and timestamps: element n is the start moved by n steps, until the stop is passed.

Source: Spark's `Sequence.TemporalSequenceImpl`. Months and days are counted on the wall clock, the rest on the line of
time; dates meet steps with hours at midnight of the session's zone. How many elements there may be is reckoned with
months of 28 days, as in Spark; those past the stop are left out.
"""

from __future__ import annotations

from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import NO_CONDITION
from hiveframe.functions.calendar_interval import part
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let_all
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    func,
    is_null,
    lambda_,
    null,
    number,
    op,
    param,
    physical_type,
    text,
)
from hiveframe.functions.wall_clock import at_wall_clock, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Literal
from hiveframe.plan.types import DataType

_DAY_US: Final = 86_400_000_000
_MONTH_US: Final = 28 * _DAY_US
_BEYOND_US: Final = (1 << 76) + (1 << 63)  # more than a step's negative, and 0 in 64 bits but for half of them
_MOST_ELEMENTS: Final = 2_147_483_632  # of a JVM's array, rounded


@dataclass(frozen=True, slots=True)
class _Step:
    """A step's months, days and microseconds (None for one that is always zero), and how Spark shows it."""

    months: Sql | None
    days: Sql | None
    micros: Sql | None
    shown: Sql

    def estimate(self) -> Sql:
        """The step in microseconds, as HUGEINT with the value that 64 bits leave of it."""
        parts = ((self.months, _MONTH_US), (self.days, _DAY_US), (self.micros, 1))
        terms = [op("*", cast(p, "HUGEINT"), number(size)) for p, size in parts if p is not None]
        total = terms[0]
        for term in terms[1:]:
            total = op("+", total, term)
        if self.months is None and self.days is None:
            return total
        positive = op("+", total, number(_BEYOND_US))
        return op("-", op("%", positive, number(1 << 64)), number(1 << 63))


def emit_temporal(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The list from `args[0]` to `args[1]` by `args[2]`, or by a day towards the stop."""
    assert isinstance(call.dtype, t.ArrayType)
    element = call.dtype.element

    def bound(start: Sql, stop: Sql, given: Sql) -> Sql:
        step = _step(call, given)
        on_line = isinstance(element, t.TimestampType) or (isinstance(element, t.DateType) and step.micros is not None)
        base, end = (_as_moment(v, element, ctx, on_line=on_line) for v in (start, stop))

        def checked(first: Sql, last: Sql, size: Sql) -> Sql:
            wrong, refusal = _wrong(call, element, step, first, last, size, ctx)
            listed = _Elements(call, step, on_line, ctx).listed(first, last, size)
            single = op("=", size, number(0))
            alone = func("list_value", cast(start, physical_type(element)))
            is_long = op(">", _count(first, last, size), number(_MOST_ELEMENTS))
            too_many = (is_long, _too_long(call, first, last, size, ctx))
            refused = _less_than_a_day(call, element, step, ctx)
            return case(*refused, (wrong, refusal), (single, alone), too_many, default=listed)

        return let_all([base, end, step.estimate()], ctx, checked)

    given = args[2] if len(args) > 2 else _day_towards(args[0], args[1])
    missing = [(is_null(a), null()) for a, e in zip(args, call.args, strict=True) if e.nullable]
    made = let_all([args[0], args[1], given], ctx, bound)
    return case(*missing, default=made) if missing else made


def _day_towards(start: Sql, stop: Sql) -> Sql:
    up = cast(number(_DAY_US), "BIGINT")
    return case((op("<=", start, stop), up), default=cast(number(-_DAY_US), "BIGINT"))


def _step(call: Call, value: Sql) -> _Step:
    """The parts of the step, those left out that a constant or a type says to be zero."""
    arg = call.args[2] if len(call.args) > 2 else None
    dtype = arg.dtype if arg is not None else t.DayTimeIntervalType(t.DAY, t.DAY)
    match dtype:
        case t.YearMonthIntervalType():
            return _Step(value, None, None, value)
        case t.DayTimeIntervalType(_, last):
            days, rest = op("//", value, number(_DAY_US)), op("%", value, number(_DAY_US))
            known = arg.value if isinstance(arg, Literal) else None
            if known is not None and abs(known) < _DAY_US:
                return _Step(None, None, value, value)
            has_rest = last != t.DAY if known is None else known % _DAY_US != 0
            return _Step(None, days, rest if has_rest else None, value)
    parts = [part(value, name) for name in ("months", "days", "microseconds")]
    return _Step(parts[0], parts[1], parts[2], cast(value, "VARCHAR"))


def _as_moment(value: Sql, element: DataType, ctx: EmitContext, *, on_line: bool) -> Sql:
    """What steps are added to: a moment, or a wall clock where no zone matters."""
    if not isinstance(element, t.DateType):
        return value
    clock = cast(value, "TIMESTAMP")
    return at_wall_clock(clock, ctx) if on_line else clock


def _wide(moment: Sql) -> Sql:
    return cast(func("epoch_us", moment), "HUGEINT")


def _count(first: Sql, last: Sql, size: Sql) -> Sql:
    """How many elements there may be."""
    return op("+", op("//", op("-", _wide(last), _wide(first)), size), number(1))


def _wrong(
    call: Call, element: DataType, step: _Step, first: Sql, last: Sql, size: Sql, ctx: EmitContext
) -> tuple[Sql, Sql]:
    """Whether the step leads away from the stop, and Spark's words for it."""
    up = op("and", op(">", size, number(0)), op(">", first, last))
    down = op("and", op("<", size, number(0)), op("<", first, last))
    still = op("and", op("=", size, number(0)), op("!=", first, last))
    ends, by = [func("epoch_us", first), func("epoch_us", last)], step.shown
    if isinstance(element, t.DateType) and step.months is None and step.micros is None:
        ends, by = [op("//", end, number(_DAY_US)) for end in ends], op("//", step.shown, number(_DAY_US))
    lead = "requirement failed: Illegal sequence boundaries: "
    message = func("concat", text(lead), ends[0], text(" to "), ends[1], text(" by "), by)
    refusal = ctx.raise_error("PlainIllegalArgument", NO_CONDITION, {"message": message}, call.dtype, None)
    return op("or", op("or", up, down), still), refusal


def _too_long(call: Call, first: Sql, last: Sql, size: Sql, ctx: EmitContext) -> Sql:
    params: dict[str, Sql | str] = {
        "numberOfElements": cast(_count(first, last, size), "VARCHAR"),
        "maxRoundedArrayLength": str(_MOST_ELEMENTS),
        "functionName": "`sequence`",
        "parameter": "`count`",
    }
    condition = "COLLECTION_SIZE_LIMIT_EXCEEDED.PARAMETER"
    return ctx.raise_error("SparkRuntimeException", condition, params, call.dtype, None)


def _less_than_a_day(call: Call, element: DataType, step: _Step, ctx: EmitContext) -> list[tuple[Sql, Sql]]:
    """Dates need a step of months or whole days."""
    if not isinstance(element, t.DateType) or len(call.args) < 3:
        return []
    dtype = call.args[2].dtype
    name = "interval"
    if isinstance(dtype, t.YearMonthIntervalType):
        name = "interval year to month"
    elif isinstance(dtype, t.DayTimeIntervalType):
        name = "interval day to second"
    params = {"intervalType": name}
    refusal = ctx.raise_error("IllegalArgumentException", "_LEGACY_ERROR_TEMP_3242", params, call.dtype, None)
    zeros = [op("=", p, number(0)) for p in (step.months, step.days) if p is not None]
    if not zeros:
        return [(op("=", number(0), number(0)), refusal)]
    return [(zeros[0] if len(zeros) == 1 else op("and", zeros[0], zeros[1]), refusal)]


@dataclass(frozen=True, slots=True)
class _Elements:
    """The elements of one sequence."""

    call: Call
    step: _Step
    on_line: bool
    ctx: EmitContext

    def listed(self, first: Sql, last: Sql, size: Sql) -> Sql:
        """All that the step reaches before the stop is passed."""
        i, x = self.ctx.fresh("i"), self.ctx.fresh("x")
        numbers = func("range", cast(op("+", _count(first, last, size), number(1)), "BIGINT"))
        made = func("list_transform", numbers, lambda_([i], self._at(first, param(i))))
        # Going down, Spark takes a microsecond more.
        before = op("-", last, func("to_microseconds", number(1)))
        inside = case((op(">", size, number(0)), op("<=", param(x), last)), default=op(">=", param(x), before))
        return self._of_element(func("list_filter", made, lambda_([x], inside)))

    def _at(self, first: Sql, n: Sql) -> Sql:
        pairs = (("to_months", self.step.months), ("to_days", self.step.days))
        shifts = [func(name, cast(op("*", n, p), "INTEGER")) for name, p in pairs if p is not None]
        made = first
        if shifts:
            clock = wall_clock(first, self.ctx) if self.on_line else first
            for shift in shifts:
                clock = op("+", clock, shift)
            made = at_wall_clock(clock, self.ctx) if self.on_line else clock
        if self.step.micros is not None:
            made = op("+", made, func("to_microseconds", op("*", n, self.step.micros)))
        return made

    def _of_element(self, listed: Sql) -> Sql:
        assert isinstance(self.call.dtype, t.ArrayType)
        if not isinstance(self.call.dtype.element, t.DateType):
            return listed
        if not self.on_line:
            return cast(listed, physical_type(self.call.dtype))
        d = self.ctx.fresh("d")
        return func("list_transform", listed, lambda_([d], cast(wall_clock(param(d), self.ctx), "DATE")))
