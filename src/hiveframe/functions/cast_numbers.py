"""Casts among numbers and booleans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hiveframe.functions.cast_job import LITERAL_SUFFIX, CastJob
from hiveframe.functions.decimals import decimal_for, holds
from hiveframe.functions.java_text import decimal_text, floating_text, plain_text
from hiveframe.functions.let import let
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    false,
    func,
    is_not_null,
    neg,
    number,
    op,
    physical_type,
    text,
    try_cast,
)
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

BITS: Final[Mapping[type[DataType], int]] = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}


def bounds(dtype: DataType) -> tuple[int, int]:
    """The least and the greatest value of an integral type."""
    half = 1 << (BITS[type(dtype)] - 1)
    return -half, half - 1


def integral_to_integral(job: CastJob) -> Sql:
    """Widening is a plain cast; narrowing raises, wraps around (legacy) or gives NULL (try)."""
    target = physical_type(job.dst)
    src_bits, dst_bits = BITS[type(job.src)], BITS[type(job.dst)]
    if src_bits <= dst_bits:
        return cast(job.value, target)
    if job.mode == "try":
        return try_cast(job.value, target)
    if job.mode == "legacy":
        return cast(wrap(cast(job.value, "BIGINT"), dst_bits), target)
    job.ctx.native(
        rf"Type INT{src_bits} with value (?P<value>-?\d+) can't be cast .* destination type INT{dst_bits}\b",
        "ArithmeticException",
        "CAST_OVERFLOW",
        {
            "value": "{value}" + LITERAL_SUFFIX[type(job.src)],
            "sourceType": f'"{t.sql_name(job.src)}"',
            "targetType": f'"{t.sql_name(job.dst)}"',
            "ansiConfig": '"spark.sql.ansi.enabled"',
        },
        job.context,
    )
    return cast(job.value, target)


def wrap(value: Sql, bits: int) -> Sql:
    """The low `bits` of a wider integer as a signed number, in the wider type."""
    sign = number(1 << (bits - 1))
    return op("-", func("xor", op("&", value, number((1 << bits) - 1)), sign), sign)


def floating_to_integral(job: CastJob) -> Sql:
    """Toward zero. Out of range or NaN raises, gives NULL (try), or saturates (legacy; NaN is 0)."""
    low, high = bounds(job.dst)
    target = physical_type(job.dst)
    if job.mode == "legacy":
        return _saturated(job)

    def checked(v: Sql) -> Sql:
        whole = func("trunc", v)
        branches = [(_between(whole, float(low), float(high), job.src), cast(whole, target))]
        if isinstance(job.dst, t.LongType):
            # 2^63 is the DOUBLE next to the greatest BIGINT: Java's conversion takes it
            branches = [
                (_between(whole, float(low), 9223372036854774784.0, job.src), cast(whole, target)),
                (op("=", whole, _floating(9223372036854775808.0)), cast(number(high), target)),
            ]
        if job.mode == "ansi":
            shown = floating_text(v, job.src, job.ctx)
            suffix = LITERAL_SUFFIX[type(job.src)]
            if suffix:
                finite = func("isfinite", v)
                shown = func("concat", shown, case((finite, text(suffix)), default=text("")))
            branches.append((is_not_null(v), job.overflow(shown)))
        return case(*branches)

    return let(job.value, job.ctx, checked)


def _between(value: Sql, low: float, high: float, dtype: DataType) -> Sql:
    if isinstance(dtype, t.FloatType):
        value = cast(value, "DOUBLE")
    return op("and", op(">=", value, _floating(low)), op("<=", value, _floating(high)))


def _floating(value: float) -> Sql:
    shown = number(int(value))
    return cast(shown, "DOUBLE")


def _saturated(job: CastJob) -> Sql:
    """Java's `(int) x` and `(long) x`; narrower types take the low bits of the int."""
    wide: DataType = t.LONG if isinstance(job.dst, t.LongType) else t.INT
    low, high = bounds(wide)
    wide_type = physical_type(wide)

    def build(v: Sql) -> Sql:
        return case(
            (func("isnan", v), cast(number(0), wide_type)),
            (op(">=", cast(v, "DOUBLE"), _floating(float(high))), cast(number(high), wide_type)),
            (op("<=", cast(v, "DOUBLE"), _floating(float(low))), cast(number(low), wide_type)),
            default=cast(func("trunc", v), wide_type),
        )

    made = let(job.value, job.ctx, build)
    if isinstance(job.dst, (t.ByteType, t.ShortType)):
        return cast(wrap(cast(made, "BIGINT"), BITS[type(job.dst)]), physical_type(job.dst))
    return made


