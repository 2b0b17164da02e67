"""What the rest of HiveFrame asks of a table that keeps versions, whatever its format.

A `VersionedTable` stands at one place. Its `state` is what it holds at a version; `begin` opens a `Write` on a state,
which stages files and row deletions and lands them in one `commit`, or not at all.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from hiveframe.catalog.entities import Ordering, Term
from hiveframe.dataclass import dataclass
from hiveframe.lake.options import Options
from hiveframe.lake.pruning import AnyOf
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext
from hiveframe.lake.write.request import Rows
from hiveframe.plan.types import StructType
from hiveframe.settings import Settings

RowNumbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class AsOf:
    """A point in a table's history: a version (Iceberg: also the name of a branch or tag), or a moment."""

    version: int | str | None = None
    timestamp_us: int | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What a table is made of. A column's comment, default and expression stand in its field's metadata.

    `terms` divide the rows of formats that partition by more than columns; `partition_columns` are those of them that
    are columns. New rows are sorted by `orderings`, and then by nothing.
    """

    schema: StructType
    partition_columns: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    comment: str | None = None
    cluster_by: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()
    orderings: tuple[Ordering, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """A branch or tag (`kind`) that names a version, the newest unless one is given.

    It is kept for `retain_ms`; of a branch's snapshots at least `keeps`, and those younger than `snapshots_ms`.
    """

    name: str
    kind: str
    version: int | None = None
    creates: bool = True
    replaces: bool = False
    if_not_exists: bool = False
    retain_ms: int | None = None
    keeps: int | None = None
    snapshots_ms: int | None = None


@dataclass(frozen=True, slots=True)
class TablePlace:
    """Where a table is: its folder, and what the catalog that names it knows of it.

    `properties` are what the catalog keeps with it, `name` its database and name there (none for one at a path), `home`
    what the entry was found in: the warehouse's folder, or what a catalog of another system needs. `root` is the
    warehouse that a new managed table belongs to; `branch` the line of versions meant, of formats that have several.
    """

    location: str
    properties: Mapping[str, str] = field(default_factory=dict)
    root: str | None = None
    name: tuple[str, str] | None = None
    home: Any = None
    branch: str | None = None


Reads = bool | AnyOf
"""On which rows of the table what a transaction does depends: on none, on any, or on those that may be in a branch.

A branch's predicates have the positions of the definition's columns; one without predicates stands for all rows.
"""


class TableState(Protocol):
    """What a table holds at one version."""

    @property
    def version(self) -> int:
        """The version's number (Iceberg: the snapshot's id)."""

    @property
    def definition(self) -> Definition:
        """Columns, partitioning and properties."""

    def last_of(self, application: str) -> int | None:
        """The number of the last write that an application has numbered; None where there is none."""

    def source(self, options: Options, context: ReadContext) -> ScanSource:
        """The rows. Each has a `_metadata.file_path` and a `_metadata.row_index`."""

    def row_counts(self) -> Mapping[str, int] | None:
        """By a file's path, its rows less those deleted; None where files have to be opened to count them."""


class Write(Protocol):
    """One transaction. Nothing of it is seen before `commit`; one that is dropped leaves no row behind."""

    def define(self, definition: Definition) -> None:
        """The table's new definition."""

    def note(self, text: str | None, application: tuple[str, int] | None) -> None:
        """What stands with the commit, in formats that keep it: a text, and which numbered write this is."""

    def stored_schema(self) -> StructType:
        """The definition's columns under the names and types that they have in files."""

    def add_rows(self, rows: Rows, settings: Settings, options: Options | None = None) -> int:
        """Stage new rows, whose columns are those of `stored_schema`; their number. `options` are the files'."""

    def delete_rows(self, deleted: Mapping[str, RowNumbers]) -> None:
        """Take rows out: by a file's path, their places in it."""

    def remove_all(self) -> None:
        """Take every row out."""

    def remove_partitions(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Take out the rows of partitions, each given by (some) partition columns' values in storage form."""

    def remove_touched(self) -> None:
        """Take out the rows that lie in the partitions of the rows staged so far."""

    @property
    def wants_changes(self) -> bool:
        """Whether the table keeps a feed of its changes, so that row by row they have to be given, too."""

    def add_changes(self, rows: Rows, settings: Settings) -> int:
        """Stage the feed's rows: the columns of `stored_schema`, then the kind of change; their number."""

    @property
    def copies_files(self) -> bool:
        """Whether a file of which rows go has to be written anew without them, rather than `delete_rows` be told."""

    def remove_files(self, paths: Sequence[str]) -> None:
        """Take whole files out."""

    def commit(
        self, operation: str, parameters: Mapping[str, Any], *, reads: Reads, is_rearranged: bool = False
    ) -> int:
        """Land everything; the version made. `is_rearranged`: the table holds the same rows, in other files."""


class VersionedTable(Protocol):
    """A table at one place."""

    @property
    def location(self) -> str:
        """Its folder."""

    def state(self, as_of: AsOf | None = None) -> TableState | None:
        """What it holds now or then; None where there is no table."""

    def begin(self, state: TableState | None) -> Write:
        """A transaction that starts from `state`; from None it makes the table."""

    def history(self, limit: int | None = None) -> list[Mapping[str, Any]]:
        """Its commits, the newest first: `HISTORY`'s columns."""

    def detail(self) -> Mapping[str, Any]:
        """What it is: `DETAIL`'s columns."""

    def restore(self, as_of: AsOf) -> Mapping[str, int]:
        """Make it what it was, as a new version; `RESTORED`'s counts."""

    def vacuum(self, hours: float | None, *, dry_run: bool, checks: bool) -> list[str]:
        """Remove files that no version younger than `hours` names (`dry_run`: only say which); their paths.

        `checks` refuses hours so few that a query or a write that runs now may still need the files.
        """

    def refer(self, reference: Reference) -> None:
        """Make or move a branch or tag; formats without them refuse."""

    def unrefer(self, name: str, kind: str, *, if_exists: bool) -> None:
        """Remove a branch or tag."""

    def renamed(self, name: tuple[str, str]) -> None:
        """The catalog's entry has this database and name from now on."""

    def dropped(self) -> None:
        """The catalog's entry is gone."""

    def clone(self, state: TableState, location: str, *, is_shallow: bool, properties: Mapping[str, str]) -> None:
        """Make a table at `location` that holds what `state` does: its files, or (`is_shallow`) their names."""


class TableFormat(Protocol):
    """A format of tables that keep versions."""

    def table(self, place: TablePlace) -> VersionedTable:
        """The table at a place, there or not."""


def format_of(provider: str) -> TableFormat | None:
    """The format of that name; None when tables of this provider keep no versions."""
    found = FORMATS.get(provider)
    if found is None:
        return None
    made: TableFormat = getattr(importlib.import_module(found[0]), found[1])()
    return made


# The file and the class of each format; it is imported when a table of it is first touched.
FORMATS: Final[Mapping[str, tuple[str, str]]] = {
    "delta": ("hiveframe.lake.delta.table", "DeltaFormat"),
    "honeystore": ("hiveframe.lake.honey.table", "HoneyFormat"),
    "iceberg": ("hiveframe.lake.iceberg.table", "IcebergFormat"),
}
