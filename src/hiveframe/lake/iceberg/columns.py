"""Columns of an Iceberg table: their types, their numbers for life, and what holds them in a file.

Source: Iceberg's table spec, "Schemas and Data Types", "Column Projection"; types as in Iceberg's `TypeToSparkType` and
`SparkTypeToType`. In a definition each field's number stands in its metadata, so that a field that was renamed or
moved is still itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
from pyiceberg import types as it
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata

from hiveframe.catalog.entities import DEFAULT
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.file_types import FileType, Find, by_name
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType, simple_string

ID: Final = "iceberg.id"
_ROOT: Final = -1
_NONE: Final = -2


# ------------------------------------------------------------------------------------------------- Iceberg's to Spark's


def spark_schema(schema: Schema, *, with_ids: bool = False) -> StructType:
    """The columns as Spark sees them; `with_ids` notes each field's number in its metadata."""
    return _spark_struct(schema.fields, with_ids)


def _spark_struct(fields: Iterable[it.NestedField], with_ids: bool) -> StructType:
    made = []
    for f in fields:
        metadata: dict[str, Any] = {"comment": f.doc} if f.doc else {}
        if with_ids:
            metadata[ID] = f.field_id
        made.append(StructField(f.name, spark_type(f.field_type, with_ids=with_ids), not f.required, metadata))
    return StructType(tuple(made))


def spark_type(dtype: it.IcebergType, *, with_ids: bool = False) -> DataType:
    """The Spark type of an Iceberg type; one that Spark cannot hold is refused."""
    match dtype:
        case it.StructType():
            return _spark_struct(dtype.fields, with_ids)
        case it.ListType():
            element = spark_type(dtype.element_type, with_ids=with_ids)
            return ArrayType(element, not dtype.element_required)
        case it.MapType():
            key, value = (spark_type(x, with_ids=with_ids) for x in (dtype.key_type, dtype.value_type))
            return MapType(key, value, not dtype.value_required)
        case it.DecimalType():
            return t.DecimalType(dtype.precision, dtype.scale)
        case it.FixedType():
            return t.BINARY
    found = _SPARK.get(type(dtype))
    if found is None:
        raise unsupported(f"Iceberg's type {dtype}")
    return found


_SPARK: Final[Mapping[type[it.IcebergType], DataType]] = {
    it.BooleanType: t.BOOLEAN,
    it.IntegerType: t.INT,
    it.LongType: t.LONG,
    it.FloatType: t.FLOAT,
    it.DoubleType: t.DOUBLE,
    it.DateType: t.DATE,
    it.TimestampType: t.TIMESTAMP_NTZ,
    it.TimestamptzType: t.TIMESTAMP,
    it.StringType: t.STRING,
    it.UUIDType: t.STRING,
    it.BinaryType: t.BINARY,
}


# ------------------------------------------------------------------------------------------------- Spark's to Iceberg's


def iceberg_schema(wanted: StructType, held: Schema | None, last_id: int) -> Schema:
    """The columns with their numbers: those that have one keep it, new ones go on from `last_id`, the last so far."""
    numbers = _Numbers(held, last_id)
    fields = numbers.fields(wanted)
    identifiers = [i for i in (held.identifier_field_ids if held is not None else []) if i in numbers.kept]
    return Schema(*fields, identifier_field_ids=identifiers)


