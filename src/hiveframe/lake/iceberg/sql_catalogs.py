"""Catalogs kept in a database, whose tables' logs never go back in time, whatever the clock says.

Iceberg's libraries for Java, Go and Rust refuse a table in whose logs a time is more than a minute before the last one,
or whose last change is. The library for Python, where the clock was set back, writes such: for a snapshot made the
newest again, and for a change of columns or properties.

Source: the checks of `org.apache.iceberg.TableMetadata`, and their likes in iceberg-go and iceberg-rust.
"""

from __future__ import annotations

from pyiceberg.catalog.memory import InMemoryCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.table import StagedTable, Table
from pyiceberg.table.metadata import TableMetadata
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import Identifier


class OrderedSqlCatalog(SqlCatalog):
    """The library's SQL catalog, with times in order."""

    def _update_and_stage_table(
        self,
        current_table: Table | None,
        table_identifier: Identifier,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> StagedTable:
        staged = super()._update_and_stage_table(current_table, table_identifier, requirements, updates)
        if current_table is not None and staged.metadata != current_table.metadata:
            staged.metadata = in_order(staged.metadata)
        return staged


class OrderedMemoryCatalog(OrderedSqlCatalog, InMemoryCatalog):
    """The library's catalog in memory, with times in order."""


def in_order(metadata: TableMetadata) -> TableMetadata:
    """The metadata with the newest entry of its log after the one before, and its last change before neither log's."""
    log = metadata.snapshot_log
    if len(log) > 1 and log[-1].timestamp_ms <= log[-2].timestamp_ms:
        log = [*log[:-1], log[-1].model_copy(update={"timestamp_ms": log[-2].timestamp_ms + 1})]
    known = [e.timestamp_ms for e in log[-1:]] + [e.timestamp_ms for e in metadata.metadata_log[-1:]]
    last = max(metadata.last_updated_ms, *known) if known else metadata.last_updated_ms
    return metadata.model_copy(update={"snapshot_log": log, "last_updated_ms": last})
