"""JSON text to values of a schema, row by row: `from_json`.

A field whose value does not fit is NULL. Text that is no JSON gives a row of NULLs (PERMISSIVE) or an error (FAILFAST).
Source: Spark's `JacksonParser` and `FailureSafeParser`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import pyarrow as pa

from hiveframe.errors import SparkException
from hiveframe.functions.datetime_text import parse_date, parse_timestamp, parse_timestamp_ntz
from hiveframe.functions.sql import physical_field_names
from hiveframe.functions.time_text import parse_time
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

CORRUPT = "_corrupt_record"
_INTEGRAL_BITS: Final[Mapping[type[DataType], int]] = {
    t.ByteType: 8,
    t.ShortType: 16,
    t.IntegerType: 32,
    t.LongType: 64,
}


class Misfit(ValueError):
    """A JSON value that is not of the wanted type."""


class JsonReader:
    """Reads texts as `dtype`; `convert` gives values as pyarrow takes them for the physical type."""

    def __init__(self, dtype: DataType, options: Mapping[str, str], time_zone: str) -> None:
        self._dtype = dtype
        self._mode = options.get("mode", "PERMISSIVE").upper()
        self._corrupt = options.get("columnnameofcorruptrecord", CORRUPT)
        self._zone = time_zone

    def column(self, texts: pa.Array, arrow_type: pa.DataType) -> pa.Array:
        """The values of a column of texts."""
        return pa.array([None if x is None else self.convert(x) for x in texts.to_pylist()], arrow_type)

    def convert(self, document: str) -> Any:
        """One text's value."""
        if not document.strip():
            return None
        try:
            value = json.loads(document, parse_float=Decimal)
        except (ValueError, RecursionError):
            return self._malformed(document)
        try:
            return self._top(value, document)
        except Misfit:
            return self._malformed(document)

    def _top(self, value: Any, document: str) -> Any:
        if isinstance(self._dtype, StructType) and isinstance(value, list):
            value = value[0] if value else None
        if isinstance(self._dtype, t.ArrayType) and isinstance(value, dict):
            value = [value]
        if isinstance(self._dtype, StructType):
            if not isinstance(value, dict):
                raise Misfit(document)
            return self._struct(value, self._dtype)
        return self._value(value, self._dtype)

    def _malformed(self, document: str) -> Any:
        if self._mode == "FAILFAST":
            raise SparkException(
                "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", {"badRecord": "[null]", "failFastMode": "FAILFAST"}
            )
        if not isinstance(self._dtype, StructType):
            return None
        names = physical_field_names(self._dtype)
        kept = [document if f.name == self._corrupt else None for f in self._dtype.fields]
        return dict(zip(names, kept, strict=True))

    def _struct(self, value: Mapping[str, Any], dtype: StructType) -> dict[str, Any]:
        names = physical_field_names(dtype)
        return {n: self._field(value.get(f.name), f.dtype) for n, f in zip(names, dtype.fields, strict=True)}

    def _field(self, value: Any, dtype: DataType) -> Any:
        try:
            return self._value(value, dtype)
        except Misfit:
            if self._mode == "FAILFAST":
                raise
            return None

    def _value(self, value: Any, dtype: DataType) -> Any:
        if value is None:
            return None
        match dtype:
            case t.StringType() | t.CharType() | t.VarcharType():
                return value if isinstance(value, str) else written(value)
            case t.ArrayType(element):
                if not isinstance(value, list):
                    raise Misfit(value)
                return [self._field(x, element) for x in value]
            case t.MapType(key, held):
                if not isinstance(value, dict):
                    raise Misfit(value)
                return [(self._key(k, key), self._field(v, held)) for k, v in value.items()]
            case StructType():
                if not isinstance(value, dict):
                    raise Misfit(value)
                return self._struct(value, dtype)
        return _ATOMS[type(dtype)](value, dtype, self._zone)

    def _key(self, key: str, dtype: DataType) -> Any:
        if isinstance(dtype, t.StringType):
            return key
        return _ATOMS[type(dtype)](key, dtype, self._zone)


def written(value: Any) -> str:
    """A JSON value as compact text."""
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and "." not in str(value) else float(value)
    if isinstance(value, list):
        return [_plain(x) for x in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _boolean(value: Any, _: DataType, __: str) -> bool:
    if not isinstance(value, bool):
        raise Misfit(value)
    return value


def _integer(value: Any, dtype: DataType, _: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Misfit(value)
    bits = _INTEGRAL_BITS[type(dtype)]
    if not -(1 << (bits - 1)) <= value < 1 << (bits - 1):
        raise Misfit(value)
    return value


def _floating(value: Any, _: DataType, __: str) -> float:
    if isinstance(value, str) and value in ("NaN", "Infinity", "-Infinity", "+Infinity", "INF", "-INF", "+INF"):
        return float(value.replace("INF", "inf"))
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        raise Misfit(value)
    return float(value)


def _decimal(value: Any, dtype: DataType, _: str) -> Decimal:
    assert isinstance(dtype, t.DecimalType)
    if isinstance(value, bool):
        raise Misfit(value)
    try:
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-dtype.scale), rounding="ROUND_HALF_UP")
    except InvalidOperation as error:
        raise Misfit(value) from error
    if not exact.is_finite() or len(exact.as_tuple().digits) > dtype.precision:
        raise Misfit(value)
    return exact


def _parsed(parse: Callable[[str, str], int | None]) -> Callable[[Any, DataType, str], int]:
    def convert(value: Any, _: DataType, zone: str) -> int:
        found = parse(value, zone) if isinstance(value, str) else None
        if found is None:
            raise Misfit(value)
        return found

    return convert


def _time_micros(text: str) -> int | None:
    nanos = parse_time(text)
    return None if nanos is None else nanos // 1000


def _binary(value: Any, _: DataType, __: str) -> bytes:
    if not isinstance(value, str):
        raise Misfit(value)
    try:
        return base64.b64decode(value, validate=True)
    except ValueError as error:
        raise Misfit(value) from error


def _null(value: Any, _: DataType, __: str) -> None:
    return None


_ATOMS: Final[Mapping[type[DataType], Callable[[Any, DataType, str], Any]]] = {
    t.NullType: _null,
    t.BooleanType: _boolean,
    t.ByteType: _integer,
    t.ShortType: _integer,
    t.IntegerType: _integer,
    t.LongType: _integer,
    t.FloatType: _floating,
    t.DoubleType: _floating,
    t.DecimalType: _decimal,
    t.BinaryType: _binary,
    t.TimeType: _parsed(lambda text, zone: _time_micros(text)),
    t.DateType: _parsed(lambda text, zone: parse_date(text)),
    t.TimestampType: _parsed(parse_timestamp),
    t.TimestampNTZType: _parsed(lambda text, zone: parse_timestamp_ntz(text)),
}
