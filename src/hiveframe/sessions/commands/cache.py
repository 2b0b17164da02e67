"""CACHE TABLE, UNCACHE TABLE, CLEAR CACHE, REFRESH."""

from __future__ import annotations

from hiveframe.catalog.metastore import quoted
from hiveframe.catalog.session_catalog import TemporaryView
from hiveframe.engine.process import database
from hiveframe.errors import analysis_error
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sessions.commands.lookup import find_table
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.results import EMPTY, SmallTable
from hiveframe.sessions.state import CacheEntry


def cache_key(session: CommandSession, parts: tuple[str, ...]) -> tuple[str, ...]:
    """A table's or temporary view's place in the cache; TABLE_OR_VIEW_NOT_FOUND when there is no such relation."""
    if session.catalog.temporary_view(parts) is not None:
        return tuple(p.lower() for p in parts)
    table = find_table(session, parts)
    if table is None:
        raise analysis_error(
            "TABLE_OR_VIEW_NOT_FOUND", relationName=quoted(*parts), searchPath=session.catalog.search_path()
        )
    return table.parts


@handles(c.CacheTable)
def cache_table(session: CommandSession, command: c.CacheTable) -> SmallTable:
    """Keep a table's rows, from now on or (LAZY) from its first use; with AS, of a new temporary view."""
    parts = session.table_parts(command.name)
    if command.query is not None:
        view = TemporaryView(parts[-1].lower(), command.query)
        session.catalog.create_temporary_view(view, replace=False)
    key = cache_key(session, parts)
    plan = spec.Table(spec.TableName(parts))
    entry = CacheEntry(plan)
    if not command.lazy:
        session.analyze(plan)
    session.state.cached_tables[key] = entry
    if not command.lazy:
        session.analyze(plan)  # reading the entry fills it
    return EMPTY


@handles(c.UncacheTable)
def uncache_table(session: CommandSession, command: c.UncacheTable) -> SmallTable:
    """Forget one table's kept rows, or all, and with them what the process keeps of queries."""
    if command.name is None:
        session.state.cached_tables.clear()
        session.state.cached_plans.clear()
        from hiveframe.cache.process import results  # what no other command needs

        results(session.settings).clear()
        columns = database(session.settings).hot_columns
        if columns is not None:
            columns.clear()
        from hiveframe.sessions.kept_aggregates import aggregates

        kept = aggregates(session.settings)
        if kept is not None:
            kept.clear()
        return EMPTY
    parts = session.table_parts(command.name)
    if command.if_exists and session.catalog.temporary_view(parts) is None and find_table(session, parts) is None:
        return EMPTY
    session.state.cached_tables.pop(cache_key(session, parts), None)
    return EMPTY


@handles(c.RefreshTable)
def refresh_table(session: CommandSession, command: c.RefreshTable) -> SmallTable:
    """Files are listed at every read; what was kept of the table is read anew."""
    if command.name is None:
        session.state.cached_tables.clear()
        return EMPTY
    entry = session.state.cached_tables.get(cache_key(session, session.table_parts(command.name)))
    if entry is not None:
        entry.kept = None
    return EMPTY
