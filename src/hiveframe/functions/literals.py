"""Constants in storage form as DuckDB expressions, each of exactly the physical type of its Spark type."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from sqlglot import exp

from hiveframe.functions.calendar_interval import pack
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import (
    Sql,
    cast,
    decimal,
    func,
    null,
    number,
    physical_field_names,
    physical_type,
    struct_pack,
    text,
)
from hiveframe.plan import types as t
from hiveframe.plan.logical import Literal
from hiveframe.plan.types import DataType

_EPOCH_DAY: Final = dt.date(1970, 1, 1)
_EPOCH: Final = dt.datetime(1970, 1, 1)
_FIRST_DAY: Final = (dt.date.min - _EPOCH_DAY).days
_LAST_DAY: Final = (dt.date.max - _EPOCH_DAY).days
_MANY: Final = 64  # whole numbers of an array that are written as one text, which is read much faster
_DAY_US: Final = 86_400_000_000


def emit_literal(literal: Literal, ctx: EmitContext) -> Sql:
    """The constant of a literal; `ctx` is not needed, the signature is that of every expression emitter."""
    return constant(literal.value, literal.dtype)


def constant(value: Any, dtype: DataType) -> Sql:
    """A value in storage form (see `plan.spec`) as an expression of the physical type of `dtype`."""
    if value is None:
        return cast(null(), physical_type(dtype))
    return _EMITTERS[type(dtype)](value, dtype)


def _boolean(value: bool, dtype: DataType) -> Sql:
    return exp.Boolean(this=bool(value))


def _int(value: int, dtype: DataType) -> Sql:
    # 2147483648 is BIGINT before its sign is put on
    return number(value) if abs(value) <= 0x7FFFFFFF else cast(number(value), "INTEGER")


def _integral(value: int, dtype: DataType) -> Sql:
    return cast(number(value), physical_type(dtype))


def _double(value: float, dtype: DataType) -> Sql:
    if math.isnan(value) or math.isinf(value):
        return cast(text(str(value)), "DOUBLE")
    shown = repr(abs(value))
    unsigned = exp.Literal.number(shown if "e" in shown else shown + "e0")
    return exp.Paren(this=exp.Neg(this=unsigned)) if math.copysign(1.0, value) < 0 else unsigned


def _float(value: float, dtype: DataType) -> Sql:
    return cast(_double(value, dtype), "FLOAT")


def _decimal(value: Decimal, dtype: DataType) -> Sql:
    assert isinstance(dtype, t.DecimalType)
    return decimal(value, dtype.precision, dtype.scale)


def _string(value: str, dtype: DataType) -> Sql:
    if "\0" not in value:
        return text(value)
    zero = func("chr", number(0))  # the parser stops at a zero character
    pieces: list[Sql] = []
    for part in value.split("\0"):
        pieces += [text(part), zero.copy()]
    return func("concat", *pieces[:-1])


def _binary(value: bytes, dtype: DataType) -> Sql:
    return func("unhex", text(bytes(value).hex()))


def _date(value: int, dtype: DataType) -> Sql:
    if _FIRST_DAY <= value <= _LAST_DAY:
        return cast(text((_EPOCH_DAY + dt.timedelta(days=value)).isoformat()), "DATE")
    return func("make_date", cast(number(value), "INTEGER"))


def _in_calendar(value: int) -> bool:
    return _FIRST_DAY * _DAY_US <= value < (_LAST_DAY + 1) * _DAY_US


def _timestamp(value: int, dtype: DataType) -> Sql:
    if _in_calendar(value):
        shown = (_EPOCH + dt.timedelta(microseconds=value)).isoformat(sep=" ")
        return cast(text(shown + "+00"), "TIMESTAMP WITH TIME ZONE")
    return _far(value, "make_timestamptz", "TIMESTAMP WITH TIME ZONE")


def _far(value: int, maker: str, duck_type: str) -> Sql:
    """What `maker` makes of the number; of two numbers it makes nothing, for they stand for infinity."""
    if abs(value) == 2**63 - 1:
        return cast(text("infinity" if value > 0 else "-infinity"), duck_type)
    return func(maker, cast(number(value), "BIGINT"))


def _timestamp_ntz(value: int, dtype: DataType) -> Sql:
    if _in_calendar(value):
        return cast(text((_EPOCH + dt.timedelta(microseconds=value)).isoformat(sep=" ")), "TIMESTAMP")
    return _far(value, "make_timestamp", "TIMESTAMP")


def _time(value: int, dtype: DataType) -> Sql:
    moment = _EPOCH + dt.timedelta(microseconds=value // 1000)
    return cast(text(moment.time().isoformat()), "TIME")


def _calendar_interval(value: tuple[int, int, int], dtype: DataType) -> Sql:
    return pack(*(number(part) for part in value))


def _array(value: tuple[Any, ...], dtype: DataType) -> Sql:
    assert isinstance(dtype, t.ArrayType)
    if len(value) >= _MANY and isinstance(dtype.element, t.IntegralType) and None not in value:
        return cast(text("[" + ",".join(map(str, map(int, value))) + "]"), physical_type(dtype))
    made = func("list_value", *(constant(v, dtype.element) for v in value))
    return made if value else cast(made, physical_type(dtype))


def _map(value: tuple[tuple[Any, Any], ...], dtype: DataType) -> Sql:
    assert isinstance(dtype, t.MapType)
    keys = func("list_value", *(constant(k, dtype.key) for k, _ in value))
    values = func("list_value", *(constant(v, dtype.value) for _, v in value))
    made = func("map", keys, values)
    return made if value else cast(func("map"), physical_type(dtype))


def _struct(value: tuple[Any, ...], dtype: DataType) -> Sql:
    assert isinstance(dtype, t.StructType)
    assert len(value) == len(physical_field_names(dtype)), "a struct literal has a value for each field"
    return struct_pack(dtype, [constant(v, f.dtype) for v, f in zip(value, dtype.fields, strict=True)])


def _user_defined(value: Any, dtype: DataType) -> Sql:
    assert isinstance(dtype, t.UserDefinedType)
    return constant(value, dtype.storage)


_EMITTERS: Final[Mapping[type[DataType], Callable[[Any, DataType], Sql]]] = {
    t.BooleanType: _boolean,
    t.ByteType: _integral,
    t.ShortType: _integral,
    t.IntegerType: _int,
    t.LongType: _integral,
    t.FloatType: _float,
    t.DoubleType: _double,
    t.DecimalType: _decimal,
    t.StringType: _string,
    t.CharType: _string,
    t.VarcharType: _string,
    t.BinaryType: _binary,
    t.DateType: _date,
    t.TimestampType: _timestamp,
    t.TimestampNTZType: _timestamp_ntz,
    t.TimeType: _time,
    t.YearMonthIntervalType: _int,
    t.DayTimeIntervalType: _integral,
    t.CalendarIntervalType: _calendar_interval,
    t.ArrayType: _array,
    t.MapType: _map,
    t.StructType: _struct,
    t.UserDefinedType: _user_defined,
}
