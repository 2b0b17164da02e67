"""Wall clocks carried from one time zone to another.

DuckDB knows zones by their IANA names; offsets and Java's short names are put in its form while they are constant.
Zones that are not, go through a kernel, as does a wall clock that is read in a zone whose clocks are turned (DuckDB
takes the later of two moments, Spark the earlier).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

import pyarrow as pa

from hiveframe.errors import DateTimeException, SparkError
from hiveframe.functions.binding import is_foldable, ordinal
from hiveframe.functions.by_row import by_row
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.datetime_text import zone_of
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.registry import ANY, Binder, Emit, Function, any_null, optional, register
from hiveframe.functions.sql import Sql, case, func, is_not_null, number, op, text
from hiveframe.functions.wall_clock import fixed_offset_us, from_micros
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal

_CONVERTED: Final = (t.STRING, t.STRING, t.TIMESTAMP_NTZ)
_MICROSECOND: Final = dt.timedelta(microseconds=1)
_EPOCH: Final = dt.datetime(1970, 1, 1)
# Python's calendar ends at year 9999; the rules of a zone repeat every 400 years.
_ERA_US: Final = 146_097 * 86_400_000_000
_FIRST_US: Final = (dt.datetime(2, 1, 1) - _EPOCH) // _MICROSECOND
_LAST_US: Final = (dt.datetime(9998, 12, 31) - _EPOCH) // _MICROSECOND


def zone(name: str) -> dt.tzinfo:
    """A zone by any name that Spark takes; INVALID_TIMEZONE when there is none."""
    found = zone_of(name)
    if found is None:
        raise DateTimeException("INVALID_TIMEZONE", {"timeZone": name})
    return found


def offset_at(micros: int, where: dt.tzinfo) -> int:
    """How many microseconds a zone is ahead of UTC at a moment."""
    moment = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(microseconds=_within_calendar(micros))
    return (moment.astimezone(where).utcoffset() or dt.timedelta()) // _MICROSECOND


def offset_on(clock: int, where: dt.tzinfo) -> int:
    """How many microseconds a zone is ahead of UTC when its clocks show a time; the first time they do."""
    moment = _EPOCH + dt.timedelta(microseconds=_within_calendar(clock))
    return (moment.replace(tzinfo=where).utcoffset() or dt.timedelta()) // _MICROSECOND


def _within_calendar(micros: int) -> int:
    while micros > _LAST_US:
        micros -= _ERA_US
    while micros < _FIRST_US:
        micros += _ERA_US
    return micros


def _to_local(micros: int, name: str) -> int:
    return micros + offset_at(micros, zone(name))


def _to_utc(clock: int, name: str) -> int:
    return clock - offset_on(clock, zone(name))


def local_clocks(moments: pa.Array, names: pa.Array) -> pa.Array:
    """What clocks of each row's zone show, as if it were UTC's."""
    return by_row(_to_local, pa.int64(), [moments, names])


def utc_clocks(clocks: pa.Array, names: pa.Array) -> pa.Array:
    """The moments at which clocks of each row's zone show a time."""
    return by_row(_to_utc, pa.int64(), [clocks, names])


def clock_in_zone(moment: Sql, name: Sql, known: Expr, ctx: EmitContext) -> Sql:
    """The TIMESTAMP that clocks of a zone show at a moment."""
    if not isinstance(known, Literal) or known.value is None:
        kernel = ctx.kernel("local_clocks", local_clocks, [t.LONG, t.STRING], t.LONG)
        return func("make_timestamp", func(kernel, func("epoch_us", moment), name))
    where, offset = zone(known.value), fixed_offset_us(known.value)
    if offset is not None:
        return func("make_timestamp", op("+", func("epoch_us", moment), number(offset)))
    return func("timezone", text(str(where)), moment)


