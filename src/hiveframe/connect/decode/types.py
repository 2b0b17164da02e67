"""Protobuf `DataType` to `plan.types`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from pyspark.sql.connect.proto import types_pb2 as pb

from hiveframe.connect.decode.invalid import invalid_plan
from hiveframe.errors import unsupported
from hiveframe.plan import types as t


def decode_type(message: pb.DataType) -> t.DataType:
    """The type; a nested type written as text is refused, for only the top may be DDL (see `decode_type_or_ddl`)."""
    kind = message.WhichOneof("kind")
    if kind is None:
        raise invalid_plan("DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST", kindCase="KIND_NOT_SET")
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain
    handler = _BUILT.get(kind)
    if handler is None:
        raise invalid_plan("DATA_TYPE_UNSUPPORTED_PROTO_TO_CATALYST", kindCase=kind.upper())
    return handler(getattr(message, kind))


def decode_type_or_ddl(message: pb.DataType) -> t.DataType | str:
    """The type, or the DDL text that the client left unparsed."""
    if message.WhichOneof("kind") == "unparsed":
        return message.unparsed.data_type_string
    return decode_type(message)


def decode_struct(message: pb.DataType) -> t.StructType:
    """A row type; anything else is INVALID_SCHEMA_NON_STRUCT_TYPE."""
    decoded = decode_type(message)
    if not isinstance(decoded, t.StructType):
        text = t.simple_string(decoded)
        raise invalid_plan("INVALID_SCHEMA_NON_STRUCT_TYPE", inputSchema=f'"{text}"', dataType=f'"{text.upper()}"')
    return decoded


def _string(m: pb.DataType.String) -> t.DataType:
    return t.StringType(m.collation) if m.collation else t.STRING


def _decimal(m: pb.DataType.Decimal) -> t.DataType:
    return t.DecimalType(m.precision if m.HasField("precision") else 10, m.scale if m.HasField("scale") else 0)


def _char(m: pb.DataType.Char) -> t.DataType:
    return t.CharType(m.length)


def _varchar(m: pb.DataType.VarChar) -> t.DataType:
    return t.VarcharType(m.length)


def _time(m: pb.DataType.Time) -> t.DataType:
    return t.TimeType(m.precision) if m.HasField("precision") else t.TIME


def _year_month(m: pb.DataType.YearMonthInterval) -> t.DataType:
    start = m.start_field if m.HasField("start_field") else t.YEAR
    return t.YearMonthIntervalType(start, m.end_field if m.HasField("end_field") else t.MONTH)


def _day_time(m: pb.DataType.DayTimeInterval) -> t.DataType:
    start = m.start_field if m.HasField("start_field") else t.DAY
    return t.DayTimeIntervalType(start, m.end_field if m.HasField("end_field") else t.SECOND)


def _array(m: pb.DataType.Array) -> t.DataType:
    return t.ArrayType(decode_type(m.element_type), m.contains_null)


def _map(m: pb.DataType.Map) -> t.DataType:
    return t.MapType(decode_type(m.key_type), decode_type(m.value_type), m.value_contains_null)


def _struct(m: pb.DataType.Struct) -> t.DataType:
    return t.StructType(tuple(_field(f) for f in m.fields))


def _field(m: pb.DataType.StructField) -> t.StructField:
    metadata: Mapping[str, Any] = json.loads(m.metadata) if m.metadata else {}
    return t.StructField(m.name, decode_type(m.data_type), m.nullable, metadata)


def _udt(m: pb.DataType.UDT) -> t.DataType:
    if m.type != "udt":
        raise invalid_plan("UDT_TYPE_FIELD_INVALID", udtType=m.type)
    if not m.HasField("sql_type"):
        raise invalid_plan("PYTHON_UDT_MISSING_FIELDS")
    attributes = {"type": "udt"}
    if m.HasField("jvm_class"):
        attributes["class"] = m.jvm_class
    if m.HasField("python_class"):
        attributes["pyClass"] = m.python_class
    if m.HasField("serialized_python_class"):
        attributes["serializedClass"] = m.serialized_python_class
    return t.UserDefinedType(decode_type(m.sql_type), attributes)


def _unparsed(m: pb.DataType.Unparsed) -> t.DataType:
    raise unsupported(f"the nested type text {m.data_type_string!r}")


def _geometry(m: pb.DataType.Geometry) -> t.DataType:
    return t.GeometryType(None if m.srid < 0 else m.srid)


def _geography(m: pb.DataType.Geography) -> t.DataType:
    return t.GeographyType(None if m.srid < 0 else m.srid)


_PLAIN: Final[Mapping[str, t.DataType]] = {
    "null": t.NULL,
    "binary": t.BINARY,
    "boolean": t.BOOLEAN,
    "byte": t.BYTE,
    "short": t.SHORT,
    "integer": t.INT,
    "long": t.LONG,
    "float": t.FLOAT,
    "double": t.DOUBLE,
    "date": t.DATE,
    "timestamp": t.TIMESTAMP,
    "timestamp_ntz": t.TIMESTAMP_NTZ,
    "calendar_interval": t.CALENDAR_INTERVAL,
    "variant": t.VARIANT,
}

_BUILT: Final[Mapping[str, Callable[[Any], t.DataType]]] = {
    "string": _string,
    "decimal": _decimal,
    "char": _char,
    "var_char": _varchar,
    "time": _time,
    "year_month_interval": _year_month,
    "day_time_interval": _day_time,
    "array": _array,
    "map": _map,
    "struct": _struct,
    "udt": _udt,
    "unparsed": _unparsed,
    "geometry": _geometry,
    "geography": _geography,
}
