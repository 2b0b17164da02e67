"""The hidden column `_metadata` of a scan: which file a row is from, and what is known of that file.

Source: Spark's `FileFormat.createFileMetadataCol`. Files are read whole here, so a file is one block.
"""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa
from sqlglot import exp

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import cast, column, ident, op, physical_type, struct_pack
from hiveframe.lake.scan import (
    FILE_PATH_COLUMN,
    METADATA_POSITION,
    ROW_INDEX_COLUMN,
    ScanSource,
    ScanSql,
    scan_column,
)
from hiveframe.lake.sources.source import Source
from hiveframe.lake.table_function import select_from, subquery

_KEY: Final = "path"
_ROW_INDEX: Final = "row_index"
_names = itertools.count()
_UNSAFE: Final = re.compile(r'[\x00-\x20\x7f"#%<>?\[\\\]^`{|}]')  # what java.net.URI escapes in a path


def scan_with_metadata(reader: Source, source: ScanSource, needed: Sequence[int], context: EmitContext) -> ScanSql:
    """The scan of `needed` with `_metadata` among its columns: `scan.METADATA_POSITION` says where."""
    stored = [i for i in needed if i != METADATA_POSITION]
    inner = reader.scan(source, stored, context, with_path=True)
    schema = source.metadata_schema
    assert schema is not None
    name = f"__files_{next(_names)}"
    values = [
        column(ROW_INDEX_COLUMN) if f.name == _ROW_INDEX else cast(column(f.name, name), physical_type(f.dtype))
        for f in schema.fields
    ]
    made = {METADATA_POSITION: struct_pack(schema, values)}
    outputs = [(scan_column(i), made[i] if i in made else column(scan_column(i))) for i in needed]
    files = exp.Table(this=ident(name))
    select = select_from(subquery(inner.select, "__scan"), outputs).join(
        exp.alias_(files, name, quoted=True),
        on=op("=", column(FILE_PATH_COLUMN), column(_KEY, name)),
        copy=False,
    )
    return ScanSql(select, {**inner.arrow, name: _files(source)})


def file_address(path: str) -> str:
    """What `_metadata.file_path` says of a file at `path`."""
    return f"file:{_escaped(path)}"


def _escaped(path: str) -> str:
    return _UNSAFE.sub(lambda found: f"%{ord(found.group()):02X}", path)


def _files(source: ScanSource) -> pa.Table:
    """A row for each file; moments are cut to milliseconds, as Hadoop keeps them."""
    rows: list[dict[str, Any]] = [
        {
            _KEY: f.path,
            "file_path": file_address(f.path),
            "file_name": _escaped(os.path.basename(f.path)),
            "file_size": f.size_bytes,
            "file_block_start": 0,
            "file_block_length": f.size_bytes,
            "file_modification_time": f.modified_us // 1000 * 1000,
        }
        for f in source.files
    ]
    return pa.Table.from_pylist(rows, schema=_FILES)


_FILES: Final = pa.schema(
    [
        (_KEY, pa.string()),
        ("file_path", pa.string()),
        ("file_name", pa.string()),
        ("file_size", pa.int64()),
        ("file_block_start", pa.int64()),
        ("file_block_length", pa.int64()),
        ("file_modification_time", pa.timestamp("us", "UTC")),
    ]
)
