"""Numbers and moments as Java and Spark print them."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

from hiveframe.functions.by_row import by_row
from hiveframe.functions.datetime_text import clock_text
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, neg, number, op, text
from hiveframe.functions.time_zones import offset_at, zone
from hiveframe.functions.wall_clock import wall_clock
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, DecimalType


def floating_text(value: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    """`Double.toString`: plain from 0.001 to 10 million, else `1.0E10`; `NaN`, `Infinity`.

    The digits are the shortest that give the number back (as in Java 19; older ones print a few numbers longer).
    """
    return let(value, ctx, lambda v: _floating(v, dtype, ctx))


def _floating(value: Sql, dtype: DataType, ctx: EmitContext) -> Sql:
    size = func("abs", value)
    plain = cast(value, "VARCHAR")
    return case(
        (op("and", op(">=", size, _const("0.001")), op("<", size, _const("10000000"))), plain),
        (op("=", value, _const("0")), plain),
        (func("isnan", value), text("NaN")),
        (
            op("=", size, _const("inf")),
            case((op(">", value, _const("0")), text("Infinity")), default=text("-Infinity")),
        ),
        (is_not_null(value), _smallest(let(plain, ctx, _scientific), dtype)),
    )


def _smallest(shown: Sql, dtype: DataType) -> Sql:
    """Java gives the least number of all a second digit."""
    if isinstance(dtype, t.FloatType):
        return func("replace", shown, text("1.0E-45"), text("1.4E-45"))
    return func("replace", shown, text("5.0E-324"), text("4.9E-324"))


def _const(shown: str) -> Sql:
    return cast(text(shown), "DOUBLE")


def _scientific(plain: Sql) -> Sql:
    """DuckDB's text of a number that Java prints with an exponent: `12345678.5`, `0.00012`, `1.5e+20`, `1e-05`."""
    exponent = func("contains", plain, text("e"))
    fraction = func("contains", plain, text("."))
    power = r"e\+?(-?)0*(\d+)$"
    with_exponent = case(
        (fraction, func("regexp_replace", plain, text(power), text(r"E\1\2"))),
        default=func("regexp_replace", plain, text(power), text(r".0E\1\2")),
    )
    small = func("starts_with", func("ltrim", plain, text("-")), text("0."))
    # 0.000ddd, from 1.0E-4 to 9.99E-4
    from_small = func("regexp_replace", plain, text(r"^(-?)0\.000(\d)(\d*)$"), text(r"\1\2.\3E-4"))
    from_small = func("replace", from_small, text(".E"), text(".0E"))
    digits = func("rtrim", func("regexp_replace", plain, text(r"^-?\d(\d*)\.(\d+)$"), text(r"\1\2")), text("0"))
    from_great = func(
        "concat",
        func("regexp_extract", plain, text(r"^-?\d")),
        text("."),
        case((op("=", digits, text("")), text("0")), default=digits),
        text("E"),
        op("-", func("length", func("regexp_extract", plain, text(r"^-?(\d+)"), number(1))), number(1)),
    )
    return case((exponent, with_exponent), (small, from_small), default=from_great)


def plain_text(value: Sql, ctx: EmitContext) -> Sql:
    """The digits of a DOUBLE without an exponent, as `BigDecimal.toPlainString` writes them."""
    return func(ctx.kernel("plain_text", _plain_texts, [t.DOUBLE], t.STRING), value)


def _plain_texts(values: pa.Array) -> pa.Array:
    return by_row(_plain_text, pa.string(), [values])


def _plain_text(value: float) -> str:
    """From 10 million on Java's text has an exponent, and no zero behind the point that could be kept."""
    shown = format(Decimal(repr(value)), "f")
    return shown.removesuffix(".0") if abs(value) >= 1e7 else shown


def decimal_text(value: Sql, dtype: DecimalType) -> Sql:
    """The plain digits; DuckDB leaves out the 0 before the point when there is no room for it."""
    shown = cast(value, "VARCHAR")
    if dtype.precision > dtype.scale:
        return shown
    return func("regexp_replace", shown, text(r"^(-?)\."), text(r"\10."))


def date_text(value: Sql, ctx: EmitContext) -> Sql:
    """`2020-01-01`; years after 9999 begin with `+`, years before 0 with `-`."""

    def build(v: Sql) -> Sql:
        usual = op("and", op(">=", v, _date("0001-01-01")), op("<=", v, _date("9999-12-31")))
        far = func("concat", _year(v), func("strftime", v, text("-%m-%d")))
        after = op(">", v, _date("1970-01-01"))
        last = case((after, text("+5881580-07-11")), default=text("-5877641-06-24"))  # infinity, to DuckDB
        return case((usual, cast(v, "VARCHAR")), (func("isfinite", v), far), (is_not_null(v), last))

    return let(value, ctx, build)


def wall_clock_text(value: Sql, ctx: EmitContext) -> Sql:
    """A TIMESTAMP as `2020-01-01 00:00:00.5`: no zeros at the end of the fraction."""

    def build(v: Sql) -> Sql:
        low, high = cast(text("0001-01-01"), "TIMESTAMP"), cast(text("9999-12-31 23:59:59.999999"), "TIMESTAMP")
        return _usual_or_far(v, low, high, cast(v, "VARCHAR"), "UTC", ctx)

    return let(value, ctx, build)


def timestamp_text(value: Sql, ctx: EmitContext) -> Sql:
    """A TIMESTAMPTZ as its wall clock in the session's time zone."""

    def build(v: Sql) -> Sql:
        low, high = (
            cast(text(day), "TIMESTAMP WITH TIME ZONE") for day in ("0001-01-02 00:00:00+00", "9999-12-30 00:00:00+00")
        )
        return _usual_or_far(v, low, high, cast(wall_clock(v, ctx), "VARCHAR"), ctx.time_zone, ctx)

    return let(value, ctx, build)


def _usual_or_far(value: Sql, low: Sql, high: Sql, usual: Sql, zone_name: str, ctx: EmitContext) -> Sql:
    """`usual` for values from `low` to `high`; the others, DuckDB's infinities too, go through a kernel."""
    kernel = ctx.kernel("far_clocks", _far_clocks, [t.LONG, t.STRING], t.STRING)
    after = op(">", value, low)
    last = case((after, number(2**63 - 1)), default=number(1 - 2**63))
    micros = func("coalesce", func("epoch_us", value), last)
    inside = op("and", op(">=", value, low), op("<=", value, high))
    return case((inside, usual), (is_not_null(value), func(kernel, micros, text(zone_name))))


def _far_clocks(moments: pa.Array, zones: pa.Array) -> pa.Array:
    return by_row(
        lambda micros, name: clock_text(micros + offset_at(micros, zone(name))), pa.string(), [moments, zones]
    )


def _date(shown: str) -> Sql:
    return cast(text(shown), "DATE")


def _year(value: Sql) -> Sql:
    year = func("year", value)
    return case(
        (op(">", year, number(9999)), func("concat", text("+"), year)),
        (op("<", year, number(0)), func("concat", text("-"), func("printf", text("%04d"), neg(year)))),
        default=func("printf", text("%04d"), year),
    )
