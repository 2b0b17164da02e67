"""Text columns as one run of bytes: what is done to every character alike is done to all rows at once by numpy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]
Places = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, eq=False)
class Texts:
    """A text column of n rows: row i is `data[offsets[i]:offsets[i + 1]]` (UTF-8) unless it is NULL."""

    data: Bytes
    offsets: Places
    nulls: np.ndarray | None

    @staticmethod
    def of(values: pa.Array) -> Texts:
        """The rows of a STRING array, without a copy where that can be."""
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        width = np.int64 if pa.types.is_large_string(values.type) else np.int32
        _, positions, content = values.buffers()
        offsets = np.frombuffer(positions, width)[values.offset : values.offset + len(values) + 1].astype(np.int64)
        data = np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)
        nulls = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
        return Texts(data[offsets[0] : offsets[-1]], offsets - offsets[0], nulls)

    @cached_property
    def is_ascii(self) -> bool:
        """Whether every byte is a character."""
        return not bool((self.data & 0x80).any())

    @property
    def starts(self) -> Places:
        """Where each row begins in `data`, those of empty rows at the end left out."""
        starts: Places = self.offsets[:-1]
        kept: Places = starts[starts < len(self.data)]
        return kept

    def with_data(self, data: Bytes, offsets: Places | None = None) -> pa.StringArray:
        """The same rows with other bytes, NULL where they were NULL; `offsets` where rows changed their lengths."""
        places = self.offsets if offsets is None else offsets
        validity = None if self.nulls is None else pa.array(~self.nulls).buffers()[1]
        kind = pa.string() if places[-1] < 2**31 else pa.large_string()
        width = np.int32 if kind == pa.string() else np.int64
        buffers = [validity, pa.py_buffer(places.astype(width)), pa.py_buffer(np.ascontiguousarray(data))]
        made: pa.StringArray = pa.Array.from_buffers(kind, len(places) - 1, buffers)
        return made


def single_value(column: pa.Array) -> tuple[bool, str | None]:
    """Whether all rows of a column hold the same, and what."""
    if len(column) == 0 or column.null_count == len(column):
        return True, None
    first = column[0]
    is_constant = column.null_count == 0 and len(column.unique()) == 1
    return is_constant, first.as_py() if is_constant else None
