"""What a Parquet file tells of its columns: bounds and NULLs in the footer, different values in dictionaries' headers.

Source: Parquet's format, "Metadata" (`parquet.thrift`: Statistics, PageHeader, DictionaryPageHeader). The dictionary of
a column's chunk holds each of its values once, as long as no page was written without it; its header says how many.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any, Final

import pyarrow.parquet as pq

from hiveframe.dataclass import dataclass
from hiveframe.lake.honey.zones import zones_of_footer
from hiveframe.lake.pruning import Zone
from hiveframe.lake.scan import ScanFile
from hiveframe.lake.stamps import Stamp
from hiveframe.lake.statistics.distinct_counts import Part
from hiveframe.plan.types import StructType

_HEADER_BYTES: Final = 64
_CAPACITY: Final = 4096
_TYPE, _UNCOMPRESSED, _DICTIONARY = 1, 2, 7  # fields of PageHeader
_DICTIONARY_PAGE: Final = 2


@dataclass(frozen=True, slots=True, eq=False)
class FileFacts:
    """A file's rows, and by the stored name of each plain column its bounds and its parts, one a row group."""

    row_count: int
    zones: Mapping[str, Zone]
    parts: Mapping[str, tuple[Part, ...]]


class FileFactsCache:
    """Facts by path, size, times of change, stamp and columns; the oldest go first. Thread-safe."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._known: OrderedDict[tuple[str, int, int, Stamp | None, StructType], FileFacts] = OrderedDict()
        self._capacity = capacity
        self._lock = Lock()

    def get(self, file: ScanFile, stored: StructType) -> FileFacts:
        """The file's facts; `stored` are its columns under the names that they have in it."""
        key = (file.path, file.size_bytes, file.modified_us, file.stamp, stored)
        found = self._known.get(key)
        if found is None:
            found = file_facts(file.path, stored)
            with self._lock:
                self._known[key] = found
                while len(self._known) > self._capacity:
                    self._known.popitem(last=False)
        return found


FACTS: Final = FileFactsCache()


def file_facts(path: str, stored: StructType) -> FileFacts:
    """The facts, read now: the footer, and the first bytes of each dictionary."""
    metadata = pq.read_metadata(path)
    zones = zones_of_footer(metadata, stored)
    parts: dict[str, list[Part]] = {name: [] for name in zones}
    with open(path, "rb", buffering=0) as file:
        for group in range(metadata.num_row_groups):
            row_group = metadata.row_group(group)
            for i in range(row_group.num_columns):
                chunk = row_group.column(i)
                if chunk.path_in_schema in parts:
                    parts[chunk.path_in_schema].append(_part(chunk, file.fileno()))
    return FileFacts(metadata.num_rows, zones, {name: tuple(p) for name, p in parts.items()})


def _part(chunk: Any, descriptor: int) -> Part:
    statistics = chunk.statistics if chunk.is_stats_set else None
    nulls = statistics.null_count if statistics is not None and statistics.has_null_count else 0
    values = chunk.num_values - nulls
    low = high = None
    if statistics is not None and statistics.has_min_max:
        try:
            low, high = statistics.min, statistics.max
        except (OverflowError, ValueError):  # beyond Python's years
            low = high = None
    if statistics is not None and statistics.has_distinct_count:
        return Part(values, statistics.distinct_count, low, high)
    return Part(values, _in_dictionary(chunk, descriptor, values), low, high)


def _in_dictionary(chunk: Any, descriptor: int, values: int) -> int | None:
    """The entries of a chunk's dictionary; None where it has none, or where pages stand without it."""
    if not chunk.has_dictionary_page:
        return None
    header = page_header(os.pread(descriptor, _HEADER_BYTES, chunk.dictionary_page_offset))
    if header is None or header.entries <= 0:
        return None
    # a writer gives a dictionary up when it grows too large: then the pages are longer than places in it would be
    places = values * max(1, (header.entries - 1).bit_length()) / 8
    pages = chunk.total_uncompressed_size - header.size_bytes
    return header.entries if pages <= 1.5 * places + 0.5 * chunk.num_values + 4096 else None


@dataclass(frozen=True, slots=True)
class DictionaryHeader:
    """A dictionary page: its bytes before compression, and how many values it holds."""

    size_bytes: int
    entries: int


def page_header(data: bytes) -> DictionaryHeader | None:
    """The header of a dictionary page in Thrift's compact protocol; None when that is another page or a cut one."""
    try:
        fields = _struct(data, 0)[0]
    except IndexError:
        return None
    inner = fields.get(_DICTIONARY)
    if fields.get(_TYPE) != _DICTIONARY_PAGE or not isinstance(inner, dict):
        return None
    return DictionaryHeader(fields.get(_UNCOMPRESSED, 0), inner.get(1, 0))


def _struct(data: bytes, at: int) -> tuple[dict[int, Any], int]:
    """The fields of a struct by number, as far as page headers use them, and where it ends."""
    fields: dict[int, Any] = {}
    number = 0
    while data[at] != 0:
        kind, step = data[at] & 15, data[at] >> 4
        at += 1
        if step:
            number += step
        else:
            number, at = _zigzag(data, at)
        if kind in (1, 2):  # TRUE, FALSE
            fields[number] = kind == 1
        elif kind in (4, 5, 6):  # I16, I32, I64
            fields[number], at = _zigzag(data, at)
        elif kind == 12:
            fields[number], at = _struct(data, at)
        else:
            raise IndexError(f"field {number} of type {kind} in a page header")
    return fields, at + 1


def _zigzag(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return (value >> 1) ^ -(value & 1), at
