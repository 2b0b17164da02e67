"""A stream sorted by key columns, cut into groups."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def groups(batches: Iterator[pa.RecordBatch], keys: Sequence[int]) -> Iterator[Iterator[pa.RecordBatch]]:
    """One iterator of batches for each run of equal keys; the next group is cut after the last is read to its end."""
    cutter = _Cutter(batches, keys)
    while cutter.has_group():
        yield cutter.group()
        cutter.finish_group()


class _Cutter:
    """Holds the batch that the next group starts in."""

    def __init__(self, batches: Iterator[pa.RecordBatch], keys: Sequence[int]) -> None:
        self._batches = batches
        self._keys = keys
        self._rest: pa.RecordBatch | None = None
        self._starts: list[int] = []  # where groups begin in the rest, the first one left out
        self._is_open = False

    def has_group(self) -> bool:
        """Whether a row is left."""
        return self._rest is not None or self._next_batch(None)

    def group(self) -> Iterator[pa.RecordBatch]:
        """The batches of the group that begins at the rest's first row."""
        self._is_open = True
        while self._is_open:
            rest = self._rest
            assert rest is not None
            if self._starts:
                cut = self._starts[0]
                self._rest = rest.slice(cut)
                self._starts = [start - cut for start in self._starts[1:]]
                self._is_open = False
                yield rest.slice(0, cut)
                return
            self._is_open = self._next_batch(rest.slice(rest.num_rows - 1))
            yield rest

    def finish_group(self) -> None:
        """Read over what a function left of its group."""
        if self._is_open:
            for _ in self.group():
                pass

    def _next_batch(self, last: pa.RecordBatch | None) -> bool:
        """Fetch the next batch with rows; whether it goes on with the group of the row `last`."""
        self._rest = next((batch for batch in self._batches if batch.num_rows), None)
        if self._rest is None:
            self._starts = []
            return False
        self._starts = _starts(self._rest, self._keys)
        if last is None:
            return True
        pair = pa.Table.from_batches([last, self._rest.slice(0, 1)]).combine_chunks().to_batches()[0]
        return not _starts(pair, self._keys)


def _starts(batch: pa.RecordBatch, keys: Sequence[int]) -> list[int]:
    """The rows, from 1 on, whose key differs from that of the row before."""
    if batch.num_rows < 2 or not keys:
        return []
    differs = np.zeros(batch.num_rows - 1, dtype=bool)
    for key in keys:
        differs |= _changes(batch.column(key))
    return [int(i) + 1 for i in np.flatnonzero(differs)]


def _changes(column: pa.Array) -> np.ndarray:
    """Whether each value differs from the one before; NULL equals NULL, NaN equals NaN."""
    before, after = column.slice(0, len(column) - 1), column.slice(1)
    if pa.types.is_nested(column.type) or pa.types.is_interval(column.type):
        values = column.to_pylist()
        return np.array([a != b for a, b in itertools.pairwise(values)], dtype=bool)
    if pa.types.is_null(column.type):
        return np.zeros(len(column) - 1, dtype=bool)
    differs = pc.not_equal(before, after)
    if pa.types.is_floating(column.type):
        both_nan = pc.and_(pc.is_nan(before), pc.is_nan(after))
        differs = pc.and_not(differs, both_nan)
    one_null = pc.xor(before.is_null(), after.is_null())
    made: np.ndarray = pc.or_(pc.fill_null(differs, False), one_null).to_numpy(zero_copy_only=False)
    return made
