"""What is known of a source: what ANALYZE TABLE found and the warehouse keeps, else what files and logs tell."""

from __future__ import annotations

import json
import os
from dataclasses import replace

from hiveframe.catalog.metastore import Metastore
from hiveframe.dataclass import dataclass
from hiveframe.lake.exact_state import table_state
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.statistics.sources import source_statistics
from hiveframe.plan.statistics import (
    ANALYZED,
    SAMPLED,
    STALE,
    ColumnStatistics,
    TableStatistics,
    statistics_json,
    statistics_of,
)


@dataclass(frozen=True, slots=True)
class KnownStatistics:
    """The statistics of sources, by the warehouse that keeps what was found."""

    metastore: Metastore

    def __call__(self, source: ScanSource) -> TableStatistics | None:
        """What is known of a source's rows now.

        Kept statistics are exact while the state of the source is that in which they were found. Later they lend their
        distinct values and shares to what files tell, and mark all as stale.
        """
        kept = self.kept(source)
        told = source_statistics(source)
        if kept is None:
            return told
        if told is None or told.row_count is None or (told.origin == SAMPLED and kept.origin == ANALYZED):
            return kept
        columns = dict(told.columns)
        for name, found in kept.columns.items():
            columns[name] = _combined(columns.get(name), found, is_exact=kept.origin == ANALYZED)
        # of a source with files left out, these tell what is left
        return replace(told, columns=columns, origin=kept.origin)

    def kept(self, source: ScanSource) -> TableStatistics | None:
        """What ANALYZE TABLE found in the source's table, STALE when its rows have changed since."""
        found = self.metastore.kept_statistics(_place(source))
        if found is None:
            return None
        state, text = found
        origin = ANALYZED if state is not None and state == table_state(source) else STALE
        return statistics_of(json.loads(text), origin)

    def has_any(self, location: str) -> bool:
        """Whether anything was ever kept of the table at a folder."""
        return self.metastore.kept_statistics(os.path.normpath(location)) is not None

    def keep(self, source: ScanSource, statistics: TableStatistics, partition: str = "") -> None:
        """Keep what was found in a source's rows as they are now, or in those of one of its partitions."""
        text = json.dumps(statistics_json(statistics), ensure_ascii=False)
        self.metastore.keep_statistics(_place(source), partition, table_state(source), text)

    def of_partition(self, source: ScanSource, partition: str) -> TableStatistics | None:
        """What was kept of a partition, as long as the state is the same."""
        found = self.metastore.kept_statistics(_place(source), partition)
        if found is None or found[0] is None or found[0] != table_state(source):
            return None
        return statistics_of(json.loads(found[1]), ANALYZED)


def _place(source: ScanSource) -> str:
    """Where a source's rows lie."""
    return "\n".join(os.path.normpath(path) for path in source.paths)


def _combined(told: ColumnStatistics | None, found: ColumnStatistics, *, is_exact: bool) -> ColumnStatistics:
    """What ANALYZE found; bounds and NULLs are the files' where it tells none, or none that still holds."""
    if told is None:
        return found
    low, high = (told.low, told.high) if not is_exact or found.low is None else (found.low, found.high)
    nulls = found.null_count if is_exact and told.null_count is None else told.null_count
    return replace(found, low=low, high=high, null_count=nulls)
