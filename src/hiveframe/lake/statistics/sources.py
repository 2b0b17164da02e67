"""What is known of an opened source's rows from footers, logs and manifests.

No row is read, but for parts of files of lines. Of many files some are looked at, and the rest is taken to be
alike.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.lake.exact_state import table_state
from hiveframe.lake.honey.zones import merged
from hiveframe.lake.parquet_scan import ParquetDetail, deleted_rows, opened
from hiveframe.lake.pruning import Zone
from hiveframe.lake.registry import short_name
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.lake.statistics.distinct_counts import Part, distinct_count
from hiveframe.lake.statistics.line_files import line_count
from hiveframe.lake.statistics.parquet_files import FACTS, FileFacts
from hiveframe.plan.statistics import SAMPLED, ColumnStatistics, TableStatistics
from hiveframe.plan.types import StructField, StructType

_FOOTERS: Final = 64
_DICTIONARIES: Final = 16
_KEPT: Final = 256


@dataclass(frozen=True, slots=True, eq=False)
class FileStatistics:
    """What is known of one file: rows that are there, and by column position its bounds."""

    file: ScanFile
    row_count: int | None
    zone: Callable[[int], Zone | None]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    """What a format tells: files, and by column position the parts of some of them."""

    files: Sequence[FileStatistics]
    parts: Callable[[int], Sequence[Part]]


def source_statistics(source: ScanSource) -> TableStatistics | None:
    """The statistics; None of a format that tells nothing. The latest answers are kept."""
    name = short_name(source.format)
    if name not in _FORMATS and name not in _OF_LINES:
        return None
    options = tuple(sorted(source.options.items()))
    key = (source.format, source.files, source.schema, options, table_state(source))
    found = _ANSWERS.get(key)
    if found is None:
        made = _of_lines(source) if name in _OF_LINES else _summed_up(source, _FORMATS[name](source))
        found = _ANSWERS.keep(key, made)
    return found


class _Answers:
    """The latest answers. Thread-safe."""

    def __init__(self) -> None:
        self._known: OrderedDict[object, TableStatistics] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> TableStatistics | None:
        """The answer, if it is kept."""
        return self._known.get(key)

    def keep(self, key: object, answer: TableStatistics) -> TableStatistics:
        """Keep an answer; the oldest goes when there are too many."""
        with self._lock:
            self._known[key] = answer
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return answer


_ANSWERS: Final = _Answers()


def _summed_up(source: ScanSource, known: _Known) -> TableStatistics:
    size = source.size_bytes
    told = [f for f in known.files if f.row_count is not None]
    told_bytes = sum(f.file.size_bytes for f in told)
    rows = sum(f.row_count or 0 for f in told)
    if len(told) < len(source.files):
        rows = round(rows * size / told_bytes) if told_bytes else 0
    counted = rows if told or not source.files else None
    columns: dict[str, ColumnStatistics] = {}
    for i, f in enumerate(source.schema.fields):
        made = _partition_column(source, i) if i in source.partitions else _column(known, i, rows)
        if made is not None:
            columns[f.name.lower()] = made
    return TableStatistics(size, counted, columns)


def _of_lines(source: ScanSource) -> TableStatistics:
    """A row a line, unless rows may have several."""
    has_one = not source.options.flag("multiLine", False) and not source.options.flag("wholetext", False)
    headers = short_name(source.format) == "csv" and source.options.flag("header", False)
    rows = line_count(source.files, headers=headers) if has_one else None
    names = [source.schema.fields[i].name.lower() for i in source.partitions]
    columns = {name: _partition_column(source, i) for name, i in zip(names, source.partitions, strict=True)}
    return TableStatistics(source.size_bytes, rows, columns, SAMPLED)


def _partition_column(source: ScanSource, position: int) -> ColumnStatistics:
    at = source.partitions.index(position)
    values = {f.partition_values[at] for f in source.files}
    there = [v for v in values if v is not None]
    nulls = None if None in values else 0
    return ColumnStatistics(min(there, default=None), max(there, default=None), nulls, len(there))


def _column(known: _Known, position: int, rows: int) -> ColumnStatistics | None:
    zones = [z for z in (f.zone(position) for f in known.files) if z is not None]
    if not zones:
        return None
    whole = merged([{"": z} for z in zones])[""] if len(zones) == len(known.files) else Zone()
    share = rows / whole.row_count if whole.row_count else 1.0
    nulls = round(whole.null_count * share) if whole.null_count is not None else None
    parts = known.parts(position)
    there = max(rows - (nulls or 0), 0)
    distinct = min(distinct_count(parts, there), there) if parts else None
    if distinct is None and whole.is_all_null:
        distinct = 0
    return ColumnStatistics(whole.low, whole.high, nulls, distinct)


# --------------------------------------------------------------------------------------------------------- by format


def _parquet(source: ScanSource) -> _Known:
    facts = _facts(source, _evenly(source.files, _FOOTERS if len(source.files) <= _FOOTERS else _DICTIONARIES))
    gone = deleted_rows(replace(source, files=tuple(f for f, _, _ in facts)))
    files = [
        FileStatistics(f, max(found.row_count - len(gone.get(f.path, ())), 0), _zones(found, stored))
        for f, found, stored in facts
    ]
    return _Known(files, _parts(facts))


def _delta(source: ScanSource) -> _Known:
    from hiveframe.lake.delta.pruning import file_zones

    snapshot = source.state
    adds = {snapshot.path_of(add): add for add in snapshot.files.values()}
    files = [
        FileStatistics(f, adds[f.path].live_row_count, file_zones(adds[f.path], source.schema)) for f in source.files
    ]
    if any(f.row_count is None for f in files):
        return _parquet(source)
    return _Known(files, _parts(_facts(source, _evenly(source.files, _DICTIONARIES))))


def _iceberg(source: ScanSource) -> _Known:
    from hiveframe.lake.iceberg.pruning import zones_of

    pinned = source.state
    planned = {p.path: p.data for p in pinned.files()}
    specs = {s.spec_id: s for s in pinned.table.metadata.partition_specs}
    gone = deleted_rows(source)
    files = [
        FileStatistics(
            f,
            planned[f.path].record_count - len(gone.get(f.path, ())),
            zones_of(planned[f.path], specs[planned[f.path].spec_id], pinned.schema.fields),
        )
        for f in source.files
    ]
    return _Known(files, _parts(_facts(source, _evenly(source.files, _DICTIONARIES))))


def _honey(source: ScanSource) -> _Known:
    from hiveframe.lake.honey.columns import stored_name
    from hiveframe.lake.honey.sketches import distinct_counts
    from hiveframe.lake.honey.snapshot import PARQUET

    detail = source.detail
    names = [stored_name(f) for f in source.schema.fields]
    segments = {f.path: detail.segments[f.path] for f in source.files}

    def zones(path: str) -> Callable[[int], Zone | None]:
        return lambda i: segments[path].zones.get(names[i])

    files = [
        FileStatistics(f, segments[f.path].row_count - len(detail.deleted.get(f.path, ())), zones(f.path))
        for f in source.files
    ]
    stored = _stored(source.schema, names)
    plain = _evenly([f for f in source.files if segments[f.path].kind == PARQUET], _DICTIONARIES)
    from_files = _parts([(f, FACTS.get(f, stored), names) for f in plain])
    counted = distinct_counts(detail.snapshot) if detail.snapshot.sketched else {}

    def parts(position: int) -> Sequence[Part]:
        name = names[position]
        sketched = [
            Part(s.row_count - (zone.null_count or 0), counted[s.id, name], zone.low, zone.high)
            for s in segments.values()
            if (s.id, name) in counted and (zone := s.zones.get(name)) is not None
        ]
        return sketched or from_files(position)

    return _Known(files, parts)


def _orc(source: ScanSource) -> _Known:
    from pyarrow import orc

    looked = _evenly(source.files, _DICTIONARIES)
    return _Known([FileStatistics(f, orc.ORCFile(f.path).nrows, lambda i: None) for f in looked], lambda i: ())


Facts = tuple[ScanFile, FileFacts, Sequence[str | None]]
"""A file, what it tells, and the stored name of each column."""


def _facts(source: ScanSource, files: Sequence[ScanFile]) -> list[Facts]:
    """What Parquet files tell."""
    source = opened(replace(source, files=tuple(files)))
    detail: ParquetDetail = source.detail
    names: dict[str, Sequence[str | None]] = {}
    for group in detail.groups:
        find = group.finder(detail.find)
        stored = [_name(source, i, f, find(f)) for i, f in enumerate(source.schema.fields)]
        names |= dict.fromkeys((f.path for f in group.files), stored)
    return [(f, FACTS.get(f, _stored(source.schema, names[f.path])), names[f.path]) for f in files]


def _name(source: ScanSource, position: int, f: StructField, stored: Any) -> str | None:
    if position in source.partitions:
        return None
    if stored is not None:
        return str(stored.name)
    return f.name if source.detail.is_sampled else None


def _stored(schema: StructType, names: Sequence[str | None]) -> StructType:
    return StructType(
        tuple(StructField(name, f.dtype) for f, name in zip(schema.fields, names, strict=True) if name is not None)
    )


def _zones(found: FileFacts, names: Sequence[str | None]) -> Callable[[int], Zone | None]:
    def zone(position: int) -> Zone | None:
        name = names[position]
        return found.zones.get(name) if name is not None else None

    return zone


def _parts(facts: Sequence[Facts]) -> Callable[[int], Sequence[Part]]:
    def parts(position: int) -> Sequence[Part]:
        return [p for _, found, names in facts for p in found.parts.get(names[position] or "", ())]

    return parts


def _evenly(files: Sequence[ScanFile], most: int) -> Sequence[ScanFile]:
    """At most so many of the files, at even steps."""
    if len(files) <= most:
        return files
    return [files[i * len(files) // most] for i in range(most)]


_OF_LINES: Final = frozenset({"csv", "json", "text"})

_FORMATS: Final[Mapping[str, Callable[[ScanSource], _Known]]] = {
    "parquet": _parquet,
    "delta": _delta,
    "iceberg": _iceberg,
    "honeystore": _honey,
    "orc": _orc,
}
