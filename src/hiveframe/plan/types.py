"""Spark's data types as frozen values, with the three texts Spark gives each: SQL, simple string and JSON.

Source: Spark SQL reference, "Data Types"; `org.apache.spark.sql.types`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Final

from hiveframe.dataclass import dataclass


class DataType:
    """Base of every type. Types are values: equal when they describe the same data."""

    __slots__ = ()


class AtomicType(DataType):
    """A type without element types."""

    __slots__ = ()


class NumericType(AtomicType):
    """A type that arithmetic accepts."""

    __slots__ = ()


class IntegralType(NumericType):
    """A whole number of 1, 2, 4 or 8 bytes."""

    __slots__ = ()


class FractionalType(NumericType):
    """FLOAT, DOUBLE or DECIMAL."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class NullType(AtomicType):
    """The type of a bare NULL; `void` in SQL."""


@dataclass(frozen=True, slots=True)
class BooleanType(AtomicType):
    """TRUE, FALSE or NULL."""


@dataclass(frozen=True, slots=True)
class ByteType(IntegralType):
    """One-byte signed integer; `tinyint`."""


@dataclass(frozen=True, slots=True)
class ShortType(IntegralType):
    """Two-byte signed integer; `smallint`."""


@dataclass(frozen=True, slots=True)
class IntegerType(IntegralType):
    """Four-byte signed integer; `int`."""


@dataclass(frozen=True, slots=True)
class LongType(IntegralType):
    """Eight-byte signed integer; `bigint`."""


@dataclass(frozen=True, slots=True)
class FloatType(FractionalType):
    """IEEE single."""


@dataclass(frozen=True, slots=True)
class DoubleType(FractionalType):
    """IEEE double."""


@dataclass(frozen=True, slots=True)
class DecimalType(FractionalType):
    """Exact decimal of `precision` digits (1 to 38), `scale` of them after the point."""

    precision: int = 10
    scale: int = 0


@dataclass(frozen=True, slots=True)
class StringType(AtomicType):
    """UTF-8 text; `collation` is Spark's name (`UTF8_BINARY` unless said otherwise)."""

    collation: str = "UTF8_BINARY"


@dataclass(frozen=True, slots=True)
class CharType(AtomicType):
    """Text padded to `length` characters; only in table schemas and casts, read as STRING elsewhere."""

    length: int


@dataclass(frozen=True, slots=True)
class VarcharType(AtomicType):
    """Text of at most `length` characters; only in table schemas and casts, read as STRING elsewhere."""

    length: int


@dataclass(frozen=True, slots=True)
class BinaryType(AtomicType):
    """A string of bytes."""


@dataclass(frozen=True, slots=True)
class DateType(AtomicType):
    """A day of the proleptic Gregorian calendar."""


@dataclass(frozen=True, slots=True)
class TimestampType(AtomicType):
    """A moment, microseconds since the epoch, shown in the session time zone; `timestamp`."""


@dataclass(frozen=True, slots=True)
class TimestampNTZType(AtomicType):
    """A wall-clock reading without a zone, in microseconds; `timestamp_ntz`."""


@dataclass(frozen=True, slots=True)
class TimeType(AtomicType):
    """Time of day with `precision` digits of fraction (0 to 6)."""

    precision: int = 6


YEAR: Final = 0
MONTH: Final = 1
DAY: Final = 0
HOUR: Final = 1
MINUTE: Final = 2
SECOND: Final = 3


@dataclass(frozen=True, slots=True)
class YearMonthIntervalType(AtomicType):
    """Whole months; `start` and `end` are YEAR (0) or MONTH (1)."""

    start: int = YEAR
    end: int = MONTH


@dataclass(frozen=True, slots=True)
class DayTimeIntervalType(AtomicType):
    """Microseconds; `start` and `end` are DAY (0), HOUR (1), MINUTE (2) or SECOND (3)."""

    start: int = DAY
    end: int = SECOND


