"""The rows that delete files take out, by their places in data files.

Source: Iceberg's table spec, "Delete Formats".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyiceberg.io import FileIO
from pyiceberg.manifest import DataFile, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.transforms import IdentityTransform
from sqlglot import exp

from hiveframe.errors import unsupported
from hiveframe.functions.sql import Sql, column, ident, number, op
from hiveframe.lake.iceberg.columns import arrow_type
from hiveframe.lake.iceberg.kept import Kept
from hiveframe.lake.iceberg.planning import PlannedFile
from hiveframe.lake.paths import local_path
from hiveframe.lake.runner import QueryRunner
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import RowNumbers

_ROW: Final = "__row"
_ID: Final = b"PARQUET:field_id"


def deleted_rows(
    files: Sequence[PlannedFile], io: FileIO, metadata: TableMetadata, runner: QueryRunner
) -> dict[str, RowNumbers]:
    """By data file (its local path), the places of rows that are gone, in order; files that lost none are left out."""
    found: dict[str, RowNumbers] = {}
    for file in files:
        parts = [p for p in (_positions(io, d).get(file.data.file_path) for d in file.positions) if p is not None]
        parts += [_matching(file, deletes, ids, metadata, runner) for ids, deletes in _by_columns(file).items()]
        parts = [p for p in parts if len(p)]
        if parts:
            found[file.path] = united(*parts)
    return found


def _by_columns(file: PlannedFile) -> Mapping[tuple[int, ...], list[DataFile]]:
    grouped: dict[tuple[int, ...], list[DataFile]] = defaultdict(list)
    for delete in file.equalities:
        grouped[tuple(delete.equality_ids or ())].append(delete)
    return grouped


# ---------------------------------------------------------------------------------------------------------- positions


def _positions(io: FileIO, delete: DataFile) -> Mapping[str, RowNumbers]:
    """A position delete file's rows by data file, as both are written in manifests."""
    return _POSITIONS.get(delete.file_path, lambda: _read_positions(io, delete))


def _read_positions(io: FileIO, delete: DataFile) -> Mapping[str, RowNumbers]:
    if delete.file_format == FileFormat.PUFFIN:
        return _read_vectors(io, delete)
    table = _read(delete, ["file_path", "pos"])
    paths = table.column("file_path").combine_chunks().dictionary_encode()
    if isinstance(paths, pa.ChunkedArray):
        paths = paths.combine_chunks()
    rows = table.column("pos").to_numpy().astype(np.uint64)
    codes = paths.indices.to_numpy(zero_copy_only=False)
    return {str(path): rows[codes == i] for i, path in enumerate(paths.dictionary.to_pylist())}


def _read_vectors(io: FileIO, delete: DataFile) -> Mapping[str, RowNumbers]:
    """The deletion vectors of format version 3."""
    from pyiceberg.table.deletion_vector import deletion_vectors_from_puffin_file
    from pyiceberg.table.puffin import PuffinFile

    with io.new_input(delete.file_path).open() as stream:
        vectors = deletion_vectors_from_puffin_file(PuffinFile(stream.read()))
    return {v.referenced_data_file: v.to_vector().to_numpy().astype(np.uint64) for v in vectors}


def _read(delete: DataFile, columns: Sequence[str] | None = None) -> pa.Table:
    if delete.file_format != FileFormat.PARQUET:
        raise unsupported(f"Iceberg delete files in {delete.file_format.value}")
    return pq.read_table(local_path(delete.file_path), columns=columns, partitioning=None)


# ------------------------------------------------------------------------------------------------------------ equality


