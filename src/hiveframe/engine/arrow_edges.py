"""Arrow data at the two edges of DuckDB: Spark's Arrow types outside, physical types inside.

Most differences are labels (field names, nullability, zones, a BIGINT that is a duration): the buffers stay as they are
and get another schema through the Arrow C interface. NULL and TIME columns are the exceptions.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from hiveframe.functions import calendar_interval
from hiveframe.functions.sql import NO_FIELD, column_name, physical_field_names
from hiveframe.plan import types as t
from hiveframe.plan.logical import Column
from hiveframe.plan.types import DataType, StructField

# pyarrow has the type of whole months but no constructor for it: the type comes out of a serialized schema.
_MONTHS_SCHEMA: Final = (
    "/////3AAAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAEAAAAUAAAAEAAUAAgABgAHAAwAAAAQABAAAAAAAAELEAAAABgAAAAE"
    "AAAAAAAAAAEAAABtAAAABAAEAAQAAAAAAAAA"
)
MONTHS: Final[pa.DataType] = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(_MONTHS_SCHEMA))).field(0).type

_ATOMIC: Final[Mapping[type[DataType], pa.DataType]] = {
    t.NullType: pa.null(),
    t.BooleanType: pa.bool_(),
    t.ByteType: pa.int8(),
    t.ShortType: pa.int16(),
    t.IntegerType: pa.int32(),
    t.LongType: pa.int64(),
    t.FloatType: pa.float32(),
    t.DoubleType: pa.float64(),
    t.StringType: pa.string(),
    t.CharType: pa.string(),
    t.VarcharType: pa.string(),
    t.BinaryType: pa.binary(),
    t.DateType: pa.date32(),
    t.TimestampNTZType: pa.timestamp("us"),
    t.TimeType: pa.time64("ns"),
    t.YearMonthIntervalType: MONTHS,
    t.DayTimeIntervalType: pa.duration("us"),
    t.CalendarIntervalType: pa.month_day_nano_interval(),
}

# Where the physical type is another one.
_PHYSICAL: Final[Mapping[type[DataType], pa.DataType]] = {
    t.NullType: pa.int32(),
    t.TimeType: pa.time64("us"),
    t.YearMonthIntervalType: pa.int32(),
    t.DayTimeIntervalType: pa.int64(),
    t.CalendarIntervalType: calendar_interval.ARROW_TYPE,
}


# The mark by which clients know a VARIANT from a struct of the same two fields (ArrowUtils.toArrowField).
_VARIANT: Final = pa.struct(
    [
        pa.field("value", pa.binary(), False),
        pa.field("metadata", pa.binary(), False, metadata={"variant": "true"}),
    ]
)
_PHYSICAL_VARIANT: Final = pa.struct([pa.field("value", pa.binary()), pa.field("metadata", pa.binary())])

_STORED_AS: Final[Mapping[pa.DataType, pa.DataType]] = {MONTHS: pa.int32(), pa.duration("us"): pa.int64()}


UNCOLUMNED: Final = pa.schema([pa.field("none", pa.int32())])
_NO_FIELDS: Final = pa.struct([pa.field(NO_FIELD, pa.int32())])


def spatial_arrow_type(dtype: t.SpatialType, *, is_marked: bool) -> pa.DataType:
    """A shape's number of its reference system and its well-known bytes, marked as Spark's clients expect them."""
    kind = b"geometry" if isinstance(dtype, t.GeometryType) else b"geography"
    srid = str(-1 if dtype.srid is None else dtype.srid).encode()
    metadata = {kind: b"true", b"srid": srid} if is_marked else None
    wkb = pa.field("wkb", pa.binary(), not is_marked, metadata=metadata)
    return pa.struct([pa.field("srid", pa.int32(), not is_marked), wkb])


class _Form:
    """One of the two shapes of a value in Arrow: how atoms and struct fields are written."""

    def __init__(
        self,
        atoms: Mapping[type[DataType], pa.DataType],
        field_names: Callable[[t.StructType], Sequence[str]],
        *,
        keeps_nullability: bool,
    ) -> None:
        self._atoms = atoms
        self._field_names = field_names
        self._keeps_nullability = keeps_nullability

    def type_of(self, dtype: DataType, time_zone: str) -> pa.DataType:
        """The Arrow type of `dtype`."""
        match dtype:
            case t.DecimalType(precision, scale):
                return pa.decimal128(precision, scale)
            case t.TimestampType():
                return pa.timestamp("us", time_zone)
            case t.ArrayType(element, contains_null):
                return pa.list_(self.field("element", element, contains_null, time_zone))
            case t.MapType(key, value, value_contains_null):
                return pa.map_(self._key(key, time_zone), self.field("value", value, value_contains_null, time_zone))
            case t.StructType(()) if not self._keeps_nullability:
                return _NO_FIELDS
            case t.StructType(fields):
                names = self._field_names(dtype)
                return pa.struct(
                    [self.field(n, f.dtype, f.nullable, time_zone) for n, f in zip(names, fields, strict=True)]
                )
            case t.UserDefinedType(storage):
                return self.type_of(storage, time_zone)
            case t.SpatialType():
                return spatial_arrow_type(dtype, is_marked=self._keeps_nullability)
            case t.VariantType():
                return _VARIANT if self._keeps_nullability else _PHYSICAL_VARIANT
        return self._atoms[type(dtype)]

    def field(self, name: str, dtype: DataType, nullable: bool, time_zone: str) -> pa.Field:
        """The Arrow field of a column, struct field, or element."""
        made = self.type_of(dtype, time_zone)
        # Arrow has no nulls that are not NULL
        return pa.field(name, made, nullable or not self._keeps_nullability or pa.types.is_null(made))

    def _key(self, dtype: DataType, time_zone: str) -> pa.Field:
        """A map's key; a map of keys without a type is empty, whatever they are."""
        return pa.field("key", pa.int32() if isinstance(dtype, t.NullType) else self.type_of(dtype, time_zone), False)


