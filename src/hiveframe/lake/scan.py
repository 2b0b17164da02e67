"""What a data source hands the engine: which files, which columns, and the DuckDB query that reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.sql import cast, false, ident, null, number, physical_type
from hiveframe.lake.options import Options
from hiveframe.lake.stamps import Stamp
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType

METADATA: Final = "_metadata"
METADATA_POSITION: Final = -1
"""Stands for the hidden column among a scan's positions."""


@dataclass(frozen=True, slots=True)
class ScanFile:
    """One file. `partition_values` are in storage form (see `plan.spec`), in the order of the partition columns.

    `partition` is what it shares with files that may be made one with it, where those values do not tell. `stamp` is
    None of a table's file, which never changes.
    """

    path: str
    size_bytes: int
    modified_us: int
    partition_values: tuple[Any, ...] = ()
    partition: Any = None
    stamp: Stamp | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ScanSource:
    """An opened data source: everything about it that is known before rows are read.

    `schema` holds data and partition columns in output order; `partitions` lists the positions in `schema` that come
    from folder names, in the order of `ScanFile.partition_values`. `detail` is the format's own knowledge (footers,
    header, inferred widths); `state` is the version of a table that keeps them, `pruner` a
    `lake.pruning.Pruner` where files can be left out. `hive_layout` says that the folders
    between root and file spell the partition values.
    """

    format: str
    paths: tuple[str, ...]
    files: tuple[ScanFile, ...]
    schema: StructType
    options: Options
    partitions: tuple[int, ...] = ()
    hive_layout: bool = True
    time_zone: str = "UTC"
    detail: Any = None
    state: Any = None
    pruner: Any = None

    @property
    def size_bytes(self) -> int:
        """Bytes on disk."""
        return sum(f.size_bytes for f in self.files)

    @property
    def partition_schema(self) -> StructType:
        """The partition columns, in folder order."""
        return StructType(tuple(self.schema.fields[i] for i in self.partitions))

    @property
    def metadata_schema(self) -> StructType | None:
        """The fields of the hidden column; None where rows come from no files."""
        if not self.paths:
            return None
        return _PARQUET_METADATA if self.numbers_rows else _METADATA

    @property
    def numbers_rows(self) -> bool:
        """Whether a row's place in its file is known: of Parquet, and of tables made of it."""
        return self.format in ("parquet", "delta", "honeystore", "iceberg")

    def restricted(self, paths: Collection[str]) -> ScanSource:
        """The source with these of its files only, of a format whose `detail` can follow."""
        files = tuple(f for f in self.files if f.path in paths)
        return replace(self, files=files, detail=self.detail.restricted(paths))

    def data_positions(self) -> tuple[int, ...]:
        """Positions of the columns that are stored in the files."""
        folders = set(self.partitions)
        return tuple(i for i in range(len(self.schema.fields)) if i not in folders)


@dataclass(frozen=True, slots=True)
class ScanSql:
    """A query whose projections are `f<i>` for schema position i, each in the physical type of its column.

    `arrow` maps names that the query mentions to Arrow objects (a dataset, table or reader) that have to be
    registered while it runs; a reader can be scanned once.
    """

    select: exp.Select
    arrow: Mapping[str, Any] = field(default_factory=dict)


def reading_order(files: Sequence[ScanFile]) -> list[str]:
    """The paths of files in the order in which Spark reads them: the largest first (`FilePartition`)."""
    return [f.path for f in sorted(files, key=lambda f: -f.size_bytes)]


def scan_column(position: int) -> str:
    """The projection's name for a schema position."""
    return f"f{position}"


FILE_PATH_COLUMN = "f_path"
"""The projection that carries each row's file when a scan is asked for it."""


ROW_INDEX_COLUMN = "f_row"
"""Each row's place in its file, beside `FILE_PATH_COLUMN` where the format counts rows (Parquet)."""

_METADATA: Final = StructType(
    (
        StructField("file_path", t.STRING, False),
        StructField("file_name", t.STRING, False),
        StructField("file_size", t.LONG, False),
        StructField("file_block_start", t.LONG, False),
        StructField("file_block_length", t.LONG, False),
        StructField("file_modification_time", t.TIMESTAMP, False),
    )
)
_PARQUET_METADATA: Final = StructType((*_METADATA.fields, StructField("row_index", t.LONG, False)))


def path_columns(source: ScanSource) -> list[str]:
    """The columns that `with_path` adds to a scan."""
    return [ROW_INDEX_COLUMN, FILE_PATH_COLUMN] if source.numbers_rows else [FILE_PATH_COLUMN]


def empty_scan(source: ScanSource, needed: Sequence[int], with_path: bool) -> ScanSql:
    """A scan of no files: the right columns and no rows."""
    items: list[exp.Expression] = [
        exp.Alias(this=cast(null(), physical_type(source.schema.fields[i].dtype)), alias=ident(scan_column(i)))
        for i in needed
    ]
    for name in path_columns(source) if with_path else ():
        kind = "VARCHAR" if name == FILE_PATH_COLUMN else "BIGINT"
        items.append(exp.Alias(this=cast(null(), kind), alias=ident(name)))
    return ScanSql(exp.Select(expressions=items or [number(1)]).where(false()))
