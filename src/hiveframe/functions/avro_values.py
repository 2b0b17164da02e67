"""Values between fastavro and Arrow: what a decoded datum is as a Spark value, and a Spark value as a datum."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from types import ModuleType
from typing import Any

from hiveframe.errors import UnsupportedOperationException, unsupported
from hiveframe.functions.avro_types import Avro
from hiveframe.functions.sql import physical_field_names
from hiveframe.plan.types import ArrayType, DataType, MapType, StructType


def fastavro() -> ModuleType:
    """The library, or an error that names the extra."""
    try:
        import fastavro as library
    except ImportError as error:
        raise UnsupportedOperationException("MISSING_EXTRA", {"feature": "Avro", "extra": "avro"}) from error
    made: ModuleType = library
    return made


def from_datum(value: Any, schema: Avro, dtype: DataType, named: Mapping[str, Avro]) -> Any:
    """A decoded value as pyarrow takes it for the physical type of `dtype`."""
    if value is None:
        return None
    if isinstance(schema, str) and schema in named:
        schema = named[schema]
    if isinstance(schema, list):
        return _from_union(value, [b for b in schema if b != "null"], dtype, named)
    kind = schema["type"] if isinstance(schema, dict) else schema
    if isinstance(kind, (dict, list)):
        return from_datum(value, kind, dtype, named)
    match dtype:
        case ArrayType(element):
            return [from_datum(x, schema["items"], element, named) for x in value]
        case MapType(_, held):
            return [(k, from_datum(v, schema["values"], held, named)) for k, v in value.items()]
        case StructType(fields):
            schemas = {f["name"]: f["type"] for f in schema["fields"]}
            names = physical_field_names(dtype)
            return {
                n: from_datum(value[f.name], schemas[f.name], f.dtype, named) if f.name in schemas else None
                for n, f in zip(names, fields, strict=True)
            }
    if isinstance(value, dt.time):
        micros = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
        return micros // 1000 if kind == "int" else micros
    return str(value) if isinstance(value, uuid.UUID) else value


def _from_union(value: Any, branches: list[Avro], dtype: DataType, named: Mapping[str, Avro]) -> Any:
    is_struct = isinstance(dtype, StructType) and [f.name for f in dtype.fields] == [
        f"member{i}" for i in range(len(branches))
    ]
    if len(branches) == 1 or not is_struct:
        return from_datum(value, branches[0], dtype, named)
    assert isinstance(dtype, StructType)
    from fastavro.validation import validate

    for i, (branch, f) in enumerate(zip(branches, dtype.fields, strict=True)):
        resolved = named.get(branch, branch) if isinstance(branch, str) else branch
        if validate(value, resolved, raise_errors=False):
            made = from_datum(value, branch, f.dtype, named)
            return {f"member{n}": made if n == i else None for n in range(len(branches))}
    raise unsupported("an Avro union with a value of none of its types")


def to_datum(value: Any, dtype: DataType) -> Any:
    """A value as pyarrow gives it, as fastavro takes it."""
    if value is None:
        return None
    match dtype:
        case ArrayType(element):
            return [to_datum(x, element) for x in value]
        case MapType(_, held):
            return {k: to_datum(v, held) for k, v in value}
        case StructType(fields):
            names = physical_field_names(dtype)
            return {f.name: to_datum(value[n], f.dtype) for n, f in zip(names, fields, strict=True)}
    return value


def named_types(schema: Avro) -> dict[str, Avro]:
    """Every named type of a schema by its short and its full name."""
    found: dict[str, Avro] = {}
    pending: list[tuple[Avro, str]] = [(schema, "")]
    while pending:
        node, space = pending.pop()
        if isinstance(node, list):
            pending += [(branch, space) for branch in node]
        elif isinstance(node, dict):
            space = str(node.get("namespace", space))
            if "name" in node:
                name = str(node["name"])
                found[name.rpartition(".")[2]] = node
                found[name if "." in name or not space else f"{space}.{name}"] = node
            parts = [node.get("items"), node.get("values"), *(f["type"] for f in node.get("fields", ()))]
            pending += [(part, space) for part in parts if part is not None]
            if isinstance(node["type"], (dict, list)):
                pending.append((node["type"], space))
    return found
