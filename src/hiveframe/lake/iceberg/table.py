"""Iceberg tables as `lake.tables.table` asks for them."""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any, Final

from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
from pyiceberg.schema import Schema
from pyiceberg.table import StaticTable, Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.refs import SnapshotRefType
from pyiceberg.table.snapshots import Snapshot

from hiveframe.dataclass import dataclass
from hiveframe.errors import SparkException, analysis_error, unsupported
from hiveframe.lake.iceberg import operations
from hiveframe.lake.iceberg.catalogs import FAILURES, catalog_of
from hiveframe.lake.iceberg.columns import spark_schema
from hiveframe.lake.iceberg.commit import MAIN
from hiveframe.lake.iceberg.partitioning import orderings_of, terms_of
from hiveframe.lake.iceberg.reading import Pinned, open_pinned
from hiveframe.lake.iceberg.writing import IcebergWrite
from hiveframe.lake.options import Options
from hiveframe.lake.paths import local_path
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.tables.table import AsOf, Definition, Reference, TablePlace

_METADATA_FILE: Final = re.compile(r"v?(\d+)(-[0-9a-f-]+)?\.metadata\.json")


class IcebergFormat:
    """Makes `IcebergTable`s."""

    def table(self, place: TablePlace) -> IcebergTable:
        """The table of that name in its catalog, or (to be read) the one at a folder."""
        return IcebergTable(place)


@dataclass(frozen=True, slots=True)
class IcebergTable:
    """An Iceberg table, there or not."""

    place: TablePlace

    @property
    def location(self) -> str:
        """Its folder."""
        found = self.loaded()
        return local_path(found.metadata.location) if found is not None else self.place.location

    @property
    def branch(self) -> str:
        """The branch that is read and written unless something else is asked for."""
        return self.place.branch or MAIN

    @property
    def identifier(self) -> tuple[str, ...]:
        """Its name in its catalog."""
        if self.place.name is None or self.place.home is None:
            raise unsupported(f"writing the Iceberg table at {self.place.location} by its path; name it by its catalog")
        database, name = self.place.name
        return (*database.split("."), name)

    def loaded(self) -> Table | None:
        """The library's table; None where there is none."""
        if self.place.name is None or self.place.home is None:
            return _at_path(self.place.location)
        try:
            return catalog_of(self.place.home).load_table(self.identifier)
        except (NoSuchTableError, NoSuchNamespaceError):
            return None
        except FileNotFoundError:  # the folder of a table of the warehouse went with a drop that was cut short
            if isinstance(self.place.home, str) and not os.path.isdir(self.place.location):
                return None
            raise
        except FAILURES as error:
            shown = {"catalog": catalog_of(self.place.home).name, "reason": str(error)}
            raise SparkException("ICEBERG_CATALOG_FAILED", shown) from error

    def pinned(self, as_of: AsOf | None = None) -> Pinned | None:
        """What it holds now or then; None where there is no table."""
        table = self.loaded()
        if table is None:
            return None
        snapshot, schema = _at(table, as_of, self.branch)
        return Pinned(table, snapshot, schema)

    def state(self, as_of: AsOf | None = None) -> IcebergState | None:
        """What it holds now or then."""
        found = self.pinned(as_of)
        return IcebergState(found) if found is not None else None

    def begin(self, state: IcebergState | None) -> IcebergWrite:
        """A transaction from that state on."""
        base = state.pinned if state is not None else None
        if base is not None and base.table.metadata.format_version > 2:
            raise unsupported(f"writing an Iceberg table of format version {base.table.metadata.format_version}")
        if self.branch != MAIN and base is not None:
            _check_branch(base.table.metadata, self.branch)
        catalog = catalog_of(self.place.home) if self.place.home is not None else None
        identifier = self.identifier
        assert catalog is not None
        if base is None and isinstance(self.place.home, str):
            _make_namespace(catalog, identifier[:-1])
        return IcebergWrite(catalog, identifier, self._new_location() if base is None else "", base, self.branch)

    def _new_location(self) -> str:
        """Where a new table's files go: not among those of another, which a rename may have left there."""
        location = self.place.location
        if location and self.place.root is not None and os.path.isdir(location) and os.listdir(location):
            return f"{location}-{uuid.uuid4()}"
        return location

    def history(self, limit: int | None = None) -> list[Mapping[str, Any]]:
        """The branch's snapshots, the newest first."""
        return operations.history(self._there(), limit)

    def detail(self) -> Mapping[str, Any]:
        """What it is."""
        return operations.detail(self._there())

    def restore(self, as_of: AsOf) -> Mapping[str, int]:
        """Make an older snapshot the branch's newest."""
        then = self.pinned(as_of)
        assert then is not None
        return operations.set_snapshot(catalog_of(self.place.home), self._there(), then, self.branch)

    def vacuum(self, hours: float | None, *, dry_run: bool, checks: bool) -> list[str]:
        """Files are kept for as long as snapshots name them."""
        raise unsupported("VACUUM of Iceberg tables; CALL system.expire_snapshots and system.remove_orphan_files")

    def clone(self, state: IcebergState, location: str, *, is_shallow: bool, properties: Mapping[str, str]) -> None:
        """Iceberg has no clones."""
        raise unsupported("CLONE of Iceberg tables; CREATE TABLE … AS SELECT copies one")

    def refer(self, reference: Reference) -> None:
        """Make or move a branch or tag."""
        operations.refer(catalog_of(self.place.home), self._there(), reference)

    def unrefer(self, name: str, kind: str, *, if_exists: bool) -> None:
        """Remove a branch or tag."""
        operations.unrefer(catalog_of(self.place.home), self._there(), name, kind, if_exists=if_exists)

    def renamed(self, name: tuple[str, str]) -> None:
        """The warehouse's own tables have two entries; the second follows the first."""
        if isinstance(self.place.home, str):
            catalog = catalog_of(self.place.home)
            target = (*name[0].split("."), name[1])
            _make_namespace(catalog, target[:-1])
            catalog.rename_table(self.identifier, target)

    def dropped(self) -> None:
        """The warehouse's own tables have two entries; the second goes with the first."""
        if isinstance(self.place.home, str) and self.place.name is not None:
            try:
                catalog_of(self.place.home).drop_table(self.identifier)
            except NoSuchTableError:
                return

    def _there(self) -> Pinned:
        found = self.pinned()
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class IcebergState:
    """A snapshot of an Iceberg table."""

    pinned: Pinned

    @property
    def version(self) -> int:
        """The snapshot's number; -1 before the first."""
        return self.pinned.snapshot.snapshot_id if self.pinned.snapshot is not None else -1

    @property
    def created_ms(self) -> int:
        """When the oldest metadata that is known of was written."""
        metadata = self.pinned.table.metadata
        return min([metadata.last_updated_ms, *(e.timestamp_ms for e in metadata.metadata_log)])

    @property
    def definition(self) -> Definition:
        """Columns, partitioning, order and properties."""
        metadata = self.pinned.table.metadata
        properties = dict(metadata.properties)
        comment = properties.pop("comment", None)
        terms = terms_of(metadata)
        columns = tuple(x.column for x in terms if x.function == "identity" and "." not in x.column)
        return Definition(
            spark_schema(self.pinned.schema, with_ids=True),
            columns,
            properties,
            comment,
            terms=terms,
            orderings=orderings_of(metadata),
        )

    def last_of(self, application: str) -> int | None:
        """Nothing: the format keeps no such numbers."""
        return None

    def row_counts(self) -> Mapping[str, int] | None:
        """By a file's path, its rows; None where there are delete files, which do not say how many rows of each go."""
        planned = self.pinned.files()
        if any(p.positions or p.equalities for p in planned):
            return None
        return {p.path: p.data.record_count for p in planned}

    def source(self, options: Options, context: ReadContext) -> ScanSource:
        """The rows of the snapshot."""
        return open_pinned(self.pinned, options, context)


