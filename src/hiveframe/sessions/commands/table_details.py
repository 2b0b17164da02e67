"""What DESCRIBE EXTENDED and SHOW TABLE EXTENDED say of a table, beyond its columns."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hiveframe.catalog.entities import Table
from hiveframe.plan.statistics import TableStatistics
from hiveframe.plan.types import tree_string
from hiveframe.sessions.commands.analyze import known_statistics, table_statistics
from hiveframe.sessions.commands.partitions import (
    PartitionClause,
    known_partitions,
    partition_name,
    partitions_not_found,
    static_values,
)
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.commands.table_source import table_source
from hiveframe.settings import zone_info

CREATED_BY = "Spark 4.2.0"


def details(session: CommandSession, table: Table) -> list[tuple[str, str]]:
    """(name, value) in Spark's order."""
    rows = [
        ("Catalog", table.catalog),
        ("Database", table.database),
        ("Table", table.name),
        ("Owner", table.owner),
        ("Created Time", _time(session, table.created_ms)),
        ("Last Access", "UNKNOWN"),
        ("Created By", CREATED_BY),
        ("Type", table.type),
    ]
    if not table.owner:
        rows.pop(3)
    if table.provider:
        rows.append(("Provider", table.provider))
    if table.buckets:
        rows.append(("Num Buckets", str(table.buckets.count)))
        rows.append(("Bucket Columns", _names(table.buckets.columns)))
        rows.append(("Sort Columns", _names(table.buckets.sort_columns)))
    if table.comment:
        rows.append(("Comment", table.comment))
    if table.collation is not None:
        rows.append(("Collation", table.collation))
    if table.view:
        rows += [
            ("View Text", table.view.text),
            ("View Original Text", table.view.text),
            ("View Schema Mode", "COMPENSATION"),
            ("View Catalog and Namespace", ".".join((table.view.catalog, *table.view.namespace))),
            ("View Query Output Columns", _names(table.view.query_columns)),
        ]
    if table.shown_properties:
        rows.append(("Table Properties", _pairs(table.shown_properties)))
    known = table_statistics(session, table)
    if known is not None:
        rows.append(("Statistics", statistics_text(known)))
    if table.location:
        rows.append(("Location", f"file:{table.location}"))
    if table.options:
        rows.append(("Storage Properties", _pairs(table.options)))
    if table.lists_partitions:
        rows.append(("Partition Provider", "Catalog"))
    return rows


def partition_details(session: CommandSession, table: Table, clause: PartitionClause) -> list[tuple[str, str, str]]:
    """What DESCRIBE EXTENDED says of one partition; PARTITIONS_NOT_FOUND where there is none."""
    values = static_values(session, table, clause)
    known = known_partitions(session, table, "DESC PARTITION")
    name = partition_name(table, values) if len(values) == len(table.partition_columns) else ""
    if name not in known:
        raise partitions_not_found(table, values)
    found = known_statistics(session).of_partition(table_source(session, table), name)
    rows = [
        ("Database", table.database),
        ("Table", table.name),
        ("Partition Values", "[" + name.replace("/", ", ") + "]"),
        ("Location", f"file:{known[name]}"),
        ("Created Time", _time(session, table.created_ms)),
        ("Last Access", "UNKNOWN"),
    ]
    if found is not None:
        rows.append(("Partition Statistics", statistics_text(found)))
    rows += [("", ""), ("# Storage Information", ""), ("Location", f"file:{table.location}")]
    return [("", "", ""), ("# Detailed Partition Information", "", ""), *((a, b, "") for a, b in rows)]


def statistics_text(known: TableStatistics) -> str:
    """Size and rows as DESCRIBE shows them."""
    size = f"{known.size_bytes} bytes"
    return size if known.row_count is None else f"{size}, {known.row_count} rows"


def information(session: CommandSession, table: Table) -> str:
    """SHOW TABLE EXTENDED's text."""
    lines = [f"{name}: {value}" for name, value in details(session, table)]
    if table.partition_columns:
        lines.append(f"Partition Columns: {_names(table.partition_columns)}")
    return "\n".join(lines) + f"\nSchema: {tree_string(table.schema)}\n"


def _time(session: CommandSession, created_ms: int) -> str:
    zone = zone_info(session.settings.time_zone) or ZoneInfo("UTC")
    return datetime.fromtimestamp(created_ms / 1000, zone).strftime("%a %b %d %H:%M:%S %Z %Y")


def _names(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(f"`{n}`" for n in names) + "]"


def _pairs(values: Mapping[str, str]) -> str:
    return "[" + ", ".join(f"{k}={v}" for k, v in sorted(values.items())) + "]"