def double_to_float(job: CastJob) -> Sql:
    """Rounds; what is too great becomes infinite, where DuckDB raises."""
    limit = cast(text("3.4028235677973366e38"), "DOUBLE")

    def build(v: Sql) -> Sql:
        return case(
            (op(">=", v, limit), case((func("isnan", v), cast(v, "FLOAT")), default=cast(text("inf"), "FLOAT"))),
            (op("<=", v, neg(limit)), cast(text("-inf"), "FLOAT")),
            default=cast(v, "FLOAT"),
        )

    return let(job.value, job.ctx, build)


def integral_to_decimal(job: CastJob) -> Sql:
    """Plain when every value fits."""
    target = physical_type(job.dst)
    assert isinstance(job.dst, t.DecimalType)
    if holds(job.dst, job.src):
        return cast(job.value, target)
    return job.tried(lambda v: try_cast(v, target), lambda v: job.out_of_range(cast(v, "VARCHAR")))


def boolean_to_decimal(job: CastJob) -> Sql:
    """TRUE is 1, which a DECIMAL(p, p) can't hold."""
    assert isinstance(job.dst, t.DecimalType)
    target = physical_type(job.dst)
    if job.dst.precision > job.dst.scale:
        return cast(job.value, target)
    # DuckDB makes 0.1 of TRUE
    return job.tried(
        lambda v: case((op("=", v, false()), cast(number(0), target))), lambda v: job.out_of_range(text("1"))
    )


def decimal_to_decimal(job: CastJob) -> Sql:
    """Rounded half up; plain when no value can overflow."""
    src, dst = job.src, job.dst
    assert isinstance(src, t.DecimalType)
    assert isinstance(dst, t.DecimalType)
    target = physical_type(dst)
    src_whole, dst_whole = src.precision - src.scale, dst.precision - dst.scale
    if dst_whole > src_whole or (dst_whole == src_whole and dst.scale >= src.scale):
        return cast(job.value, target)
    return job.tried(lambda v: try_cast(v, target), lambda v: job.out_of_range(decimal_text(v, src)))


def floating_to_decimal(job: CastJob) -> Sql:
    """By way of the number's shortest text, as Java's BigDecimal does; NaN and infinities become NULL."""
    target = physical_type(job.dst)

    def attempt(v: Sql) -> Sql:
        return try_cast(cast(cast(v, "DOUBLE"), "VARCHAR"), target)

    def failure(v: Sql) -> Sql:
        return case((func("isfinite", v), job.out_of_range(plain_text(cast(v, "DOUBLE"), job.ctx))))

    return job.tried(attempt, failure)


def decimal_to_integral(job: CastJob) -> Sql:
    """Toward zero; out of range raises, gives NULL (try) or keeps the low bits (legacy)."""
    src = job.src
    assert isinstance(src, t.DecimalType)
    target = physical_type(job.dst)
    whole_digits = src.precision - src.scale
    if whole_digits < decimal_for(job.dst).precision - (1 if isinstance(job.dst, t.LongType) else 0):
        return cast(_whole(job.value, src), target)
    if job.mode == "legacy":
        return cast(wrap(cast(_whole(job.value, src), "HUGEINT"), BITS[type(job.dst)]), target)
    suffix = LITERAL_SUFFIX[t.DecimalType]
    return job.tried(
        lambda v: try_cast(_whole(v, src), target),
        lambda v: job.overflow(func("concat", decimal_text(v, src), text(suffix))),
    )


def _whole(value: Sql, dtype: t.DecimalType) -> Sql:
    return func("trunc", value) if dtype.scale else value


def decimal_to_floating(job: CastJob) -> Sql:
    """The nearest floating-point number; past the digits that divide exactly, by way of the text."""
    assert isinstance(job.src, t.DecimalType)
    exact = 7 if isinstance(job.dst, t.FloatType) else 15
    value = job.value if job.src.precision <= exact else cast(job.value, "VARCHAR")
    return cast(value, physical_type(job.dst))


def numeric_to_boolean(job: CastJob) -> Sql:
    """Whether it is not zero; NaN is not."""
    return op("!=", job.value, number(0))


def integral_to_binary(job: CastJob) -> Sql:
    """The bytes of the number, the most significant first (legacy only)."""
    digits = BITS[type(job.src)] // 4
    mask = number((1 << (4 * digits)) - 1)
    unsigned = op("&", cast(job.value, "HUGEINT"), mask)
    return func("unhex", func("lpad", func("hex", cast(unsigned, "UBIGINT")), number(digits), text("0")))
