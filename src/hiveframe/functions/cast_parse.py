"""Casts from STRING. The usual forms are read by DuckDB behind a pattern; unusual dates go to a Python kernel."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any, Final

import pyarrow as pa

from hiveframe.functions.by_row import by_row
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.cast_numbers import bounds
from hiveframe.functions.datetime_text import parse_date, parse_timestamp, parse_timestamp_ntz
from hiveframe.functions.let import let
from hiveframe.functions.literals import constant
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type, text, try_cast
from hiveframe.functions.time_text import parse_time
from hiveframe.functions.wall_clock import at_wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.decimal_type import MAX_PRECISION
from hiveframe.plan.types import DataType

_SPACE: Final = r"[\x00-\x20]*"
_WHOLE: Final = rf"{_SPACE}[+-]?[0-9]+{_SPACE}"
_WHOLE_OR_DECIMAL: Final = rf"{_SPACE}[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]*){_SPACE}"
_NUMBER: Final = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_SUFFIXED: Final = rf"{_SPACE}{_NUMBER}[dDfF]{_SPACE}"
_SPECIAL: Final = rf"{_SPACE}([+-]?(?i:inf|infinity)|(?i:nan)|[+-]NaN){_SPACE}"
_TRUE: Final = ("t", "true", "y", "yes", "1")
_FALSE: Final = ("f", "false", "n", "no", "0")

_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DAY_FIRST: Final = rf"{_DAY}(?s:[ T].*)?"
_CLOCK: Final = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
_USUAL_TIMESTAMP: Final = rf"{_DAY}([ T]{_CLOCK})?"
_ZONED_TIMESTAMP: Final = rf"{_DAY}[ T]{_CLOCK}(Z|[+-](0[0-9]|1[0-7]):[0-5][0-9])"


def _matches(value: Sql, pattern: str) -> Sql:
    return func("regexp_full_match", value, text(pattern))


def constant_of(value: Any, dtype: DataType, time_zone: str) -> Sql | None:
    """A string literal cast in Python, so that filters see a constant; None leaves it to the general way."""
    if value is None:
        return constant(None, dtype)
    special = _special_moment(str(value), dtype)
    if special is not None:
        return special
    reader = _CONSTANTS.get(type(dtype))
    found = reader(value, dtype, time_zone) if reader is not None else None
    return None if found is None else constant(found, dtype)


_SPECIAL_DAYS: Final = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}


def _special_moment(value: str, dtype: DataType) -> Sql | None:
    """`epoch`, `now`, `today` … as constants: Spark reads these words in literals, never in columns."""
    word = value.strip().lower()
    if not isinstance(dtype, (t.DateType, t.TimestampType, t.TimestampNTZType)):
        return None
    if word == "epoch":
        return constant(0, dtype)
    offset = _SPECIAL_DAYS.get(word)
    if offset is None:
        return None
    if word == "now" and not isinstance(dtype, t.DateType):
        return cast(func("now"), physical_type(dtype))
    return cast(op("+", cast(func("now"), "DATE"), number(offset)), physical_type(dtype))


def _integral_constant(value: str, dtype: DataType, zone: str) -> int | None:
    if re.fullmatch(_WHOLE, value) is None:
        return None
    low, high = bounds(dtype)
    found = int(value)
    return found if low <= found <= high else None


def _floating_constant(value: str, dtype: DataType, zone: str) -> float | None:
    return float(value) if re.fullmatch(rf"{_SPACE}{_NUMBER}{_SPACE}", value) else None


def _decimal_constant(value: str, dtype: DataType, zone: str) -> Decimal | None:
    assert isinstance(dtype, t.DecimalType)
    if re.fullmatch(rf"{_SPACE}{_NUMBER}{_SPACE}", value) is None:
        return None
    unit = Decimal(1).scaleb(-dtype.scale)
    try:
        return Decimal(value.strip()).quantize(unit, ROUND_HALF_UP, Context(prec=dtype.precision))
    except InvalidOperation:
        return None


def _boolean_constant(value: str, dtype: DataType, zone: str) -> bool | None:
    word = value.strip().lower()
    return True if word in _TRUE else False if word in _FALSE else None


_CONSTANTS: Final[Mapping[type[DataType], Callable[[Any, DataType, str], Any]]] = {
    t.StringType: lambda v, d, z: v,
    t.ByteType: _integral_constant,
    t.ShortType: _integral_constant,
    t.IntegerType: _integral_constant,
    t.LongType: _integral_constant,
    t.DoubleType: _floating_constant,
    t.DecimalType: _decimal_constant,
    t.BooleanType: _boolean_constant,
    t.DateType: lambda v, d, z: parse_date(v),
    t.TimestampType: lambda v, d, z: parse_timestamp(v, z),
    t.TimestampNTZType: lambda v, d, z: parse_timestamp_ntz(v),
}


def to_binary(job: CastJob) -> Sql:
    """The UTF-8 bytes."""
    return func("encode", job.value)


def to_boolean(job: CastJob) -> Sql:
    """`t true y yes 1` and `f false n no 0` in any case."""

    def attempt(v: Sql) -> Sql:
        word = func("lower", func("trim", v, text(" \t\n\r")))

        def build(w: Sql) -> Sql:
            return case(
                (_is_one_of(w, _TRUE), cast(text("true"), "BOOLEAN")),
                (_is_one_of(w, _FALSE), cast(text("false"), "BOOLEAN")),
            )

        return let(word, job.ctx, build)

    return job.tried(attempt, job.invalid)


def _is_one_of(value: Sql, words: tuple[str, ...]) -> Sql:
    return func("list_contains", func("list_value", *(text(w) for w in words)), value)


def to_integral(job: CastJob) -> Sql:
    """Digits with a sign. Legacy rules cut a fraction off; DuckDB alone would round, and take `1e5` and `0x1F`."""
    target = physical_type(job.dst)
    if job.mode == "legacy":
        return let(job.value, job.ctx, lambda v: _truncating(v, job.dst))
    return job.tried(lambda v: case((_matches(v, _WHOLE), try_cast(v, target))), job.invalid)


def _truncating(value: Sql, dtype: DataType) -> Sql:
    target = physical_type(dtype)
    whole = func("regexp_extract", value, text(rf"^{_SPACE}([+-]?[0-9]*)"), number(1))
    no_digits = func("regexp_matches", value, text(rf"^{_SPACE}[+-]?\."))
    return case(
        (_matches(value, _WHOLE), try_cast(value, target)),
        (
            _matches(value, _WHOLE_OR_DECIMAL),
            case((no_digits, cast(number(0), target)), default=try_cast(whole, target)),
        ),
    )


def to_floating(job: CastJob) -> Sql:
    """Java's forms: exponents, `inf`, `NaN`, a `d` or `f` at the end."""
    target = physical_type(job.dst)

    def attempt(v: Sql) -> Sql:
        bare = func("regexp_replace", v, text(r"[dDfF]\s*$"), text(""))
        return case(
            (_matches(v, rf"{_SPACE}{_NUMBER}{_SPACE}"), _widened(v, job)),
            (
                _matches(v, _SPECIAL),
                try_cast(func("regexp_replace", func("trim", v), text(r"^(?:\+|-(NaN))"), text(r"\1")), target),
            ),
            (_matches(v, _SUFFIXED), _widened(bare, job)),
        )

    return job.tried(attempt, job.invalid)


