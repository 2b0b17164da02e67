"""Rows into an Iceberg table's Parquet files, divided by partition, and what manifests say of the files."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyiceberg.conversions import to_bytes
from pyiceberg.io.pyarrow import (
    MetricModeTypes,
    MetricsMode,
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.typedef import Record
from pyiceberg.types import DoubleType, FloatType, StringType

from hiveframe.errors import unsupported
from hiveframe.lake.iceberg.columns import arrow_schema
from hiveframe.lake.iceberg.partitioning import Partitioner
from hiveframe.lake.iceberg.planning import Partition, schema_of
from hiveframe.lake.paths import local_path
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import RowNumbers
from hiveframe.lake.write.staging import sync_folder

_FLOATS: Final = (FloatType, DoubleType)
_NOT_MEASURED: Final = MetricsMode(MetricModeTypes.NONE)
_GROUP_ROWS: Final = 131_072
_BUFFERED_BYTES: Final = 256 * 1024 * 1024
_OPEN_FILES: Final = 200
_FILE_PATH: Final = 2147483546
_POSITION: Final = 2147483545
_CODEC: Final = "write.parquet.compression-codec"
_SIZE: Final = "write.target-file-size-bytes"


@dataclass(eq=False)
class _Range:
    """What a file's column of floating-point numbers holds. Bounds leave NaN out.

    The files have no statistics of such columns: DuckDB (2.0) takes it from theirs that no value is greater than the
    greatest number, and so passes over NaN.
    """

    low: float | None = None
    high: float | None = None
    value_count: int = 0
    null_count: int = 0
    nan_count: int = 0

    def take(self, values: pa.ChunkedArray) -> None:
        """Add values."""
        self.value_count += len(values)
        self.null_count += values.null_count
        is_nan = pc.is_nan(values)
        self.nan_count += pc.sum(is_nan).as_py() or 0
        found = pc.min_max(values.filter(pc.invert(is_nan))).as_py()
        if found["min"] is not None:
            self.low = found["min"] if self.low is None else min(self.low, found["min"])
            self.high = found["max"] if self.high is None else max(self.high, found["max"])


@dataclass(eq=False)
class _Open:
    """A partition's file in the making, there from its first row group on, and the rows that are not in it yet."""

    path: str
    writer: pq.ParquetWriter | None = None
    buffered: list[pa.RecordBatch] = field(default_factory=list)
    waiting: int = 0
    waiting_bytes: int = 0
    written: int = 0
    ranges: dict[int, _Range] = field(default_factory=dict)


class DataFileWriter:
    """Writes batches, whose columns are the table's, into as many files as partitions and sizes ask for."""

    def __init__(self, metadata: TableMetadata, *, max_rows: int = 0) -> None:
        if metadata.properties.get("write.format.default", "parquet").lower() != "parquet":
            raise unsupported(f"writing Iceberg data files in {metadata.properties['write.format.default']}")
        self._metadata = metadata
        self._schema = metadata.schema()
        self._spec = metadata.spec()
        self._arrow = arrow_schema(self._schema)
        self._partitioner = Partitioner(self._spec, self._schema)
        self._plan = compute_statistics_plan(self._schema, metadata.properties)
        self._paths = parquet_path_to_id_mapping(self._schema)
        fields = self._schema.fields
        self._floats = [(i, f.field_id) for i, f in enumerate(fields) if isinstance(f.field_type, _FLOATS)]
        self._measured = [p for p, n in self._paths.items() if not isinstance(self._schema.find_type(n), _FLOATS)]
        self._max_rows = max_rows
        self._size = int(metadata.properties.get(_SIZE, 512 * 1024 * 1024))
        self._open: dict[tuple[Any, ...], _Open] = {}
        self._waiting_bytes = 0
        self.files: list[DataFile] = []
        self.row_count = 0

    def write(self, batches: Iterator[pa.RecordBatch]) -> None:
        """All rows."""
        for batch in batches:
            columns = [batch.column(i).cast(f.type) for i, f in enumerate(self._arrow)]
            for values, rows in self._partitioner.split(pa.RecordBatch.from_arrays(columns, schema=self._arrow)):
                self._take(values, rows)
        for values in list(self._open):
            self._close(values)

    def _take(self, values: tuple[Any, ...], rows: pa.RecordBatch) -> None:
        while rows.num_rows:
            held = self._open.get(values)
            if held is None:
                held = self._open[values] = _Open(new_path(self._metadata, self._spec, values))
            room = self._max_rows - held.written - held.waiting if self._max_rows else rows.num_rows
            part, rows = rows.slice(0, room), rows.slice(room)
            held.buffered.append(part)
            held.waiting += part.num_rows
            held.waiting_bytes += part.nbytes
            self._waiting_bytes += part.nbytes
            self.row_count += part.num_rows
            if held.waiting >= _GROUP_ROWS:
                self._flush(held)
            is_full = self._max_rows and held.written + held.waiting >= self._max_rows
            if is_full or (held.writer and not held.waiting and os.path.getsize(local_path(held.path)) >= self._size):
                self._close(values)
        if self._waiting_bytes > _BUFFERED_BYTES:
            self._flush(max(self._open.values(), key=lambda o: o.waiting_bytes))

    def _flush(self, held: _Open) -> None:
        """Put the rows that wait into the file."""
        if not held.waiting:
            return
        if held.writer is None:
            begun = [values for values, other in self._open.items() if other.writer is not None]
            if len(begun) >= _OPEN_FILES:
                self._close(max(begun, key=lambda values: self._open[values].written))
            local = local_path(held.path)
            os.makedirs(os.path.dirname(local), exist_ok=True)
            held.writer = _writer(local, self._arrow, self._metadata.properties, self._measured)
        rows = pa.Table.from_batches(held.buffered)
        for i, number in self._floats:
            held.ranges.setdefault(number, _Range()).take(rows.column(i))
        held.writer.write_table(rows, row_group_size=_GROUP_ROWS)
        self._waiting_bytes -= held.waiting_bytes
        held.written += held.waiting
        held.buffered, held.waiting, held.waiting_bytes = [], 0, 0

    def _close(self, values: tuple[Any, ...]) -> None:
        held = self._open.pop(values)
        self._flush(held)
        assert held.writer is not None
        held.writer.close()
        sync_file(local_path(held.path))
        footer = pq.read_metadata(local_path(held.path))
        statistics = self._statistics(footer, held.ranges)
        made = DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=held.path,
            file_format=FileFormat.PARQUET,
            partition=Record(*values),
            file_size_in_bytes=os.path.getsize(local_path(held.path)),
            sort_order_id=None,
            equality_ids=None,
            key_metadata=None,
            **statistics,
        )
        made.spec_id = self._spec.spec_id
        self.files.append(made)

    def _statistics(self, footer: pq.FileMetaData, ranges: Mapping[int, _Range]) -> dict[str, Any]:
        """What the manifest says of a file's columns."""
        plan = {
            n: replace(c, mode=_NOT_MEASURED) if isinstance(c.iceberg_type, _FLOATS) else c
            for n, c in self._plan.items()
        }
        found = data_file_statistics_from_parquet_metadata(footer, plan, self._paths).to_serialized_dict()
        for number, held in ranges.items():
            if self._plan[number].mode == _NOT_MEASURED:
                continue
            found["value_counts"][number] = held.value_count
            found["null_value_counts"][number] = held.null_count
            found["nan_value_counts"][number] = held.nan_count
            dtype = self._plan[number].iceberg_type
            if (
                held.low is not None
                and held.high is not None
                and self._plan[number].mode.type != MetricModeTypes.COUNTS
            ):
                found["lower_bounds"][number] = to_bytes(dtype, held.low)
                found["upper_bounds"][number] = to_bytes(dtype, held.high)
        return found