@dataclass(frozen=True, slots=True)
class CalendarIntervalType(AtomicType):
    """Months, days and microseconds apart; Spark's `interval`."""


@dataclass(frozen=True, slots=True)
class VariantType(AtomicType):
    """A self-describing value; `variant`."""


@dataclass(frozen=True, slots=True)
class SpatialType(DataType):
    """Shapes in a spatial reference system; `srid` None: each value has its own."""

    srid: int | None


@dataclass(frozen=True, slots=True)
class GeometryType(SpatialType):
    """Shapes on a plane; `geometry(3857)`."""


@dataclass(frozen=True, slots=True)
class GeographyType(SpatialType):
    """Shapes on the globe; `geography(4326)`."""


@dataclass(frozen=True, slots=True)
class ArrayType(DataType):
    """A list of `element`; `contains_null` says whether an element may be NULL."""

    element: DataType
    contains_null: bool = True


@dataclass(frozen=True, slots=True)
class MapType(DataType):
    """Keys (never NULL) to values."""

    key: DataType
    value: DataType
    value_contains_null: bool = True


@dataclass(frozen=True, slots=True)
class StructField:
    """One field; `metadata` is JSON-like (a comment stands under `comment`)."""

    name: str
    dtype: DataType
    nullable: bool = True
    metadata: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class StructType(DataType):
    """Named fields in order; two fields may share a name."""

    fields: tuple[StructField, ...] = ()


@dataclass(frozen=True, slots=True)
class UserDefinedType(DataType):
    """A client-side class stored as `storage`; `attributes` is its JSON as the client sent it."""

    storage: DataType
    attributes: Mapping[str, Any] = field(default_factory=dict, hash=False)


GEOMETRY_SRIDS: Final = frozenset({0, 3857, 4326})
GEOGRAPHY_SRIDS: Final = frozenset({4326})

NULL: Final = NullType()
BOOLEAN: Final = BooleanType()
BYTE: Final = ByteType()
SHORT: Final = ShortType()
INT: Final = IntegerType()
LONG: Final = LongType()
FLOAT: Final = FloatType()
DOUBLE: Final = DoubleType()
STRING: Final = StringType()
BINARY: Final = BinaryType()
DATE: Final = DateType()
TIMESTAMP: Final = TimestampType()
TIMESTAMP_NTZ: Final = TimestampNTZType()
TIME: Final = TimeType()
YEAR_MONTH: Final = YearMonthIntervalType()
DAY_TIME: Final = DayTimeIntervalType()
CALENDAR_INTERVAL: Final = CalendarIntervalType()
VARIANT: Final = VariantType()

# The decimal that holds every value of an integral type (Spark's DecimalType.forType).
INTEGRAL_DECIMAL: Final[Mapping[DataType, DecimalType]] = {
    BYTE: DecimalType(3, 0),
    SHORT: DecimalType(5, 0),
    INT: DecimalType(10, 0),
    LONG: DecimalType(20, 0),
}

_YM_FIELDS = ("year", "month")
_DT_FIELDS = ("day", "hour", "minute", "second")

_SIMPLE: Final[Mapping[type[DataType], str]] = {
    NullType: "void",
    BooleanType: "boolean",
    ByteType: "tinyint",
    ShortType: "smallint",
    IntegerType: "int",
    LongType: "bigint",
    FloatType: "float",
    DoubleType: "double",
    BinaryType: "binary",
    DateType: "date",
    TimestampType: "timestamp",
    TimestampNTZType: "timestamp_ntz",
    CalendarIntervalType: "interval",
    VariantType: "variant",
}

_JSON: Final[Mapping[type[DataType], str]] = {
    **_SIMPLE,
    ByteType: "byte",
    ShortType: "short",
    IntegerType: "integer",
    LongType: "long",
}


def _interval_text(names: tuple[str, ...], start: int, end: int) -> str:
    return f"interval {names[start]}" if start == end else f"interval {names[start]} to {names[end]}"


