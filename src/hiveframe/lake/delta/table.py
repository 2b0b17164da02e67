"""Delta tables as `lake.tables.table` asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.errors import analysis_error, unsupported
from hiveframe.lake.delta import operations
from hiveframe.lake.delta.features import (
    check_readable,
    check_writable,
)
from hiveframe.lake.delta.history import version_at
from hiveframe.lake.delta.reading import open_snapshot
from hiveframe.lake.delta.snapshot import SNAPSHOTS, Snapshot
from hiveframe.lake.delta.writing import DeltaWrite
from hiveframe.lake.options import Options
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.tables.table import AsOf, Definition, Reference, TablePlace


class DeltaFormat:
    """Makes `DeltaTable`s."""

    def table(self, place: TablePlace) -> DeltaTable:
        """The table at a folder."""
        return DeltaTable(place.location)


@dataclass(frozen=True, slots=True)
class DeltaTable:
    """The Delta table at a folder, there or not."""

    location: str

    def snapshot(self, as_of: AsOf | None = None) -> Snapshot | None:
        """What it holds now or then, readable; None where there is no table."""
        version = as_of.version if as_of is not None else None
        if as_of is not None and as_of.timestamp_us is not None:
            version = version_at(self.location, as_of.timestamp_us)
        if isinstance(version, str):
            raise analysis_error("DELTA_UNSUPPORTED_OPERATION", operation=f"travel to the version {version!r}")
        found = SNAPSHOTS.load(self.location, version)
        if found is not None:
            check_readable(self.location, found.protocol)
        return found

    def state(self, as_of: AsOf | None = None) -> DeltaState | None:
        """What it holds now or then."""
        found = self.snapshot(as_of)
        return DeltaState(found) if found is not None else None

    def begin(self, state: DeltaState | None) -> DeltaWrite:
        """A transaction from that state on."""
        if state is not None:
            check_writable(self.location, state.snapshot.protocol)
        return DeltaWrite(self.location, state.snapshot if state is not None else None)

    def history(self, limit: int | None = None) -> list[Mapping[str, Any]]:
        """The commits, the newest first."""
        return operations.history(self.location, limit)

    def detail(self) -> Mapping[str, Any]:
        """What the table is."""
        return operations.detail(self._there())

    def restore(self, as_of: AsOf) -> Mapping[str, int]:
        """A version that holds what an older one did."""
        now, then = self._there(), self.snapshot(as_of)
        assert then is not None
        check_writable(self.location, now.protocol)
        asked = {"version": str(as_of.version)} if as_of.version is not None else {"timestamp": str(as_of.timestamp_us)}
        return operations.restore(now, then, asked)

    def vacuum(self, hours: float | None, *, dry_run: bool, checks: bool) -> list[str]:
        """Remove files that no version younger than `hours` names."""
        now = self._there()
        check_writable(self.location, now.protocol)
        return operations.vacuum(now, hours, dry_run=dry_run, checks=checks)

    def refer(self, reference: Reference) -> None:
        """It has one line of versions."""
        raise unsupported("branches and tags of Delta tables")

    def unrefer(self, name: str, kind: str, *, if_exists: bool) -> None:
        """It has one line of versions."""
        raise unsupported("branches and tags of Delta tables")

    def renamed(self, name: tuple[str, str]) -> None:
        """Names mean nothing to it."""

    def dropped(self) -> None:
        """Its folder is all there is of it."""

    def clone(self, state: DeltaState, location: str, *, is_shallow: bool, properties: Mapping[str, str]) -> None:
        """A table with the same files."""
        target = SNAPSHOTS.load(location)
        operations.clone(state.snapshot, location, target, is_shallow=is_shallow, properties=properties)

    def _there(self) -> Snapshot:
        found = self.snapshot()
        if found is None:
            raise analysis_error("DELTA_PATH_DOES_NOT_EXIST", path=self.location)
        return found


@dataclass(frozen=True, slots=True)
class DeltaState:
    """A version of a Delta table."""

    snapshot: Snapshot

    @property
    def version(self) -> int:
        """The version's number."""
        return self.snapshot.version

    @property
    def definition(self) -> Definition:
        """Columns, partitioning and properties."""
        metadata = self.snapshot.metadata
        return Definition(
            self.snapshot.schema,
            metadata.partition_columns,
            metadata.configuration,
            metadata.description,
            self.snapshot.clustering,
        )

    def last_of(self, application: str) -> int | None:
        """The number of the last write that an application has numbered."""
        found = self.snapshot.transactions.get(application)
        return found.version if found is not None else None

    def row_counts(self) -> Mapping[str, int] | None:
        """By a file's path, its rows less those deleted; None where the log does not say it of every file."""
        return self.snapshot.row_counts()

    def source(self, options: Options, context: ReadContext) -> ScanSource:
        """The rows of the version."""
        return open_snapshot(self.snapshot, options, context)