def _arrow_field_names(struct: t.StructType) -> list[str]:
    """Spark numbers names that repeat: `a_0`, `a_1` (ArrowUtils.deduplicateFieldNames)."""
    names = [f.name for f in struct.fields]
    if len(set(names)) == len(names):
        return names
    met: dict[str, int] = {}
    made = []
    for name in names:
        if names.count(name) > 1:
            made.append(f"{name}_{met.get(name, 0)}")
            met[name] = met.get(name, 0) + 1
        else:
            made.append(name)
    return made


_SPARK: Final = _Form(_ATOMIC, _arrow_field_names, keeps_nullability=True)
_DUCK: Final = _Form({**_ATOMIC, **_PHYSICAL}, physical_field_names, keeps_nullability=False)


def arrow_type(dtype: DataType, time_zone: str) -> pa.DataType:
    """The Arrow type in which Spark sends values of `dtype`."""
    return _SPARK.type_of(dtype, time_zone)


def physical_arrow_type(dtype: DataType, time_zone: str = "UTC") -> pa.DataType:
    """The Arrow type of `dtype` inside the engine."""
    return _DUCK.type_of(dtype, time_zone)


def arrow_schema(fields: Sequence[StructField], time_zone: str) -> pa.Schema:
    """The Arrow schema of a result; names may repeat."""
    return pa.schema([_SPARK.field(f.name, f.dtype, f.nullable, time_zone) for f in fields])


class ResultBatches:
    """Turns batches as DuckDB gives them into batches as Spark sends them."""

    def __init__(self, fields: Sequence[StructField], time_zone: str) -> None:
        self.schema = arrow_schema(fields, time_zone)
        self._rebuilt = [(i, f.dtype) for i, f in enumerate(fields) if _is_rebuilt(f.dtype)]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The same rows under the result's schema."""
        if not self.schema:
            return batch.select([])
        if self._rebuilt:
            columns = list(batch.columns)
            for i, dtype in self._rebuilt:
                columns[i] = _outward(columns[i], dtype)
            batch = pa.RecordBatch.from_arrays(columns, names=[f"c{i}" for i in range(len(columns))])
        return relabelled(batch, self.schema)


def to_physical(table: pa.Table, output: Sequence[Column]) -> pa.Table:
    """Spark's Arrow rows as the engine reads them: columns by id, physical types."""
    inside = physical_schema(output)
    outside = [_SPARK.type_of(c.dtype, "UTC") for c in output]
    columns = [_inward(table.column(i), c.dtype, outside[i]) for i, c in enumerate(output)]
    if not columns:
        return table
    plain = pa.Table.from_arrays(columns, names=inside.names)
    return pa.Table.from_batches([relabelled(b, inside) for b in plain.to_batches()], inside)


def physical_batch(columns: Sequence[pa.Array], output: Sequence[Column]) -> pa.RecordBatch:
    """Arrays in Spark's Arrow types (or ones that cast to them) as a batch that the engine reads."""
    inside = physical_schema(output)
    arrays = [
        _inward(pa.chunked_array([array]), c.dtype, _SPARK.type_of(c.dtype, "UTC")).combine_chunks()
        for array, c in zip(columns, output, strict=True)
    ]
    return relabelled(pa.RecordBatch.from_arrays(arrays, names=inside.names), inside)


def uncolumned_batch(row_count: int) -> pa.RecordBatch:
    """Rows without columns as a batch that the engine reads."""
    return pa.RecordBatch.from_arrays([pa.nulls(row_count, pa.int32())], schema=UNCOLUMNED)