def _widened(value: Sql, job: CastJob) -> Sql:
    """A number's text as floating point; what is too great for FLOAT becomes infinite."""
    return try_cast(value, physical_type(job.dst))


def to_decimal(job: CastJob) -> Sql:
    """Rounded half up; text that is no number differs from a number that doesn't fit."""
    target = physical_type(job.dst)
    pattern = rf"{_SPACE}{_NUMBER}{_SPACE}"

    def attempt(v: Sql) -> Sql:
        return case((_matches(v, pattern), try_cast(v, target)))

    def failure(v: Sql) -> Sql:
        plain = func(job.ctx.kernel("plain_decimal", _plain_decimals, [t.STRING], t.STRING), v)
        condition = "NUMERIC_OUT_OF_SUPPORTED_RANGE"
        too_long = job.ctx.raise_error("ArithmeticException", condition, {"value": v}, job.dst, job.context)
        too_great = let(plain, job.ctx, lambda p: case((is_not_null(p), job.out_of_range(p)), default=too_long))
        return case((_matches(v, pattern), too_great), default=job.invalid(v))

    return job.tried(attempt, failure)


def _plain_decimals(numbers: pa.Array) -> pa.Array:
    """The digits without an exponent; NULL where more than 38 stand before the point."""

    def plain(written: str) -> str | None:
        number = Decimal(written.strip())
        _, digits, exponent = number.as_tuple()
        return format(number, "f") if len(digits) + int(exponent) <= MAX_PRECISION else None

    return by_row(plain, pa.string(), [numbers])


