"""Text in a folder name ↔ a value in storage form, and the type that a column of such texts has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final

from hiveframe.errors import DateTimeException, NumberFormatException, SparkError, SparkRuntimeException
from hiveframe.lake.zones import zone_of
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, DecimalType

DEFAULT_PARTITION: Final = "__HIVE_DEFAULT_PARTITION__"

_INTEGER = re.compile(r"[+-]?[0-9]+")
_WHOLE_DECIMAL = re.compile(r"([+-]?)([0-9]+)(?:[eE]\+?([0-9]+))?")
_DOUBLE = re.compile(r"\s*[+-]?(?:NaN|Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fFdD]?)\s*")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?")
_EPOCH = datetime(1970, 1, 1)


def infer_type(texts: Iterable[str | None]) -> DataType:
    """The narrowest type for every text: int, bigint, decimal, double, timestamp, date, string; void when all NULL."""
    found: DataType = t.NULL
    for text in set(texts):
        if text is not None:
            found = _wider(found, _infer_one(text))
    return found


def _infer_one(text: str) -> DataType:
    if _INTEGER.fullmatch(text):
        number = int(text)
        if -(2**31) <= number < 2**31:
            return t.INT
        if -(2**63) <= number < 2**63:
            return t.LONG
    m = _WHOLE_DECIMAL.fullmatch(text)
    if m and len(digits := m.group(2).lstrip("0") or "0") + int(m.group(3) or 0) <= 38:
        return DecimalType(len(digits) + int(m.group(3) or 0), 0)
    if _DOUBLE.fullmatch(text):
        return t.DOUBLE
    if _TIMESTAMP.fullmatch(text) and _moment(text) is not None:
        return t.TIMESTAMP
    if _DATE.fullmatch(text) and _day(text) is not None:
        return t.DATE
    return t.STRING


def _wider(left: DataType, right: DataType) -> DataType:
    if left == right or right == t.NULL:
        return left
    if left == t.NULL:
        return right
    pair = {type(left), type(right)}
    if pair == {t.DateType, t.TimestampType}:
        return t.TIMESTAMP
    if not pair <= {t.IntegerType, t.LongType, DecimalType, t.DoubleType}:
        return t.STRING
    if t.DoubleType in pair:
        return t.STRING if DecimalType in pair else t.DOUBLE
    if DecimalType not in pair:
        return t.LONG
    precision = max(
        d.precision if isinstance(d, DecimalType) else t.INTEGRAL_DECIMAL[d].precision for d in (left, right)
    )
    return DecimalType(min(precision, 38), 0)


def parse(text: str | None, dtype: DataType, time_zone: str, *, column: str) -> Any:
    """`text` as a `dtype` value in storage form; CAST_INVALID_INPUT's sibling for folders when it is not one."""
    try:
        return _value(text, dtype, time_zone)
    except (ValueError, InvalidOperation) as error:
        params = {"value": f"'{text}'", "dataType": f'"{t.sql_name(dtype)}"', "columnName": f"`{column}`"}
        raise SparkRuntimeException("INVALID_PARTITION_VALUE", params) from error


def cast(text: str | None, dtype: DataType, time_zone: str) -> Any:
    """`text`, which a catalog keeps, as a `dtype` value in storage form; CAST_INVALID_INPUT when it is not one."""
    try:
        return _value(text, dtype, time_zone)
    except (ValueError, InvalidOperation) as error:
        params = {"expression": f"'{text}'", "sourceType": '"STRING"', "targetType": f'"{t.sql_name(dtype)}"'}
        kind: type[SparkError] = NumberFormatException if isinstance(dtype, t.NumericType) else DateTimeException
        if isinstance(dtype, t.BooleanType):
            kind = SparkRuntimeException
        raise kind("CAST_INVALID_INPUT", {**params, "ansiConfig": '"spark.sql.ansi.enabled"'}) from error


def _value(text: str | None, dtype: DataType, time_zone: str) -> Any:
    parser = _PARSERS.get(type(dtype))
    return text if text is None or parser is None else parser(text, dtype, time_zone)


def show(value: Any, dtype: DataType, time_zone: str) -> str | None:
    """A storage value as the text that Spark's cast to string gives: what a folder name holds before escaping."""
    if value is None:
        return None
    match dtype:
        case t.BooleanType():
            return "true" if value else "false"
        case t.DateType():
            return (date(1970, 1, 1) + timedelta(days=value)).isoformat()
        case t.TimestampType():
            moment = (_EPOCH + timedelta(microseconds=value)).replace(tzinfo=UTC).astimezone(zone_of(time_zone))
            return _show_moment(moment)
        case t.TimestampNTZType():
            return _show_moment(_EPOCH + timedelta(microseconds=value))
        case t.BinaryType():
            return str(value, "utf-8")
    return str(value)


def _show_moment(moment: datetime) -> str:
    text = moment.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")
    return f"{text}.{moment.microsecond:06d}".rstrip("0") if moment.microsecond else text


def _day(text: str) -> int | None:
    try:
        return (date.fromisoformat(text) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parse_integer(text: str, dtype: DataType, _: str) -> int:
    value = int(text.strip())
    bits = _BITS[type(dtype)]
    if not -(2 ** (bits - 1)) <= value < 2 ** (bits - 1):
        raise ValueError(text)
    return value


def _parse_boolean(text: str, _: DataType, __: str) -> bool:
    words = {"t": True, "true": True, "y": True, "yes": True, "1": True}
    words |= {"f": False, "false": False, "n": False, "no": False, "0": False}
    if text.strip().lower() not in words:
        raise ValueError(text)
    return words[text.strip().lower()]


def _parse_float(text: str, _: DataType, __: str) -> float:
    return float(text.strip().rstrip("fFdD") if text.strip()[-1:] in "fFdD" else text)


def _parse_decimal(text: str, dtype: DataType, _: str) -> Decimal:
    assert isinstance(dtype, DecimalType)
    value = Decimal(text.strip()).quantize(Decimal(1).scaleb(-dtype.scale), rounding=ROUND_HALF_UP)
    if len(value.as_tuple().digits) > dtype.precision and value != 0:
        raise ValueError(text)
    return value


def _parse_date(text: str, _: DataType, __: str) -> int:
    return (datetime.fromisoformat(text.strip()).date() - date(1970, 1, 1)).days


def _parse_timestamp(text: str, _: DataType, time_zone: str) -> int:
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone_of(time_zone))
    return _microseconds(moment.astimezone(UTC).replace(tzinfo=None))


def _parse_timestamp_ntz(text: str, _: DataType, __: str) -> int:
    return _microseconds(datetime.fromisoformat(text.strip()).replace(tzinfo=None))


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


_BITS: Final[Mapping[type[DataType], int]] = {t.ByteType: 8, t.ShortType: 16, t.IntegerType: 32, t.LongType: 64}

_PARSERS: Final[Mapping[type[DataType], Callable[[str, DataType, str], Any]]] = {
    t.ByteType: _parse_integer,
    t.ShortType: _parse_integer,
    t.IntegerType: _parse_integer,
    t.LongType: _parse_integer,
    t.BooleanType: _parse_boolean,
    t.FloatType: _parse_float,
    t.DoubleType: _parse_float,
    t.DecimalType: _parse_decimal,
    t.DateType: _parse_date,
    t.TimestampType: _parse_timestamp,
    t.TimestampNTZType: _parse_timestamp_ntz,
    t.BinaryType: lambda text, _, __: text.encode(),
}
