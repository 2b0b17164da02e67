"""The tables of kept aggregates: by what they are of, under a budget, there for as long as somebody reads them."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import field
from typing import Final

from hiveframe.cache.aggregates.choosing import FADED, HALF_LIFE_S
from hiveframe.cache.aggregates.definition import Kept
from hiveframe.dataclass import dataclass
from hiveframe.engine.kept_tables import KeptTable, Lease
from hiveframe.swarm.pheromone import Trail

_COLUMN_BYTES: Final = 4

Hint = tuple[object, ...]
"""What tells cheaply what an aggregation is of: see `asked.hint_of`."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What is kept, under settings of this text, and how often it is used."""

    kept: Kept
    settings: str
    hint: Hint
    uses: Trail = field(default_factory=lambda: Trail(HALF_LIFE_S))

    @property
    def row_count(self) -> int:
        """All groups."""
        return sum(piece.table.row_count for piece in self.kept.pieces)

    @property
    def size_bytes(self) -> int:
        """What the tables take, at least about what their rows do: the last ones fill no block before they are many."""
        width = len(self.kept.definition.exprs) * _COLUMN_BYTES
        return sum(max(p.table.size_bytes, p.table.row_count * width) for p in self.kept.pieces)


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
    """At most `limit_bytes` of entries, none of which answers all that another does. Thread-safe."""

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

    def leased(self, hint: Hint) -> tuple[Sequence[Entry], Sequence[Lease]]:
        """The entries of a hint, and leases for as long as they are looked at."""
        if hint not in self._entries:
            return (), ()
        with self._lock:
            found = self._entries.get(hint, ())
            return found, [piece.table.lease() for entry in found for piece in entry.kept.pieces]

    def shown(self, now_s: float) -> list[ShownAggregate]:
        """All of them, the most used first."""
        shown = [
            ShownAggregate(
                tuple(dict.fromkeys(path for source in e.kept.definition.asked.sources for path in source.paths)),
                len(e.kept.definition.dims),
                len(e.kept.definition.partials),
                e.row_count,
                e.size_bytes,
                round(e.uses.level(now_s)),
            )
            for e in self._all()
        ]
        return sorted(shown, key=lambda s: -s.uses)

    def add(self, new: Entry, now_s: float) -> bool:
        """Put an entry in the place of all that it includes; weaker ones go until it fits.

        False when it does not, and when some of its tables were let go since it was made of them.
        """
        strength = new.uses.level(now_s)
        with self._lock:
            if any(piece.table in self._dropping for piece in new.kept.pieces):
                return False
            replaced = [e for e in self._entries.get(new.hint, ()) if _replaces(new, e)]
            others = [e for e in self._all() if e not in replaced]
            others.sort(key=lambda e: e.uses.level(now_s))
            room = self._limit_bytes - sum(e.size_bytes for e in others)
            going: list[Entry] = []
            for entry in others:
                if room >= new.size_bytes or entry.uses.level(now_s) >= strength:
                    break
                going.append(entry)
                room += entry.size_bytes
            if room < new.size_bytes:
                return False
            stays = {id(piece.table) for piece in new.kept.pieces}
            for entry in going + replaced:
                self._let_go(entry, stays)
            self._entries[new.hint] = (*self._entries.get(new.hint, ()), new)
        return True

    def drop(self, tables: Iterable[KeptTable]) -> None:
        """Tables are to go, once nobody reads them."""
        with self._lock:
            self._dropping += tables

    def to_drop(self, now_s: float) -> list[KeptTable]:
        """The tables that nobody reads or may read any more, which the caller drops; faded entries are let go."""
        with self._lock:
            for entry in self._all():
                if entry.uses.level(now_s) < FADED:
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

    def _let_go(self, entry: Entry, stays: Collection[int] = ()) -> None:
        left = tuple(e for e in self._entries[entry.hint] if e is not entry)
        if left:
            self._entries[entry.hint] = left
        else:
            del self._entries[entry.hint]
        self._dropping += [piece.table for piece in entry.kept.pieces if id(piece.table) not in stays]


def _replaces(new: Entry, old: Entry) -> bool:
    """Whether all that the old one answers the new one does, of sources as they are now."""
    is_alike = old.settings == new.settings and old.kept.definition.asked.family == new.kept.definition.asked.family
    return is_alike and new.kept.definition.includes(old.kept.definition)
