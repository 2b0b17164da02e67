"""Rows into the segments of a table: Parquet files of which each row group and each file can be passed over."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from hiveframe.lake import partition_values as pv
from hiveframe.lake.honey.columns import stored_name, stored_schema
from hiveframe.lake.honey.commit import NewSegment
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.snapshot import PARQUET
from hiveframe.lake.honey.zones import zones_of_file
from hiveframe.lake.options import Options
from hiveframe.lake.tables.data_files import write_data_files
from hiveframe.lake.tables.table import Definition
from hiveframe.lake.write.request import Rows
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings

FOLDER: Final = "segments"
GROUP_ROWS: Final = 122_880
GROUPS: Final = 8
COPY_OPTIONS: Final[Mapping[str, str | int]] = {
    "PARQUET_VERSION": "V2",
    "COMPRESSION_LEVEL": 1,
    "ROW_GROUP_SIZE": GROUP_ROWS,
    "ROW_GROUPS_PER_FILE": GROUPS,
}
"""The encodings of Parquet's second version, smaller than the first one's and faster to read, and zstd's first level:
higher ones save nothing on what is encoded already, and random texts take a third longer to read."""

FINER: Final = 2
"""Segments in order have so many times as many row groups: a filter that the order serves reads less in vain."""


def write_segments(
    place: Place,
    definition: Definition,
    rows: Rows,
    settings: Settings,
    *,
    is_ordered: bool = False,
    is_one: bool = False,
    max_rows: int = 0,
) -> list[NewSegment]:
    """Segments of `rows`, whose columns are the definition's; synced, and named by no version yet.

    `is_ordered`: rows come in an order that filters ask for; `is_one`: they are one segment, however many they are.
    `max_rows` is the most rows in a segment; 0 leaves it to the format.
    """
    size, groups = int(COPY_OPTIONS["ROW_GROUP_SIZE"]), int(COPY_OPTIONS["ROW_GROUPS_PER_FILE"])
    layout = dict(COPY_OPTIONS)
    if is_ordered:
        layout |= {"ROW_GROUP_SIZE": size // FINER, "ROW_GROUPS_PER_FILE": groups * FINER}
    if is_one:
        del layout["ROW_GROUPS_PER_FILE"]
    fields = {f.name.lower(): stored_name(f) for f in definition.schema.fields}
    partitioning = [fields[name.lower()] for name in definition.partition_columns]
    schema = stored_schema(definition.schema)
    files, _ = write_data_files(
        place.location,
        schema,
        rows,
        settings,
        partition_by=partitioning,
        below=FOLDER,
        options=Options({"compression": "zstd", "maxRecordsPerFile": str(max_rows)}),
        parquet=layout,
    )
    types = {f.name: f.dtype for f in schema.fields}
    data = StructType(tuple(f for f in schema.fields if f.name not in partitioning))
    made: list[NewSegment] = []
    for file in files:
        count, zones = zones_of_file(os.path.join(place.location, file.path), data)
        values = {
            name: None if text is None else pv.parse(text, types[name], settings.time_zone, column=name)
            for name, text in file.partition_texts.items()
        }
        known = (file.size_bytes, file.modified_ms * 1000)
        made.append(NewSegment(file.path, PARQUET, count, *known, zones, values))
    return made
