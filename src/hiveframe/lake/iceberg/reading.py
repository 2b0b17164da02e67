"""A snapshot's data files as a source.

Source: Iceberg's table spec, "Scan Planning", "Column Projection".
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from pyiceberg.manifest import FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.transforms import IdentityTransform
from pyiceberg.types import BinaryType, DoubleType, FixedType, FloatType, UUIDType

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException, unsupported
from hiveframe.lake.file_types import FileType
from hiveframe.lake.iceberg.columns import finder, spark_schema
from hiveframe.lake.iceberg.deletes import deleted_rows
from hiveframe.lake.iceberg.planning import PlannedFile, partition_of, plan
from hiveframe.lake.iceberg.pruning import IcebergPruner
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import ParquetDetail, check_groups, grouped
from hiveframe.lake.paths import file_uri, local_path
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.lake.sources.parquet_footer import Footer, FooterCache
from hiveframe.lake.sources.source import ReadContext

FORMAT: Final = "iceberg"
_FOOTERS: Final = FooterCache()
_FLOATS: Final = (FloatType, DoubleType)
_UNTOLD: Final = (BinaryType, FixedType, UUIDType)
"""Types whose values are read from files alone: a scan takes constants as texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Pinned:
    """A table as of one snapshot (None: it never held a row), read by `schema`."""

    table: Table
    snapshot: Snapshot | None
    schema: Schema

    def files(self) -> tuple[PlannedFile, ...]:
        """Its data files."""
        return plan(self.table.io, self.snapshot, self.table.metadata)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same rows and columns."""
        return isinstance(other, Pinned) and self._key() == other._key()

    def __hash__(self) -> int:
        """By what makes it equal."""
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        number = self.snapshot.snapshot_id if self.snapshot is not None else None
        return str(self.table.metadata.table_uuid), number, self.schema.schema_id


def open_pinned(pinned: Pinned, options: Options, context: ReadContext) -> ScanSource:
    """The snapshot's rows."""
    planned = pinned.files()
    metadata = pinned.table.metadata
    found = [_scan_file(p) for p in planned]
    footers = _FOOTERS.get(found, context.runner) if found else []
    places, values = _constants(pinned, planned, footers)
    files = tuple(replace(f, partition_values=v) for f, v in zip(found, values, strict=True))
    detail = ParquetDetail(
        grouped(files, _showing_nan(pinned, planned, footers)),
        find=finder(metadata, pinned.schema),
        deleted=deleted_rows(planned, pinned.table.io, metadata, context.runner),
    )
    source = ScanSource(
        FORMAT,
        (local_path(metadata.location),),
        files,
        spark_schema(pinned.schema),
        options,
        places,
        hive_layout=False,
        time_zone=context.settings.time_zone,
        detail=detail,
        state=pinned,
        pruner=IcebergPruner(),
    )
    check_groups(source)
    return source


def _scan_file(planned: PlannedFile) -> ScanFile:
    if planned.data.file_format != FileFormat.PARQUET:
        raise unsupported(f"Iceberg data files in {planned.data.file_format.value}")
    try:
        modified_us = os.stat(planned.path).st_mtime_ns // 1000
    except FileNotFoundError as error:
        raise SparkException("FAILED_READ_FILE.FILE_NOT_EXIST", {"path": file_uri(planned.path)}) from error
    return ScanFile(planned.path, planned.data.file_size_in_bytes, modified_us, partition=partition_of(planned.data))


def _showing_nan(pinned: Pinned, planned: Sequence[PlannedFile], footers: Sequence[Footer]) -> list[Footer]:
    """The footers with the word of the manifests on which columns hold no NaN."""
    floats = [f.field_id for f in pinned.schema.fields if isinstance(f.field_type, _FLOATS)]
    free = {n for n in floats if all((p.data.nan_value_counts or {}).get(n) == 0 for p in planned)}
    return [
        replace(
            footer, columns=tuple(replace(c, hides_nan=c.hides_nan and c.field_id not in free) for c in footer.columns)
        )
        for footer in footers
    ]


def _constants(
    pinned: Pinned, planned: Sequence[PlannedFile], footers: Sequence[Footer]
) -> tuple[tuple[int, ...], list[tuple[Any, ...]]]:
    """The columns whose values the manifests tell of every file, by their places, and each file's values.

    These are the sources of identity partition fields; a file may leave such a column out.
    """
    by_spec = {s.spec_id: s for s in pinned.table.metadata.partition_specs}
    known: list[dict[int, Any]] = []
    for p in planned:
        fields = enumerate(by_spec[p.data.spec_id].fields)
        known.append(
            {f.source_id: p.data.partition[i] for i, f in fields if isinstance(f.transform, IdentityTransform)}
        )
    shared = set.intersection(*(set(k) for k in known)) if known else set()
    shared -= {f.field_id for f in pinned.schema.fields if isinstance(f.field_type, _UNTOLD)}
    places = tuple(i for i, f in enumerate(pinned.schema.fields) if f.field_id in shared)
    columns = {f.field_id for f in pinned.schema.fields}
    for constants, footer, p in zip(known, footers, planned, strict=True):
        for number in set(constants) & columns - shared:
            if not _holds(footer.columns, number):
                raise unsupported(f"the file {p.path}, which lacks a column by which only some files are partitioned")
    numbers = [pinned.schema.fields[i].field_id for i in places]
    return places, [tuple(k[n] for n in numbers) for k in known]


def _holds(columns: Sequence[FileType], number: int) -> bool:
    return any(c.field_id == number for c in columns) or not any(c.field_id is not None for c in columns)