def _matching(
    file: PlannedFile,
    deletes: Sequence[DataFile],
    ids: tuple[int, ...],
    metadata: TableMetadata,
    runner: QueryRunner,
) -> RowNumbers:
    """The places of rows whose columns `ids` equal those of a deleted row; NULL equals NULL."""
    key = "\n".join([file.path, *(d.file_path for d in deletes)])

    def find() -> RowNumbers:
        types = [_type_of(metadata, i) for i in ids]
        read = [_read(d) for d in deletes]
        gone = pa.concat_tables([_columns(r, _names(r.schema, ids, metadata), ids, types, {}) for r in read])
        names = _names(pq.read_schema(file.path), ids, metadata)
        held = pq.read_table(file.path, columns=[n for n in names if n is not None], partitioning=None)
        held = held if held.num_columns else pa.table({"": pa.nulls(pq.read_metadata(file.path).num_rows)})
        rows = _columns(held, names, ids, types, _constants(file.data, metadata))
        rows = rows.append_column(_ROW, pa.array(np.arange(len(rows), dtype=np.int64)))
        same = exp.and_(*(_same(i) for i in range(len(ids))))
        inner = exp.Select(expressions=[number(1)]).from_(_named("__gone")).where(same)
        query = exp.Select(expressions=[column(_ROW, "__held")]).from_(_named("__held"))
        query = query.where(exp.Exists(this=inner))
        found = runner.rows(query, time_zone="UTC", arrow={"__held": rows, "__gone": gone})
        return np.sort(np.array([row[0] for row in found], np.uint64))

    return _MATCHES.get(key, find)


def _named(name: str) -> Any:
    return exp.alias_(exp.Table(this=ident(name)), name, quoted=True, table=True)


def _same(i: int) -> Sql:
    return op("is not distinct from", column(f"k{i}", "__held"), column(f"k{i}", "__gone"))


def _columns(
    table: pa.Table,
    names: Sequence[str | None],
    ids: tuple[int, ...],
    types: Sequence[pa.DataType],
    constants: Mapping[int, Any],
) -> pa.Table:
    """The columns of these numbers as `k0`, `k1`, …: one that the file lacks holds the same value in each row."""
    arrays = []
    for name, number_, dtype in zip(names, ids, types, strict=True):
        if name is not None:
            arrays.append(table.column(name).cast(dtype))
        else:
            arrays.append(pa.chunked_array([_repeated(constants.get(number_), dtype, len(table))]))
    return pa.table(arrays, names=[f"k{i}" for i in range(len(ids))])


def _repeated(value: Any, dtype: pa.DataType, count: int) -> pa.Array:
    """A manifest's value in each row; dates and moments are whole numbers there."""
    if isinstance(value, int) and pa.types.is_temporal(dtype):
        whole = pa.int32() if pa.types.is_date32(dtype) else pa.int64()
        return pa.repeat(pa.scalar(value, whole), count).cast(dtype)
    return pa.repeat(pa.scalar(value, dtype), count)


def _names(schema: pa.Schema, ids: tuple[int, ...], metadata: TableMetadata) -> list[str | None]:
    """What a file calls the columns of these numbers; None for those it lacks."""
    numbered = {f.metadata[_ID].decode(): f.name for f in schema if f.metadata is not None and _ID in f.metadata}
    if numbered:
        return [numbered.get(str(i)) for i in ids]
    mapping = metadata.name_mapping()
    if mapping is None:
        known = {metadata.schema().find_column_name(i) or "": i for i in ids}
    else:
        known = {name: f.field_id for f in mapping.root if f.field_id is not None for name in f.names}
    found = {known[name]: name for name in schema.names if name in known}
    return [found.get(i) for i in ids]


def _constants(data: DataFile, metadata: TableMetadata) -> Mapping[int, Any]:
    """What identity partition columns hold in a file that may lack them."""
    spec = next(s for s in metadata.partition_specs if s.spec_id == data.spec_id)
    return {
        f.source_id: data.partition[i] for i, f in enumerate(spec.fields) if isinstance(f.transform, IdentityTransform)
    }


def _type_of(metadata: TableMetadata, number_: int) -> pa.DataType:
    """A column's type, in the newest schema that has it."""
    schemas: Sequence[Schema] = [metadata.schema(), *reversed(metadata.schemas)]
    for schema in schemas:
        for f in schema.fields:
            if f.field_id == number_:
                return arrow_type(f.field_type)
    raise unsupported(f"an Iceberg equality delete by field {number_}, which is no column of the table")


_POSITIONS: Final[Kept[Mapping[str, RowNumbers]]] = Kept(1_000)
_MATCHES: Final[Kept[RowNumbers]] = Kept(1_000)
