"""Tables of what the process knows about itself: `system.cache`, `system.optimizer` and `system.runtime`."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Final

from hiveframe.cache.process import results
from hiveframe.engine.process import database
from hiveframe.plan import types as t
from hiveframe.sessions.admission import doors
from hiveframe.sessions.kept_aggregates import aggregates
from hiveframe.sessions.results import SmallTable, column, small_table
from hiveframe.settings import Settings


def system_table(parts: tuple[str, ...], settings: Settings) -> SmallTable | None:
    """The rows of a system table now; None where there is none of that name."""
    made = SYSTEM_TABLES.get(tuple(p.lower() for p in parts))
    return made(settings) if made is not None else None


def _entries(settings: Settings) -> SmallTable:
    """The results that are kept, in memory and on disk."""
    found = results(settings)
    rows = [("memory", key, r.row_count, r.size_bytes, int(r.cost_s * 1000)) for key, r in found.memory.entries()]
    if found.disk is not None:
        rows += [("disk", e.key, e.row_count, e.size_bytes, int(e.cost_s * 1000)) for e in found.disk.entries()]
    numbers = [column(name, t.LONG) for name in ("row_count", "size_bytes", "cost_ms")]
    return small_table((column("tier"), column("key"), *numbers), rows)


def _columns(settings: Settings) -> SmallTable:
    """The columns of files that the engine keeps in its own form, the most used first."""
    found = database(settings).hot_columns
    rows = [
        (", ".join(kept.roots), ", ".join(kept.columns), kept.file_count, kept.size_bytes, kept.uses)
        for kept in (found.tables() if found is not None else ())
    ]
    numbers = [column(name, t.LONG) for name in ("file_count", "size_bytes", "uses")]
    return small_table((column("source"), column("columns"), *numbers), rows)


def _aggregates(settings: Settings) -> SmallTable:
    """The aggregations whose groups are kept, the most used first."""
    found = aggregates(settings)
    rows = [
        (", ".join(kept.sources), kept.dimensions, kept.measures, kept.row_count, kept.size_bytes, kept.uses)
        for kept in (found.shown() if found is not None else ())
    ]
    numbers = [column(name, t.LONG) for name in ("dimensions", "measures", "row_count", "size_bytes", "uses")]
    return small_table((column("source"), *numbers), rows)


def _learned(settings: Settings) -> SmallTable:
    """The queries that came again, by their shape, and what was found to be faster."""
    from hiveframe.sessions.learned_runs import learner

    rows = []
    for found in learner().found():
        best_ms = int(found.best_s * 1000) if found.best_s is not None else None
        spent = (int(found.own_s * 1000), best_ms, int(found.invested_s * 1000), int(found.saved_s * 1000))
        rows.append((found.shape, found.runs, found.trials, *spent, json.dumps(found.joined_first)))
    numbers = [column(name, t.LONG, True) for name in _LEARNED_NUMBERS]
    return small_table((column("shape"), *numbers, column("joined_first")), rows)


_LEARNED_NUMBERS: Final = ("runs", "trials", "own_ms", "best_ms", "invested_ms", "saved_ms")


def _counts(settings: Settings) -> SmallTable:
    """What was counted since the process began."""
    counted = dict(results(settings).counts())
    columns = database(settings).hot_columns
    if columns is not None:
        counted |= columns.counts()
    kept = aggregates(settings)
    if kept is not None:
        counted |= kept.counts()
    rows = sorted(counted.items())
    return small_table((column("name"), column("value", t.LONG)), rows)


def _profiles(settings: Settings) -> SmallTable:
    """What EXPLAIN ANALYZE measured lately, the latest first."""
    from hiveframe.sessions.profiling.history import PROFILES  # what hardly anybody asks for

    rows = [(p.made_ms, p.row_count, p.time_ms, p.document) for p in PROFILES.latest()]
    numbers = [column(name, t.LONG) for name in ("made_ms", "row_count", "time_ms")]
    return small_table((*numbers, column("profile")), rows)


def _admission(_: Settings) -> SmallTable:
    """What a server's door decides by; no rows where nothing is served."""
    rows = [row for door in doors() for row in door.counts().items()]
    return small_table((column("name"), column("value", t.DOUBLE)), rows)


def _queries(_: Settings) -> SmallTable:
    """The operations that a server runs, that wait for their clients, and that wait for a place, in their order."""
    rows = [dataclasses.astuple(seen) for door in doors() for seen in door.seen()]
    texts = [column(name) for name in ("operation_id", "user", "class", "state")]
    numbers = [column(name, t.LONG) for name in ("waited_ms", "ran_ms")]
    return small_table((*texts, *numbers, column("expected_ms", t.LONG, nullable=True)), rows)


SYSTEM_TABLES: Final[Mapping[tuple[str, ...], Callable[[Settings], SmallTable]]] = {
    ("system", "cache", "entries"): _entries,
    ("system", "cache", "columns"): _columns,
    ("system", "cache", "aggregates"): _aggregates,
    ("system", "cache", "counts"): _counts,
    ("system", "optimizer", "learned"): _learned,
    ("system", "runtime", "profiles"): _profiles,
    ("system", "runtime", "admission"): _admission,
    ("system", "runtime", "queries"): _queries,
}
