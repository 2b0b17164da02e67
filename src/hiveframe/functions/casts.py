"""Casts between all types in Spark's three modes: `ansi` raises, `legacy` gives NULL or wraps, `try` gives NULL.

`emit_cast` picks a handler by the classes of the two types. A handler returns DuckDB's plain CAST wherever that is
exactly Spark's, and nothing at all where the physical types agree. The handlers live by subject: `cast_numbers`,
`cast_text` (to strings), `cast_parse` (from strings), `cast_datetime`, `cast_intervals`, `cast_nested`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from sqlglot import exp

from hiveframe.errors import QueryContext, internal_error
from hiveframe.functions import (
    cast_datetime,
    cast_intervals,
    cast_nested,
    cast_numbers,
    cast_parse,
    cast_text,
)
from hiveframe.functions.cast_job import CastJob
from hiveframe.functions.cast_rules import storage
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, func, null, physical_type, text
from hiveframe.plan import types as t
from hiveframe.plan.logical import Cast, Literal
from hiveframe.plan.types import DataType

Handler = Callable[[CastJob], Sql]


def emit_cast(node: Cast, child: Sql, ctx: EmitContext) -> Sql:
    """The emitted `child` as a value of the cast's type.

    The mode `pretty` (to STRING only) is how `show` prints: NULL is `NULL` at every level, bytes are `[61 62]`.
    """
    if node.mode == "pretty":
        return func("coalesce", cast_value(child, node.child.dtype, t.STRING, "pretty", None, ctx), text("NULL"))
    if isinstance(node.child, Literal) and _reads_as_text(node.child, node.dtype):
        value = node.child.value
        shown = format(value, "f") if isinstance(value, Decimal) else value if value is None else str(value)
        folded = cast_parse.constant_of(shown, node.dtype, ctx.time_zone)
        if folded is not None:
            return folded
    return cast_value(child, node.child.dtype, node.dtype, node.mode, node.context, ctx)


def _reads_as_text(literal: Literal, dst: DataType) -> bool:
    """Whether the constant's text cast to `dst` is the constant cast to `dst`."""
    match literal.dtype:
        case t.StringType():
            return True
        case t.IntegralType():
            return isinstance(dst, t.NumericType)
        case t.DecimalType():
            return isinstance(dst, t.FractionalType)
    return False


def cast_value(
    value: Sql, src: DataType, dst: DataType, mode: str, context: QueryContext | None, ctx: EmitContext
) -> Sql:
    """A value of type `src` as one of type `dst`; emitters use it for casts inside functions."""
    src, dst = storage(src), storage(dst)
    if src == dst:
        return value
    if isinstance(src, t.NullType):
        return _typed_null(value, dst)
    return handler(type(src), type(dst))(CastJob(value, src, dst, mode, context, ctx))


def _typed_null(value: Sql, dst: DataType) -> Sql:
    """NULL of a type in place of a NULL without one, which is computed first where it may raise."""
    typed = cast(null(), physical_type(dst))
    if isinstance(value, exp.Null) or (isinstance(value, exp.Cast) and isinstance(value.this, exp.Null)):
        return typed
    # not a CASE: one inside another is evaluated while it is planned
    return func("list_extract", func("list_value", typed), cast(value, "INTEGER"))


def _same(job: CastJob) -> Sql:
    return job.value


def _plain(job: CastJob) -> Sql:
    return cast(job.value, physical_type(job.dst))


def handler(src: type[DataType], dst: type[DataType]) -> Handler:
    """The handler for two classes of types, the most special row first."""
    found = _found.get((src, dst))
    if found is not None:
        return found
    for s in src.__mro__:
        for d in dst.__mro__:
            row = _HANDLERS.get((s, d))
            if row is not None:
                _found[src, dst] = row
                return row
    raise internal_error(f"no cast from {src.__name__} to {dst.__name__}; analysis refuses it")


_found: Final[dict[tuple[type, type], Handler]] = {}


def _to_variant(job: CastJob) -> Sql:
    from hiveframe.functions import variant_encode  # loaded where a VARIANT is met

    return variant_encode.to_variant(job)


def _from_variant(job: CastJob) -> Sql:
    from hiveframe.functions import variant_extract  # loaded where a VARIANT is met

    return variant_extract.from_variant(job)


