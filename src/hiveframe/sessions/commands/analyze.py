"""ANALYZE TABLE: sizes, rows and columns' values, kept in the warehouse with the state in which they were found.

Source: Spark's `CommandUtils`, `AnalyzeColumnCommand` and `AnalyzePartitionCommand`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hiveframe.catalog.entities import Table
from hiveframe.catalog.metastore import quoted
from hiveframe.errors import analysis_error
from hiveframe.lake.partition_values import show
from hiveframe.lake.partitions import folder_name
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.plan.statistics import ANALYZED, TableStatistics
from hiveframe.plan.types import StructField, sql_name
from hiveframe.sessions.commands.lookup import known_table, versioned_path, writable_table
from hiveframe.sessions.commands.partitions import matching, partitions_not_found, static_values
from hiveframe.sessions.commands.seam import CommandSession, handles
from hiveframe.sessions.commands.table_source import table_source
from hiveframe.sessions.results import EMPTY, SmallTable

if TYPE_CHECKING:
    from hiveframe.sessions.known_statistics import KnownStatistics


@handles(c.AnalyzeTable)
def analyze_table(session: CommandSession, command: c.AnalyzeTable) -> SmallTable:
    """`ANALYZE TABLE` with each of its forms, or `ANALYZE TABLES` of a database."""
    if command.is_database:
        catalog, database = session.catalog.namespace(session.table_parts(command.name))
        for table in session.catalog.store(catalog).tables(database):
            if not table.is_view:
                _analyze(session, table, counts=not command.no_scan)
        return EMPTY
    parts = session.table_parts(command.name)
    has_columns = bool(command.columns) or command.all_columns
    if _is_cached_view(session, parts, has_columns=has_columns):
        return EMPTY  # its rows are in memory, where they are counted anyway
    table = writable_table(session, parts, "ANALYZE TABLE")
    if has_columns:
        _analyze_columns(session, table, command.columns)
    elif command.partition:
        _analyze_partitions(session, table, command)
    else:
        _analyze(session, table, counts=not command.no_scan)
    return EMPTY


def known_statistics(session: CommandSession) -> KnownStatistics:
    """What the session knows of sources."""
    from hiveframe.sessions.known_statistics import KnownStatistics  # few commands need it

    return KnownStatistics(session.catalog.metastore)


def _is_cached_view(session: CommandSession, parts: tuple[str, ...], *, has_columns: bool) -> bool:
    """Whether this is a view with rows in memory; other views are refused."""
    is_temporary = session.catalog.temporary_view(parts) is not None
    is_cached = has_columns and tuple(p.lower() for p in parts) in session.state.cached_tables
    if is_temporary:
        if not has_columns:
            operation = "ANALYZE TABLE"
            raise analysis_error("EXPECT_PERMANENT_VIEW_NOT_TEMP", viewName=quoted(*parts), operation=operation)
        if not is_cached:
            raise analysis_error("UNSUPPORTED_FEATURE.ANALYZE_UNCACHED_TEMP_VIEW", viewName=quoted(*parts))
        return True
    if versioned_path(session, parts) is not None or not known_table(session, parts).is_view:
        return False
    if not is_cached:
        raise analysis_error("UNSUPPORTED_FEATURE.ANALYZE_VIEW")
    return True


def _analyze(session: CommandSession, table: Table, *, counts: bool) -> None:
    """Size and (`counts`) rows; what was known of columns stays while the rows are the same."""
    source = table_source(session, table)
    known = known_statistics(session)
    before = known.kept(source)
    if before is not None and before.origin != ANALYZED:
        before = None
    rows = _count(session, table) if counts else before.row_count if before is not None else None
    columns = before.columns if before is not None else {}
    known.keep(source, TableStatistics(source.size_bytes, rows, columns))


def _analyze_columns(session: CommandSession, table: Table, names: Sequence[str]) -> None:
    """Size, rows and what is known of columns; that of others stays while the rows are the same."""
    from hiveframe.sessions.commands.column_statistics import column_statistics, is_analyzed

    fields = [_field(table, name) for name in names] if names else list(table.schema.fields)
    for i, f in enumerate(fields):
        if f.name.lower() in {other.name.lower() for other in fields[:i]}:
            raise analysis_error("COLUMN_ALREADY_EXISTS", columnName=quoted(f.name.lower()))
    for f in fields:
        if not is_analyzed(f.dtype):
            raise analysis_error(
                "UNSUPPORTED_FEATURE.ANALYZE_UNSUPPORTED_COLUMN_TYPE",
                columnType=f'"{sql_name(f.dtype)}"',
                columnName=quoted(f.name),
                tableName=quoted(*table.parts),
            )
    source = table_source(session, table)
    known = known_statistics(session)
    before = known.kept(source)
    rows, found = column_statistics(session, spec.Table(spec.TableName(_named(table))), fields)
    kept = before.columns if before is not None and before.origin == ANALYZED else {}
    known.keep(source, TableStatistics(source.size_bytes, rows, {**kept, **found}))


def _field(table: Table, name: str) -> StructField:
    found = [f for f in table.schema.fields if f.name.lower() == name.lower()]
    if not found:
        raise analysis_error("COLUMN_NOT_FOUND", colName=quoted(name), caseSensitiveConfig='"spark.sql.caseSensitive"')
    return found[0]


def _count(session: CommandSession, table: Table) -> int:
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    query = spec.Aggregate(spec.Table(spec.TableName(_named(table))), (), (counted,))
    return int(session.environment.collect(session.analyze(query))[0][0])


def _named(table: Table) -> tuple[str, ...]:
    """The name that leads to the table: of one at a path the format and the path."""
    return (table.provider, table.location) if table.database == table.provider else table.parts


# ---------------------------------------------------------------------------------------------------------- partitions


def _analyze_partitions(session: CommandSession, table: Table, command: c.AnalyzeTable) -> None:
    """Size and (unless NOSCAN) rows of each partition that fits the clause."""
    values = static_values(session, table, command.partition)
    source = table_source(session, table)
    files = partition_files(source)
    found = matching(files, values)
    if not found and len(values) == len(table.partition_columns):
        raise partitions_not_found(table, values)
    counts = {} if command.no_scan else _partition_counts(session, table, source)
    known = known_statistics(session)
    for name in found:
        size = sum(f.size_bytes for f in files[name])
        rows = None if command.no_scan else counts.get(name, 0)
        known.keep(source, TableStatistics(size, rows), partition=name)


def partition_files(source: ScanSource) -> dict[str, list[ScanFile]]:
    """The files of each partition, by the name of its folder."""
    files: dict[str, list[ScanFile]] = {}
    for f in source.files:
        files.setdefault(_folder(source, f.partition_values), []).append(f)
    return files


def _partition_counts(session: CommandSession, table: Table, source: ScanSource) -> dict[str, int]:
    keys = tuple(spec.Attribute((f.name,)) for f in source.partition_schema.fields)
    counted = spec.Alias(spec.Function(("count",), (spec.Star(),)), ("n",))
    query = spec.Aggregate(spec.Table(spec.TableName(_named(table))), keys, (*keys, counted))
    rows = session.environment.collect(session.analyze(query))
    return {_folder(source, row[:-1]): row[-1] for row in rows}


def _folder(source: ScanSource, values: Sequence[object]) -> str:
    fields = zip(source.partition_schema.fields, values, strict=True)
    return "/".join(folder_name(f.name, show(value, f.dtype, source.time_zone)) for f, value in fields)


def table_statistics(session: CommandSession, table: Table) -> TableStatistics | None:
    """What DESCRIBE says of a table: what ANALYZE found, while the rows are those that it looked at.

    With `spark.sql.statistics.size.autoUpdate.enabled` the size of others, too.
    """
    known = known_statistics(session)
    updates = session.settings.flag("spark.sql.statistics.size.autoUpdate.enabled")
    if table.is_view or not table.location or not (updates or known.has_any(table.location)):
        return None
    source = table_source(session, table)
    found = known.kept(source)
    if found is not None and found.origin == ANALYZED:
        return found
    return TableStatistics(source.size_bytes) if updates else None
