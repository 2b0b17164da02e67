"""The part of a scan that reads Vortex segments: some of their rows, or all that are left."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, ident, physical_type
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.lake.honey.columns import stored_name
from hiveframe.lake.honey.vortex_files import column_names, read_batches, read_rows, without
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select
from hiveframe.lake.scan import FILE_PATH_COLUMN, ROW_INDEX_COLUMN, ScanFile, ScanSource, ScanSql, scan_column
from hiveframe.lake.tables.table import RowNumbers
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField

_ROW: Final = "__row"
_names = itertools.count()


def scan_vortex(
    source: ScanSource,
    files: Sequence[ScanFile],
    needed: Sequence[int],
    context: EmitContext,
    *,
    deleted: Mapping[str, RowNumbers],
    chosen: Mapping[str, RowNumbers],
    with_path: bool,
) -> ScanSql:
    """The rows of `files` but the deleted ones; of those in `chosen`, only these rows."""
    stored = [i for i in needed if i not in source.partitions]
    fields = [source.schema.fields[i] for i in stored]
    tells_path = with_path or bool(source.partitions)
    schema = _schema(stored, fields, context, with_place=tells_path)

    def batches() -> Iterator[pa.RecordBatch]:
        for file in files:
            yield from _batches(file.path, fields, schema, deleted.get(file.path), chosen.get(file.path))

    name = f"__vortex_{next(_names)}"
    outputs: list[tuple[str, Sql]] = [
        (
            scan_column(i),
            partition_value(source, i)
            if i in source.partitions
            else cast(column(scan_column(i)), physical_type(source.schema.fields[i].dtype)),
        )
        for i in needed
    ]
    if with_path:
        outputs += [(ROW_INDEX_COLUMN, column(_ROW)), (FILE_PATH_COLUMN, column(PATH))]
    return ScanSql(partitioned_select(source, ident(name), outputs), {name: BatchStream(schema, batches)})


def _schema(
    positions: Sequence[int], fields: Sequence[StructField], context: EmitContext, *, with_place: bool
) -> pa.Schema:
    made = [
        pa.field(scan_column(i), pa.string_view() if isinstance(f.dtype, _TEXT) else context.arrow_type(f.dtype))
        for i, f in zip(positions, fields, strict=True)
    ]
    if with_place or not made:
        made += [pa.field(_ROW, pa.int64()), pa.field(PATH, pa.dictionary(pa.int32(), pa.string()))]
    return pa.schema(made)


_TEXT: Final = (t.StringType, t.CharType, t.VarcharType)


def _batches(
    path: str, fields: Sequence[StructField], schema: pa.Schema, gone: RowNumbers | None, rows: RowNumbers | None
) -> Iterator[pa.RecordBatch]:
    """One file's rows in the schema."""
    held = set(column_names(path))
    names = [stored_name(f) for f in fields]
    known = [n for n in dict.fromkeys(names) if n in held] or [next(iter(sorted(held)))]
    if rows is not None:
        left = np.setdiff1d(rows, gone) if gone is not None else rows
        if len(left):
            table = read_rows(path, known, left).combine_chunks()
            for batch in table.to_batches():
                yield _fitted(batch, names, schema, left, path)
        return
    first = 0
    for batch in read_batches(path, known):
        places = np.arange(first, first + batch.num_rows, dtype=np.uint64)
        first += batch.num_rows
        if gone is not None:
            keep = without(gone, int(places[0]) if len(places) else first, batch.num_rows)
            batch, places = _filtered(batch, keep), places[keep]
        yield _fitted(batch, names, schema, places, path)


def _filtered(batch: pa.RecordBatch, keep: NDArray[np.bool_]) -> pa.RecordBatch:
    """Some rows of a batch; Arrow cannot pick from views of text."""
    columns = [c.cast(_VIEWED.get(c.type, c.type)) for c in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names).filter(pa.array(keep))


_VIEWED: Final = {pa.string_view(): pa.string(), pa.binary_view(): pa.binary()}


def _fitted(
    batch: pa.RecordBatch, names: Sequence[str], schema: pa.Schema, places: RowNumbers, path: str
) -> pa.RecordBatch:
    count = batch.num_rows
    columns: list[pa.Array] = []
    for name, f in zip(names, schema, strict=False):
        index = batch.schema.get_field_index(name)
        if index < 0:
            columns.append(pa.nulls(count, f.type))
        else:
            value = batch.column(index)
            columns.append(value if value.type == f.type else value.cast(f.type))
    if len(schema) > len(columns):
        same = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, dtype=np.int32)), pa.array([path]))
        columns += [pa.array(places.astype(np.int64)), same]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
