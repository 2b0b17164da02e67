"""Avro schemas and Spark's types, one as the other.

Source: Spark's Avro data source guide, "Supported types", and its `SchemaConverters`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from hiveframe.errors import AnalysisException, unsupported
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, DecimalType, MapType, StructField, StructType

Avro = Any  # a schema as JSON has it: a name, a list of branches, or an object


def parse_schema(text: str) -> Avro:
    """The schema that a JSON text spells; a bare type's name is one too."""
    try:
        return json.loads(text)
    except ValueError:
        return text.strip().strip('"')


def spark_type(schema: Avro) -> tuple[DataType, bool]:
    """The type that Spark reads a schema as, and whether it may be NULL."""
    return _Reader().convert(schema, ())


class _Reader:
    """Converts; remembers named types, which may be referred to after their definition."""

    def __init__(self) -> None:
        self._named: dict[str, tuple[DataType, bool]] = {}

    def convert(self, schema: Avro, above: tuple[str, ...]) -> tuple[DataType, bool]:
        if isinstance(schema, list):
            return self._union(schema, above)
        if isinstance(schema, str):
            return self._primitive(schema, above)
        kind = schema["type"]
        if isinstance(kind, (dict, list)):
            return self.convert(kind, above)
        logical = _logical(schema)
        if logical is not None:
            return self._remember(schema, logical), False
        match kind:
            case "record" | "error":
                return self._record(schema, above), False
            case "array":
                element, may_be_null = self.convert(schema["items"], above)
                return ArrayType(element, may_be_null), False
            case "map":
                value, may_be_null = self.convert(schema["values"], above)
                return MapType(t.STRING, value, may_be_null), False
            case "enum":
                return self._remember(schema, t.STRING), False
            case "fixed":
                return self._remember(schema, t.BINARY), False
        return self._primitive(kind, above)

    def _primitive(self, name: str, above: tuple[str, ...]) -> tuple[DataType, bool]:
        if name in _PRIMITIVES:
            return _PRIMITIVES[name], name == "null"
        if name in above or name.rpartition(".")[2] in above:
            schema = f"the record {name}"
            raise unsupported(f"recursive Avro schemas ({schema} within itself)")
        known = self._named.get(name) or self._named.get(name.rpartition(".")[2])
        if known is None:
            raise unsupported(f"the Avro type {name!r}")
        return known

    def _remember(self, schema: Mapping[str, Any], dtype: DataType) -> DataType:
        if "name" in schema:
            short = str(schema["name"]).rpartition(".")[2]
            self._named[short] = (dtype, False)
            if schema.get("namespace"):
                self._named[f"{schema['namespace']}.{short}"] = (dtype, False)
        return dtype

    def _record(self, schema: Mapping[str, Any], above: tuple[str, ...]) -> DataType:
        inside = (*above, str(schema["name"]), str(schema["name"]).rpartition(".")[2])
        fields = []
        for f in schema["fields"]:
            dtype, may_be_null = self.convert(f["type"], inside)
            fields.append(StructField(f["name"], dtype, may_be_null))
        return self._remember(schema, StructType(tuple(fields)))

    def _union(self, branches: Sequence[Avro], above: tuple[str, ...]) -> tuple[DataType, bool]:
        rest = [b for b in branches if b != "null"]
        has_null = len(rest) < len(branches)
        if not rest:
            return t.NULL, True
        if len(rest) == 1:
            dtype, may_be_null = self.convert(rest[0], above)
            return dtype, has_null or may_be_null
        if set(map(str, rest)) == {"int", "long"}:
            return t.LONG, has_null
        if set(map(str, rest)) == {"float", "double"}:
            return t.DOUBLE, has_null
        members = [self.convert(b, above)[0] for b in rest]
        return StructType(tuple(StructField(f"member{i}", m) for i, m in enumerate(members))), has_null


def _logical(schema: Mapping[str, Any]) -> DataType | None:
    kind, logical = schema["type"], schema.get("logicalType")
    if logical == "decimal" and kind in ("bytes", "fixed"):
        return DecimalType(int(schema["precision"]), int(schema.get("scale", 0)))
    return _LOGICAL.get((kind, str(logical)))


def avro_schema(dtype: DataType, nullable: bool, name: str, namespace: str = "") -> Avro:
    """The schema that Spark writes a type as; `name` is that of a record."""
    made = _written(dtype, name, namespace)
    return [made, "null"] if nullable and made != "null" else made


def _written(dtype: DataType, name: str, namespace: str) -> Avro:
    match dtype:
        case ArrayType(element, contains_null):
            return {"type": "array", "items": avro_schema(element, contains_null, name, namespace)}
        case MapType(t.StringType(), value, contains_null):
            return {"type": "map", "values": avro_schema(value, contains_null, name, namespace)}
        case StructType(fields):
            inner = f"{namespace}.{name}" if namespace else name
            members = [{"name": f.name, "type": avro_schema(f.dtype, f.nullable, f.name, inner)} for f in fields]
            record = {"type": "record", "name": name, "fields": members}
            return {**record, "namespace": namespace} if namespace else record
        case DecimalType(precision, scale):
            size = _bytes_for(precision)
            numbers = {"precision": precision, "scale": scale, "logicalType": "decimal"}
            inner = f"{namespace}.{name}" if namespace else name
            return {"type": "fixed", "name": "fixed", "namespace": inner, "size": size, **numbers}
    made = _WRITTEN.get(type(dtype))
    if made is None:
        params = {"format": "Avro", "columnName": f"`{name}`", "columnType": f'"{t.sql_name(dtype)}"'}
        raise AnalysisException("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", params)
    return made


def _bytes_for(precision: int) -> int:
    """The fewest bytes that hold every number of so many digits."""
    size = 1
    while (1 << (8 * size - 1)) < 10**precision:
        size += 1
    return size


_PRIMITIVES: Final[Mapping[str, DataType]] = {
    "null": t.NULL,
    "boolean": t.BOOLEAN,
    "int": t.INT,
    "long": t.LONG,
    "float": t.FLOAT,
    "double": t.DOUBLE,
    "string": t.STRING,
    "bytes": t.BINARY,
}

_LOGICAL: Final[Mapping[tuple[str, str], DataType]] = {
    ("int", "date"): t.DATE,
    ("long", "timestamp-millis"): t.TIMESTAMP,
    ("long", "timestamp-micros"): t.TIMESTAMP,
    ("long", "local-timestamp-millis"): t.TIMESTAMP_NTZ,
    ("long", "local-timestamp-micros"): t.TIMESTAMP_NTZ,
    ("string", "uuid"): t.STRING,
}

_WRITTEN: Final[Mapping[type[DataType], Avro]] = {
    t.NullType: "null",
    t.BooleanType: "boolean",
    t.ByteType: "int",
    t.ShortType: "int",
    t.IntegerType: "int",
    t.LongType: "long",
    t.FloatType: "float",
    t.DoubleType: "double",
    t.StringType: "string",
    t.CharType: "string",
    t.VarcharType: "string",
    t.BinaryType: "bytes",
    t.DateType: {"type": "int", "logicalType": "date"},
    t.TimestampType: {"type": "long", "logicalType": "timestamp-micros"},
    t.TimestampNTZType: {"type": "long", "logicalType": "local-timestamp-micros"},
}
