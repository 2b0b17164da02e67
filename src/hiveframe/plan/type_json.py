"""Spark's schema JSON to `plan.types`; the inverse of `plan.types.json_value`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from hiveframe.errors import AnalysisException
from hiveframe.plan import types as t


def type_from_json(text: str) -> t.DataType:
    """The type of schema JSON; INVALID_JSON_DATA_TYPE quotes what does not fit."""
    try:
        return _decode(json.loads(text))
    except (KeyError, TypeError, ValueError) as error:
        raise AnalysisException("INVALID_JSON_DATA_TYPE", {"invalidType": text}) from error


def _decode(value: Any) -> t.DataType:
    if isinstance(value, str):
        return _named(value)
    kind = value["type"]
    if kind == "struct":
        return t.StructType(tuple(_field(f) for f in value["fields"]))
    if kind == "array":
        return t.ArrayType(_decode(value["elementType"]), bool(value.get("containsNull", True)))
    if kind == "map":
        nullable = bool(value.get("valueContainsNull", True))
        return t.MapType(_decode(value["keyType"]), _decode(value["valueType"]), nullable)
    if kind == "udt":
        return t.UserDefinedType(_decode(value["sqlType"]), {k: v for k, v in value.items() if k != "sqlType"})
    raise ValueError(kind)


def _field(value: Mapping[str, Any]) -> t.StructField:
    metadata = dict(value.get("metadata") or {})
    collations = metadata.pop("__COLLATIONS", {})
    dtype = _collated(_decode(value["type"]), value["name"], collations)
    return t.StructField(value["name"], dtype, bool(value.get("nullable", True)), metadata)


def _collated(dtype: t.DataType, path: str, collations: Mapping[str, str]) -> t.DataType:
    """`dtype` with the collations that Spark keeps apart, under `path` and below."""
    if not collations:
        return dtype
    match dtype:
        case t.StringType() if path in collations:
            return t.StringType(collations[path].partition(".")[2] or collations[path])
        case t.ArrayType(element, nullable):
            return t.ArrayType(_collated(element, f"{path}.element", collations), nullable)
        case t.MapType(key, value, nullable):
            keyed = _collated(key, f"{path}.key", collations)
            return t.MapType(keyed, _collated(value, f"{path}.value", collations), nullable)
    return dtype


def _named(name: str) -> t.DataType:
    plain = _PLAIN.get(name)
    if plain is not None:
        return plain
    match = _SIZED.fullmatch(name)
    if match is not None:
        numbers = [int(n) for n in match.group(2).split(",")]
        return _sized(match.group(1), numbers)
    match = _INTERVAL.fullmatch(name)
    if match is not None:
        return _interval(match.group(1), match.group(2) or match.group(1))
    if name.startswith("string collate "):
        return t.StringType(name.removeprefix("string collate "))
    raise ValueError(name)


def _sized(name: str, numbers: list[int]) -> t.DataType:
    if name == "decimal":
        return t.DecimalType(numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if name == "char":
        return t.CharType(numbers[0])
    return t.VarcharType(numbers[0]) if name == "varchar" else t.TimeType(numbers[0])


def _interval(start: str, end: str) -> t.DataType:
    if start in _YEAR_MONTH:
        return t.YearMonthIntervalType(_YEAR_MONTH.index(start), _YEAR_MONTH.index(end))
    return t.DayTimeIntervalType(_DAY_TIME.index(start), _DAY_TIME.index(end))


_SIZED: Final = re.compile(r"(decimal|char|varchar|time)\(\s*(\d+(?:\s*,\s*\d+)?)\s*\)")
_INTERVAL: Final = re.compile(r"interval (\w+)(?: to (\w+))?")
_YEAR_MONTH: Final = ("year", "month")
_DAY_TIME: Final = ("day", "hour", "minute", "second")

_PLAIN: Final[Mapping[str, t.DataType]] = {
    "void": t.NULL,
    "null": t.NULL,
    "boolean": t.BOOLEAN,
    "byte": t.BYTE,
    "tinyint": t.BYTE,
    "short": t.SHORT,
    "smallint": t.SHORT,
    "integer": t.INT,
    "int": t.INT,
    "long": t.LONG,
    "bigint": t.LONG,
    "float": t.FLOAT,
    "double": t.DOUBLE,
    "decimal": t.DecimalType(),
    "string": t.STRING,
    "binary": t.BINARY,
    "date": t.DATE,
    "time": t.TIME,
    "timestamp": t.TIMESTAMP,
    "timestamp_ltz": t.TIMESTAMP,
    "timestamp_ntz": t.TIMESTAMP_NTZ,
    "interval": t.CALENDAR_INTERVAL,
    "variant": t.VARIANT,
}
