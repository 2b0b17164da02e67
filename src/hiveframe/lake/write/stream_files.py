"""Files written here, batch by batch: ORC, and text in encodings, separators or codecs that DuckDB does not write."""

from __future__ import annotations

import bz2
import codecs
import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import IO, Any, Final, Protocol

import pyarrow as pa

from hiveframe.lake.hadoop_blocks import BlockWriter
from hiveframe.lake.write.layout import CHUNK_COLUMN
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

# Java's UTF-16 is big-endian behind one mark, its UTF-32 big-endian without one.
_JAVA_ENCODINGS: Final = {"utf-16": "utf-16-be", "utf-32": "utf-32-be"}


class FileWriter(Protocol):
    """One open file."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds rows."""

    def close(self) -> None:
        """Completes the file."""


def write_stream(
    batches: Iterator[pa.RecordBatch], root: str, split: int, open_file: Callable[[str, pa.Schema], FileWriter]
) -> int:
    """Writes the rows below `root` and gives their number; the last `split` columns name the folder of each row."""
    writers: dict[tuple[str, ...], FileWriter] = {}
    row_count = 0
    with ExitStack() as stack:
        for batch in batches:
            row_count += batch.num_rows
            for keys, part in _split(batch, split):
                writer = writers.get(keys)
                if writer is None:
                    folder = os.path.join(root, *keys)
                    os.makedirs(folder, exist_ok=True)
                    writer = open_file(os.path.join(folder, "data_0"), part.schema)
                    stack.callback(writer.close)
                    writers[keys] = writer
                writer.write(part)
    return row_count


def _split(batch: pa.RecordBatch, split: int) -> Iterator[tuple[tuple[str, ...], pa.RecordBatch]]:
    """The batch by folder, its folder columns taken off."""
    if split == 0:
        yield (), batch
        return
    from urllib.parse import quote

    width = batch.num_columns - split
    data = batch.select(list(range(width)))
    names = batch.schema.names[width:]
    columns = [batch.column(width + n).to_pylist() for n in range(split)]
    groups: dict[tuple[str, ...], list[int]] = {}
    for row, values in enumerate(zip(*columns, strict=True)):
        keys = tuple(f"{n}={v if n == CHUNK_COLUMN else quote(v, safe='')}" for n, v in zip(names, values, strict=True))
        groups.setdefault(keys, []).append(row)
    for keys, rows in groups.items():
        yield keys, data.take(pa.array(rows))


