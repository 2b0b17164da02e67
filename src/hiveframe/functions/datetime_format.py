"""Timestamps to text and back by a pattern.

Most patterns in use say year, month and day (and maybe the time) in digits of fixed width. These go through DuckDB's
own `strftime` and `strptime`; what those cannot do as Spark does, kernels do.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hiveframe.errors import SparkError, SparkException
from hiveframe.functions.binding import required_type, wrong_input
from hiveframe.functions.cast_numbers import wrap
from hiveframe.functions.coercion import implicit_cast
from hiveframe.functions.datetime_patterns import Element, Field, Text, compile_pattern, has_zone
from hiveframe.functions.datetime_printer import printed, printed_alike
from hiveframe.functions.datetime_reader import ReadingRules, read_alike, read_texts
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_times import scaled_moment
from hiveframe.functions.legacy_datetime import printed_legacy, read_legacy_texts
from hiveframe.functions.let import let
from hiveframe.functions.registry import (
    ANY,
    NUMERIC,
    Binder,
    Emit,
    Function,
    Kind,
    always_null,
    any_null,
    optional,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, text
from hiveframe.functions.wall_clock import at_wall_clock, from_micros, wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal
from hiveframe.plan.types import DataType

_DEFAULT: Final = "yyyy-MM-dd HH:mm:ss"
_MOMENTS: Final = (t.DateType, t.TimestampType, t.TimestampNTZType)
_READABLE: Final = (t.STRING, t.DATE, t.TIMESTAMP, t.TIMESTAMP_NTZ)
_READABLE_OR_NUMBER: Final = (*_READABLE, NUMERIC)
# Nothing is cast to one of these here.
_ONLY_READABLE: Final = Kind(
    "STRING or DATE or TIMESTAMP or TIMESTAMP_NTZ",
    lambda d: isinstance(d, (t.StringType, *_MOMENTS, t.NullType)),
)

# Fields that DuckDB prints as Java does, for years 0 to 9999.
_PRINTED: Final[Mapping[Field, str]] = {
    Field("u", 4): "%Y",
    Field("u", 2): "%y",
    Field("M", 2): "%m",
    Field("M", 1): "%-m",
    Field("M", 3): "%b",
    Field("M", 4): "%B",
    Field("L", 2): "%m",
    Field("L", 1): "%-m",
    Field("L", 3): "%b",
    Field("L", 4): "%B",
    Field("d", 2): "%d",
    Field("d", 1): "%-d",
    Field("D", 3): "%j",
    Field("D", 1): "%-j",
    Field("E", 1): "%a",
    Field("E", 2): "%a",
    Field("E", 3): "%a",
    Field("E", 4): "%A",
    Field("a", 1): "%p",
    Field("H", 2): "%H",
    Field("H", 1): "%-H",
    Field("h", 2): "%I",
    Field("h", 1): "%-I",
    Field("m", 2): "%M",
    Field("m", 1): "%-M",
    Field("s", 2): "%S",
    Field("s", 1): "%-S",
    Field("S", 3): "%g",
    Field("S", 6): "%f",
}
# Fields of digits that DuckDB reads as Java does once a regular expression has seen to their width.
_READ: Final[Mapping[Field, tuple[str, str]]] = {
    Field("u", 4): ("%Y", r"\d{4}"),
    Field("M", 2): ("%m", r"\d\d"),
    Field("d", 2): ("%d", r"\d\d"),
    Field("H", 2): ("%H", r"\d\d"),
    Field("m", 2): ("%M", r"\d\d"),
    Field("s", 2): ("%S", r"\d\d"),
    **{Field("S", n): ("%f", rf"\d{{1,{n}}}") for n in range(1, 7)},
}


def _policy(ctx: EmitContext) -> str:
    """Which rules patterns follow: CORRECTED, LEGACY (those of Spark 2.4) or EXCEPTION where the two differ."""
    return str(ctx.setting("spark.sql.legacy.timeParserPolicy")).upper()


def _strftime_pattern(elements: tuple[Element, ...]) -> str | None:
    """DuckDB's pattern that prints the same; None when there is none."""
    parts: list[str] = []
    for element in elements:
        if isinstance(element, Text):
            parts.append(element.value.replace("%", "%%"))
        elif isinstance(element, Field) and element in _PRINTED:
            parts.append(_PRINTED[element])
        else:
            return None
    return "".join(parts)


