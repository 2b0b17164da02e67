"""The change data feed: what each version of a range did to rows.

A commit with change files says it in them; of the others the files that came and went tell it, and the rows that their
deletion vectors took.

Source: Delta's PROTOCOL.md, "Change Data Files", "Reader Requirements for AddCDCFile".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import pyarrow.parquet as pq

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error
from hiveframe.lake.delta.actions import Action, AddFile, ChangeFile, CommitInfo, Metadata, RemoveFile
from hiveframe.lake.delta.columns import as_text
from hiveframe.lake.delta.deletion_vectors import RowNumbers, read_vector
from hiveframe.lake.delta.history import commit_times, version_at
from hiveframe.lake.delta.log import commit_actions, commit_path
from hiveframe.lake.delta.reading import open_files
from hiveframe.lake.delta.snapshot import SNAPSHOTS, Snapshot
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext
from hiveframe.plan import types as t
from hiveframe.plan.types import StructField, StructType

FORMAT: Final = "delta changes"
CHANGE_TYPE: Final = "_change_type"
_ENABLED: Final = "delta.enableChangeDataFeed"
_EXTRA: Final = (
    StructField("_commit_version", t.LONG, True),
    StructField("_commit_timestamp", t.TIMESTAMP, True),
)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Rows of one version that share a kind of change; with None the rows carry it, in their last column."""

    source: ScanSource
    version: int
    timestamp_us: int
    change: str | None


@dataclass(frozen=True, slots=True)
class Range:
    """The versions of a feed, both ends included; `end` None is the newest."""

    start: int
    end: int | None = None


def open_changes(location: str, wanted: Range, options: Options, context: ReadContext) -> ScanSource:
    """The feed as a source: the table's columns, then the change, its version and its moment."""
    newest = SNAPSHOTS.load(location)
    if newest is None:
        raise analysis_error("DELTA_PATH_DOES_NOT_EXIST", path=location)
    last = newest.version if wanted.end is None else min(wanted.end, newest.version)
    if wanted.start > newest.version or wanted.start > last:
        shown = f"{wanted.start} to {last if wanted.end is None else wanted.end}"
        raise analysis_error("DELTA_INVALID_CDC_RANGE", range=shown, latest=str(newest.version))
    at_end = SNAPSHOTS.load(location, last)
    assert at_end is not None
    times = dict(commit_times(location))
    parts: list[Part] = []
    is_on = _is_on_before(location, wanted.start)
    for version in range(wanted.start, last + 1):
        actions = commit_actions(commit_path(location, version))
        for action in actions:
            if isinstance(action, Metadata):
                is_on = action.configuration.get(_ENABLED, "false").lower() == "true"
        if not is_on:
            raise analysis_error("DELTA_MISSING_CHANGE_DATA", start=str(wanted.start), end=str(last), at=str(version))
        moment = _moment(actions, times.get(version, 0)) * 1000
        parts += _Version(at_end, version, moment, options, context).parts(actions)
    columns = as_text(at_end.schema)
    assert isinstance(columns, StructType)
    schema = StructType((*columns.fields, StructField(CHANGE_TYPE, t.STRING, True), *_EXTRA))
    files = tuple(f for part in parts for f in part.source.files)
    zone = context.settings.time_zone
    return ScanSource(FORMAT, (), files, schema, options, time_zone=zone, detail=tuple(parts), state=newest)


def range_of(location: str, options: Options, moment_us: Callable[[str], int]) -> Range:
    """The range that `startingVersion`, `endingVersion` and their kin for timestamps name."""
    start = options.get("startingVersion")
    if start is not None:
        first = _latest(location) if start.strip().lower() == "latest" else options.integer("startingVersion", 0)
    elif "startingTimestamp" in options:
        first = _first_after(location, moment_us(options["startingTimestamp"]))
    else:
        raise analysis_error("DELTA_NO_START_FOR_CDC_READ")
    if "endingVersion" in options:
        return Range(first, options.integer("endingVersion", 0))
    if "endingTimestamp" in options:
        return Range(first, version_at(location, min(moment_us(options["endingTimestamp"]), _newest_us(location))))
    return Range(first)


def _latest(location: str) -> int:
    found = SNAPSHOTS.load(location)
    return found.version if found is not None else 0


def _first_after(location: str, moment_us: int) -> int:
    later = [version for version, made_ms in commit_times(location) if made_ms * 1000 >= moment_us]
    return later[0] if later else _latest(location) + 1


def _newest_us(location: str) -> int:
    return max((made_ms for _, made_ms in commit_times(location)), default=0) * 1000


def _is_on_before(location: str, version: int) -> bool:
    before = SNAPSHOTS.load(location, version - 1) if version > 0 else None
    return before is not None and before.flag(_ENABLED)


def _moment(actions: Sequence[Action], written_ms: int) -> int:
    said = next((a.value for a in actions if isinstance(a, CommitInfo)), {})
    return int(said.get("inCommitTimestamp") or written_ms)


@dataclass(frozen=True, slots=True, eq=False)
class _Version:
    """One version's changes. `base` says how the columns are stored."""

    base: Snapshot
    version: int
    moment_us: int
    options: Options
    context: ReadContext

    def parts(self, actions: Sequence[Action]) -> Iterator[Part]:
        said = [a for a in actions if isinstance(a, ChangeFile)]
        if said:
            schema = StructType((*self.base.schema.fields, StructField(CHANGE_TYPE, t.STRING, True)))
            yield self._part(open_files(self.base, said, schema, lambda file: None, self.options, self.context), None)
            return
        added = {a.path: a for a in actions if isinstance(a, AddFile) and a.data_change}
        removed = {a.path: a for a in actions if isinstance(a, RemoveFile) and a.data_change}
        both = added.keys() & removed.keys()
        yield from self._whole([a for p, a in added.items() if p not in both], "insert")
        yield from self._whole([r for p, r in removed.items() if p not in both], "delete")
        for path in both:
            now, before = self._rows(added[path]), self._rows(removed[path])
            yield from self._some(added[path], np.setdiff1d(now, before, assume_unique=True), "delete")
            yield from self._some(added[path], np.setdiff1d(before, now, assume_unique=True), "insert")

    def _whole(self, files: Sequence[AddFile | RemoveFile], change: str) -> Iterator[Part]:
        if files:
            gone = {self.base.path_of(f): self._rows(f) for f in files if f.deletion_vector is not None}
            yield self._part(self._opened(files, gone), change)

    def _some(self, file: AddFile, rows: RowNumbers, change: str) -> Iterator[Part]:
        """Only these rows of a file: all the others count as deleted."""
        if len(rows):
            path = self.base.path_of(file)
            count = file.row_count if file.row_count is not None else pq.read_metadata(path).num_rows
            others = np.setdiff1d(np.arange(count, dtype=np.uint64), rows, assume_unique=True)
            yield self._part(self._opened([file], {path: others}), change)

    def _opened(self, files: Sequence[AddFile | RemoveFile], deleted: dict[str, RowNumbers]) -> ScanSource:
        return open_files(
            self.base, files, self.base.schema, lambda file: deleted.get(file.path), self.options, self.context
        )

    def _rows(self, file: AddFile | RemoveFile) -> RowNumbers:
        vector = file.deletion_vector
        return read_vector(self.base.location, vector) if vector is not None else np.empty(0, np.uint64)

    def _part(self, source: ScanSource, change: str | None) -> Part:
        return Part(replace(source, pruner=None), self.version, self.moment_us, change)
