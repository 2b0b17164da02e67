"""Partition columns and file paths in a scan: asked of DuckDB's reader, or joined by path where folders differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from hiveframe.functions.sql import Sql, cast, column, false, ident, null, op, physical_type, text, true, try_cast
from hiveframe.lake.partition_values import show
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.lake.table_function import select_from, struct_literal
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

PATH = "__file_path"
"""What a reader calls its path column; it never leaves the scan under this name."""

_FOLDERS = "__folders"
_FOLDER_PATH = "__folder_path"

# Types whose text DuckDB reads from a folder name as Spark does; the others come as text and are cast above.
_NATIVE: Mapping[type[DataType], str] = {
    t.IntegerType: "INTEGER",
    t.LongType: "BIGINT",
    t.DateType: "DATE",
    t.StringType: "VARCHAR",
}


def reader_arguments(source: ScanSource, with_path: bool) -> dict[str, Sql]:
    """Named arguments that make a reader deliver partition columns and the file path."""
    joins = bool(source.partitions) and not source.hive_layout
    named: dict[str, Sql] = {"filename": text(PATH)} if with_path or joins else {}
    if not source.partitions or joins:
        return {**named, "hive_partitioning": false()}
    kinds = [(f.name, text(_hive_type(f.dtype))) for f in source.partition_schema.fields]
    types = {"hive_types": struct_literal(kinds), "hive_types_autocast": false()}
    return {**named, "hive_partitioning": true(), **types}


def partition_value(source: ScanSource, position: int) -> Sql:
    """The partition column at schema position `position`, in its physical type."""
    f = source.schema.fields[position]
    if isinstance(f.dtype, t.NullType):
        return cast(null(), "INTEGER")
    if not source.hive_layout:
        return column(f"__p{source.partitions.index(position)}", _FOLDERS)
    value = column(f.name)
    return value if type(f.dtype) in _NATIVE else try_cast(value, physical_type(f.dtype))


def partitioned_select(source: ScanSource, reader: Sql, projections: Sequence[tuple[str, Sql]]) -> exp.Select:
    """`SELECT projections FROM reader`, with the partition values joined by path where the reader lacks them."""
    select = select_from(reader, projections)
    if not source.partitions or source.hive_layout:
        return select
    condition = op("=", column(PATH), column(_FOLDER_PATH, _FOLDERS))
    return select.join(_folder_rows(source), on=condition, copy=False)


def _folder_rows(source: ScanSource) -> exp.Expression:
    """`(VALUES (path, value, …), …) AS __folders`."""
    fields = source.partition_schema.fields
    rows = [
        exp.Tuple(
            expressions=[
                text(file.path),
                *(
                    cast(_literal(value, f.dtype, source.time_zone), physical_type(f.dtype))
                    for value, f in zip(file.partition_values, fields, strict=True)
                ),
            ]
        )
        for file in source.files
    ]
    names = [_FOLDER_PATH, *(f"__p{i}" for i in range(len(fields)))]
    alias = exp.TableAlias(this=ident(_FOLDERS), columns=[ident(n) for n in names])
    return exp.Values(expressions=rows, alias=alias)


def partition_literal(source: ScanSource, file: ScanFile, position: int) -> Sql:
    """One file's value of the partition column at `position`, as a constant."""
    dtype = source.schema.fields[position].dtype
    value = file.partition_values[source.partitions.index(position)]
    return cast(_literal(value, dtype, source.time_zone), physical_type(dtype))


def _literal(value: object, dtype: DataType, time_zone: str) -> Sql:
    shown = show(value, dtype, time_zone)
    return null() if shown is None else text(shown)


def _hive_type(dtype: DataType) -> str:
    return _NATIVE.get(type(dtype), "VARCHAR")