class _Numbers:
    """Gives numbers out; those of a list's element and a map's sides stay while the field stays a list or map."""

    def __init__(self, held: Schema | None, last: int) -> None:
        self._held = held
        self._known = frozenset(held.field_ids) if held is not None else frozenset()
        self.last = last
        self.kept: set[int] = set()

    def fields(self, wanted: StructType) -> list[it.NestedField]:
        # a level's fields are numbered before what lies below them, as the spec's fresh numbers are
        ids = [self._own(f.metadata.get(ID)) for f in wanted.fields]
        made = []
        for f, number in zip(wanted.fields, ids, strict=True):
            if DEFAULT in f.metadata:
                raise unsupported(f"a default for the column {f.name} of an Iceberg table (format version 3)")
            before = self._type_of(number)
            doc = f.metadata.get("comment")
            made.append(
                it.NestedField(
                    field_id=number,
                    name=f.name,
                    field_type=self._type(f.dtype, before),
                    required=not f.nullable,
                    doc=str(doc) if doc is not None else None,
                )
            )
        return made

    def _own(self, known: Any) -> int:
        if known is not None and int(known) in self._known:
            self.kept.add(int(known))
            return int(known)
        self.last += 1
        return self.last

    def _type_of(self, number: int) -> it.IcebergType | None:
        if self._held is None or number not in self._known:
            return None
        return self._held.find_type(number)

    def _type(self, wanted: DataType, before: it.IcebergType | None) -> it.IcebergType:
        match wanted:
            case StructType():
                return it.StructType(*self.fields(wanted))
            case ArrayType(element, contains_null):
                known = before if isinstance(before, it.ListType) else None
                number = self._own(known.element_id if known else None)
                inner = self._type(element, known.element_type if known else None)
                return it.ListType(number, inner, element_required=not contains_null)
            case MapType(key, value, contains_null):
                held = before if isinstance(before, it.MapType) else None
                key_id, value_id = self._own(held.key_id if held else None), self._own(held.value_id if held else None)
                return it.MapType(
                    key_id,
                    self._type(key, held.key_type if held else None),
                    value_id,
                    self._type(value, held.value_type if held else None),
                    value_required=not contains_null,
                )
        return _leaf(wanted, before)


def _leaf(wanted: DataType, before: it.IcebergType | None) -> it.IcebergType:
    if before is not None and isinstance(before, (it.UUIDType, it.FixedType)) and spark_type(before) == wanted:
        return before
    match wanted:
        case t.DecimalType(precision, scale):
            return it.DecimalType(precision, scale)
        case t.CharType() | t.VarcharType() | t.StringType():
            return it.StringType()
    found = _ICEBERG.get(type(wanted))
    if found is None:
        raise analysis_error(
            "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
            format="Iceberg",
            columnName="",
            columnType=f'"{simple_string(wanted).upper()}"',
        )
    return found()


_ICEBERG: Final[Mapping[type[DataType], Callable[[], it.IcebergType]]] = {
    t.BooleanType: it.BooleanType,
    t.ByteType: it.IntegerType,
    t.ShortType: it.IntegerType,
    t.IntegerType: it.IntegerType,
    t.LongType: it.LongType,
    t.FloatType: it.FloatType,
    t.DoubleType: it.DoubleType,
    t.DateType: it.DateType,
    t.TimestampType: it.TimestamptzType,
    t.TimestampNTZType: it.TimestampType,
    t.BinaryType: it.BinaryType,
}


def may_widen(held: DataType, wanted: DataType) -> bool:
    """Whether the spec lets a column's type grow so: int to long, float to double, a decimal's precision."""
    match held, wanted:
        case (t.IntegerType(), t.LongType()) | (t.FloatType(), t.DoubleType()):
            return True
        case (t.DecimalType(precision, scale), t.DecimalType(wider, same)):
            return same == scale and wider >= precision
    return False


# ------------------------------------------------------------------------------------------------------ in data files


def finder(metadata: TableMetadata, schema: Schema) -> Find:
    """How the columns of `schema` are found in files: by number, or by the table's name mapping where files have none.

    A field is named by `schema`; which struct it belongs to is told by its siblings in the file, whose numbers any of
    the table's schemas may know.
    """
    parents: dict[int, int] = {}
    for known in (*metadata.schemas, schema):
        _note_parents(known.as_struct(), _ROOT, parents)
    children: dict[int, dict[str, int]] = {}
    _note_children(schema.as_struct(), _ROOT, children)
    mapping = metadata.name_mapping()
    mapped = {name: f.field_id for f in mapping.root for name in f.names} if mapping is not None else None

    def find(files: Sequence[FileType]) -> Callable[[StructField], FileType | None]:
        numbered = {file.field_id: file for file in files if file.field_id is not None}
        if not numbered:
            return _by_mapping(files, mapped, children) if mapped is not None else by_name(files)
        parent = next((parents[number] for number in numbered if number in parents), None)
        wanted = children.get(parent, {}) if parent is not None else {}
        return lambda f: numbered.get(wanted.get(f.name, _NONE))

    return find