def simple_string(dtype: DataType) -> str:
    """Spark's `simpleString`: `array<int>`, `struct<a:int,b:string>`, `decimal(10,2)`."""
    match dtype:
        case DecimalType(precision, scale):
            return f"decimal({precision},{scale})"
        case StringType(collation):
            return "string" if collation == "UTF8_BINARY" else f"string collate {collation}"
        case CharType(length):
            return f"char({length})"
        case VarcharType(length):
            return f"varchar({length})"
        case TimeType(precision):
            return f"time({precision})"
        case GeometryType(srid):
            return f"geometry({'any' if srid is None else srid})"
        case GeographyType(srid):
            return f"geography({'any' if srid is None else srid})"
        case YearMonthIntervalType(start, end):
            return _interval_text(_YM_FIELDS, start, end)
        case DayTimeIntervalType(start, end):
            return _interval_text(_DT_FIELDS, start, end)
        case ArrayType(element):
            return f"array<{simple_string(element)}>"
        case MapType(key, value):
            return f"map<{simple_string(key)},{simple_string(value)}>"
        case StructType(fields):
            return "struct<" + ",".join(f"{f.name}:{simple_string(f.dtype)}" for f in fields) + ">"
        case UserDefinedType(_, attributes):
            return "udt" if not attributes else str(attributes.get("class") or attributes.get("pyClass") or "udt")
    return _SIMPLE[type(dtype)]


def sql_name(dtype: DataType) -> str:
    """The type as Spark writes it in messages and DDL, upper case: `ARRAY<INT>`, `STRUCT<a: INT NOT NULL>`."""
    match dtype:
        case ArrayType(element):
            return f"ARRAY<{sql_name(element)}>"
        case MapType(key, value):
            return f"MAP<{sql_name(key)}, {sql_name(value)}>"
        case StructType(fields):
            return "STRUCT<" + ", ".join(_field_sql(f) for f in fields) + ">"
        case UserDefinedType(storage):
            return sql_name(storage)
        case StringType(collation) if collation != "UTF8_BINARY":
            return f"STRING COLLATE {collation}".upper()
    return simple_string(dtype).upper()


def _field_sql(f: StructField) -> str:
    comment = f.metadata.get("comment")
    is_plain = f.name.isascii() and f.name.isidentifier()
    quoted = f.name if is_plain else "`" + f.name.replace("`", "``") + "`"
    tail = "" if f.nullable else " NOT NULL"
    if comment:
        tail += " COMMENT '" + str(comment).replace("\\", "\\\\").replace("'", "\\'") + "'"
    return f"{quoted}: {sql_name(f.dtype)}{tail}"


def json_value(dtype: DataType) -> Any:
    """The type as Spark's schema JSON, ready for `json.dumps`."""
    match dtype:
        case ArrayType(element, contains_null):
            return {"type": "array", "elementType": json_value(element), "containsNull": contains_null}
        case MapType(key, value, value_contains_null):
            return {
                "type": "map",
                "keyType": json_value(key),
                "valueType": json_value(value),
                "valueContainsNull": value_contains_null,
            }
        case StructType(fields):
            return {"type": "struct", "fields": [_field_json(f) for f in fields]}
        case UserDefinedType(storage, attributes):
            return {**attributes, "type": "udt", "sqlType": json_value(storage)}
        case StringType():
            return "string"
        case DecimalType() | CharType() | VarcharType() | TimeType() | YearMonthIntervalType() | DayTimeIntervalType():
            return simple_string(dtype)
    return _JSON[type(dtype)]


def _field_json(f: StructField) -> dict[str, Any]:
    metadata = dict(f.metadata)
    collations = dict(_collations(f.dtype, f.name))
    if collations:
        metadata["__COLLATIONS"] = {path: f"{_provider(name)}.{name}" for path, name in collations.items()}
    return {"name": f.name, "type": json_value(f.dtype), "nullable": f.nullable, "metadata": metadata}


