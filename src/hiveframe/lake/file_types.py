"""Types as a file stores them, and the conversion from what DuckDB reads to the physical type of a Spark column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Final

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

_DAY_US: Final = 86_400_000_000
_JULIAN_START: Final = -2_440_588 * _DAY_US
_UNSIGNED_DAYS: Final = (1 << 32) * _DAY_US % (1 << 64)  # by which a moment is off, in 64 bits


@dataclass(frozen=True, slots=True)
class FileType:
    """A column's or nested value's type in a file.

    `spark` is what Spark infers for a leaf (None: Spark refuses it) and the bare kind of a nested type; `duck` is
    what DuckDB's reader delivers; `stored` is the file format's name for it (for messages). `fields` are the
    children: a struct's, a list's one, a map's two. `is_utc_clock` marks a moment that DuckDB delivers as a clock
    reading in UTC (INT96). `old_calendar` is the zone of dates and moments that were written by the old calendar.
    `field_id` is the number that Parquet files may give a column for life. `hides_nan` marks a number of which the
    file's statistics may leave NaN out: DuckDB (2.0) takes it that no value is greater than the greatest that they
    tell, so that filters and aggregates would pass over NaN; it is read behind an expression that they do not cross.
    """

    name: str
    spark: DataType | None
    duck: str
    stored: str
    path: tuple[str, ...] = ()
    fields: tuple[FileType, ...] = ()
    is_utc_clock: bool = False
    old_calendar: str = ""
    field_id: int | None = None
    hides_nan: bool = False


Find = Callable[[Sequence[FileType]], Callable[[StructField], FileType | None]]
"""Given a file's columns (or a struct's fields), says which of them holds a field."""


def by_name(files: Sequence[FileType]) -> Callable[[StructField], FileType | None]:
    """The first of the field's name, case aside."""
    known = {file.name.lower(): file for file in reversed(files)}
    return lambda f: known.get(f.name.lower())


def convert(value: Sql, file: FileType, wanted: DataType, find: Find = by_name) -> Sql:
    """`value` as the physical type of `wanted`; the expression itself when it already has it."""
    return _convert(value, file, wanted, _Job(find, count()))


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """How fields are found, and numbers for the names of lambdas' parameters."""

    find: Find
    numbers: count[int]

    def name(self) -> str:
        return f"x{next(self.numbers)}"


def needs_conversion(file: FileType, wanted: DataType) -> bool:
    """Whether what DuckDB reads differs from the physical type of `wanted`."""
    if file.fields:
        return file.duck != physical_type_text(wanted) or any(_is_read_otherwise(f) for f in file.fields)
    return _is_read_otherwise(file) or file.duck != physical_type_text(wanted)


def _is_read_otherwise(file: FileType) -> bool:
    is_leaf_read_otherwise = file.is_utc_clock or bool(file.old_calendar) or file.hides_nan
    return is_leaf_read_otherwise or any(_is_read_otherwise(f) for f in file.fields)


def _convert(value: Sql, file: FileType, wanted: DataType, job: _Job) -> Sql:
    if not needs_conversion(file, wanted):
        return value
    if file.hides_nan:
        fenced = case((is_null(value), cast(null(), file.duck)), default=value)
        return _convert(fenced, replace(file, hides_nan=False), wanted, job)
    match wanted:
        case ArrayType(element):
            x = job.name()
            return func("list_transform", value, lambda_([x], _convert(param(x), file.fields[0], element, job)))
        case MapType(key, item):
            return _convert_map(value, file, key, item, job)
        case StructType():
            return _convert_struct(value, file, wanted, job)
        case t.VariantType():
            return _convert_variant(value, file, job)
    if file.old_calendar and isinstance(wanted, (t.DateType, t.TimestampType)):
        today = replace(file, old_calendar="")
        return rebased(_convert(value, today, wanted, job), wanted, file.old_calendar)
    if isinstance(wanted, t.NullType):
        return cast(null(), "INTEGER")
    if isinstance(wanted, t.TimestampType) and file.is_utc_clock:
        return func("timezone", text("UTC"), _of_signed_day(value))
    if isinstance(wanted, t.TimestampNTZType) and file.duck == "TIMESTAMP WITH TIME ZONE":
        return func("timezone", text("UTC"), value)
    if file.duck == "MICROSECONDS":
        return func("make_timestamp", value)
    if isinstance(wanted, t.TimeType) and file.duck == "NANOSECONDS":
        return of_micros(op("//", value, number(1000)))
    return cast(value, physical_type(wanted))


def _of_signed_day(moment: Sql) -> Sql:
    """An INT96 whose Julian day is negative: DuckDB takes the day for unsigned, which no moment before day 0 can be."""
    micros = func("epoch_us", moment)
    wide = op("-", cast(micros.copy(), "HUGEINT"), number(_UNSIGNED_DAYS))
    least = op("-", number(-(1 << 63) + 1), number(1))
    turned = op("+", wide.copy(), cast(text(str(1 << 64)), "HUGEINT"))
    wrapped = case((op("<", wide, least), turned), default=wide.copy())
    is_before = op("<", micros, number(_JULIAN_START))
    return case((is_before, func("make_timestamp", cast(wrapped, "BIGINT"))), default=moment.copy())


def _convert_map(value: Sql, file: FileType, key: DataType, item: DataType, job: _Job) -> Sql:
    x = job.name()
    entry = StructType((StructField("key", key), StructField("value", item)))
    pair = struct_pack(
        entry,
        [
            _convert(func("struct_extract", param(x), text("key")), file.fields[0], key, job),
            _convert(func("struct_extract", param(x), text("value")), file.fields[1], item, job),
        ],
    )
    entries = func("list_transform", func("map_entries", value), lambda_([x], pair))
    return func("map_from_entries", entries)


def _convert_variant(value: Sql, file: FileType, job: _Job) -> Sql:
    """The two byte strings, of DuckDB's own VARIANT where its reader has put one together."""
    if file.duck != "VARIANT":
        return _convert_struct(value, file, _VARIANT, job)
    made = cast(func("variant_to_parquet_variant", value), physical_type(t.VARIANT))
    # JSON's null becomes NULL as well: DuckDB tells the two apart nowhere.
    return case((is_null(value.copy()), null()), default=made)


_VARIANT = StructType((StructField("value", t.BINARY), StructField("metadata", t.BINARY)))


def _convert_struct(value: Sql, file: FileType, wanted: StructType, job: _Job) -> Sql:
    values: list[Sql] = []
    find = job.find(file.fields)
    for f in wanted.fields:
        child = find(f)
        if child is None:
            values.append(cast(null(), physical_type(f.dtype)))
        else:
            values.append(_convert(func("struct_extract", value, text(child.name)), child, f.dtype, job))
    return case((is_null(value), null()), default=struct_pack(wanted, values))