def to_date(job: CastJob) -> Sql:
    """`2020-01-05` at DuckDB's speed, also with a time of day behind it; all other forms by a kernel."""
    kernel = job.ctx.kernel("parse_date", _dates, [t.STRING], t.DATE)

    def attempt(v: Sql) -> Sql:
        day = func("left", v, number(10))
        return case((_matches(v, _DAY_FIRST), try_cast(day, "DATE")), (is_not_null(v), func(kernel, v)))

    return _let_tried(job, attempt)


def to_timestamp(job: CastJob) -> Sql:
    """Text without a zone is read in the session's."""
    kernel = job.ctx.kernel("parse_timestamp", _timestamps, [t.STRING, t.STRING], t.TIMESTAMP)

    def attempt(v: Sql) -> Sql:
        return case(
            (_matches(v, _USUAL_TIMESTAMP), at_wall_clock(try_cast(v, "TIMESTAMP"), job.ctx)),
            (_matches(v, _ZONED_TIMESTAMP), try_cast(v, "TIMESTAMP WITH TIME ZONE")),
            (is_not_null(v), func(kernel, v, text(job.ctx.time_zone))),
        )

    return _let_tried(job, attempt)


def to_wall_clock(job: CastJob) -> Sql:
    """A zone in the text is left out."""
    kernel = job.ctx.kernel("parse_timestamp_ntz", _wall_clocks, [t.STRING], t.TIMESTAMP_NTZ)

    def attempt(v: Sql) -> Sql:
        return case((_matches(v, _USUAL_TIMESTAMP), try_cast(v, "TIMESTAMP")), (is_not_null(v), func(kernel, v)))

    return _let_tried(job, attempt)


def _let_tried(job: CastJob, attempt: Any) -> Sql:
    """`job.tried` for an attempt that uses its argument several times."""
    return let(job.value, job.ctx, lambda v: job.of(v).tried(attempt, job.invalid))


def to_time(job: CastJob) -> Sql:
    """`12:30:00.5` at DuckDB's speed, all other forms by a kernel. The target keeps every digit of the text."""
    kernel = job.ctx.kernel("parse_time", _times, [t.STRING], t.TIME)

    def attempt(v: Sql) -> Sql:
        return case((_matches(v, _CLOCK), try_cast(v, "TIME")), (is_not_null(v), func(kernel, v)))

    plain = replace(job, dst=t.TIME)  # what errors show
    return let(job.value, job.ctx, lambda v: plain.of(v).tried(attempt, plain.invalid))


def _dates(texts: pa.Array) -> pa.Array:
    return pa.array([None if s is None else parse_date(s) for s in texts.to_pylist()], pa.int32()).cast(pa.date32())


def _times(texts: pa.Array) -> pa.Array:
    nanos = [None if s is None else parse_time(s) for s in texts.to_pylist()]
    return pa.array(nanos, pa.int64()).cast(pa.time64("ns")).cast(pa.time64("us"))


def _timestamps(texts: pa.Array, zones: pa.Array) -> pa.Array:
    pairs = zip(texts.to_pylist(), zones.to_pylist(), strict=True)
    micros = [None if s is None else parse_timestamp(s, zone) for s, zone in pairs]
    return pa.array(micros, pa.int64()).cast(pa.timestamp("us", "UTC"))


def _wall_clocks(texts: pa.Array) -> pa.Array:
    micros = [None if s is None else parse_timestamp_ntz(s) for s in texts.to_pylist()]
    return pa.array(micros, pa.int64()).cast(pa.timestamp("us"))
