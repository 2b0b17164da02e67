"""A version's data files, or some of them, as a source.

Source: Delta's PROTOCOL.md, "Reader Requirements".
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from hiveframe.lake.delta.actions import AddFile, ChangeFile, RemoveFile
from hiveframe.lake.delta.columns import as_text, finder, stored_name
from hiveframe.lake.delta.deletion_vectors import RowNumbers, read_vector
from hiveframe.lake.delta.pruning import DeltaPruner
from hiveframe.lake.delta.snapshot import Snapshot, local_file
from hiveframe.lake.delta.values import partition_value
from hiveframe.lake.options import Options
from hiveframe.lake.parquet_scan import UnopenedFiles
from hiveframe.lake.partition_values import DEFAULT_PARTITION
from hiveframe.lake.partitions import folder_name, is_hive_layout
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.lake.sources.parquet_footer import FooterCache
from hiveframe.lake.sources.source import ReadContext
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructField, StructType

FORMAT: Final = "delta"
_FOOTERS: Final = FooterCache()


def open_snapshot(snapshot: Snapshot, options: Options, context: ReadContext) -> ScanSource:
    """The rows of a version."""
    vectors = {snapshot.path_of(a): a.deletion_vector for a in snapshot.files.values() if a.deletion_vector is not None}

    def find_deleted(file: ScanFile) -> RowNumbers | None:
        vector = vectors.get(file.path)
        return read_vector(snapshot.location, vector) if vector is not None else None

    source = open_files(snapshot, snapshot.files.values(), snapshot.schema, find_deleted, options, context)
    return replace(source, state=snapshot, pruner=DeltaPruner())


def open_files(
    snapshot: Snapshot,
    data: Iterable[AddFile | RemoveFile | ChangeFile],
    schema: StructType,
    find_deleted: Callable[[ScanFile], RowNumbers | None],
    options: Options,
    context: ReadContext,
) -> ScanSource:
    """The rows of files, less the deleted ones, as `schema`; the snapshot says how columns are stored."""
    read = as_text(schema)
    assert isinstance(read, StructType)
    schema = read
    places = {f.name.lower(): i for i, f in enumerate(schema.fields)}
    partitions = tuple(places[name.lower()] for name in snapshot.metadata.partition_columns)
    fields = [schema.fields[i] for i in partitions]
    zone = context.settings.time_zone
    files: list[ScanFile] = []
    folders: set[tuple[str, tuple[str | None, ...]]] = set()
    for file in data:
        told = tuple(file.partition_values.get(stored_name(f)) for f in fields)
        values = tuple(
            partition_value(text, f.dtype, zone, column=f.name) for text, f in zip(told, fields, strict=True)
        )
        modified_ms = file.modified_ms if isinstance(file, AddFile) else 0
        path = local_file(snapshot.location, file.path)
        folders.add((os.path.dirname(path), told))
        files.append(ScanFile(path, file.size_bytes or 0, modified_ms * 1000, values))
    detail = UnopenedFiles(
        lambda wanted: _FOOTERS.get(wanted, context.runner),
        find_deleted,
        finder(snapshot.mapping_mode),
        may_sample=snapshot.mapping_mode == "none" and _is_plain(schema),
    )
    return ScanSource(
        FORMAT,
        (snapshot.location,),
        tuple(files),
        schema,
        options,
        partitions,
        hive_layout=_are_spelled(snapshot.location, folders, fields),
        time_zone=zone,
        detail=detail,
    )


def _are_spelled(
    location: str, folders: Collection[tuple[str, tuple[str | None, ...]]], fields: Sequence[StructField]
) -> bool:
    """Whether folders spell the values that the log tells of their files, of types that the engine reads off names."""
    if not fields or not all(isinstance(f.dtype, _SPELLED) for f in fields):
        return False
    for folder, values in folders:
        names = [folder_name(f.name, value) for f, value in zip(fields, values, strict=True)]
        if folder != os.path.join(location, *names) or DEFAULT_PARTITION in values:
            return False
    return is_hive_layout({folder for folder, _ in folders}, [f.name for f in fields])


_SPELLED: Final[tuple[type[DataType], ...]] = (t.IntegerType, t.LongType, t.DateType, t.StringType)


def _is_plain(schema: StructType) -> bool:
    """Whether one file's footer tells how all store their columns: no type that files may keep in several ways."""
    return not any(isinstance(f.dtype, _STORED_VARIOUSLY) for f in schema.fields)


_STORED_VARIOUSLY: Final[tuple[type[DataType], ...]] = (
    t.TimestampType,
    t.TimestampNTZType,
    t.DateType,
    t.VariantType,
    t.StructType,
    t.ArrayType,
    t.MapType,
)
