"""Rows into an Iceberg table's Parquet files, divided by partition, and what manifests say of the files."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.conversions import to_bytes
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionSpec
from pyiceberg.table.locations import load_location_provider
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.typedef import Record
from pyiceberg.types import StringType

from hiveframe.errors import unsupported
from hiveframe.lake.iceberg.columns import arrow_schema
from hiveframe.lake.iceberg.partitioning import Partitioner
from hiveframe.lake.iceberg.planning import Partition
from hiveframe.lake.paths import local_path
from hiveframe.lake.tables.table import RowNumbers
from hiveframe.lake.write.staging import sync_folder

_GROUP_ROWS: Final = 131_072
_BUFFERED_ROWS: Final = 4 * 1024 * 1024
_OPEN_FILES: Final = 100
_FILE_PATH: Final = 2147483546
_POSITION: Final = 2147483545
_CODEC: Final = "write.parquet.compression-codec"
_SIZE: Final = "write.target-file-size-bytes"


@dataclass(eq=False)
class _Open:
    """A partition's file in the making, and its rows that are not in it yet."""

    path: str
    writer: pq.ParquetWriter
    buffered: list[pa.RecordBatch] = field(default_factory=list)
    waiting: int = 0
    written: int = 0


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
        self._max_rows = max_rows
        self._size = int(metadata.properties.get(_SIZE, 512 * 1024 * 1024))
        self._open: dict[tuple[Any, ...], _Open] = {}
        self._waiting = 0
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
            held = self._opened(values)
            room = self._max_rows - held.written - held.waiting if self._max_rows else rows.num_rows
            part, rows = rows.slice(0, room), rows.slice(room)
            held.buffered.append(part)
            held.waiting += part.num_rows
            self._waiting += part.num_rows
            self.row_count += part.num_rows
            if held.waiting >= _GROUP_ROWS:
                self._flush(held)
            is_full = self._max_rows and held.written + held.waiting >= self._max_rows
            if is_full or (held.waiting == 0 and os.path.getsize(local_path(held.path)) >= self._size):
                self._close(values)
        if self._waiting > _BUFFERED_ROWS:
            self._flush(max(self._open.values(), key=lambda o: o.waiting))

    def _opened(self, values: tuple[Any, ...]) -> _Open:
        held = self._open.pop(values, None)  # goes to the end: the one used longest ago is first
        if held is None:
            if len(self._open) >= _OPEN_FILES:
                self._close(next(iter(self._open)))
            path = new_path(self._metadata, self._spec, values)
            os.makedirs(os.path.dirname(local_path(path)), exist_ok=True)
            held = _Open(path, _writer(local_path(path), self._arrow, self._metadata.properties))
        self._open[values] = held
        return held

    def _flush(self, held: _Open) -> None:
        if held.waiting:
            held.writer.write_table(pa.Table.from_batches(held.buffered), row_group_size=_GROUP_ROWS)
            self._waiting -= held.waiting
            held.written += held.waiting
            held.buffered, held.waiting = [], 0

    def _close(self, values: tuple[Any, ...]) -> None:
        held = self._open.pop(values)
        self._flush(held)
        held.writer.close()
        sync_file(local_path(held.path))
        plan = compute_statistics_plan(self._schema, self._metadata.properties)
        footer = pq.read_metadata(local_path(held.path))
        statistics = data_file_statistics_from_parquet_metadata(footer, plan, parquet_path_to_id_mapping(self._schema))
        made = DataFile.from_args(
            content=DataFileContent.DATA,
            file_path=held.path,
            file_format=FileFormat.PARQUET,
            partition=Record(*values),
            file_size_in_bytes=os.path.getsize(local_path(held.path)),
            sort_order_id=None,
            equality_ids=None,
            key_metadata=None,
            **statistics.to_serialized_dict(),
        )
        made.spec_id = self._spec.spec_id
        self.files.append(made)


def _writer(path: str, schema: pa.Schema, properties: Mapping[str, str]) -> pq.ParquetWriter:
    codec = properties.get(_CODEC, "zstd").lower()
    return pq.ParquetWriter(path, schema, compression="none" if codec == "uncompressed" else codec, store_schema=False)


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
    folder: Any = _Folder(spec.partition_to_path(Record(*values), metadata.schema()))
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
        rows = [np.unique(files[p]).astype(np.int64) for p in paths]
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