def _strptime_pattern(elements: tuple[Element, ...]) -> tuple[str, str] | None:
    """DuckDB's pattern and the regular expression of texts for which it reads the same; None when there is none."""
    parts: list[str] = []
    shape: list[str] = []
    seen: set[str] = set()
    for before, element in zip((None, *elements), elements, strict=False):
        if isinstance(element, Field) and element.letter == "S" and isinstance(before, Field):
            return None  # the numbers before it take its digits
        if isinstance(element, Text):
            parts.append(element.value.replace("%", "%%"))
            shape.append(re.escape(element.value))
        elif isinstance(element, Field) and element in _READ and element.letter not in seen:
            parts.append(_READ[element][0])
            shape.append(_READ[element][1])
            seen.add(element.letter)
        else:
            return None
    return ("".join(parts), "".join(shape)) if {"u", "M", "d"} <= seen else None


def _emit_format(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _formatted(args[0], args[1], call.args[1], ctx)


def _formatted(moment: Sql, pattern: Sql, known: Expr, ctx: EmitContext, *, may_be_far: bool = False) -> Sql:
    """A moment's text by a pattern; DuckDB shows no clock at those that `may_be_far`."""
    if _policy(ctx) == "LEGACY":
        legacy = functools.partial(printed_legacy, zone_name=ctx.time_zone)
        return func(ctx.kernel("date_format", legacy, [t.LONG, t.STRING], t.STRING), func("epoch_us", moment), pattern)
    if not (isinstance(known, Literal) and isinstance(known.value, str)):
        function = functools.partial(printed, zone_name=ctx.time_zone)
        kernel = ctx.kernel("date_format", function, [t.LONG, t.STRING], t.STRING)
        return func(kernel, func("epoch_us", moment), pattern)
    elements = compile_pattern(known.value)
    function = functools.partial(printed_alike, pattern=known.value, zone_name=ctx.time_zone)
    kernel = ctx.kernel("date_format", function, [t.LONG], t.STRING)
    native = _strftime_pattern(elements)
    if not native:
        return func(kernel, func("epoch_us", moment))
    has_year = any(isinstance(e, Field) and e.letter == "u" for e in elements)
    if not has_year and not may_be_far:
        return func("strftime", wall_clock(moment, ctx), text(native))

    def build(m: Sql) -> Sql:
        usual = op("and", op(">=", m, _YEAR_ONE.copy()), op("<", m, _YEAR_10000.copy()))
        return case(
            (usual, func("strftime", wall_clock(m, ctx), text(native))), default=func(kernel, func("epoch_us", m))
        )

    return let(moment, ctx, build)


# A day inside of the years that take four digits in every zone.
_YEAR_ONE: Final = cast(text("0001-01-02 00:00:00+00"), "TIMESTAMP WITH TIME ZONE")
_YEAR_10000: Final = cast(text("9999-12-30 00:00:00+00"), "TIMESTAMP WITH TIME ZONE")


def _emit_from_unixtime(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Seconds that 64 bits of microseconds don't hold lose their upper bits, as in Java's own product."""

    def wrapped(seconds: Sql) -> Sql:
        return from_micros(cast(wrap(op("*", cast(seconds, "HUGEINT"), number(1_000_000)), 64), "BIGINT"))

    moment = scaled_moment(args[0], 1_000_000, ctx, beyond=wrapped)
    return _formatted(moment, args[1], call.args[1], ctx, may_be_far=True)


def _bind_read(name: str, target: DataType, *, is_try: bool = False) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """Without a pattern a cast; with one, text is read by it, and dates and timestamps are what they count."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        dtype = target
        if name in _ZONED_BY_SETTING and _without_zone(binder):
            dtype = t.TIMESTAMP_NTZ
        is_counted = isinstance(dtype, t.TimestampType)
        source = _readable(binder, args, _READABLE_OR_NUMBER if is_counted else _READABLE)
        if len(args) == 1:
            return _plain_cast(binder, source, dtype, is_try=is_try)
        if isinstance(source.dtype, t.NumericType):
            raise _no_replacement(binder, name, (source, args[1]))
        pattern = binder.cast(args[1], t.STRING)
        nullable = is_try or not binder.ansi or source.nullable or pattern.nullable
        if isinstance(source.dtype, _MOMENTS):
            return Call("as_it_is", (_of_moment(binder, source, dtype),), dtype, nullable)
        read = (binder.cast(source, t.STRING), pattern)
        return Call(f"{'try_' if is_try else ''}{_READERS[type(dtype)]}", read, dtype, nullable)

    return bind


_ZONED_BY_SETTING: Final = ("to_timestamp", "try_to_timestamp")


def _readable(binder: Binder, args: tuple[Expr, ...], kinds: tuple[DataType | Kind, ...]) -> Expr:
    """The first argument as it is where one of `kinds` takes it, else as text."""
    source = args[0]
    is_number = isinstance(source.dtype, t.NumericType) and NUMERIC in kinds
    if is_number or isinstance(source.dtype, (t.StringType, t.NullType, *_MOMENTS)):
        return source
    if implicit_cast(source.dtype, t.STRING, ansi=binder.ansi) is None:
        raise wrong_input(binder, args, 0, required_type(kinds))
    return binder.cast(source, t.STRING)


def _no_replacement(binder: Binder, name: str, args: tuple[Expr, ...]) -> SparkError:
    """Spark's analyser puts its own reader in the call's place, which takes no numbers, and gives up."""
    written, reader = (binder.quoted(Call(called, args, t.NULL)) for called in (name, "gettimestamp"))
    message = f"Cannot resolve the runtime replaceable expression {written}. The replacement is unresolved: {reader}."
    return SparkException("INTERNAL_ERROR", {"message": message})


def _of_moment(binder: Binder, source: Expr, dtype: DataType) -> Expr:
    """Spark's reader takes the microseconds of a timestamp as they are, whether it has a zone or not."""
    kind = t.TIMESTAMP if isinstance(dtype, t.DateType) else dtype
    if isinstance(source.dtype, t.DateType):
        source = binder.cast(source, t.TIMESTAMP)
    if source.dtype != kind:
        micros = Call("precise_micros", (source,), t.LONG, source.nullable)
        source = Call("precise_timestamp", (micros,), kind, source.nullable)
    return binder.cast(source, dtype)


_READERS: Final[Mapping[type[DataType], str]] = {
    t.DateType: "read_date",
    t.TimestampType: "read_timestamp",
    t.TimestampNTZType: "read_timestamp_ntz",
}


def _without_zone(binder: Binder) -> bool:
    return binder.setting("spark.sql.timestampType") == "TIMESTAMP_NTZ"


def _plain_cast(binder: Binder, source: Expr, dtype: DataType, *, is_try: bool) -> Expr:
    made = binder.cast(source, dtype)
    if is_try and isinstance(made, Cast):
        nullable = made.nullable or isinstance(source.dtype, t.StringType)
        return Cast(made.child, dtype, "try", nullable, False, made.context)
    return made


def _emit_read(target: DataType, *, is_try: bool) -> Emit:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        return read_as(args[0], args[1], call.args[1], target, ctx, raises=ctx.ansi and not is_try)

    return emit


def read_as(source: Sql, pattern: Sql, known: Expr, target: DataType, ctx: EmitContext, *, raises: bool) -> Sql:
    """Text read by a pattern as a value of `target`; what cannot be read raises or is NULL."""
    tried = "try_to_date" if isinstance(target, t.DateType) else "try_to_timestamp"
    on_wall = isinstance(target, t.TimestampNTZType)
    if _policy(ctx) == "LEGACY":
        function = functools.partial(
            read_legacy_texts, zone_name="UTC" if on_wall else ctx.time_zone, tried=tried if raises else None
        )
        kernel = ctx.kernel("read_timestamp", function, [t.STRING, t.STRING], t.LONG)
        return _of_micros(func(kernel, source, pattern), target, ctx, on_wall=on_wall)
    checks = _policy(ctx) == "EXCEPTION"
    if not (isinstance(known, Literal) and isinstance(known.value, str)):
        rules = ReadingRules(None if on_wall else ctx.time_zone, tried if raises else None, checks_legacy=checks)
        kernel = ctx.kernel("read_timestamp", functools.partial(read_texts, rules=rules), [t.STRING, t.STRING], t.LONG)
        return _of_micros(func(kernel, source, pattern), target, ctx, on_wall=on_wall)
    try:
        elements = compile_pattern(known.value, is_parsing=True)
    except SparkError as problem:  # no row, no error
        failure = ctx.raise_error(type(problem).__name__, problem.condition, problem.params, target, None)
        return case((is_not_null(source), failure))
    on_wall = on_wall or not has_zone(elements)
    rules = ReadingRules(None if on_wall else ctx.time_zone, tried if raises else None, checks_legacy=checks)
    function = functools.partial(read_alike, pattern=known.value, rules=rules)
    kernel = ctx.kernel("read_timestamp", function, [t.STRING], t.LONG)
    native = _strptime_pattern(elements)
    if native is None:
        return _of_micros(func(kernel, source), target, ctx, on_wall=on_wall)

    def build(s: Sql) -> Sql:
        fits = func("regexp_full_match", s, text(native[1]))
        usual = case((fits, func("try_strptime", s, text(native[0]))))
        return func("coalesce", usual, func("make_timestamp", func(kernel, s)))

    return _of_clock(let(source, ctx, build), target, ctx)


def _of_micros(micros: Sql, target: DataType, ctx: EmitContext, *, on_wall: bool) -> Sql:
    if on_wall:
        return _of_clock(func("make_timestamp", micros), target, ctx)
    moment = from_micros(micros)
    return cast(wall_clock(moment, ctx), "DATE") if isinstance(target, t.DateType) else moment


def _of_clock(clock: Sql, target: DataType, ctx: EmitContext) -> Sql:
    if isinstance(target, t.DateType):
        return cast(clock, "DATE")
    return at_wall_clock(clock, ctx) if isinstance(target, t.TimestampType) else clock


def _bind_unix(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """Seconds since the epoch of a timestamp, or of a text that is read by the pattern."""

    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        if len(args) < 2:  # the pattern's default alone
            return binder.call("unix_seconds", binder.call("current_timestamp"))
        source = args[0]
        if isinstance(source.dtype, _MOMENTS):
            # A wall clock counts as if it were UTC's.
            clock = source if isinstance(source.dtype, t.TimestampNTZType) else binder.cast(source, t.TIMESTAMP)
            return Call("timestamp_seconds_cut", (clock,), t.LONG, any_null(args) or not binder.ansi)
        read = (binder.cast(source, t.STRING), binder.cast(args[1], t.STRING))
        return Call("read_unix_seconds", read, t.LONG, not binder.ansi or any_null(read))

    return bind


def _emit_read_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _cut_seconds(read_as(args[0], args[1], call.args[1], t.TIMESTAMP, ctx, raises=ctx.ansi))


def _emit_cut_seconds(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    return _cut_seconds(args[0])


def _cut_seconds(moment: Sql) -> Sql:
    """Whole seconds since the epoch, cut towards it (`unix_seconds` rounds down)."""
    return op("//", func("epoch_us", moment), number(1_000_000))


def _unix_shown(texts: Sequence[str]) -> str:
    given = texts if len(texts) == 2 else ["current_timestamp()", _DEFAULT]
    return f"unix_timestamp({', '.join(given)})"


def _to(name: str, target: DataType, doc: str, since: str, *, is_try: bool = False) -> Function:
    return Function(
        name,
        (ANY, optional(t.STRING)),
        bind=_bind_read(name, target, is_try=is_try),
        doc=doc,
        group="datetime",
        since=since,
    )


def _reading(target: DataType, *, is_try: bool) -> Function:
    name = f"{'try_' if is_try else ''}{_READERS[type(target)]}"
    return Function(
        name,
        (t.STRING, t.STRING),
        target,
        always_null if is_try else any_null,
        emit=_emit_read(target, is_try=is_try),
        doc="Text read by a pattern.",
        group="internal",
        is_internal=True,
    )


register(
    Function(
        "date_format",
        (t.TIMESTAMP, t.STRING),
        t.STRING,
        emit=_emit_format,
        doc="A timestamp as text by a pattern.",
        group="datetime",
        since="1.5.0",
    ),
    Function(
        "from_unixtime",
        (t.LONG, optional(t.STRING, _DEFAULT)),
        t.STRING,
        always_null,
        emit=_emit_from_unixtime,
        doc="The moment n seconds after the epoch as text by a pattern.",
        group="datetime",
        since="1.5.0",
    ),
    Function(
        "unix_timestamp",
        (optional(_ONLY_READABLE), optional(t.STRING, _DEFAULT)),
        bind=_bind_unix("unix_timestamp"),
        shows=_unix_shown,
        doc="Seconds since the epoch of a timestamp or of a text read by a pattern; of now without arguments.",
        group="datetime",
        since="1.5.0",
    ),
    Function(
        "to_unix_timestamp",
        (_ONLY_READABLE, optional(t.STRING, _DEFAULT)),
        bind=_bind_unix("to_unix_timestamp"),
        doc="Seconds since the epoch of a timestamp or of a text read by a pattern.",
        group="datetime",
        since="1.6.0",
    ),
    _to("to_date", t.DATE, "A date from text, by a pattern if given.", "1.5.0"),
    _to("try_to_date", t.DATE, "A date from text, NULL where it fails.", "4.0.0", is_try=True),
    _to("to_timestamp", t.TIMESTAMP, "A timestamp from text, by a pattern if given.", "2.2.0"),
    _to("try_to_timestamp", t.TIMESTAMP, "A timestamp from text, NULL where it fails.", "3.4.0", is_try=True),
    _to("to_timestamp_ltz", t.TIMESTAMP, "A timestamp with the session's zone from text.", "3.4.0"),
    _to("to_timestamp_ntz", t.TIMESTAMP_NTZ, "A timestamp without a zone from text.", "3.4.0"),
    *(_reading(d, is_try=tried) for d in (t.DATE, t.TIMESTAMP, t.TIMESTAMP_NTZ) for tried in (False, True)),
    Function(
        "as_it_is",
        emit=lambda call, args, ctx: args[0],
        doc="A value that Spark says may be NULL.",
        group="internal",
        is_internal=True,
    ),
    Function(
        "read_unix_seconds",
        (t.STRING, t.STRING),
        t.LONG,
        emit=_emit_read_seconds,
        doc="Seconds since the epoch of a text read by a pattern.",
        group="internal",
        is_internal=True,
    ),
    Function(
        "timestamp_seconds_cut",
        (t.TIMESTAMP,),
        t.LONG,
        emit=_emit_cut_seconds,
        doc="Seconds since the epoch, cut towards it.",
        group="internal",
        is_internal=True,
    ),
)
