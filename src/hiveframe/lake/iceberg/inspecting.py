"""What a table's metadata says, as tables: `catalog.db.table.snapshots` and its kin.

Source: Iceberg's documentation, "Inspecting tables".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import pyarrow as pa
from pyiceberg.table.inspect import InspectTable

from hiveframe.lake.iceberg.reading import Pinned


def inspect(pinned: Pinned, name: str) -> pa.Table:
    """The rows of a metadata table, in the Arrow types that Spark sends."""
    table = _TABLES[name](pinned.table.inspect)
    for i, f in reversed(list(enumerate(table.schema))):
        if pa.types.is_struct(f.type) and not f.type.num_fields:  # the partition of a table that has none
            table = table.remove_column(i)
    if name == "snapshots" or name == "history":
        table = table.sort_by(table.column_names[0])
    schema = pa.schema([pa.field(f.name, _plain(f.type), f.nullable) for f in table.schema])
    return table.cast(schema)


def _plain(dtype: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(dtype):
        return _plain(dtype.value_type)
    if pa.types.is_timestamp(dtype):
        return pa.timestamp("us", "UTC")
    if pa.types.is_int8(dtype):
        return pa.int32()
    if pa.types.is_large_string(dtype):
        return pa.string()
    if pa.types.is_large_binary(dtype):
        return pa.binary()
    if pa.types.is_struct(dtype):
        return pa.struct([pa.field(f.name, _plain(f.type), f.nullable) for f in dtype])
    if pa.types.is_map(dtype):
        return pa.map_(_plain(dtype.key_type), _plain(dtype.item_type))
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        return pa.list_(_plain(dtype.value_type))
    return dtype


_TABLES: Final[Mapping[str, Callable[[InspectTable], pa.Table]]] = {
    "snapshots": InspectTable.snapshots,
    "history": InspectTable.history,
    "files": InspectTable.files,
    "data_files": InspectTable.data_files,
    "delete_files": InspectTable.delete_files,
    "all_files": InspectTable.all_files,
    "all_data_files": InspectTable.all_data_files,
    "all_delete_files": InspectTable.all_delete_files,
    "entries": InspectTable.entries,
    "manifests": InspectTable.manifests,
    "all_manifests": InspectTable.all_manifests,
    "partitions": InspectTable.partitions,
    "refs": InspectTable.refs,
    "metadata_log_entries": InspectTable.metadata_log_entries,
}
