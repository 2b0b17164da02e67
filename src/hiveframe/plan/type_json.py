"""Spark's schema JSON to types; the inverse of `plan.types.json_value`.

Source: `DataType.fromJson`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from hiveframe.errors import IllegalArgumentException
from hiveframe.plan import types as t
from hiveframe.plan.decimal_type import decimal_type


def type_from_json(text: str) -> t.DataType:
    """The type in a JSON text; raises INVALID_JSON_DATA_TYPE."""
    try:
        value = json.loads(text)
    except ValueError:
        raise IllegalArgumentException("INVALID_JSON_DATA_TYPE", {"invalidType": text}) from None
    return type_from_json_value(value)


def type_from_json_value(value: Any) -> t.DataType:
    """The type that a decoded JSON value describes; raises INVALID_JSON_DATA_TYPE."""
    if isinstance(value, str):
        return _named(value)
    if isinstance(value, dict):
        match value.get("type"):
            case "array":
                return t.ArrayType(
                    type_from_json_value(value.get("elementType")), bool(value.get("containsNull", True))
                )
            case "map":
                key = type_from_json_value(value.get("keyType"))
                item = type_from_json_value(value.get("valueType"))
                return t.MapType(key, item, bool(value.get("valueContainsNull", True)))
            case "struct":
                return t.StructType(tuple(_field(item) for item in value.get("fields", ())))
            case "udt":
                attributes = {k: v for k, v in value.items() if k not in ("type", "sqlType")}
                return t.UserDefinedType(type_from_json_value(value.get("sqlType")), attributes)
    raise IllegalArgumentException("INVALID_JSON_DATA_TYPE", {"invalidType": _compact(value)})


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _field(value: Any) -> t.StructField:
    if not (isinstance(value, dict) and isinstance(value.get("name"), str) and "type" in value):
        raise IllegalArgumentException("_LEGACY_ERROR_TEMP_3250", {"other": _compact(value)})
    metadata = dict(value.get("metadata") or {})
    collations = metadata.pop("__COLLATIONS", {})
    name = value["name"]
    dtype = _collated(type_from_json_value(value["type"]), name, collations)
    return t.StructField(name, dtype, bool(value.get("nullable", True)), metadata)


def _collated(dtype: t.DataType, path: str, collations: Mapping[str, str]) -> t.DataType:
    """`dtype` with the collations that a field's metadata gives for the paths inside it."""
    if not collations:
        return dtype
    match dtype:
        case t.StringType() if path in collations:
            return t.StringType(collations[path].split(".")[-1])
        case t.ArrayType(element, contains_null):
            return t.ArrayType(_collated(element, f"{path}.element", collations), contains_null)
        case t.MapType(key, item, item_null):
            found = _collated(key, f"{path}.key", collations)
            return t.MapType(found, _collated(item, f"{path}.value", collations), item_null)
    return dtype


def _named(name: str) -> t.DataType:
    known = _NAMES.get(name)
    if known is not None:
        return known
    match = _SIZED.fullmatch(name)
    if match:
        sizes = tuple(int(size) for size in match[2].split(","))
        match match[1]:
            case "decimal":
                return decimal_type(*sizes)
            case "char":
                return t.CharType(sizes[0])
            case "varchar":
                return t.VarcharType(sizes[0])
            case "time":
                return t.TimeType(sizes[0])
    match = _COLLATED.fullmatch(name)
    if match:
        return t.StringType(match[1])
    raise IllegalArgumentException("INVALID_JSON_DATA_TYPE", {"invalidType": name})


def _interval_names() -> dict[str, t.DataType]:
    found: dict[str, t.DataType] = {}
    for first in range(4):
        for last in range(first, 4):
            day_time = t.DayTimeIntervalType(first, last)
            found[t.simple_string(day_time)] = day_time
            if last < 2:
                year_month = t.YearMonthIntervalType(first, last)
                found[t.simple_string(year_month)] = year_month
    return found


_NAMES: Final[Mapping[str, t.DataType]] = {
    "null": t.NULL,
    "void": t.NULL,
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
    "decimal": t.DecimalType(10, 0),
    "string": t.STRING,
    "binary": t.BINARY,
    "date": t.DATE,
    "timestamp": t.TIMESTAMP,
    "timestamp_ltz": t.TIMESTAMP,
    "timestamp_ntz": t.TIMESTAMP_NTZ,
    "interval": t.CALENDAR_INTERVAL,
    "variant": t.VARIANT,
    **_interval_names(),
}

_SIZED: Final = re.compile(r"(decimal|char|varchar|time)\(\s*(\d+\s*(?:,\s*-?\d+)?)\s*\)")
_COLLATED: Final = re.compile(r"string collate (\w+)")
