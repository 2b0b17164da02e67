"""Columns of a Delta table and what holds them in a file: by name, by the name of the mapping, or by its number.

Source: Delta's PROTOCOL.md, "Column Mapping".
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.errors import AnalysisException
from hiveframe.functions.collation_keys import is_collated
from hiveframe.lake.file_types import FileType, Find, by_name
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType, simple_string, sql_name

PHYSICAL_NAME: Final = "delta.columnMapping.physicalName"
ID: Final = "delta.columnMapping.id"
MODE: Final = "delta.columnMapping.mode"
MAX_ID: Final = "delta.columnMapping.maxColumnId"


def stored_name(f: StructField) -> str:
    """A column's name in files, partition values and statistics."""
    return str(f.metadata.get(PHYSICAL_NAME, f.name))


def stored_path(schema: StructType, dotted: str) -> list[str]:
    """The stored names of a column, or of a field within one."""
    names: list[str] = []
    fields: Sequence[StructField] = schema.fields
    for name in dotted.split("."):
        f = next((f for f in fields if f.name.lower() == name.lower()), None)
        names.append(stored_name(f) if f is not None else name)
        fields = f.dtype.fields if f is not None and isinstance(f.dtype, StructType) else ()
    return names


def shown_path(schema: StructType, stored: Sequence[str]) -> str:
    """The column or field, with dots, that stored names lead to."""
    names: list[str] = []
    fields: Sequence[StructField] = schema.fields
    for name in stored:
        f = next((f for f in fields if stored_name(f) == name), None)
        names.append(f.name if f is not None else name)
        fields = f.dtype.fields if f is not None and isinstance(f.dtype, StructType) else ()
    return ".".join(names)


def finder(mode: str) -> Find:
    """How a table's mode finds columns in files."""
    return {"name": _by_mapped_name, "id": _by_id}.get(mode, by_name)


def _by_mapped_name(files: Sequence[FileType]) -> Callable[[StructField], FileType | None]:
    known = {file.name: file for file in reversed(files)}
    return lambda f: known.get(stored_name(f))


def _by_id(files: Sequence[FileType]) -> Callable[[StructField], FileType | None]:
    known = {file.field_id: file for file in files if file.field_id is not None}
    return lambda f: known.get(int(f.metadata.get(ID, 0)))


def schema_for_log(schema: StructType) -> StructType:
    """The schema as a log spells it: CHAR and VARCHAR are text with a note; types that Delta lacks are refused."""
    fields: list[StructField] = []
    for f in schema.fields:
        refused = next((d for d in _parts(f.dtype) if isinstance(d, _LACKING) or is_collated(d)), None)
        if refused is not None:
            params = {"format": "Delta", "columnName": f"`{f.name}`", "columnType": f'"{sql_name(f.dtype)}"'}
            raise AnalysisException("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", params)
        plain = as_text(f.dtype)
        metadata = {k: v for k, v in f.metadata.items() if k != _CHAR_TYPE}
        if plain != f.dtype:
            metadata[_CHAR_TYPE] = simple_string(f.dtype)
        fields.append(StructField(f.name, plain, f.nullable, metadata))
    return StructType(tuple(fields))


def schema_of_log(schema: StructType) -> StructType:
    """The inverse of `schema_for_log`; only CHAR and VARCHAR of whole columns come back."""
    fields: list[StructField] = []
    for f in schema.fields:
        noted = _SIZED.fullmatch(str(f.metadata.get(_CHAR_TYPE, "")))
        if noted is not None and isinstance(f.dtype, t.StringType):
            kind = t.CharType if noted.group(1) == "char" else t.VarcharType
            f = replace(f, dtype=kind(int(noted.group(2))))
        fields.append(f)
    return StructType(tuple(fields))


def _parts(dtype: DataType) -> Iterator[DataType]:
    yield dtype
    match dtype:
        case StructType(fields):
            for f in fields:
                yield from _parts(f.dtype)
        case ArrayType(element):
            yield from _parts(element)
        case MapType(key, value):
            yield from _parts(key)
            yield from _parts(value)


