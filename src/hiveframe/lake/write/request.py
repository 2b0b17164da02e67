"""What is to be written, where the rows come from, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Final, Protocol

import pyarrow as pa
from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.emit import EmitContext
from hiveframe.lake.options import Options
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings

APPEND: Final = "append"
OVERWRITE: Final = "overwrite"
ERROR_IF_EXISTS: Final = "error"
IGNORE: Final = "ignore"

Build = Callable[[exp.Query, tuple[str, ...], EmitContext], exp.Expression]
"""Makes a statement of the query that gives the rows; the names are its columns', in the schema's order."""


def max_records(options: Options, settings: Settings) -> int:
    """The most rows in a file: the writer's option, else the session's setting; 0, or less in either, is no limit."""
    return max(0, options.integer("maxRecordsPerFile", settings.number("spark.sql.files.maxRecordsPerFile")))


class Rows(Protocol):
    """The rows to write, as the engine computes them. Columns have the physical types of the request's schema."""

    def copy(self, build: Build) -> int:
        """Runs the COPY that `build` makes; the number of rows written."""

    def stream(self, build: Build) -> Iterator[pa.RecordBatch]:
        """Runs the SELECT that `build` makes; its rows."""


@dataclass(frozen=True, slots=True, eq=False)
class WriteRequest:
    """One write to a folder. `mode` is append, overwrite, error or ignore.

    `schema` holds all columns in the rows' order, those of `partition_by` included. With `is_dynamic`, overwrite
    replaces only the partitions that the rows touch; with `static_partition` (the leading partition columns' folder
    texts, None for NULL) only what lies below that partition. `field_ids` numbers Parquet's columns: by name a number,
    or for a nested one a mapping of the same kind with its own under `__duckdb_field_id`.
    `parquet` are further parameters of DuckDB's Parquet writer. `elsewhere` are folders of partitions that lie outside
    of the target: rows that belong there are refused.
    """

    format: str
    path: str
    schema: StructType
    mode: str = ERROR_IF_EXISTS
    partition_by: tuple[str, ...] = ()
    options: Options = field(default_factory=Options)
    is_dynamic: bool = False
    static_partition: Mapping[str, str | None] = field(default_factory=dict)
    time_zone: str = "UTC"
    field_ids: Mapping[str, object] = field(default_factory=dict)
    parquet: Mapping[str, str | int] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What is there now that was not: row count, files (final paths) and the partition folders they lie in."""

    row_count: int
    files: tuple[str, ...]
    partitions: tuple[str, ...] = ()
    is_skipped: bool = False
