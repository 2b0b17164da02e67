"""Finding what a command names."""

from __future__ import annotations

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import AnalysisException, analysis_error
from hiveframe.lake.paths import local_path
from hiveframe.lake.registry import short_name
from hiveframe.lake.tables.table import TablePlace
from hiveframe.plan import spec
from hiveframe.plan.logical import schema_of
from hiveframe.plan.types import StructType
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import described, is_versioned, opened_at


def not_found(session: CommandSession, parts: tuple[str, ...], *, is_relation: bool = False) -> AnalysisException:
    """TABLE_OR_VIEW_NOT_FOUND for a name as it was written; `is_relation`: where any relation could have stood."""
    path = session.catalog.search_path() if is_relation else session.catalog.table_path()
    return analysis_error("TABLE_OR_VIEW_NOT_FOUND", relationName=quoted(*parts), searchPath=path)


def not_found_in_catalog(session: CommandSession, parts: tuple[str, ...]) -> AnalysisException:
    """TABLE_OR_VIEW_NOT_FOUND for what only the catalog can hold: DROP looks nowhere else."""
    full = session.catalog.qualify(parts)
    return analysis_error("TABLE_OR_VIEW_NOT_FOUND", relationName=quoted(*full), searchPath=f"[{quoted(*full[:2])}]")


def find_table(session: CommandSession, parts: tuple[str, ...]) -> Table | None:
    """The stored table or view of that name; None when there is none, or a temporary view stands before it."""
    if session.catalog.temporary_view(parts) is not None:
        return None
    catalog, database, name = session.catalog.qualify(parts)
    found = session.catalog.store(catalog).find_table(database, name)
    return described(found) if found is not None else None


def known_table(session: CommandSession, parts: tuple[str, ...], *, is_relation: bool = False) -> Table:
    """The stored table or view of that name; TABLE_OR_VIEW_NOT_FOUND otherwise."""
    found = find_table(session, parts)
    if found is None:
        raise not_found(session, parts, is_relation=is_relation)
    return found


def writable_table(
    session: CommandSession, parts: tuple[str, ...], operation: str, *, is_relation: bool = False
) -> Table:
    """A stored table that is no view; EXPECT_TABLE_NOT_VIEW otherwise."""
    if session.catalog.temporary_view(parts) is not None:
        raise _is_view(parts, operation)
    place = versioned_path(session, parts)
    if place is not None:
        return at_path(*place)
    table = known_table(session, parts, is_relation=is_relation)
    if table.is_view:
        raise _is_view(table.parts, operation)
    return table


def versioned_path(session: CommandSession, parts: tuple[str, ...]) -> tuple[str, str] | None:
    """The provider and the folder that a name such as ``delta.`/x` `` stands for; None for a name of the catalog."""
    catalog = session.catalog
    if len(parts) != 2 or not is_versioned(parts[0]):
        return None
    if catalog.metastore.find_database(parts[0]) is not None or catalog.others.find(parts[0]) is not None:
        return None
    return short_name(parts[0]), local_path(parts[1])


def at_path(provider: str, location: str) -> Table:
    """The table that keeps versions at a folder, as if the catalog had it; DELTA_TABLE_NOT_FOUND if there is none."""
    found = opened_at(provider, TablePlace(location), quoted(provider, location))
    plain = Table(provider, location, "EXTERNAL", found.definition.schema, provider, location)
    return described(plain)


def _is_view(parts: tuple[str, ...], operation: str) -> AnalysisException:
    return analysis_error("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", viewName=quoted(*parts), operation=operation)


def table_schema(session: CommandSession, parts: tuple[str, ...]) -> StructType:
    """The schema of a table, view or temporary view."""
    stored = find_table(session, parts)
    if stored is not None:
        return stored.schema
    return schema_of(session.analyze(spec.Table(spec.TableName(parts))))