_HANDLERS: Final[Mapping[tuple[type, type], Handler]] = {
    # numbers
    (t.IntegralType, t.IntegralType): cast_numbers.integral_to_integral,
    (t.IntegralType, t.FloatType): _plain,
    (t.IntegralType, t.DoubleType): _plain,
    (t.IntegralType, t.DecimalType): cast_numbers.integral_to_decimal,
    (t.FloatType, t.IntegralType): cast_numbers.floating_to_integral,
    (t.DoubleType, t.IntegralType): cast_numbers.floating_to_integral,
    (t.FloatType, t.DoubleType): _plain,
    (t.DoubleType, t.FloatType): cast_numbers.double_to_float,
    (t.FloatType, t.DecimalType): cast_numbers.floating_to_decimal,
    (t.DoubleType, t.DecimalType): cast_numbers.floating_to_decimal,
    (t.DecimalType, t.DecimalType): cast_numbers.decimal_to_decimal,
    (t.DecimalType, t.IntegralType): cast_numbers.decimal_to_integral,
    (t.DecimalType, t.FloatType): cast_numbers.decimal_to_floating,
    (t.DecimalType, t.DoubleType): cast_numbers.decimal_to_floating,
    (t.BooleanType, t.NumericType): _plain,
    (t.BooleanType, t.DecimalType): cast_numbers.boolean_to_decimal,
    (t.NumericType, t.BooleanType): cast_numbers.numeric_to_boolean,
    (t.IntegralType, t.BinaryType): cast_numbers.integral_to_binary,
    # dates and times
    (t.DateType, t.TimestampType): cast_datetime.date_to_timestamp,
    (t.DateType, t.TimestampNTZType): cast_datetime.date_to_wall_clock,
    (t.TimestampType, t.DateType): cast_datetime.timestamp_to_date,
    (t.TimestampNTZType, t.DateType): _plain,
    (t.TimestampType, t.TimestampNTZType): cast_datetime.timestamp_to_wall_clock,
    (t.TimestampNTZType, t.TimestampType): cast_datetime.wall_clock_to_timestamp,
    (t.TimeType, t.TimeType): cast_datetime.time_to_time,
    (t.TimeType, t.IntegralType): cast_datetime.time_to_integral,
    (t.TimeType, t.DecimalType): cast_datetime.time_to_decimal,
    (t.TimestampType, t.IntegralType): cast_datetime.timestamp_to_integral,
    (t.TimestampType, t.DoubleType): cast_datetime.timestamp_to_double,
    (t.TimestampType, t.FloatType): cast_datetime.timestamp_to_double,
    (t.TimestampType, t.DecimalType): cast_datetime.timestamp_to_decimal,
    (t.TimestampType, t.BooleanType): cast_datetime.timestamp_to_boolean,
    (t.IntegralType, t.TimestampType): cast_datetime.integral_to_timestamp,
    (t.DecimalType, t.TimestampType): cast_datetime.decimal_to_timestamp,
    (t.FloatType, t.TimestampType): cast_datetime.floating_to_timestamp,
    (t.DoubleType, t.TimestampType): cast_datetime.floating_to_timestamp,
    (t.BooleanType, t.TimestampType): cast_datetime.boolean_to_timestamp,
    (t.DateType, t.NumericType): cast_datetime.always_null,
    (t.DateType, t.BooleanType): cast_datetime.always_null,
    # intervals
    (t.YearMonthIntervalType, t.YearMonthIntervalType): cast_intervals.narrow,
    (t.DayTimeIntervalType, t.DayTimeIntervalType): cast_intervals.narrow,
    (t.YearMonthIntervalType, t.IntegralType): cast_intervals.to_integral,
    (t.DayTimeIntervalType, t.IntegralType): cast_intervals.to_integral,
    (t.YearMonthIntervalType, t.DecimalType): cast_intervals.to_decimal,
    (t.DayTimeIntervalType, t.DecimalType): cast_intervals.to_decimal,
    (t.IntegralType, t.YearMonthIntervalType): cast_intervals.from_integral,
    (t.IntegralType, t.DayTimeIntervalType): cast_intervals.from_integral,
    (t.DecimalType, t.YearMonthIntervalType): cast_intervals.from_decimal,
    (t.DecimalType, t.DayTimeIntervalType): cast_intervals.from_decimal,
    # from text
    (t.StringType, t.StringType): _same,
    (t.StringType, t.BinaryType): cast_parse.to_binary,
    (t.StringType, t.BooleanType): cast_parse.to_boolean,
    (t.StringType, t.IntegralType): cast_parse.to_integral,
    (t.StringType, t.FloatType): cast_parse.to_floating,
    (t.StringType, t.DoubleType): cast_parse.to_floating,
    (t.StringType, t.DecimalType): cast_parse.to_decimal,
    (t.StringType, t.DateType): cast_parse.to_date,
    (t.StringType, t.TimestampType): cast_parse.to_timestamp,
    (t.StringType, t.TimestampNTZType): cast_parse.to_wall_clock,
    (t.StringType, t.TimeType): cast_parse.to_time,
    (t.StringType, t.YearMonthIntervalType): cast_intervals.from_text,
    (t.StringType, t.DayTimeIntervalType): cast_intervals.from_text,
    (t.StringType, t.CalendarIntervalType): cast_intervals.calendar_from_text,
    # to text
    (t.DataType, t.StringType): cast_text.to_string,
    # nested
    (t.SpatialType, t.SpatialType): _same,
    (t.ArrayType, t.ArrayType): cast_nested.array_to_array,
    (t.MapType, t.MapType): cast_nested.map_to_map,
    (t.StructType, t.StructType): cast_nested.struct_to_struct,
    (t.DataType, t.VariantType): _to_variant,
    (t.VariantType, t.DataType): _from_variant,
}