def _writer(
    path: str, schema: pa.Schema, properties: Mapping[str, str], measured: Sequence[str] | bool = True
) -> pq.ParquetWriter:
    """`measured` are the columns (by their paths) of which the file keeps statistics."""
    codec = properties.get(_CODEC, "zstd").lower()
    kept = measured if isinstance(measured, bool) else list(measured)
    return pq.ParquetWriter(
        path,
        schema,
        compression="none" if codec == "uncompressed" else codec,
        write_statistics=kept,
        store_schema=False,
    )


class _Folder:
    """What the library asks of a partition to place a file."""

    def __init__(self, path: str) -> None:
        self._path = path

    def to_path(self) -> str:
        return self._path


def new_path(metadata: TableMetadata, spec: PartitionSpec, values: Sequence[Any], kind: str = "") -> str:
    """A name that no other file has, below the table."""
    provider = load_location_provider(metadata.location, metadata.properties)
    name = f"{uuid.uuid4()}{kind}.parquet"
    if spec.is_unpartitioned():
        return provider.new_data_location(name)
    folder: Any = _Folder(spec.partition_to_path(Record(*values), schema_of(spec.spec_id, metadata)))
    return provider.new_data_location(name, folder)


def sync_file(path: str) -> None:
    """A file and its folder's entry on disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_folder(os.path.dirname(path))


_DELETES: Final = pa.schema(
    [
        pa.field("file_path", pa.string(), False, {"PARQUET:field_id": str(_FILE_PATH)}),
        pa.field("pos", pa.int64(), False, {"PARQUET:field_id": str(_POSITION)}),
    ]
)


def write_position_deletes(
    metadata: TableMetadata, deleted: Mapping[Partition, Mapping[str, RowNumbers]]
) -> list[DataFile]:
    """A position delete file for each partition: by data file (as manifests name it), the places of rows."""
    specs = {s.spec_id: s for s in metadata.partition_specs}
    made = []
    for (spec_id, values), files in deleted.items():
        paths = sorted(files)
        rows = [united(files[p]).astype(np.int64) for p in paths]
        names = pa.DictionaryArray.from_arrays(
            pa.array(np.repeat(np.arange(len(paths), dtype=np.int32), [len(r) for r in rows])), pa.array(paths)
        )
        table = pa.Table.from_arrays([names.cast(pa.string()), pa.array(np.concatenate(rows))], schema=_DELETES)
        path = new_path(metadata, specs[spec_id], values, "-deletes")
        local = local_path(path)
        os.makedirs(os.path.dirname(local), exist_ok=True)
        with _writer(local, _DELETES, metadata.properties) as writer:
            writer.write_table(table)
        sync_file(local)
        file = DataFile.from_args(
            content=DataFileContent.POSITION_DELETES,
            file_path=path,
            file_format=FileFormat.PARQUET,
            partition=Record(*values),
            record_count=len(table),
            file_size_in_bytes=os.path.getsize(local),
            column_sizes={},
            value_counts={},
            null_value_counts={},
            nan_value_counts={},
            lower_bounds={_FILE_PATH: to_bytes(StringType(), paths[0])},
            upper_bounds={_FILE_PATH: to_bytes(StringType(), paths[-1])},
        )
        file.spec_id = spec_id
        made.append(file)
    return made
