"""Rows that Python makes, batch by batch, where DuckDB has no reader: what a scan of such a source selects from."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, column, column_name, ident, physical_field_names
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select
from hiveframe.lake.scan import FILE_PATH_COLUMN, ScanSource, ScanSql, scan_column
from hiveframe.lake.table_function import select_from
from hiveframe.plan.types import ArrayType, DataType, MapType, StructType

BATCH_ROWS: Final = 10_000
_names = itertools.count()

ReadFile = Callable[[str, tuple[int, ...]], Iterator[Sequence[Any]]]
"""Rows of one file, each the values of the positions asked for, as pyarrow takes them for the physical types."""


@dataclass(frozen=True, slots=True, eq=False)
class BatchStream:
    """An Arrow stream that is made anew each time that it is read; what goes wrong in it leaves as it is.

    Its batches have the physical `schema`; or, where user code makes them, Spark's own Arrow types for `row_type`.
    """

    schema: pa.Schema | None
    batches: Callable[[], Iterator[pa.RecordBatch]]
    row_type: StructType | None = None


def scan_files(
    source: ScanSource, needed: Sequence[int], read: ReadFile, context: EmitContext, *, with_path: bool
) -> ScanSql:
    """The rows of all files, with partition columns and paths."""
    by_path = replace(source, hive_layout=False)
    stored = tuple(i for i in needed if i not in source.partitions)
    schema = pa.schema(
        [
            *((scan_column(i), context.arrow_type(source.schema.fields[i].dtype)) for i in stored),
            (PATH, pa.string()),
        ]
    )

    def batches() -> Iterator[pa.RecordBatch]:
        for file in source.files:
            rows = read(file.path, stored)
            while part := list(itertools.islice(rows, BATCH_ROWS)):
                columns = [pa.array([row[n] for row in part], schema.field(n).type) for n in range(len(stored))]
                yield pa.record_batch([*columns, pa.array([file.path] * len(part))], schema=schema)

    name = f"__rows_{next(_names)}"
    outputs: list[tuple[str, Sql]] = [
        (scan_column(i), partition_value(by_path, i) if i in source.partitions else column(scan_column(i)))
        for i in needed
    ]
    if with_path:
        outputs.append((FILE_PATH_COLUMN, column(PATH)))
    return ScanSql(partitioned_select(by_path, ident(name), outputs), {name: BatchStream(schema, batches)})


def scan_stream(source: ScanSource, needed: Sequence[int], stream: BatchStream) -> ScanSql:
    """The rows of a stream whose columns are those needed, in their order."""
    name = f"__rows_{next(_names)}"
    is_users = stream.row_type is not None  # whose columns the engine calls by their places
    outputs: list[tuple[str, Sql]] = [
        (scan_column(i), column(column_name(n) if is_users else scan_column(i))) for n, i in enumerate(needed)
    ]
    return ScanSql(select_from(ident(name), outputs), {name: stream})


def physical_value(value: Any, dtype: DataType) -> Any:
    """A value whose structs are mappings by field name, with the names that structs have inside of the engine."""
    if value is None:
        return None
    match dtype:
        case ArrayType(element):
            return [physical_value(x, element) for x in value]
        case MapType(key, held):
            pairs = value.items() if isinstance(value, Mapping) else value
            return [(physical_value(k, key), physical_value(v, held)) for k, v in pairs]
        case StructType(fields):
            names = physical_field_names(dtype)
            return {n: physical_value(value.get(f.name), f.dtype) for n, f in zip(names, fields, strict=True)}
    return value
