"""The hot columns of a process: noted and found by scans, filled by a thread off their path."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import duckdb

from hiveframe.dataclass import dataclass
from hiveframe.engine.background import Background
from hiveframe.engine.database import Database
from hiveframe.engine.hot_columns.choosing import FADED, USES_WHEN_BUSY, USES_WHEN_IDLE, PartWanted, next_part
from hiveframe.engine.hot_columns.parts import Family, FileState, Part, family_key, file_state, may_keep, part_query
from hiveframe.engine.kept_tables import Lease
from hiveframe.lake.kept_columns import KeptPart, Reading

_MOST_FILES: Final = 1000
_MOST_FAMILIES: Final = 1000
_SETTLED_S: Final = 0.05
_IDLE_S: Final = 0.5
_REST_S: Final = 60.0
_SOON_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part as it is shown: of which paths, which columns, how much, and how often it was used lately."""

    roots: tuple[str, ...]
    columns: tuple[str, ...]
    file_count: int
    size_bytes: int
    uses: int


class HotColumns:
    """The parts, with at most `limit_bytes`. Thread-safe."""

    def __init__(self, database: Database, limit_bytes: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit_bytes = limit_bytes
        self.served = self.missed = self.filled = self.failed = 0
        self._database = database
        self._tables = database.kept_tables
        self._clock = clock
        self._families: dict[object, Family] = {}
        self._dropping: list[Part] = []
        self._lock = threading.Lock()
        self._filling = threading.Lock()
        self._thread = Background("hiveframe-columns", self._step, self._may_wait)
        database.background(self._thread)
        self._noted: set[object] = set()  # the families that may lack something: no other can, before it is read again
        self._tidy_at_s = 0.0

    # ------------------------------------------------------------------------------------------ asked by statements

    def find(self, reading: Reading) -> list[tuple[KeptPart, Lease]]:
        """The parts that are kept of the reading, each with its lease; noted as a use of the columns."""
        if len(reading.files) > _MOST_FILES or not may_keep(reading):
            return []
        key, now_s = family_key(reading), self._clock()
        found: list[tuple[KeptPart, Lease]] = []
        with self._lock:
            family = self._families.get(key)
            if family is None:
                if len(self._families) >= _MOST_FAMILIES:
                    self._forget_weakest(now_s)
                family = self._families[key] = Family(reading)
            family.note(reading, now_s)
            self._noted.add(key)
            for part, kept in family.find(reading):
                found.append((kept, part.table.lease()))
            self.served += bool(found)
            self.missed += not found
        self._thread.wake()
        return found

    # -------------------------------------------------------------------------------------------------- asked by users

    def tables(self) -> list[ShownPart]:
        """What is kept, the strongest first."""
        now_s = self._clock()
        with self._lock:
            shown = [
                ShownPart(
                    f.like.roots,
                    tuple(sorted(p.columns)),
                    len(p.files),
                    p.size_bytes,
                    round(f.strength(p.columns, now_s)),
                )
                for f in self._families.values()
                for p in f.parts
            ]
        return sorted(shown, key=lambda table: -table.uses)

    @property
    def size_bytes(self) -> int:
        """Bytes of all parts."""
        with self._lock:
            return self._size_bytes()

    def counts(self) -> dict[str, int]:
        """What was counted since the process began."""
        return {
            "column_scans_served": self.served,
            "column_scans_missed": self.missed,
            "column_parts_filled": self.filled,
            "column_parts_failed": self.failed,
            "column_bytes": self.size_bytes,
        }

    def clear(self) -> None:
        """Let all go, and forget what was read."""
        with self._lock:
            self._dropping += [part for family in self._families.values() for part in family.parts]
            self._families.clear()
            self._noted.clear()
        self._thread.wake()

    # ------------------------------------------------------------------------------------------------- the filling

    def _step(self) -> bool:
        return self.fill_once(is_idle=self._database.is_idle_for(_IDLE_S))

    def _may_wait(self) -> bool:
        return bool(self._dropping or self._noted)  # leases end, and idle moments come

    def fill_once(self, *, is_idle: bool) -> bool:
        """Drop what may go and make the part that is wanted most; False when there was nothing to do."""
        with self._filling:
            return self._fill_one(is_idle)

    def _fill_one(self, is_idle: bool) -> bool:
        self._drop_unread()
        wanted = self._wanted(USES_WHEN_IDLE if is_idle else USES_WHEN_BUSY)
        if wanted is None or self._thread.is_closed:
            return False
        family, plan = wanted
        if not self._make_room(family, plan):
            family.rests_until_s = self._clock() + _REST_S
            return True
        with self._lock:
            family.forget_gone(plan.paths)
        states = {path: _settled(family, path) for path in plan.paths if path in family.known}
        files = {path: state for path, state in states.items() if state is not None}
        try:
            part = self._made(family, plan.columns, files) if files else None
        except duckdb.Error:  # a file that went, a full disk, the end: columns are then read from their files
            family.rests_until_s = self._clock() + _REST_S
            self.failed += 1
            return True
        now = {path: file_state(family.known[path], is_versioned=family.like.is_versioned) for path in files}
        if part is None or now != files or part.size_bytes > self.limit_bytes:
            family.rests_until_s = self._clock() + (_REST_S if part is not None and now == files else _SOON_S)
            self._dropping += [part] if part is not None else []
            return True
        with self._lock:
            gone = set(map(id, plan.replaced))
            family.parts = [p for p in family.parts if id(p) not in gone] + [part]
            self._dropping += plan.replaced
            self.filled += 1
        return True

    def _made(self, family: Family, columns: frozenset[str], files: Mapping[str, FileState]) -> Part:
        table = self._tables.make("columns", part_query(family.like, sorted(columns), list(files)))
        places = {path: (i, state) for i, (path, state) in enumerate(files.items())}
        return Part(table, columns, places, max(table.size_bytes, family.guessed_bytes(columns, files)))

    def _wanted(self, uses: float) -> tuple[Family, PartWanted] | None:
        """The family with the strongest want, and what that is."""
        now_s = self._clock()
        best: tuple[Family, PartWanted] | None = None
        with self._lock:
            for key in list(self._noted):
                family = self._families.get(key)
                if family is None or next_part(family, now_s, USES_WHEN_IDLE) is None:
                    self._noted.discard(key)
                elif family.rests_until_s <= now_s:
                    plan = next_part(family, now_s, uses)
                    if plan is not None and (best is None or plan.strength > best[1].strength):
                        best = family, plan
        return best

    def _make_room(self, family: Family, plan: PartWanted) -> bool:
        """Let weaker parts go until the new one fits, by a guess of its size; False when it would not."""
        now_s = self._clock()
        needed = family.guessed_bytes(plan.columns, plan.paths) - sum(p.size_bytes for p in plan.replaced)
        with self._lock:
            others = [(f.strength(p.columns, now_s), f, p) for f in self._families.values() for p in f.parts]
            others = sorted((o for o in others if o[2] not in plan.replaced), key=lambda o: o[0])
            room = self.limit_bytes - self._size_bytes()
            going: list[tuple[Family, Part]] = []
            for strength, owner, part in others:
                if room >= needed or strength >= plan.strength:
                    break
                going.append((owner, part))
                room += part.size_bytes
            if room < needed:
                return False
            for owner, part in going:
                owner.parts.remove(part)
                self._dropping.append(part)
        return True

    def _drop_unread(self) -> None:
        now_s = self._clock()
        with self._lock:
            if now_s >= self._tidy_at_s:
                self._tidy_at_s = now_s + _REST_S
                for key, family in list(self._families.items()):
                    family.forget(now_s, FADED)
                    if not family.known and not family.parts:
                        del self._families[key]
            for family in self._families.values():
                for part in family.dead_parts() if family.parts else ():
                    family.parts.remove(part)
                    self._dropping.append(part)
            ready = [part for part in self._dropping if not part.table.leases]
            self._dropping = [part for part in self._dropping if part.table.leases]
        for at, part in enumerate(ready):
            try:
                self._tables.drop(part.table)
            except duckdb.Error:  # a full disk, the end
                self._dropping += ready[at:]
                self.failed += 1
                return

    def _forget_weakest(self, now_s: float) -> None:
        key, family = min(self._families.items(), key=lambda item: item[1].strength(item[1].columns, now_s))
        self._dropping += family.parts
        del self._families[key]

    def _size_bytes(self) -> int:
        return sum(part.size_bytes for family in self._families.values() for part in family.parts)


def _settled(family: Family, path: str) -> FileState | None:
    """A file's state; None where it is gone, or may change without another one to show for it."""
    state = file_state(family.known[path], is_versioned=family.like.is_versioned)
    if state is None or family.like.is_versioned:
        return state
    return state if max(state[3:]) < time.time_ns() - int(_SETTLED_S * 1e9) else None
