"""The row locator: where in a segment the rows with a key are, as a hash index that is mapped into memory.

Rows are put into buckets by the hash of their key, eight in the mean; of each row the index keeps two bytes of the hash
and three of its place: 5.5 bytes a row. A row that is found by mistake (one key in eight thousand) fails the filter,
which stays in the plan.
"""

from __future__ import annotations

import os
import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hiveframe.errors import SparkException
from hiveframe.lake.honey.hashing import Hashes
from hiveframe.lake.tables.row_numbers import united
from hiveframe.lake.tables.table import RowNumbers

FOLDER: Final = "locators"
MOST_ROWS: Final = 1 << 24
_MAGIC: Final = b"HIVELOC1"
_HEADER: Final = struct.Struct("<8sQQ")
_BUCKET_ROWS: Final = 8


def write_locator(path: str, hashes: Hashes, places: NDArray[np.int64]) -> None:
    """The index of a segment's keys, synced."""
    buckets = max(1, len(hashes) // _BUCKET_ROWS)
    bucket = _bucket(hashes, buckets)
    order = np.argsort(bucket, kind="stable")
    offsets = np.zeros(buckets + 1, dtype=np.uint32)
    np.cumsum(np.bincount(bucket, minlength=buckets), out=offsets[1:])
    placed = places[order].astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3]
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "xb") as out:
        out.write(_HEADER.pack(_MAGIC, len(hashes), buckets))
        out.write(offsets.astype("<u4").tobytes())
        out.write(_mark(hashes)[order].astype("<u2").tobytes())
        out.write(np.ascontiguousarray(placed).tobytes())
        out.flush()
        os.fsync(out.fileno())


def find_rows(path: str, hashes: Hashes) -> RowNumbers:
    """The places, ascending, of all rows whose key has one of the hashes, and of a few others."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    magic, count, buckets = _HEADER.unpack(data[: _HEADER.size].tobytes())
    first = _HEADER.size + 4 * (buckets + 1)
    if magic != _MAGIC or len(data) != first + 5 * count:
        raise SparkException("HONEY_LOCATOR_BROKEN", {"path": path})
    offsets = data[_HEADER.size : first].view("<u4")
    marks = data[first : first + 2 * count].view("<u2")
    places = data[first + 2 * count :].reshape(-1, 3)
    bucket = _bucket(hashes, buckets)
    starts, ends = offsets[bucket].astype(np.int64), offsets[bucket + 1].astype(np.int64)
    lengths = ends - starts
    at = np.arange(lengths.sum()) + np.repeat(starts - np.concatenate([[0], np.cumsum(lengths)[:-1]]), lengths)
    found = at[marks[at] == np.repeat(_mark(hashes), lengths)]
    rows = places[found].astype(np.uint64)
    return united(rows[:, 0] | (rows[:, 1] << np.uint64(8)) | (rows[:, 2] << np.uint64(16)))


def _bucket(hashes: Hashes, buckets: int) -> NDArray[np.int64]:
    return ((hashes >> np.uint64(16)) % np.uint64(buckets)).astype(np.int64)


def _mark(hashes: Hashes) -> NDArray[np.uint16]:
    return (hashes & np.uint64(0xFFFF)).astype(np.uint16)
