"""A folder of Parquet files made a Delta table: a log beside the files, which stay as they are."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from hiveframe.lake.delta.actions import Action, AddFile, Metadata
from hiveframe.lake.delta.features import features_of_properties, features_of_schema, with_features
from hiveframe.lake.delta.transaction import Commit, commit, reads_nothing
from hiveframe.lake.delta.values import file_statistics, partition_text
from hiveframe.lake.partition_values import show
from hiveframe.lake.scan import ScanSource
from hiveframe.plan.types import StructType, json_value

_SAFE: Final = "/!$&'()*+,;=:@-._~"


def convert(location: str, source: ScanSource, properties: Mapping[str, str]) -> None:
    """The first version of a table, which names every file of an opened Parquet source."""
    fields = source.partition_schema.fields
    data = StructType(tuple(source.schema.fields[i] for i in source.data_positions()))
    actions: list[Action] = [
        with_features(None, features_of_schema(source.schema) | features_of_properties(properties)),
        Metadata(
            str(uuid.uuid4()),
            json.dumps(json_value(source.schema), separators=(",", ":"), ensure_ascii=False),
            tuple(f.name for f in fields),
            properties,
            created_ms=time.time_ns() // 1_000_000,
        ),
    ]
    for file in source.files:
        relative = os.path.relpath(file.path, location)
        values = {
            f.name: partition_text(show(v, f.dtype, source.time_zone), f.dtype, source.time_zone, column=f.name)
            for f, v in zip(fields, file.partition_values, strict=True)
        }
        stats = file_statistics(location, relative, data, properties)
        escaped = quote(relative, safe=_SAFE)
        actions.append(AddFile(escaped, values, file.size_bytes, file.modified_us // 1000, stats=stats))
    parameters = {"numFiles": str(len(source.files)), "partitionedBy": json.dumps([f.name for f in fields])}
    commit(Commit(location, "CONVERT", parameters, actions, reads_nothing, frozenset(), None))
