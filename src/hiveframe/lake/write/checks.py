"""What a write must fulfil before a row is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.lake.write.request import WriteRequest
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType, simple_string, sql_name


def check_request(request: WriteRequest, label: str, holds: Callable[[DataType], bool]) -> None:
    """Raises what Spark raises for partition columns, repeated names and types that the format cannot hold."""
    positions = partition_positions(request.schema, request.partition_by)
    if positions and len(positions) == len(request.schema.fields):
        raise analysis_error("ALL_PARTITION_COLUMNS_NOT_ALLOWED")
    for i in positions:
        dtype = request.schema.fields[i].dtype
        if isinstance(dtype, (ArrayType, MapType, StructType, t.VariantType)):
            raise analysis_error("INVALID_PARTITION_COLUMN_DATA_TYPE", type=f'"{sql_name(dtype)}"')
    data = [f for i, f in enumerate(request.schema.fields) if i not in positions]
    for f in data:
        if not holds(f.dtype):
            params = {"format": label, "columnName": f"`{f.name}`", "columnType": f'"{sql_name(f.dtype)}"'}
            raise AnalysisException("UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", params)


def partition_positions(schema: StructType, names: Sequence[str]) -> tuple[int, ...]:
    """Where the partition columns stand; a name that repeats or is missing is refused."""
    places = {f.name.lower(): i for i, f in enumerate(schema.fields)}
    positions: list[int] = []
    for name in names:
        place = places.get(name.lower())
        if place is None:
            params = {"col": f"`{name}`", "schemaCatalog": simple_string(schema)}
            raise AnalysisException("_LEGACY_ERROR_TEMP_1155", {**params, "col": name})
        if place in positions:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=f"`{name.lower()}`")
        positions.append(place)
    return tuple(positions)


def check_unique(fields: Sequence[StructField]) -> None:
    """COLUMN_ALREADY_EXISTS for a name that repeats (case aside), for formats that find columns by name."""
    seen: set[str] = set()
    for f in fields:
        if f.name.lower() in seen:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=f"`{f.name.lower()}`")
        seen.add(f.name.lower())


def holds_atoms(dtype: DataType) -> bool:
    """CSV: everything but nested types, VOID, VARIANT and calendar intervals."""
    return not isinstance(
        dtype, (ArrayType, MapType, StructType, t.VariantType, t.NullType, t.CalendarIntervalType, t.UserDefinedType)
    )


def holds_text(dtype: DataType) -> bool:
    """Text: strings only."""
    return isinstance(dtype, (t.StringType, t.CharType, t.VarcharType))


def holds_nested(*refused: type[DataType]) -> Callable[[DataType], bool]:
    """Every type whose parts are none of `refused`."""

    def holds(dtype: DataType) -> bool:
        match dtype:
            case ArrayType(element):
                return holds(element)
            case MapType(key, value):
                return holds(key) and holds(value)
            case StructType(fields):
                return all(holds(f.dtype) for f in fields)
            case t.UserDefinedType(storage):
                return holds(storage)
        return not isinstance(dtype, refused)

    return holds


HOLDS: Final[Mapping[str, Callable[[DataType], bool]]] = {
    "parquet": holds_nested(t.CalendarIntervalType),
    "orc": holds_nested(t.CalendarIntervalType, t.NullType, t.VariantType),
    "avro": holds_nested(t.CalendarIntervalType, t.VariantType),
    "csv": holds_atoms,
    "json": holds_nested(t.CalendarIntervalType),
    "text": holds_text,
    "xml": holds_nested(),
}