def _by_mapping(
    files: Sequence[FileType], mapped: Mapping[str, int | None], children: Mapping[int, Mapping[str, int]]
) -> Callable[[StructField], FileType | None]:
    """Files without numbers: the mapping gives the outermost columns theirs; inner ones go by name."""
    if any(len(file.path) > 1 for file in files):
        return by_name(files)
    numbered = {mapped[file.name]: file for file in files if mapped.get(file.name) is not None}
    return lambda f: numbered.get(children[_ROOT].get(f.name, _NONE))


def _note_parents(dtype: it.IcebergType, parent: int, parents: dict[int, int]) -> None:
    match dtype:
        case it.StructType():
            for f in dtype.fields:
                parents[f.field_id] = parent
                _note_parents(f.field_type, f.field_id, parents)
        case it.ListType():
            _note_parents(dtype.element_type, dtype.element_id, parents)
        case it.MapType():
            _note_parents(dtype.key_type, dtype.key_id, parents)
            _note_parents(dtype.value_type, dtype.value_id, parents)


def _note_children(dtype: it.IcebergType, parent: int, children: dict[int, dict[str, int]]) -> None:
    match dtype:
        case it.StructType():
            children[parent] = {f.name: f.field_id for f in dtype.fields}
            for f in dtype.fields:
                _note_children(f.field_type, f.field_id, children)
        case it.ListType():
            _note_children(dtype.element_type, dtype.element_id, children)
        case it.MapType():
            _note_children(dtype.key_type, dtype.key_id, children)
            _note_children(dtype.value_type, dtype.value_id, children)


def arrow_schema(schema: Schema) -> pa.Schema:
    """The columns as Arrow writes them to Parquet, numbered."""
    return pa.schema([_arrow_field(f.field_id, f.name, f.field_type, f.required) for f in schema.fields])


def _arrow_field(number: int, name: str, dtype: it.IcebergType, required: bool) -> pa.Field:
    # what is required is checked before it comes here; Arrow's casts would refuse it of columns that may hold NULL
    return pa.field(name, arrow_type(dtype), True, {"PARQUET:field_id": str(number)})


def arrow_type(dtype: it.IcebergType) -> pa.DataType:
    """An Iceberg type as Arrow's."""
    match dtype:
        case it.StructType():
            return pa.struct([_arrow_field(f.field_id, f.name, f.field_type, f.required) for f in dtype.fields])
        case it.ListType():
            return pa.list_(_arrow_field(dtype.element_id, "element", dtype.element_type, dtype.element_required))
        case it.MapType():
            key = _arrow_field(dtype.key_id, "key", dtype.key_type, True).with_nullable(False)
            return pa.map_(key, _arrow_field(dtype.value_id, "value", dtype.value_type, dtype.value_required))
        case it.DecimalType():
            return pa.decimal128(dtype.precision, dtype.scale)
        case it.FixedType() | it.UUIDType():
            raise unsupported(f"writing Iceberg's type {dtype}")
    return _ARROW[type(dtype)]


_ARROW: Final[Mapping[type[it.IcebergType], pa.DataType]] = {
    it.BooleanType: pa.bool_(),
    it.IntegerType: pa.int32(),
    it.LongType: pa.int64(),
    it.FloatType: pa.float32(),
    it.DoubleType: pa.float64(),
    it.DateType: pa.date32(),
    it.TimestampType: pa.timestamp("us"),
    it.TimestamptzType: pa.timestamp("us", "UTC"),
    it.StringType: pa.string(),
    it.BinaryType: pa.binary(),
}


def plain(schema: StructType) -> StructType:
    """The columns without their numbers."""
    return StructType(tuple(_plain_field(f) for f in schema.fields))


def _plain_field(f: StructField) -> StructField:
    metadata = {k: v for k, v in f.metadata.items() if k != ID}
    return replace(f, dtype=_plain_type(f.dtype), metadata=metadata)


def _plain_type(dtype: DataType) -> DataType:
    match dtype:
        case StructType():
            return plain(dtype)
        case ArrayType(element, contains_null):
            return ArrayType(_plain_type(element), contains_null)
        case MapType(key, value, contains_null):
            return MapType(_plain_type(key), _plain_type(value), contains_null)
    return dtype
