"""Rows as bytes: Arrow's stream format, compressed, behind a head by which torn and foreign files are known."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from typing import Final

import pyarrow as pa

from hiveframe.dataclass import dataclass

_MAGIC: Final = b"HFR1"
_HEAD: Final = struct.Struct("<4sqqq16s")  # magic, rows, microseconds that they took, bytes of the body, digest
HEAD_BYTES: Final = _HEAD.size
_WRITE: Final = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True, slots=True)
class KeptRows:
    """A result. `cost_s` is how long the engine took for it."""

    body: bytes
    row_count: int
    cost_s: float

    @property
    def size_bytes(self) -> int:
        """Bytes in memory or on disk."""
        return len(self.body) + HEAD_BYTES

    def batches(self) -> Iterator[pa.RecordBatch]:
        """The rows, uncompressed as they are taken."""
        with pa.ipc.open_stream(pa.py_buffer(self.body)) as reader:
            yield from reader

    def table(self) -> pa.Table:
        """All rows."""
        with pa.ipc.open_stream(pa.py_buffer(self.body)) as reader:
            return reader.read_all()

    def to_bytes(self) -> bytes:
        """Head and body."""
        cost_us = int(self.cost_s * 1e6)
        digest = _digest(self.row_count, cost_us, self.body)
        return _HEAD.pack(_MAGIC, self.row_count, cost_us, len(self.body), digest) + self.body

    @staticmethod
    def from_bytes(data: bytes) -> KeptRows | None:
        """What `to_bytes` made; None for bytes that are anything else."""
        head = read_head(data)
        if head is None or len(data) != HEAD_BYTES + head.body_bytes:
            return None
        body = data[HEAD_BYTES:]
        is_whole = _digest(head.row_count, head.cost_us, body) == head.digest
        return KeptRows(body, head.row_count, head.cost_us / 1e6) if is_whole else None


@dataclass(frozen=True, slots=True)
class Head:
    """What an entry says of itself."""

    row_count: int
    cost_us: int
    body_bytes: int
    digest: bytes


def read_head(data: bytes) -> Head | None:
    """The head that `data` begins with; None where there is none."""
    if len(data) < HEAD_BYTES:
        return None
    magic, row_count, cost_us, body_bytes, digest = _HEAD.unpack_from(data)
    return Head(row_count, cost_us, body_bytes, digest) if magic == _MAGIC else None


def packed(schema: pa.Schema, batches: Sequence[pa.RecordBatch], cost_s: float) -> KeptRows:
    """The rows of a run, to be kept."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=_WRITE) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return KeptRows(sink.getvalue().to_pybytes(), sum(b.num_rows for b in batches), cost_s)


def _digest(row_count: int, cost_us: int, body: bytes) -> bytes:
    h = hashlib.blake2b(b"%d %d " % (row_count, cost_us), digest_size=16)
    h.update(body)
    return h.digest()
