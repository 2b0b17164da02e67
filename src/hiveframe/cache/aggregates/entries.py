"""The tables of kept aggregates: by what they are of, under a budget, there for as long as somebody reads them."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from hiveframe.cache.aggregates.choosing import FADED, Template
from hiveframe.cache.aggregates.definition import Definition
from hiveframe.cache.aggregates.states import SourceState
from hiveframe.dataclass import dataclass
from hiveframe.engine.kept_tables import KeptTable, Lease

Hint = tuple[object, ...]
"""What tells cheaply what an aggregation is of: see `asked.hint_of`."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """The rows of a definition in a table, as they were in these states of its sources, under settings of this text."""

    definition: Definition
    states: tuple[SourceState, ...]
    table: KeptTable
    template: Template
    settings: str
    hint: Hint
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ShownAggregate:
    """An entry as it is shown: of which paths, by how many columns, how much, and how often it was used lately."""

    sources: tuple[str, ...]
    dimensions: int
    measures: int
    row_count: int
    size_bytes: int
    uses: int


class Entries:
    """At most `limit_bytes` of entries, one a template. Thread-safe."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._entries: dict[Hint, tuple[Entry, ...]] = {}
        self._dropping: list[KeptTable] = []
        self._lock = threading.Lock()

    @property
    def is_any(self) -> bool:
        """Whether there are any."""
        return bool(self._entries)

    @property
    def is_dropping(self) -> bool:
        """Whether tables wait for their readers to end."""
        return bool(self._dropping)

    @property
    def size_bytes(self) -> int:
        """Bytes of all."""
        return sum(entry.size_bytes for entry in self._all())

    def leased(self, hint: Hint) -> Sequence[tuple[Entry, Lease]]:
        """The entries of a hint, each with a lease."""
        if hint not in self._entries:
            return ()
        with self._lock:
            return [(entry, entry.table.lease()) for entry in self._entries.get(hint, ())]

    def shown(self, now_s: float) -> list[ShownAggregate]:
        """All of them, the most used first."""
        shown = [
            ShownAggregate(
                tuple(dict.fromkeys(path for source in e.definition.asked.sources for path in source.paths)),
                len(e.definition.dims),
                len(e.definition.partials),
                e.table.row_count,
                e.size_bytes,
                round(e.template.uses.level(now_s)),
            )
            for e in self._all()
        ]
        return sorted(shown, key=lambda s: -s.uses)

    def add(self, new: Entry, now_s: float) -> bool:
        """Put an entry in the place of its template's; weaker ones go until it fits. False when it does not."""
        strength = new.template.uses.level(now_s)
        with self._lock:
            others = [e for e in self._all() if e.template is not new.template]
            others.sort(key=lambda e: e.template.uses.level(now_s))
            room = self._limit_bytes - sum(e.size_bytes for e in others)
            going: list[Entry] = []
            for entry in others:
                if room >= new.size_bytes or entry.template.uses.level(now_s) >= strength:
                    break
                going.append(entry)
                room += entry.size_bytes
            if room < new.size_bytes:
                return False
            for entry in [*going, *(e for e in self._all() if e.template is new.template)]:
                self._let_go(entry)
            self._entries[new.hint] = (*self._entries.get(new.hint, ()), new)
        return True

    def drop(self, table: KeptTable) -> None:
        """A table is to go, once nobody reads it."""
        with self._lock:
            self._dropping.append(table)

    def to_drop(self, now_s: float) -> list[KeptTable]:
        """The tables that nobody reads or may read any more, which the caller drops; faded entries are let go."""
        with self._lock:
            for entry in self._all():
                if entry.template.uses.level(now_s) < FADED:
                    self._let_go(entry)
            ready = [table for table in self._dropping if not table.leases]
            self._dropping = [table for table in self._dropping if table.leases]
        return ready

    def clear(self) -> None:
        """Let all go."""
        with self._lock:
            for entry in self._all():
                self._let_go(entry)

    def _all(self) -> list[Entry]:
        return [entry for own in list(self._entries.values()) for entry in own]

    def _let_go(self, entry: Entry) -> None:
        left = tuple(e for e in self._entries[entry.hint] if e is not entry)
        if left:
            self._entries[entry.hint] = left
        else:
            del self._entries[entry.hint]
        self._dropping.append(entry.table)