def _collations(dtype: DataType, path: str) -> list[tuple[str, str]]:
    match dtype:
        case StringType(collation) if collation != "UTF8_BINARY":
            return [(path, collation)]
        case ArrayType(element):
            return _collations(element, f"{path}.element")
        case MapType(key, value):
            return _collations(key, f"{path}.key") + _collations(value, f"{path}.value")
    return []


def _provider(collation: str) -> str:
    return "spark" if collation.startswith("UTF8_") else "icu"


def tree_string(schema: StructType, level: int | None = None) -> str:
    """What `printSchema` prints, with its last newline; at most `level` levels deep when that is above 0."""
    lines = ["root"]
    depth = level if level is not None and level > 0 else 10_000
    for f in schema.fields:
        lines += _tree_field(f.name, f.dtype, f" (nullable = {str(f.nullable).lower()})", " |", depth)
    return "\n".join(lines) + "\n"


_TREE_NAMES: Final[Mapping[type[DataType], str]] = {
    **_JSON,
    ArrayType: "array",
    MapType: "map",
    StructType: "struct",
}


def _tree_field(name: str, dtype: DataType, note: str, prefix: str, depth: int) -> list[str]:
    if depth == 0:
        return []
    shown = _TREE_NAMES.get(type(dtype)) or simple_string(dtype)
    lines = [f"{prefix}-- {name}: {shown}{note}"]
    inner = prefix + "    |"
    match dtype:
        case ArrayType(element, contains_null):
            lines += _tree_field(
                "element", element, f" (containsNull = {str(contains_null).lower()})", inner, depth - 1
            )
        case MapType(key, value, value_contains_null):
            lines += _tree_field("key", key, "", inner, depth - 1)
            lines += _tree_field(
                "value", value, f" (valueContainsNull = {str(value_contains_null).lower()})", inner, depth - 1
            )
        case StructType(fields):
            for f in fields:
                lines += _tree_field(f.name, f.dtype, f" (nullable = {str(f.nullable).lower()})", inner, depth - 1)
    return lines


def as_nullable(dtype: DataType) -> DataType:
    """The same type with NULL allowed at every level."""
    match dtype:
        case ArrayType(element):
            return ArrayType(as_nullable(element), True)
        case MapType(key, value):
            return MapType(as_nullable(key), as_nullable(value), True)
        case StructType(fields):
            return StructType(tuple(StructField(f.name, as_nullable(f.dtype), True, f.metadata) for f in fields))
    return dtype


def with_default_collation(dtype: DataType, collation: str) -> DataType:
    """The type with the texts in it that were named without COLLATE in `collation`.

    `STRING` alone is this module's own object, where `STRING COLLATE UTF8_BINARY`, equal to it, is another.
    """
    match dtype:
        case StringType():
            return StringType(collation) if dtype is STRING else dtype
        case ArrayType(element, contains_null):
            return ArrayType(with_default_collation(element, collation), contains_null)
        case MapType(key, value, contains_null):
            made = with_default_collation(key, collation), with_default_collation(value, collation)
            return MapType(*made, contains_null)
        case StructType(fields):
            return StructType(tuple(replace(f, dtype=with_default_collation(f.dtype, collation)) for f in fields))
    return dtype


def same_structure(left: DataType, right: DataType) -> bool:
    """Whether two types are equal when nullability and names are left aside (Spark's `equalsStructurally`)."""
    match left, right:
        case ArrayType(a), ArrayType(b):
            return same_structure(a, b)
        case MapType(a, c), MapType(b, d):
            return same_structure(a, b) and same_structure(c, d)
        case StructType(a_fields), StructType(b_fields):
            pairs = zip(a_fields, b_fields, strict=False)
            return len(a_fields) == len(b_fields) and all(same_structure(a.dtype, b.dtype) for a, b in pairs)
    return left == right


def same_type(left: DataType, right: DataType) -> bool:
    """Whether two types are equal when nullability is left aside (Spark's `sameType`)."""
    return as_nullable(left) == as_nullable(right)