def physical_schema(output: Sequence[Column]) -> pa.Schema:
    """The Arrow schema of rows inside the engine, columns called by id."""
    return pa.schema([_DUCK.field(column_name(c.id), c.dtype, True, "UTC") for c in output])


def relabelled(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch's buffers under another schema of the same layout."""
    return pa.record_batch(_Relabelled(batch, schema))


class _Relabelled:
    """The Arrow C interface of a batch with another schema."""

    def __init__(self, batch: pa.RecordBatch, schema: pa.Schema) -> None:
        self._batch = batch
        self._schema = schema

    def __arrow_c_array__(self, requested_schema: Any = None) -> tuple[Any, Any]:
        return self._schema.__arrow_c_schema__(), self._batch.__arrow_c_array__()[1]


def _is_rebuilt(dtype: DataType) -> bool:
    """Whether the two forms differ in more than labels."""
    match dtype:
        case t.NullType() | t.TimeType() | t.CalendarIntervalType():
            return True
        case t.ArrayType(element):
            return _is_rebuilt(element)
        case t.MapType(key, value):
            return _is_rebuilt(key) or _is_rebuilt(value)
        case t.StructType(fields):
            return not fields or any(_is_rebuilt(f.dtype) for f in fields)
        case t.UserDefinedType(storage):
            return _is_rebuilt(storage)
    return False


def _outward(array: pa.Array, dtype: DataType) -> pa.Array:
    """A physical array in Spark's layout; names inside are settled by relabelling."""
    match dtype:
        case t.NullType():
            return pa.nulls(len(array))
        case t.TimeType():
            return array.cast(pa.time64("ns"))
        case t.CalendarIntervalType():
            return calendar_interval.outward(array)
        case t.StructType(()):
            return pa.array([None if n else {} for n in array.is_null().to_pylist()], pa.struct([]))
    return _mapped(array, dtype, _outward)


def _inward(column: pa.ChunkedArray, dtype: DataType, outside: pa.DataType) -> pa.ChunkedArray:
    """A column in the engine's layout."""
    if column.type != outside and not _same_layout(column.type, outside):
        column = column.cast(outside)
    if not _is_rebuilt(dtype):
        return column
    return pa.chunked_array([_inward_array(chunk, dtype) for chunk in column.chunks], _layout_type(dtype))


def _layout_type(dtype: DataType) -> pa.DataType | None:
    return _inward_array(pa.array([], _SPARK.type_of(dtype, "UTC")), dtype).type


def _inward_array(array: pa.Array, dtype: DataType) -> pa.Array:
    match dtype:
        case t.NullType():
            return pa.nulls(len(array), pa.int32())
        case t.TimeType():
            return pc.floor_temporal(array, unit="microsecond").cast(pa.time64("us"))
        case t.CalendarIntervalType():
            return calendar_interval.inward(array)
        case t.StructType(()):
            nothing = pa.nulls(len(array), pa.int32())
            return pa.StructArray.from_arrays([nothing], fields=list(_NO_FIELDS), mask=array.is_null())
    return _mapped(array, dtype, _inward_array)


def _mapped(array: pa.Array, dtype: DataType, change: Callable[[pa.Array, DataType], pa.Array]) -> pa.Array:
    """`array` with its parts changed."""
    if not _is_rebuilt(dtype):
        return array
    match dtype:
        case t.UserDefinedType(storage):
            return change(array, storage)
        case t.ArrayType(element):
            values = change(array.values, element)
            return pa.ListArray.from_arrays(array.offsets, values, mask=array.is_null() if array.null_count else None)
        case t.MapType(key, value):
            keys = array.keys if isinstance(key, t.NullType) else change(array.keys, key)
            items = change(array.items, value)
            return pa.MapArray.from_arrays(
                array.offsets, keys, items, mask=array.is_null() if array.null_count else None
            )
        case t.StructType(fields):
            mask = array.is_null() if array.null_count else None
            parts = [change(array.field(i), f.dtype) for i, f in enumerate(fields)]
            return pa.StructArray.from_arrays(parts, names=[f"f{i}" for i in range(len(parts))], mask=mask)
    return array


def _same_layout(left: pa.DataType, right: pa.DataType) -> bool:
    """Whether two types differ in names, nullability and zones only."""
    if left.num_fields != right.num_fields:
        return False
    if pa.types.is_timestamp(left) and pa.types.is_timestamp(right):
        return bool(left.unit == right.unit)
    if left.num_fields == 0:
        return bool(_STORED_AS.get(left, left) == _STORED_AS.get(right, right))
    kinds = (pa.types.is_struct, pa.types.is_list, pa.types.is_map)
    if not any(kind(left) and kind(right) for kind in kinds):
        return False
    pairs = [(left.field(i), right.field(i)) for i in range(left.num_fields)]
    return all(_same_layout(a.type, b.type) for a, b in pairs)
