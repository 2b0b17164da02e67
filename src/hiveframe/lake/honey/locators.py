"""The row locator: where in a segment the rows with a key are, as a hash index that is mapped into memory.

Rows are put into buckets by the hash of their key, eight in the mean; of each row the index keeps two bits of the hash
and as many of its place as the segment's rows need. With a byte a bucket for where it begins, a row of a million takes
23 bits. A key finds two rows by mistake in the mean; the key's own column tells them before any other is read.

The file: a header, where every 32nd bucket begins, how far each bucket's beginning is from where its place among these
would have it (a byte, or four where keys that repeat have filled buckets unevenly), and the rows, bit by bit.
"""

from __future__ import annotations

import os
import struct
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hiveframe.errors import SparkException
from hiveframe.lake.honey.hashing import Hashes
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import RowNumbers

FOLDER: Final = "locators"
_MAGIC: Final = b"HIVELOC3"
_HEADER: Final = struct.Struct("<8sQQHH")
_BUCKET_ROWS: Final = 8
_SHARED: Final = 32
"""Buckets that share one whole number for where they begin."""
_MARK_BITS: Final = 2
_PADDING: Final = 8
"""Bytes after the rows, so that eight can be read from where any row begins."""


def write_locator(path: str, hashes: Hashes, places: NDArray[np.int64]) -> None:
    """The index of a segment's keys, synced."""
    buckets = max(1, len(hashes) // _BUCKET_ROWS)
    bucket = _bucket(hashes, buckets)
    order = np.argsort(bucket, kind="stable")
    starts = np.zeros(buckets + 1, dtype=np.int64)
    np.cumsum(np.bincount(bucket, minlength=buckets), out=starts[1:])
    bases = starts[::_SHARED].astype("<u4")
    strays = starts - _expected(bases, np.arange(buckets + 1))
    kind = "<i1" if np.abs(strays).max() < 128 else "<i4"
    place_bits = max(1, int(places.max(initial=0)).bit_length())
    entries = (places[order].astype(np.uint64) << np.uint64(_MARK_BITS)) | _mark(hashes)[order]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as out:
        out.write(_HEADER.pack(_MAGIC, len(hashes), buckets, np.dtype(kind).itemsize, place_bits))
        out.write(bases.tobytes())
        out.write(strays.astype(kind).tobytes())
        out.write(_packed(entries, place_bits + _MARK_BITS))
        out.write(bytes(_PADDING))
        out.flush()
        os.fsync(out.fileno())


def find_rows(path: str, hashes: Hashes) -> RowNumbers:
    """The places, ascending, of all rows whose key has one of the hashes, and of some others."""
    return _locator(path).find(hashes)


class _Locator:
    """An index that is mapped into memory."""

    def __init__(self, path: str) -> None:
        data = np.memmap(path, dtype=np.uint8, mode="r")
        header = data[: _HEADER.size].tobytes()
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            raise SparkException("HONEY_LOCATOR_BROKEN", {"path": path})
        _, count, self._buckets, stray_bytes, self._place_bits = _HEADER.unpack(header)
        strays_at = _HEADER.size + 4 * (self._buckets // _SHARED + 1)
        rows_at = strays_at + stray_bytes * (self._buckets + 1)
        self._bits = self._place_bits + _MARK_BITS
        if len(data) != rows_at + (count * self._bits + 7) // 8 + _PADDING:
            raise SparkException("HONEY_LOCATOR_BROKEN", {"path": path})
        self._bases = data[_HEADER.size : strays_at].view("<u4")
        self._strays: NDArray[Any] = data[strays_at:rows_at].view(f"<i{stray_bytes}")
        # eight bytes from each byte on: the windows overlap
        rows: Any = data[rows_at:]
        self._windows: NDArray[np.uint64] = np.ndarray((len(rows) - 7,), "<u8", rows, strides=(1,))

    def find(self, hashes: Hashes) -> RowNumbers:
        """The places, ascending, of all rows whose key has one of the hashes, and of some others."""
        bucket = _bucket(hashes, self._buckets)
        starts = self._start(bucket)
        lengths = self._start(bucket + 1) - starts
        at = np.arange(lengths.sum()) + np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
        bit = at * self._bits
        entries = self._windows[bit >> 3] >> (bit & 7).astype(np.uint64)
        found = entries[entries & _MARKS == np.repeat(_mark(hashes), lengths)] >> np.uint64(_MARK_BITS)
        return united(found & np.uint64((1 << self._place_bits) - 1))

    def _start(self, bucket: NDArray[np.int64]) -> NDArray[np.int64]:
        return _expected(self._bases, bucket) + self._strays[bucket].astype(np.int64)


@lru_cache(maxsize=256)
def _locator(path: str) -> _Locator:
    """The index; a locator's file is written once, under a name that never comes again."""
    return _Locator(path)


def _expected(bases: NDArray[np.uint32], bucket: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where a bucket begins if those before it that share its base are of mean size."""
    return bases[bucket // _SHARED].astype(np.int64) + bucket % _SHARED * _BUCKET_ROWS


def _packed(entries: NDArray[np.uint64], bits: int) -> bytes:
    """The low bits of each number, one after another, the lowest first."""
    each = np.unpackbits(entries.astype("<u8").view(np.uint8).reshape(-1, 8), axis=1, count=bits, bitorder="little")
    return np.packbits(each, bitorder="little").tobytes()


def _bucket(hashes: Hashes, buckets: int) -> NDArray[np.int64]:
    return ((hashes >> np.uint64(16)) % np.uint64(buckets)).astype(np.int64)


_MARKS: Final = np.uint64((1 << _MARK_BITS) - 1)


def _mark(hashes: Hashes) -> NDArray[np.uint64]:
    return hashes & _MARKS