class LineWriter:
    """Lines of text: the first column of each batch."""

    def __init__(self, path: str, *, encoding: str, separator: str, codec: str | None, header: str | None) -> None:
        self._file = _open_text(path, codec)
        self._encoder = codecs.getincrementalencoder(_JAVA_ENCODINGS.get(encoding, encoding))("replace")
        self._mark = codecs.BOM_UTF16_BE if encoding == "utf-16" else b""
        self._separator = separator
        if header is not None:
            self._put(header)

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds a line for each row; NULL is an empty one."""
        for line in batch.column(0).to_pylist():
            self._put(line or "")

    def _put(self, line: str) -> None:
        self._file.write(self._mark + self._encoder.encode(line + self._separator))
        self._mark = b""

    def close(self) -> None:
        """Completes the file."""
        self._file.close()


class XmlFileWriter:
    """An XML document: the first column of each batch holds its records. Without records it is empty, as Spark's."""

    def __init__(self, path: str, frame: tuple[str, str], *, encoding: str, codec: str | None) -> None:
        self._file = _open_text(path, codec)
        self._opening, self._closing = frame
        self._encoder = codecs.getincrementalencoder(_JAVA_ENCODINGS.get(encoding, encoding))("replace")
        self._mark = codecs.BOM_UTF16_BE if encoding == "utf-16" else b""
        self._is_begun = False

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds records."""
        for record in batch.column(0).to_pylist():
            if not self._is_begun:
                self._file.write(self._mark + self._encoder.encode(self._opening))
                self._is_begun = True
            self._file.write(self._encoder.encode(record + "\n"))

    def close(self) -> None:
        """Completes the document."""
        if self._is_begun:
            self._file.write(self._encoder.encode(self._closing))
        self._file.close()


def _with_times(kind: pa.DataType, stands_for: pa.DataType) -> pa.DataType:
    """A type with another one for times of day, which ORC does not have: nanoseconds are stored."""
    if pa.types.is_time(kind):
        return stands_for
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_with_times(kind.value_type, stands_for)))
    if pa.types.is_map(kind):
        item = kind.item_field.with_type(_with_times(kind.item_type, stands_for))
        return pa.map_(kind.key_field.with_type(_with_times(kind.key_type, stands_for)), item)
    if pa.types.is_struct(kind):
        return pa.struct([f.with_type(_with_times(f.type, stands_for)) for f in kind])
    return kind


def _noted(f: pa.Field, dtype: DataType) -> pa.Field:
    """A field that says, at any depth, which of its types ORC does not have."""
    match dtype:
        case t.ArrayType(element):
            return f.with_type(pa.list_(_noted(f.type.value_field, element)))
        case t.MapType(key, value):
            return f.with_type(pa.map_(_noted(f.type.key_field, key), _noted(f.type.item_field, value)))
        case t.StructType(fields):
            return f.with_type(pa.struct([_noted(c, g.dtype) for c, g in zip(f.type, fields, strict=True)]))
        case t.TimestampNTZType() | t.YearMonthIntervalType() | t.DayTimeIntervalType() | t.TimeType():
            return f.with_metadata({"spark.sql.catalyst.type": t.simple_string(dtype)})
    return f


class OrcFileWriter:
    """An ORC file with the types that Spark notes beside its columns, and beside what stands in them."""

    def __init__(self, path: str, schema: pa.Schema, stored: Sequence[t.StructField], codec: str) -> None:
        from pyarrow import orc

        fields = [_noted(f, g.dtype) for f, g in zip(schema, stored, strict=True)]
        self._clocks = pa.schema([f.with_type(_with_times(f.type, pa.time64("ns"))) for f in fields])
        self._schema = pa.schema([f.with_type(_with_times(f.type, pa.int64())) for f in fields])
        self._sink = _PatientSink(path)
        self._writer = orc.ORCWriter(self._sink, compression=codec)

    def write(self, batch: pa.RecordBatch) -> None:
        """Adds rows."""
        fields = zip(batch.columns, self._clocks, self._schema, strict=True)
        columns = [c.cast(clock.type).cast(f.type) for c, clock, f in fields]
        self._writer.write(pa.Table.from_arrays(columns, schema=self._schema))
        self._sink.check()

    def close(self) -> None:
        """Completes the file."""
        self._writer.close()
        self._sink.finish()


class _PatientSink(io.RawIOBase):
    """A file whose failure is kept for `check`: Arrow's ORC writer ends the process when its file raises."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self._file = open(path, "wb")  # noqa: SIM115  closed by finish()
        self._position = 0
        self._failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def write(self, data: Any) -> int:
        size = memoryview(data).nbytes
        self._position += size
        if self._failure is None:
            try:
                self._file.write(data)
            except OSError as failure:
                self._failure = failure
        return size

    def flush(self) -> None:
        """Nothing is held back here."""

    def check(self) -> None:
        """Raises what writing raised."""
        if self._failure is not None:
            raise self._failure

    def finish(self) -> None:
        """Closes the file."""
        try:
            self._file.close()
        except OSError as failure:
            self._failure = self._failure or failure
        self.check()


class _Deflated:
    """A zlib stream over a file."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "wb")  # noqa: SIM115  closed by close()
        self._stream = zlib.compressobj()

    def write(self, data: bytes) -> None:
        self._file.write(self._stream.compress(data))

    def close(self) -> None:
        self._file.write(self._stream.flush())
        self._file.close()


def _open_zstd(path: str) -> IO[bytes]:
    import zstandard

    opened: IO[bytes] = zstandard.open(path, "wb")
    return opened


def _open_text(path: str, codec: str | None) -> Any:
    return open(path, "wb") if codec is None else _OPENERS[codec](path)


_OPENERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "gzip": lambda path: gzip.GzipFile(path, "wb"),
    "bz2": lambda path: bz2.BZ2File(path, "wb"),
    "deflate": _Deflated,
    "snappy": lambda path: BlockWriter(path, "snappy"),
    "lz4": lambda path: BlockWriter(path, "lz4"),
    "zstd": _open_zstd,
}
