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
from hiveframe.errors import unsupported
from hiveframe.lake.file_types import FileType
from hiveframe.lake.iceberg.columns import finder, spark_schema
from hiveframe.lake.iceberg.deletes import deleted_rows
from hiveframe.lake.iceberg.planning import PlannedFile, partition_of, plan
from hiveframe.lake.iceberg.pruning import IcebergPruner
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import UnopenedFiles
from hiveframe.lake.paths import local_path
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
    by_path = {p.path: p for p in planned}
    metadata = pinned.table.metadata
    places, values, untold = _constants(pinned, planned)
    free = _without_nan(pinned, planned)

    def footers(files: Sequence[ScanFile]) -> list[Footer]:
        found = _FOOTERS.get(files, context.runner)
        for file, footer in zip(files, found, strict=True):
            if not all(_holds(footer.columns, number) for number in untold[file.path]):
                raise unsupported(
                    f"the file {file.path}, which lacks a column by which only some files are partitioned"
                )
        return [_showing_nan(footer, free) for footer in found]

    return ScanSource(
        FORMAT,
        (local_path(metadata.location),),
        tuple(_scan_file(p, v) for p, v in zip(planned, values, strict=True)),
        spark_schema(pinned.schema),
        options,
        places,
        hive_layout=False,
        time_zone=context.settings.time_zone,
        detail=UnopenedFiles(
            footers,
            lambda file: deleted_rows([by_path[file.path]], pinned.table.io, metadata, context.runner).get(file.path),
            finder(metadata, pinned.schema),
        ),
        state=pinned,
        pruner=IcebergPruner(),
    )


def _scan_file(planned: PlannedFile, values: tuple[Any, ...]) -> ScanFile:
    """The file as manifests tell of it; one that is gone has no time of change, and harms only who reads it."""
    if planned.data.file_format != FileFormat.PARQUET:
        raise unsupported(f"Iceberg data files in {planned.data.file_format.value}")
    try:
        modified_us = os.stat(planned.path).st_mtime_ns // 1000
    except FileNotFoundError:
        modified_us = 0
    size_bytes, partition = planned.data.file_size_in_bytes, partition_of(planned.data)
    return ScanFile(planned.path, size_bytes, modified_us, values, partition)


def _without_nan(pinned: Pinned, planned: Sequence[PlannedFile]) -> set[int]:
    """The numbers of the columns that hold no NaN, by the word of the manifests."""
    floats = [f.field_id for f in pinned.schema.fields if isinstance(f.field_type, _FLOATS)]
    return {n for n in floats if all((p.data.nan_value_counts or {}).get(n) == 0 for p in planned)}


def _showing_nan(footer: Footer, free: set[int]) -> Footer:
    columns = (replace(c, hides_nan=c.hides_nan and c.field_id not in free) for c in footer.columns)
    return replace(footer, columns=tuple(columns))


def _constants(
    pinned: Pinned, planned: Sequence[PlannedFile]
) -> tuple[tuple[int, ...], list[tuple[Any, ...]], dict[str, set[int]]]:
    """The columns whose values the manifests tell of every file, by their places, and each file's values.

    These are the sources of identity partition fields; a file may leave such a column out. The last are, by path, the
    numbers of those told of some files only, which have to stand in them.
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
    untold = {p.path: set(constants) & columns - shared for p, constants in zip(planned, known, strict=True)}
    numbers = [pinned.schema.fields[i].field_id for i in places]
    return places, [tuple(k[n] for n in numbers) for k in known], untold


def _holds(columns: Sequence[FileType], number: int) -> bool:
    return any(c.field_id == number for c in columns) or not any(c.field_id is not None for c in columns)
