"""Segments as Vortex files, whose rows can be read one by one."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from threading import Lock
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

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


def read_rows(path: str, columns: Sequence[str], rows: RowNumbers) -> pa.Table:
    """The rows at these places, ascending.

    Texts are read one column at a time: together, all columns come in the pieces that the finest of them is cut into.
    """
    file, indices = _FILES.open(path), _library().array(pa.array(rows, pa.uint64()))
    texts = {f.name for f in stored_columns(path) if f.type in (pa.string_view(), pa.binary_view())}
    plain = [name for name in columns if name not in texts]
    read: dict[str, pa.ChunkedArray] = {}
    for group in ([plain] if plain else []) + [[name] for name in columns if name in texts]:
        table = file.scan(group, indices=indices).read_all().to_arrow_table()
        read |= dict(zip(group, table.columns, strict=True))
    return pa.Table.from_arrays([read[name] for name in columns], names=list(columns))


def read_batches(path: str, columns: Sequence[str], only: Any = None) -> Iterator[pa.RecordBatch]:
    """All rows, in order, or only those for which a Vortex expression is true."""
    yield from _FILES.open(path).to_arrow(list(columns), expr=only)


def stored_columns(path: str) -> pa.Schema:
    """The columns that the file has."""
    found: pa.Schema = _FILES.open(path).dtype.to_arrow_schema()
    return found


class _OpenFiles:
    """Files that were opened lately, for opening costs more than reading rows. A segment's file never changes."""

    def __init__(self, capacity: int = 256) -> None:
        self._open: OrderedDict[str, Any] = OrderedDict()
        self._capacity = capacity
        self._lock = Lock()

    def open(self, path: str) -> Any:
        """The file."""
        with self._lock:
            found = self._open.get(path)
            if found is not None:
                self._open.move_to_end(path)
                return found
        made = _library().open(path)
        with self._lock:
            self._open[path] = made
            while len(self._open) > self._capacity:
                self._open.popitem(last=False)
        return made


_FILES: Final = _OpenFiles()


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