def moment_in_zone(clock: Sql, name: Sql, known: Expr, ctx: EmitContext) -> Sql:
    """The moment at which clocks of a zone show a TIMESTAMP; the earlier one where they go back."""
    if not isinstance(known, Literal) or known.value is None:
        kernel = ctx.kernel("utc_clocks", utc_clocks, [t.LONG, t.STRING], t.LONG)
        return from_micros(func(kernel, func("epoch_us", clock), name))
    where, offset = text(str(zone(known.value))), fixed_offset_us(known.value)
    if offset is not None:
        return from_micros(op("-", func("epoch_us", clock), number(offset)))

    def build(v: Sql) -> Sql:
        later = func("timezone", where, v)
        earlier = op("-", later, func("to_hours", number(1)))
        return case((op("=", func("timezone", where, earlier), v), earlier), default=later)

    return let(clock, ctx, build)


def _emit_from_utc(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    clock = clock_in_zone(args[0], args[1], call.args[1], ctx)
    return from_micros(func("epoch_us", clock))


def _emit_to_utc(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    clock = func("make_timestamp", func("epoch_us", args[0]))
    return moment_in_zone(clock, args[1], call.args[1], ctx)


def _bind_convert(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """`convert_timezone([from,] to, clock)`: without a zone to convert from, the session's."""
    if len(args) == 2:
        args = (binder.call("current_timezone"), *args)
    bound = tuple(_taken(binder, at, *pair) for at, pair in enumerate(zip(args, _CONVERTED, strict=True)))
    if has_known_null(binder, bound):
        return Literal(None, t.TIMESTAMP_NTZ)
    return Call("convert_timezone", bound, t.TIMESTAMP_NTZ, any_null(bound))


def _taken(binder: Binder, position: int, arg: Expr, dtype: t.DataType) -> Expr:
    if implicit_cast(arg.dtype, dtype, ansi=binder.ansi) is None:
        raise binder.error(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            paramIndex=ordinal(position),
            requiredType=f'"{t.sql_name(dtype)}"',
            inputSql=binder.quoted(arg),
            inputType=f'"{t.sql_name(arg.dtype)}"',
        )
    return binder.cast(arg, dtype)


def has_known_null(binder: Binder, args: Sequence[Expr]) -> bool:
    """Whether a constant argument is NULL: the others, wrong zones too, are not looked at then."""
    for arg in args:
        try:
            if arg.nullable and is_foldable(arg) and binder.fold(arg) is None:
                return True
        except SparkError:
            return False  # raised again where the call is computed
    return False


def _emit_convert(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """A NULL keeps what follows it from being computed."""

    def converted(source: Sql, target: Sql, clock: Sql) -> Sql:
        moment = moment_in_zone(clock, source, call.args[0], ctx)
        return clock_in_zone(moment, target, call.args[1], ctx)

    def step(done: list[Sql], left: list[Sql]) -> Sql:
        if not left:
            return converted(*done)

        def given(value: Sql) -> Sql:
            rest = step([*done, value], left[1:])
            return case((is_not_null(value), rest)) if call.args[len(done)].nullable else rest

        return let(left[0], ctx, given)

    return step([], args)


def _convert_shown(texts: Sequence[str]) -> str:
    given = texts if len(texts) == 3 else ["current_timezone()", *texts]
    return f"convert_timezone({', '.join(given)})"


def _bind_current(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    return Literal(binder.time_zone, t.STRING)


def _bind_shift(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        if has_known_null(binder, args[1:]):
            return Literal(None, t.TIMESTAMP)
        return Call(name, args, t.TIMESTAMP, any_null(args))

    return bind


def _row(name: str, emit: Emit, doc: str) -> Function:
    params = (t.TIMESTAMP, t.STRING)
    return Function(name, params, bind=_bind_shift(name), emit=emit, doc=doc, group="datetime", since="1.5.0")


register(
    _row("from_utc_timestamp", _emit_from_utc, "What clocks of a zone show when UTC's show the timestamp."),
    _row("to_utc_timestamp", _emit_to_utc, "What UTC's clocks show when those of a zone show the timestamp."),
    Function(
        "convert_timezone",
        (ANY, ANY, optional(ANY)),
        bind=_bind_convert,
        emit=_emit_convert,
        shows=_convert_shown,
        doc="What clocks of the second zone show when those of the first show the timestamp.",
        group="datetime",
        since="3.4.0",
    ),
    Function(
        "current_timezone",
        (),
        bind=_bind_current,
        doc="The session's time zone.",
        group="datetime",
        since="3.1.0",
    ),
)
