"""VARIANTs as text: their JSON and the schema that they show.

Source: Spark's `Variant.toJson` and `SchemaOfVariant`.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import math
import re
from collections.abc import Hashable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import numpy as np

from hiveframe.functions.datetime_text import clock_text, day_text
from hiveframe.functions.time_zones import offset_at, zone
from hiveframe.functions.variant_reader import Keys, NodeKind, keys_of, read
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, StructField, StructType, sql_name

_CONTROL: Final = re.compile(r"\\u00[01][a-f]|\\u001[a-f]|\\u000[a-f]")
_DAY_US: Final = 86_400_000_000


def json_of(value: bytes, metadata: bytes, time_zone: str) -> str:
    """The JSON text of a whole VARIANT; moments are shown in `time_zone`."""
    return node_json(value, 0, keys_of(metadata), zone(time_zone))


def node_json(value: bytes, at: int, keys: Keys, where: dt.tzinfo) -> str:
    """The JSON text of one node."""
    kind, content = read(value, at, keys)
    match kind:
        case NodeKind.OBJECT:
            return "{" + ",".join([f"{quoted(k)}:{node_json(value, place, keys, where)}" for k, place in content]) + "}"
        case NodeKind.ARRAY:
            return "[" + ",".join([node_json(value, place, keys, where) for place in content]) + "]"
        case NodeKind.NULL:
            return "null"
        case NodeKind.STRING:
            return quoted(content)
        case NodeKind.BOOLEAN | NodeKind.LONG | NodeKind.DECIMAL:
            return scalar_text(kind, content)
        case NodeKind.FLOAT | NodeKind.DOUBLE:
            shown = scalar_text(kind, content)
            return shown if math.isfinite(content) else f'"{shown}"'
        case NodeKind.BINARY:
            return f'"{base64.b64encode(content).decode()}"'
        case NodeKind.DATE | NodeKind.UUID:
            return f'"{scalar_text(kind, content)}"'
        case NodeKind.TIMESTAMP:
            offset = offset_at(content, where)
            minutes = abs(offset) // 60_000_000
            sign = "-" if offset < 0 and minutes else "+"
            return f'"{clock_text(content + offset)}{sign}{minutes // 60:02d}:{minutes % 60:02d}"'
    return f'"{clock_text(content)}"'


def scalar_text(kind: NodeKind, content: Any) -> str:
    """A number, BOOLEAN, DATE or UUID as its cast to STRING shows it."""
    match kind:
        case NodeKind.BOOLEAN:
            return "true" if content else "false"
        case NodeKind.DECIMAL:
            return format(content, "f")
        case NodeKind.DOUBLE:
            return java_floating(content, repr(content))
        case NodeKind.FLOAT:
            return java_floating(content, str(np.float32(content)))
        case NodeKind.DATE:
            return day_text(content)
    return str(content)


def quoted(text: str) -> str:
    """A JSON string as Jackson writes it: control characters in upper-case hex."""
    shown = json.dumps(text, ensure_ascii=False)
    return _CONTROL.sub(lambda m: "\\u" + m.group(0)[2:].upper(), shown) if "\\u" in shown else shown


def java_floating(value: float, shortest: str) -> str:
    """`Double.toString` from the shortest digits that give the number back."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        plain = format(Decimal(shortest), "f")
        return plain if "." in plain else plain + ".0"
    number = Decimal(shortest).normalize()
    sign, digits, _ = number.as_tuple()
    rest = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{rest}E{number.adjusted()}"


Shape = Hashable
"""What a VARIANT's schema depends on; a column has few of them, so that types are made once for each."""


def shape_of(value: bytes, metadata: bytes) -> Shape:
    """The shape of a whole VARIANT."""
    return _shape(value, 0, keys_of(metadata))


def _shape(value: bytes, at: int, keys: Keys) -> Shape:
    kind, content = read(value, at, keys)
    if kind is NodeKind.OBJECT:
        return kind, tuple([(key, _shape(value, place, keys)) for key, place in content])
    if kind is NodeKind.ARRAY:
        return kind, tuple(dict.fromkeys([_shape(value, place, keys) for place in content]))
    if kind is NodeKind.DECIMAL:
        _, digits, exponent = content.as_tuple()
        return kind, (len(digits), -exponent)
    return kind


