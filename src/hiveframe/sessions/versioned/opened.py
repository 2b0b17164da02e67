"""From a table of the catalog, or a path, to the table that keeps versions behind it."""

from __future__ import annotations

from dataclasses import replace

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.dataclass import dataclass
from hiveframe.errors import PlainIllegalArgument, analysis_error
from hiveframe.lake.options import Options
from hiveframe.lake.registry import short_name
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.tables.table import Definition, TablePlace, TableState, VersionedTable, Write, format_of
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.tables_of import place_of
from hiveframe.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A versioned table at its newest version, `name` in messages; `planned` is what a statement makes of it."""

    provider: str
    name: str
    table: VersionedTable
    state: TableState
    planned: Definition | None = None

    @property
    def definition(self) -> Definition:
        """Columns, partitioning and properties."""
        return self.planned or self.state.definition

    def begin(self, session: CommandSession | None = None, options: Options | None = None) -> Write:
        """A transaction from this version on, with what the statement makes of the table and what is noted with it."""
        write = self.table.begin(self.state)
        if self.planned is not None:
            write.define(self.planned)
        if session is not None:
            note(write, session.settings, options or Options())
        return write

    def is_repeated(self, session: CommandSession, options: Options) -> bool:
        """Whether an application has made this numbered write before."""
        numbered = _application(session.settings, options)
        last = self.state.last_of(numbered[0]) if numbered is not None else None
        return numbered is not None and last is not None and last >= numbered[1]

    def source(self, session: CommandSession) -> ScanSource:
        """This very version, opened."""
        return self.state.source(Options(), session.state.read_context())


def note(write: Write, settings: Settings, options: Options) -> None:
    """Say what is noted with a commit."""
    text = options.get("userMetadata") or settings.get("spark.databricks.delta.commitInfo.userMetadata")
    write.note(text or None, _application(settings, options))


def _application(settings: Settings, options: Options) -> tuple[str, int] | None:
    """The application and the number of its write, which is made once."""
    name = options.get("txnAppId") or settings.get("spark.databricks.delta.write.txnAppId")
    number = options.get("txnVersion") or settings.get("spark.databricks.delta.write.txnVersion")
    if bool(name) != bool(number):
        raise PlainIllegalArgument("", {"message": "An idempotent write needs both of txnAppId and txnVersion"})
    return (name, int(number)) if name and number else None


def is_versioned(provider: str | None) -> bool:
    """Whether tables of that provider keep versions."""
    return provider is not None and format_of(short_name(provider)) is not None


def table_at(provider: str, place: TablePlace) -> VersionedTable:
    """The table of a provider that keeps versions, there or not."""
    found = format_of(short_name(provider))
    assert found is not None
    return found.table(place)


def table_of(table: Table, *, root: str | None = None) -> VersionedTable:
    """The table behind a catalog's entry; `root` is the warehouse of a new managed one."""
    return table_at(table.provider, replace(place_of(table), root=root))


def is_there(provider: str, location: str) -> bool:
    """Whether a versioned table stands at that folder."""
    return table_at(provider, TablePlace(location)).state() is not None


def opened(table: Table) -> Opened | None:
    """The catalog's table, opened; None when its provider keeps no versions."""
    if not is_versioned(table.provider):
        return None
    return opened_at(table.provider, place_of(table), quoted(*table.parts))


def opened_at(provider: str, place: TablePlace, name: str) -> Opened:
    """The table at a place; DELTA_TABLE_NOT_FOUND when there is none."""
    found = table_at(provider, place)
    state = found.state()
    if state is None:
        raise analysis_error("DELTA_TABLE_NOT_FOUND", tableName=name, path=place.location)
    return Opened(short_name(provider), name, found, state)


def described(table: Table) -> Table:
    """The catalog's entry with what its table says of itself now: others may have changed it."""
    if not is_versioned(table.provider):
        return table
    found = table_of(table)
    state = found.state()
    if state is None:
        return table
    now = state.definition
    return replace(
        table,
        location=found.location,
        terms=now.terms,
        schema=now.schema,
        partition_columns=now.partition_columns,
        properties=dict(now.properties),
        comment=now.comment if now.comment is not None else table.comment,
        cluster_by=now.cluster_by,
    )
