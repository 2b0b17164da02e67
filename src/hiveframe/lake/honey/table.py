"""HoneyStore tables as `lake.tables.table` asks for them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error, internal_error, unsupported
from hiveframe.lake.honey import operations, steps
from hiveframe.lake.honey import place as places
from hiveframe.lake.honey.columns import stored_schema, with_stored_names
from hiveframe.lake.honey.commit import Commit, NewSegment, commit, commit_all, with_deleted
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.presence import Presence
from hiveframe.lake.honey.reading import open_snapshot
from hiveframe.lake.honey.segment_files import write_segments
from hiveframe.lake.honey.snapshot import SNAPSHOTS, Snapshot
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.tables.row_numbers import add_places
from hiveframe.lake.tables.table import AsOf, Definition, Reads, Reference, RowNumbers, TablePlace
from hiveframe.lake.tables.together import current
from hiveframe.lake.write.request import Rows, max_records
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings


class HoneyFormat:
    """Makes `HoneyTable`s."""

    def table(self, place: TablePlace) -> HoneyTable:
        """The table at a folder."""
        return HoneyTable(os.path.normpath(place.location), place.root)


@dataclass(frozen=True, slots=True)
class HoneyTable:
    """The HoneyStore table at a folder, there or not; `root` is the warehouse whose manifest shall keep a new one."""

    location: str
    root: str | None = None

    def snapshot(self, as_of: AsOf | None = None) -> Snapshot | None:
        """What it holds now or then; None where there is no table."""
        place = places.find(self.location)
        return SNAPSHOTS.load(place, as_of) if place is not None else None

    def state(self, as_of: AsOf | None = None) -> HoneyState | None:
        """What it holds now or then."""
        found = self.snapshot(as_of)
        return HoneyState(found) if found is not None else None

    def begin(self, state: HoneyState | None) -> HoneyWrite:
        """A transaction from that state on."""
        if state is not None:
            return HoneyWrite(state.snapshot.place, state.snapshot)
        return HoneyWrite(places.make(self.location, self.root), None)

    def history(self, limit: int | None = None) -> list[Mapping[str, Any]]:
        """Its commits, the newest first."""
        return operations.history(self._there().place, limit)

    def detail(self) -> Mapping[str, Any]:
        """What it is."""
        return operations.detail(self._there())

    def restore(self, as_of: AsOf) -> Mapping[str, int]:
        """Make it what it was, as a new version."""
        then = self.snapshot(as_of)
        assert then is not None
        shown = {"version": as_of.version, "timestamp": as_of.timestamp_us}
        return operations.restore(self._there(), then, shown)

    def vacuum(self, hours: float | None, *, dry_run: bool, checks: bool) -> list[str]:
        """Remove what no version younger than `hours` names."""
        return operations.vacuum(self._there(), hours, dry_run=dry_run, checks=checks)

    def refer(self, reference: Reference) -> None:
        """It has one line of versions."""
        raise unsupported("branches and tags of HoneyStore tables")

    def unrefer(self, name: str, kind: str, *, if_exists: bool) -> None:
        """It has one line of versions."""
        raise unsupported("branches and tags of HoneyStore tables")

    def renamed(self, name: tuple[str, str]) -> None:
        """Names mean nothing to it."""

    def dropped(self) -> None:
        """Its folder is all there is of it."""

    def clone(self, state: HoneyState, location: str, *, is_shallow: bool, properties: Mapping[str, str]) -> None:
        """Make a table at `location` that holds what `state` does; files are not shared between tables."""
        if is_shallow:
            raise unsupported("SHALLOW CLONE of HoneyStore tables; CLONE copies their files")
        operations.clone(state.snapshot, places.make(location, self.root), HoneyTable(location).snapshot(), properties)

    def _there(self) -> Snapshot:
        found = self.snapshot()
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class HoneyState:
    """A version of a HoneyStore table."""

    snapshot: Snapshot

    @property
    def version(self) -> int:
        """The version's number."""
        return self.snapshot.version.number

    @property
    def definition(self) -> Definition:
        """Columns, partitioning and properties."""
        return self.snapshot.definition

    def last_of(self, application: str) -> int | None:
        """Nothing: the format keeps no such numbers."""
        return None

    def row_counts(self) -> Mapping[str, int]:
        """By a segment's path, its rows less those deleted."""
        held = self.snapshot
        return {held.path_of(s): s.row_count - len(held.deleted.get(s.id, ())) for s in held.segments}

    def source(self, options: Options, context: ReadContext) -> ScanSource:
        """The rows of the version."""
        return open_snapshot(self.snapshot, options, context)


