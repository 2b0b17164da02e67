"""The part of a scan that reads Vortex segments: some of their rows, or all that are left."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, column, ident, physical_type
from hiveframe.lake.batch_stream import BatchStream
from hiveframe.lake.honey.columns import stored_name
from hiveframe.lake.honey.vortex_files import open_file, read_batches, stored_columns, without
from hiveframe.lake.honey.vortex_filters import vortex_filter
from hiveframe.lake.partition_columns import PATH, partition_value, partitioned_select
from hiveframe.lake.pruning import Predicate
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
    predicates: Sequence[Predicate],
    with_path: bool,
) -> ScanSql:
    """The rows of `files` but the deleted ones; of those in `chosen`, only these rows.

    Rows that fail a predicate may be left out.
    """
    stored = [i for i in needed if i not in source.partitions]
    fields = [source.schema.fields[i] for i in stored]
    tells_path = with_path or bool(source.partitions)
    schema = _schema(stored, fields, context, with_place=tells_path)

    names = [stored_name(f) for f in fields]
    picked = [(f.path, _left(chosen[f.path], deleted.get(f.path))) for f in files if f.path in chosen]
    whole = [f.path for f in files if f.path not in chosen]

    def batches() -> Iterator[pa.RecordBatch]:
        yield from _picked([(path, rows) for path, rows in picked if len(rows)], names, schema)
        for path in whole:
            gone = deleted.get(path)
            counts_rows = gone is not None or len(schema) > len(names)
            only = None if counts_rows else vortex_filter(source, predicates, stored_columns(path))
            yield from _whole(path, names, schema, gone, only)

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


def _left(rows: RowNumbers, gone: RowNumbers | None) -> RowNumbers:
    return rows if gone is None else np.setdiff1d(rows, gone)


def _picked(
    picked: Sequence[tuple[str, RowNumbers]], names: Sequence[str], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    """Some rows of files, in one batch: batches of few rows cost most."""
    if not picked:
        return
    parts: list[list[pa.Array]] = [[] for _ in names]
    for path, rows in picked:
        file = open_file(path)
        held = [name for name in names if file.schema.get_field_index(name) >= 0]
        taken = dict(zip(held, file.take(held, rows), strict=True))
        for name, f, found in zip(names, schema, parts, strict=False):
            values = taken.get(name)
            if values is None:
                found.append(pa.nulls(len(rows), f.type))
            else:
                found += [v if v.type == f.type else v.cast(f.type) for v in values]
    columns = [pa.concat_arrays(found) for found in parts]
    if len(schema) > len(names):
        counts = [len(rows) for _, rows in picked]
        columns.append(pa.array(np.concatenate([rows.astype(np.int64) for _, rows in picked])))
        files = np.repeat(np.arange(len(picked), dtype=np.int32), counts)
        columns.append(pa.DictionaryArray.from_arrays(pa.array(files), pa.array([path for path, _ in picked])))
    yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _whole(
    path: str, names: Sequence[str], schema: pa.Schema, gone: RowNumbers | None, only: Any
) -> Iterator[pa.RecordBatch]:
    """One file's rows in the schema."""
    first = 0
    for batch in read_batches(path, _held(path, names), only):
        places = np.arange(first, first + batch.num_rows, dtype=np.uint64)
        if gone is not None:
            keep = without(gone, first, batch.num_rows)
            first += batch.num_rows
            batch, places = _filtered(batch, keep), places[keep]
        else:
            first += batch.num_rows
        yield _fitted(batch, names, schema, places, path)


def _held(path: str, names: Sequence[str]) -> list[str]:
    """The columns among `names` that a file has; one of its own, to count rows by, where it has none."""
    stored = stored_columns(path).names
    return [n for n in dict.fromkeys(names) if n in stored] or stored[:1]


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
