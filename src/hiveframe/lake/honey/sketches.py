"""Sketches of a segment's column: how many values it has, and a Bloom filter of them where they are few."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from hiveframe.lake.honey.hashing import Hashes
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.snapshot import Snapshot

MOST_VALUES: Final = 65_536
_BITS_A_VALUE: Final = 10
_PROBES: Final = 4


def bloom_of(hashes: Hashes) -> bytes | None:
    """The filter of distinct hashes; None where it would grow large. One value in eighty that is not there passes."""
    if len(hashes) > MOST_VALUES:
        return None
    bits = np.zeros(max(64, 1 << (max(1, len(hashes) * _BITS_A_VALUE) - 1).bit_length()), dtype=bool)
    for probe in _probes(hashes, len(bits)):
        bits[probe] = True
    return np.packbits(bits).tobytes()


def may_contain(bloom: bytes, hashes: Hashes) -> bool:
    """Whether any of the values may be among those of the filter."""
    bits = np.frombuffer(bloom, dtype=np.uint8)
    found = np.ones(len(hashes), dtype=bool)
    for probe in _probes(hashes, len(bits) * 8):
        found &= (bits[probe >> 3] >> (7 - (probe & 7)).astype(np.uint8)) & 1 == 1
    return bool(found.any())


def _probes(hashes: Hashes, size: int) -> list[np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """Places by double hashing (Kirsch and Mitzenmacher, 2006); `size` is a power of two."""
    first, second = hashes & np.uint64(0xFFFFFFFF), (hashes >> np.uint64(32)) | np.uint64(1)
    mask = np.uint64(size - 1)
    return [((first + np.uint64(n) * second) & mask).astype(np.int64) for n in range(_PROBES)]


def distinct_counts(snapshot: Snapshot) -> dict[tuple[int, str], int]:
    """How many values a segment's column has, where the manifest has a sketch of it."""
    query = (
        "SELECT k.segment_id, k.column_name, k.distinct_count FROM sketches k"
        " JOIN segments s ON s.id = k.segment_id WHERE s.table_id = ?"
    )
    with snapshot.place.manifest.reading() as connection:
        rows = connection.execute(query, (snapshot.version.table_id,)).fetchall()
    return {(segment, name): count for segment, name, count in rows if (segment, name) in snapshot.sketched}


@lru_cache(maxsize=4096)
def stored_bloom(place: Place, segment: int, column: str) -> bytes | None:
    """A segment's filter in the manifest; it never changes."""
    query = "SELECT bloom FROM sketches WHERE segment_id = ? AND column_name = ?"
    with place.manifest.reading() as connection:
        row = connection.execute(query, (segment, column)).fetchone()
    return row[0] if row is not None else None