@lru_cache(maxsize=4096)
def schema_of(shape: Any) -> DataType:
    """The type that a shape shows; an OBJECT is a struct, what has no type in common is VARIANT."""
    if isinstance(shape, NodeKind):
        return _SCHEMAS[shape]
    kind, parts = shape
    if kind is NodeKind.OBJECT:
        return StructType(tuple(StructField(key, schema_of(part)) for key, part in parts))
    if kind is NodeKind.ARRAY:
        element: DataType = t.NULL
        for part in parts:
            element = merged(element, schema_of(part))
        return ArrayType(element)
    precision, scale = parts
    return DecimalType(max(precision, scale), scale)


@lru_cache(maxsize=4096)
def shown_schema(shape: Shape) -> str:
    """A shape's schema as `schema_of_variant` prints it."""
    return schema_text(schema_of(shape))


@lru_cache(maxsize=4096)
def exact_schema(shape: Shape) -> str:
    """A shape's schema in a form that can be read back."""
    return json.dumps(t.json_value(schema_of(shape)))


def merged(left: DataType, right: DataType) -> DataType:
    """The type that shows values of both."""
    if left == right or isinstance(right, t.NullType):
        return left
    if isinstance(left, t.NullType):
        return right
    match left, right:
        case StructType(a), StructType(b):
            held = {f.name: f.dtype for f in a}
            for f in b:
                held[f.name] = merged(held[f.name], f.dtype) if f.name in held else f.dtype
            names = sorted(held, key=lambda name: name.encode("utf-16-be"))
            return StructType(tuple(StructField(name, held[name]) for name in names))
        case ArrayType(a), ArrayType(b):
            return ArrayType(merged(a, b))
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return _wider(left, right)
    return t.VARIANT


def _wider(left: DataType, right: DataType) -> DataType:
    """The number type of both, as JSON's inference finds it; decimals beyond 38 digits are doubles."""
    if t.DOUBLE in (left, right) or t.FLOAT in (left, right):
        return t.DOUBLE
    a, b = (d if isinstance(d, DecimalType) else t.INTEGRAL_DECIMAL[t.LONG] for d in (left, right))
    scale = max(a.scale, b.scale)
    precision = max(a.precision - a.scale, b.precision - b.scale) + scale
    return DecimalType(precision, scale) if precision <= 38 else t.DOUBLE


def schema_text(dtype: DataType) -> str:
    """A schema as `schema_of_variant` prints it: `OBJECT<a: BIGINT>`."""
    match dtype:
        case StructType(fields):
            parts = (f"{_name(f.name)}: {schema_text(f.dtype)}" for f in fields)
            return "OBJECT<" + ", ".join(parts) + ">"
        case ArrayType(element):
            return f"ARRAY<{schema_text(element)}>"
    return sql_name(dtype)


def merged_text(schemas: Sequence[DataType]) -> str:
    """The text of the schema that shows all of some."""
    found: DataType = t.NULL
    for schema in schemas:
        found = merged(found, schema)
    return schema_text(found)


def _name(name: str) -> str:
    shown = sql_name(StructType((StructField(name, t.NULL),)))
    return shown[len("STRUCT<") : -len(": VOID>")]


_NUMBERS: Final = (t.LongType, DecimalType, t.FloatType, t.DoubleType)
_SCHEMAS: Final = {
    NodeKind.NULL: t.NULL,
    NodeKind.BOOLEAN: t.BOOLEAN,
    NodeKind.LONG: t.LONG,
    NodeKind.FLOAT: t.FLOAT,
    NodeKind.DOUBLE: t.DOUBLE,
    NodeKind.STRING: t.STRING,
    NodeKind.BINARY: t.BINARY,
    NodeKind.DATE: t.DATE,
    NodeKind.TIMESTAMP: t.TIMESTAMP,
    NodeKind.TIMESTAMP_NTZ: t.TIMESTAMP_NTZ,
    NodeKind.UUID: t.STRING,
}