class HoneyWrite:
    """A transaction on a HoneyStore table."""

    def __init__(self, place: Place, base: Snapshot | None) -> None:
        self._place = place
        self._base = base
        self._presence = Presence(place)
        self._definition = base.definition if base is not None else None
        self._defined: Definition | None = None
        self._added: list[NewSegment] = []
        self._removed: set[int] = set()
        self._deleted: dict[str, RowNumbers] = {}
        self._changes_data = True

    def define(self, definition: Definition) -> None:
        """The table's new definition."""
        schema = with_stored_names(definition.schema, is_new=self._base is None)
        self._definition = self._defined = replace(definition, schema=schema)

    def note(self, text: str | None, application: tuple[str, int] | None) -> None:
        """Nothing: the format keeps no such notes."""

    def stored_schema(self) -> StructType:
        """The columns as they stand in files."""
        assert self._definition is not None
        return stored_schema(self._definition.schema)

    def add_rows(self, rows: Rows, settings: Settings, options: Options | None = None) -> int:
        """Write segments of the rows, of no more rows than the format has them hold, or fewer where that is asked."""
        assert self._definition is not None
        limit = max_records(options or Options(), settings)
        made = write_segments(self._place, self._definition, rows, settings, max_rows=limit)
        self._added += made
        steps.reached("rows staged")
        return sum(segment.row_count for segment in made)

    def delete_rows(self, deleted: Mapping[str, RowNumbers]) -> None:
        """Take rows out by the places they have in their files."""
        add_places(self._deleted, deleted)

    @property
    def wants_changes(self) -> bool:
        """HoneyStore keeps no feed of changes."""
        return False

    def add_changes(self, rows: Rows, settings: Settings) -> int:
        """Never asked, as no changes are wanted."""
        raise internal_error("a HoneyStore table keeps no feed of changes")

    @property
    def copies_files(self) -> bool:
        """Rows go by their places."""
        return False

    def remove_files(self, paths: Sequence[str]) -> None:
        """Take whole segments out."""
        assert self._base is not None
        chosen = set(paths)
        self._removed |= {s.id for s in self._base.segments if self._base.path_of(s) in chosen}

    def remove_all(self) -> None:
        """Take every segment out."""
        if self._base is not None:
            self._removed.update(s.id for s in self._base.segments)

    def remove_partitions(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Take out the segments of partitions."""
        assert self._base is not None
        for segment in self._base.segments:
            held = segment.partition_values
            if any(all(held[name] == value for name, value in wanted.items()) for wanted in values):
                self._removed.add(segment.id)

    def remove_touched(self) -> None:
        """Take out the segments of the partitions that new ones lie in."""
        self.remove_partitions([segment.partition_values for segment in self._added])

    def staged(self, operation: str, parameters: Mapping[str, Any], *, reads: Reads) -> Commit:
        """Everything, ready to be landed, perhaps with other tables' changes."""
        gone, thinned = with_deleted(self._base, self._deleted) if self._base is not None else (frozenset[int](), {})
        removed = gone | self._removed
        if self._changes_data and (removed or thinned):
            self._refuse_removal()
        return Commit(
            self._place,
            self._base,
            operation,
            parameters,
            self._defined,
            tuple(self._added),
            frozenset(removed),
            {segment: rows for segment, rows in thinned.items() if segment not in removed},
            reads,
            self._changes_data,
        )

    def commit(
        self, operation: str, parameters: Mapping[str, Any], *, reads: Reads, is_rearranged: bool = False
    ) -> int:
        """Land everything as the next version; within an atomic block, when that ends."""
        self._changes_data = not is_rearranged
        job = self.staged(operation, parameters, reads=reads)
        waiting = current()
        if waiting is not None:
            waiting.add(self._place.location, job, commit_all, self._presence)
            return job.base.version.number + 1 if job.base is not None else 0
        version = commit(job)
        self._presence.end()
        return version

    def _refuse_removal(self) -> None:
        assert self._base is not None
        if self._base.definition.properties.get("honey.appendOnly", "false").lower() == "true":
            raise analysis_error("HONEY_APPEND_ONLY", path=self._place.location)
