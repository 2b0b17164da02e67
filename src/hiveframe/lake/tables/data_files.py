"""Rows into Parquet data files of a table: written aside, synced, moved below the table under names of their own."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import field

from hiveframe.dataclass import dataclass
from hiveframe.lake.options import Options
from hiveframe.lake.partitions import folder_texts
from hiveframe.lake.write.layout import lay_out
from hiveframe.lake.write.request import Rows, WriteRequest
from hiveframe.lake.write.staging import staging, sync_folder, sync_tree
from hiveframe.lake.write.writer import compute_files, file_suffix, make_plan
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file that lies below a table and that no version names yet. `partition_texts` are by column, as in folders."""

    path: str
    size_bytes: int
    modified_ms: int
    partition_texts: Mapping[str, str | None] = field(default_factory=dict)


def write_data_files(
    location: str,
    schema: StructType,
    rows: Rows,
    settings: Settings,
    *,
    partition_by: Sequence[str] = (),
    below: str = "",
    options: Options | None = None,
    field_ids: Mapping[str, object] | None = None,
    parquet: Mapping[str, str | int] | None = None,
) -> tuple[list[DataFile], int]:
    """Files of `rows` below `location` (in its folder `below`), and the number of rows; paths are relative."""
    request = WriteRequest(
        "parquet",
        location,
        schema,
        partition_by=tuple(partition_by),
        options=options or Options(),
        time_zone=settings.time_zone,
        field_ids=field_ids or {},
        parquet=parquet or {},
    )
    plan = make_plan(request, settings)
    target = os.path.join(location, below) if below else location
    os.makedirs(target, exist_ok=True)
    with staging(location) as made:
        raw = os.path.join(made.root, "raw")
        count = compute_files(plan, rows, raw)
        if not count:
            return [], 0
        laid = lay_out(raw, made.data, list(partition_by), str(uuid.uuid4()), file_suffix(plan))
        sync_tree(made.data)
        for file in laid.files:
            final = os.path.join(target, file)
            os.makedirs(os.path.dirname(final), exist_ok=True)
            os.rename(os.path.join(made.data, file), final)
        for folder in {os.path.dirname(os.path.join(target, f)) for f in laid.files}:
            sync_folder(folder)
    return [_described(location, os.path.join(below, file), partition_by) for file in laid.files], count


def _described(location: str, path: str, partition_by: Sequence[str]) -> DataFile:
    stat = os.stat(os.path.join(location, path))
    texts = folder_texts(os.path.dirname(path), partition_by)
    return DataFile(path, stat.st_size, stat.st_mtime_ns // 1_000_000, texts)
