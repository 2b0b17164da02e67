"""Columns and the names that they have in files for life, so that they can be renamed, dropped and made again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.lake.file_types import FileType
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType

STORED_NAME: Final = "honey.storedName"


def stored_name(f: StructField) -> str:
    """A column's or field's name in files and zone maps."""
    return str(f.metadata.get(STORED_NAME, f.name))


def find_stored(files: Sequence[FileType]) -> Callable[[StructField], FileType | None]:
    """What in a file holds a field."""
    known = {file.name: file for file in reversed(files)}
    return lambda f: known.get(stored_name(f))


def with_stored_names(schema: StructType, *, is_new: bool) -> StructType:
    """The schema with a stored name noted for each field: its own in a new table, one never used before later."""
    made = _visit(schema, is_new)
    assert isinstance(made, StructType)
    return made


def _visit(dtype: DataType, is_new: bool) -> DataType:
    match dtype:
        case StructType(fields):
            return StructType(tuple(_noted(f, is_new) for f in fields))
        case ArrayType(element, contains_null):
            return ArrayType(_visit(element, is_new), contains_null)
        case MapType(key, value, contains_null):
            return MapType(_visit(key, is_new), _visit(value, is_new), contains_null)
    return dtype


def _noted(f: StructField, is_new: bool) -> StructField:
    metadata = dict(f.metadata)
    if STORED_NAME not in metadata:
        metadata[STORED_NAME] = f.name if is_new else f"{f.name}~{uuid.uuid4().hex[:12]}"
    return replace(f, dtype=_visit(f.dtype, is_new), metadata=metadata)


def stored_schema(schema: StructType) -> StructType:
    """The schema under the names of the files."""
    made = _stored(schema)
    assert isinstance(made, StructType)
    return made


def _stored(dtype: DataType) -> DataType:
    match dtype:
        case StructType(fields):
            return StructType(
                tuple(StructField(stored_name(f), _stored(f.dtype), f.nullable, f.metadata) for f in fields)
            )
        case ArrayType(element, contains_null):
            return ArrayType(_stored(element), contains_null)
        case MapType(key, value, contains_null):
            return MapType(_stored(key), _stored(value), contains_null)
    return dtype
