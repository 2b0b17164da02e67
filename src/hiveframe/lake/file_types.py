"""Types as a file stores them, and the conversion from what DuckDB reads to the physical type of a Spark column."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hiveframe.dataclass import dataclass
from hiveframe.functions.sql import (
    Sql,
    case,
    cast,
    func,
    is_null,
    lambda_,
    null,
    number,
    op,
    param,
    physical_type,
    physical_type_text,
    struct_pack,
    text,
)
from hiveframe.functions.time_of_day import of_micros
from hiveframe.lake.old_calendar import rebased
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, MapType, StructField, StructType


@dataclass(frozen=True, slots=True)
class FileType:
    """A column's or nested value's type in a file.

    `spark` is what Spark infers for a leaf (None: Spark refuses it) and the bare kind of a nested type; `duck` is
    what DuckDB's reader delivers; `stored` is the file format's name for it (for messages). `fields` are the
    children: a struct's, a list's one, a map's two. `is_utc_clock` marks a moment that DuckDB delivers as a clock
    reading in UTC (INT96). `old_calendar` is the zone of dates and moments that were written by the old calendar.
    """

    name: str
    spark: DataType | None
    duck: str
    stored: str
    path: tuple[str, ...] = ()
    fields: tuple[FileType, ...] = ()
    is_utc_clock: bool = False
    old_calendar: str = ""


def convert(value: Sql, file: FileType, wanted: DataType) -> Sql:
    """`value` as the physical type of `wanted`; the expression itself when it already has it."""
    return _convert(value, file, wanted, count())


def needs_conversion(file: FileType, wanted: DataType) -> bool:
    """Whether what DuckDB reads differs from the physical type of `wanted`."""
    if file.fields:
        return file.duck != physical_type_text(wanted) or any(_holds_clock(f) for f in file.fields)
    return file.is_utc_clock or bool(file.old_calendar) or file.duck != physical_type_text(wanted)


def _holds_clock(file: FileType) -> bool:
    return file.is_utc_clock or bool(file.old_calendar) or any(_holds_clock(f) for f in file.fields)


def _convert(value: Sql, file: FileType, wanted: DataType, names: count[int]) -> Sql:
    if not needs_conversion(file, wanted):
        return value
    match wanted:
        case ArrayType(element):
            x = f"x{next(names)}"
            return func("list_transform", value, lambda_([x], _convert(param(x), file.fields[0], element, names)))
        case MapType(key, item):
            return _convert_map(value, file, key, item, names)
        case StructType():
            return _convert_struct(value, file, wanted, names)
        case t.VariantType():
            return _convert_variant(value, file, names)
    if file.old_calendar and isinstance(wanted, (t.DateType, t.TimestampType)):
        today = replace(file, old_calendar="")
        return rebased(_convert(value, today, wanted, names), wanted, file.old_calendar)
    if isinstance(wanted, t.NullType):
        return cast(null(), "INTEGER")
    if isinstance(wanted, t.TimestampType) and file.is_utc_clock:
        return func("timezone", text("UTC"), value)
    if isinstance(wanted, t.TimestampNTZType) and file.duck == "TIMESTAMP WITH TIME ZONE":
        return func("timezone", text("UTC"), value)
    if file.duck == "MICROSECONDS":
        return func("make_timestamp", value)
    if isinstance(wanted, t.TimeType) and file.duck == "NANOSECONDS":
        return of_micros(op("//", value, number(1000)))
    return cast(value, physical_type(wanted))


def _convert_map(value: Sql, file: FileType, key: DataType, item: DataType, names: count[int]) -> Sql:
    x = f"x{next(names)}"
    entry = StructType((StructField("key", key), StructField("value", item)))
    pair = struct_pack(
        entry,
        [
            _convert(func("struct_extract", param(x), text("key")), file.fields[0], key, names),
            _convert(func("struct_extract", param(x), text("value")), file.fields[1], item, names),
        ],
    )
    entries = func("list_transform", func("map_entries", value), lambda_([x], pair))
    return func("map_from_entries", entries)


def _convert_variant(value: Sql, file: FileType, names: count[int]) -> Sql:
    """The two byte strings, of DuckDB's own VARIANT where its reader has put one together."""
    if file.duck != "VARIANT":
        return _convert_struct(value, file, _VARIANT, names)
    made = cast(func("variant_to_parquet_variant", value), physical_type(t.VARIANT))
    # JSON's null becomes NULL as well: DuckDB tells the two apart nowhere.
    return case((is_null(value.copy()), null()), default=made)


_VARIANT = StructType((StructField("value", t.BINARY), StructField("metadata", t.BINARY)))


def _convert_struct(value: Sql, file: FileType, wanted: StructType, names: count[int]) -> Sql:
    stored = {f.name.lower(): f for f in file.fields}
    values: list[Sql] = []
    for f in wanted.fields:
        child = stored.get(f.name.lower())
        if child is None:
            values.append(cast(null(), physical_type(f.dtype)))
        else:
            values.append(_convert(func("struct_extract", value, text(child.name)), child, f.dtype, names))
    return case((is_null(value), null()), default=struct_pack(wanted, values))