def _make_namespace(catalog: Any, parts: tuple[str, ...]) -> None:
    if not catalog.namespace_exists(parts):
        catalog.create_namespace_if_not_exists(parts)


def _check_branch(metadata: TableMetadata, name: str) -> None:
    found = metadata.refs.get(name)
    if found is None or found.snapshot_ref_type != SnapshotRefType.BRANCH:
        raise analysis_error("ICEBERG_NO_REFERENCE", name=name, path=metadata.location)


def _at(table: Table, as_of: AsOf | None, branch: str) -> tuple[Snapshot | None, Schema]:
    """A snapshot and the columns that it is read by: those of then for a snapshot, a tag or a moment."""
    metadata = table.metadata
    if as_of is None:
        if branch != MAIN and branch not in metadata.refs:
            raise analysis_error("ICEBERG_NO_REFERENCE", name=branch, path=metadata.location)
        return metadata.snapshot_by_name(branch), metadata.schema()
    found: Snapshot | None
    if as_of.timestamp_us is not None:
        found = table.snapshot_as_of_timestamp(as_of.timestamp_us // 1000)
        if found is None:
            moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(as_of.timestamp_us / 1e6))
            raise analysis_error("ICEBERG_NOTHING_AT_THAT_TIME", time=f"{moment} UTC", path=metadata.location)
    elif isinstance(as_of.version, str):
        reference = metadata.refs.get(as_of.version)
        if reference is None:
            raise analysis_error("ICEBERG_NO_REFERENCE", name=as_of.version, path=metadata.location)
        found = metadata.snapshot_by_id(reference.snapshot_id)
        if reference.snapshot_ref_type == SnapshotRefType.BRANCH:
            return found, metadata.schema()
    else:
        found = metadata.snapshot_by_id(as_of.version) if as_of.version is not None else None
        if found is None:
            raise analysis_error("ICEBERG_NO_SNAPSHOT", snapshot=str(as_of.version), path=metadata.location)
    schema = next((s for s in metadata.schemas if found is not None and s.schema_id == found.schema_id), None)
    return found, schema or metadata.schema()


def _at_path(location: str) -> Table | None:
    """A table by its folder, or by one of its metadata files."""
    if location.endswith(".metadata.json"):
        return StaticTable.from_metadata(location) if os.path.exists(location) else None
    folder = os.path.join(location, "metadata")
    if not os.path.isdir(folder):
        return None
    found = [(int(m.group(1)), name) for name in os.listdir(folder) if (m := _METADATA_FILE.fullmatch(name))]
    return StaticTable.from_metadata(os.path.join(folder, max(found)[1])) if found else None