def as_text(dtype: DataType) -> DataType:
    """The type as it is read: CHAR and VARCHAR are text."""
    match dtype:
        case t.CharType() | t.VarcharType():
            return t.STRING
        case StructType(fields):
            return StructType(tuple(replace(f, dtype=as_text(f.dtype)) for f in fields))
        case ArrayType(element, contains_null):
            return ArrayType(as_text(element), contains_null)
        case MapType(key, value, contains_null):
            return MapType(as_text(key), as_text(value), contains_null)
    return dtype


_CHAR_TYPE: Final = "__CHAR_VARCHAR_TYPE_STRING"
_SIZED: Final = re.compile(r"(char|varchar)\((\d+)\)")
_LACKING: Final = (
    t.NullType, t.TimeType, t.CalendarIntervalType, t.YearMonthIntervalType, t.DayTimeIntervalType,
    t.UserDefinedType, t.GeometryType, t.GeographyType,
)  # fmt: skip


def stored_type(dtype: DataType) -> DataType:
    """The type with the names that its fields have in files."""
    match dtype:
        case StructType(fields):
            renamed = (StructField(stored_name(f), stored_type(f.dtype), f.nullable, f.metadata) for f in fields)
            return StructType(tuple(renamed))
        case ArrayType(element, contains_null):
            return ArrayType(stored_type(element), contains_null)
        case MapType(key, value, contains_null):
            return MapType(stored_type(key), stored_type(value), contains_null)
    return dtype


def numbered(schema: StructType, properties: Mapping[str, str], *, is_new: bool) -> tuple[StructType, dict[str, str]]:
    """The schema with a number and a stored name for each field that has none, and the properties that say so.

    In a new table, and for columns added later, stored names are made up; columns of a table that is only now mapped
    keep theirs.
    """
    counter = _Numbers(int(properties.get(MAX_ID, "0")), is_new=is_new)
    counter.most = max(counter.most, _most(schema))
    made = counter.visit(schema)
    assert isinstance(made, StructType)
    return made, {**properties, MAX_ID: str(counter.most)}


def with_notes_of(schema: StructType, known: StructType) -> StructType:
    """The schema with the numbers and stored names that fields of the same names have in another."""
    by_name = {f.name.lower(): f for f in known.fields}
    return StructType(tuple(_noted(f, by_name.get(f.name.lower())) for f in schema.fields))


def _noted(f: StructField, known: StructField | None) -> StructField:
    if known is None or ID in f.metadata or ID not in known.metadata:
        return f
    notes = {key: known.metadata[key] for key in (ID, PHYSICAL_NAME)}
    both = isinstance(f.dtype, StructType) and isinstance(known.dtype, StructType)
    return replace(f, dtype=known.dtype if both else f.dtype, metadata={**f.metadata, **notes})


class _Numbers:
    def __init__(self, most: int, *, is_new: bool) -> None:
        self.most = most
        self._is_new = is_new

    def visit(self, dtype: DataType) -> DataType:
        match dtype:
            case StructType(fields):
                return StructType(tuple(self._field(f) for f in fields))
            case ArrayType(element, contains_null):
                return ArrayType(self.visit(element), contains_null)
            case MapType(key, value, contains_null):
                return MapType(self.visit(key), self.visit(value), contains_null)
        return dtype

    def _field(self, f: StructField) -> StructField:
        metadata: dict[str, Any] = dict(f.metadata)
        if ID not in metadata:
            self.most += 1
            metadata[ID] = self.most
        if PHYSICAL_NAME not in metadata:
            metadata[PHYSICAL_NAME] = f"col-{uuid.uuid4()}" if self._is_new else f.name
        return replace(f, dtype=self.visit(f.dtype), metadata=metadata)


def _most(dtype: DataType) -> int:
    match dtype:
        case StructType(fields):
            return max((max(int(f.metadata.get(ID, 0)), _most(f.dtype)) for f in fields), default=0)
        case ArrayType(element):
            return _most(element)
        case MapType(key, value):
            return max(_most(key), _most(value))
    return 0
