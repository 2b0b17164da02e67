"""Segments as Vortex files, whose rows can be read one by one."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hiveframe.dataclass import dataclass
from hiveframe.errors import UnsupportedOperationException
from hiveframe.lake.tables.table import RowNumbers
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, StructType

_PLAIN: Final[tuple[type[DataType], ...]] = (
    t.BooleanType, t.ByteType, t.ShortType, t.IntegerType, t.LongType, t.FloatType, t.DoubleType, t.DecimalType,
    t.DateType, t.TimestampType, t.TimestampNTZType, t.StringType, t.CharType, t.VarcharType, t.BinaryType,
)  # fmt: skip


def is_available() -> bool:
    """Whether the library is there: the extra `honey`."""
    import importlib.util

    return importlib.util.find_spec("vortex") is not None


def can_hold(schema: StructType) -> bool:
    """Whether every column is of a type that comes back from Vortex as it went in."""
    return all(isinstance(f.dtype, _PLAIN) for f in schema.fields)


def write_file(path: str, rows: pa.Table | pa.RecordBatchReader) -> None:
    """The rows as a file, synced."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    _library().io.write(rows, path)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_batches(path: str, columns: Sequence[str], only: Any = None) -> Iterator[pa.RecordBatch]:
    """All rows, in order, or only those for which a Vortex expression is true."""
    yield from open_file(path).file.to_arrow(list(columns), expr=only)


def stored_columns(path: str) -> pa.Schema:
    """The columns that the file has."""
    return open_file(path).schema


class OpenFile:
    """A file that is mapped into memory, which costs more than reading rows of it.

    Its columns are kept as they are encoded: what they hold stays in the file.
    """

    def __init__(self, path: str) -> None:
        self.file: Any = _library().open(path, memory_map=True)
        self.schema: pa.Schema = self.file.dtype.to_arrow_schema()
        self._columns: dict[str, _Column] = {}

    def take(self, names: Sequence[str], rows: RowNumbers) -> list[list[pa.Array]]:
        """Of each column the values at places that ascend, in parts.

        A scan of a few rows decodes the chunks around them; asked themselves, chunks decode these rows only.
        """
        columns = [self._column(name) for name in names]
        placed = {starts: _placed(starts, rows.astype(np.int64)) for starts in {c.starts for c in columns}}
        return [column.take(placed[column.starts]) for column in columns]

    def _column(self, name: str) -> _Column:
        found = self._columns.get(name)
        if found is None:
            import vortex.expr as ve

            array = self.file.scan(ve.column(name)).read_all()
            found = self._columns[name] = _Column.of(array, self.schema.field(name).type)
        return found


@lru_cache(maxsize=256)
def open_file(path: str) -> OpenFile:
    """The file; the same object for as long as it is among those used last.

    A segment's file is written once, under a name that never comes again.
    """
    return OpenFile(path)


@dataclass(frozen=True, slots=True, eq=False)
class _Column:
    """A column as it is stored: chunks, and the row at which each of them begins; the last number is their end."""

    chunks: Sequence[Any]
    starts: tuple[int, ...]
    dtype: pa.DataType
    few: int

    @staticmethod
    def of(array: Any, dtype: pa.DataType) -> _Column:
        """A column that was read and not decoded."""
        chunks = array.chunks() if array.id == "vortex.chunked" else [array]
        starts = tuple(itertools.accumulate((len(chunk) for chunk in chunks), initial=0))
        return _Column(chunks, starts, dtype, _FEW_PACKED if chunks[0].id in _PACKED_TEXTS else _FEW)

    def take(self, places: _Places) -> list[pa.Array]:
        """The values at some places, in parts."""
        if len(places.rows) < self.few * places.chunk_count:
            at = [chunk.scalar_at for chunk in self.chunks]
            return [pa.array([at[n](i).as_py() for n, i in places.rows], self.dtype)]
        return [self.chunks[n].take(inside).to_arrow_array() for n, inside in places.by_chunk()]


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Rows by their chunk and where they are in it."""

    rows: Sequence[tuple[int, int]]
    chunk_count: int

    def by_chunk(self) -> Iterator[tuple[int, Any]]:
        """The same, together for each chunk."""
        for n, rows in itertools.groupby(self.rows, key=itemgetter(0)):
            yield n, _library().array(pa.array([i for _, i in rows], pa.uint64()))


def _placed(starts: tuple[int, ...], rows: NDArray[np.int64]) -> _Places:
    first = np.array(starts)
    chunk = np.searchsorted(first, rows, side="right") - 1
    count = int(np.count_nonzero(np.diff(chunk))) + 1
    return _Places(list(zip(chunk.tolist(), (rows - first[chunk]).tolist(), strict=True)), count)


_FEW: Final = 24
"""Values of a chunk that are decoded faster one by one than together."""
_FEW_PACKED: Final = 8
_PACKED_TEXTS: Final = ("vortex.fsst", "vortex.onpair")


def without(rows: RowNumbers, first: int, count: int) -> NDArray[np.bool_]:
    """Of `count` rows from `first` on, which are not among `rows`."""
    keep = np.ones(count, dtype=bool)
    inside = rows[(rows >= first) & (rows < first + count)].astype(np.int64) - first
    keep[inside] = False
    return keep


def _library() -> Any:
    try:
        import vortex
    except ImportError as error:
        params = {"feature": "a HoneyStore segment in Vortex's format", "extra": "honey"}
        raise UnsupportedOperationException("MISSING_EXTRA", params) from error
    return vortex


def arrow_type(dtype: DataType) -> pa.DataType:
    """The Arrow type of a plain type, as DuckDB exchanges it."""
    match dtype:
        case t.DecimalType(precision, scale):
            return pa.decimal128(precision, scale)
        case t.StringType() | t.CharType() | t.VarcharType():
            return pa.string_view()
    return _ARROW[type(dtype)]


_ARROW: Final[dict[type[DataType], pa.DataType]] = {
    t.BooleanType: pa.bool_(),
    t.ByteType: pa.int8(),
    t.ShortType: pa.int16(),
    t.IntegerType: pa.int32(),
    t.LongType: pa.int64(),
    t.FloatType: pa.float32(),
    t.DoubleType: pa.float64(),
    t.BinaryType: pa.binary(),
    t.DateType: pa.date32(),
    t.TimestampType: pa.timestamp("us", "UTC"),
    t.TimestampNTZType: pa.timestamp("us"),
}
