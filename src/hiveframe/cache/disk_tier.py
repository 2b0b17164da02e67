"""Kept rows in a folder that processes share, within a number of bytes.

An entry is a file of its own, written aside and renamed; one that is torn or foreign is dropped when it is read. Who
writes holds the folder's lock, so whatever lies aside under the lock was left by a process that died. How much an
entry is worth is its file's time of change, moved on by each hit (see `trails`): all processes follow one trail.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from hiveframe.cache.keys import HINT_DIGITS
from hiveframe.cache.rows import HEAD_BYTES, KeptRows, read_head
from hiveframe.cache.trails import deposited, worth
from hiveframe.dataclass import dataclass

_ENDING: Final = ".rows"
_ASIDE: Final = ".part"
_COUNTS: Final = "counts.json"
_LOCK: Final = ".lock"
_HALF_LIFE_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class DiskEntry:
    """An entry as its file shows it. `trail_s` is the moment up to which its trail reaches."""

    key: str
    size_bytes: int
    trail_s: float
    row_count: int
    cost_s: float


class DiskTier:
    """Entries by key in `folder`. Any number of threads and processes may use it."""

    def __init__(self, folder: str, limit_bytes: int, *, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.limit_bytes = limit_bytes
        self._clock = clock
        self._hints: tuple[int, frozenset[str]] = (-1, frozenset())  # as of the folder's time of change
        self.evicted = 0

    def may_hold(self, hint: str) -> bool:
        """Whether there are entries whose keys begin so."""
        try:
            changed_ns = os.stat(self.folder).st_mtime_ns
        except OSError:
            return False
        if self._hints[0] != changed_ns:
            self._hints = changed_ns, frozenset(e.name[:HINT_DIGITS] for e in self._files(_ENDING))
        return hint in self._hints[1]

    def get(self, key: str, *, is_use: bool = True) -> KeptRows | None:
        """The entry, which counts as used unless it is only looked at; None where there is none that is whole."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except OSError:
            return None
        found = KeptRows.from_bytes(data)
        if found is None:
            _unlink(path)
            return None
        if not is_use:
            return found
        with contextlib.suppress(FileNotFoundError):  # another process may just have let it go
            self._deposit(path, os.stat(path).st_mtime, found)
        return found

    def put(self, key: str, rows: KeptRows) -> bool:
        """Keep the rows, and let go of those with the weakest trails until all fit; False where they cannot be kept."""
        path = self._path(key)
        if rows.size_bytes > self.limit_bytes // 2 or os.path.exists(path):
            return False
        try:
            with self._locked():
                self._make_room(rows)
                aside = path + _ASIDE
                with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(rows.to_bytes())
                self._deposit(aside, None, rows)
                os.replace(aside, path)
        except OSError:  # a full or read-only disk: rows that are not kept are computed again
            return False
        return True

    def entries(self) -> list[DiskEntry]:
        """All entries, the strongest trail first."""
        found = []
        for entry in self._files(_ENDING):
            try:
                with open(entry.path, "rb") as file:
                    head = read_head(file.read(HEAD_BYTES))
                stat = entry.stat()
            except FileNotFoundError:
                continue
            if head is not None:
                key = entry.name.removesuffix(_ENDING)
                found.append(DiskEntry(key, stat.st_size, stat.st_mtime, head.row_count, head.cost_us / 1e6))
        return sorted(found, key=lambda e: -e.trail_s)

    def evict(self, key: str) -> bool:
        """Let one entry go; whether it was there."""
        return _unlink(self._path(key))

    def shrink(self, limit_bytes: int) -> int:
        """Let entries go, the weakest first, until the rest has at most so many bytes; how many went."""
        before = self.evicted
        with self._locked():
            self._thin(limit_bytes)
        return self.evicted - before

    def clear(self) -> None:
        """Let all entries go, and what was counted."""
        if not os.path.isdir(self.folder):
            return
        with self._locked():
            for entry in [*self._files(_ENDING), *self._files(_ASIDE)]:
                _unlink(entry.path)
            _unlink(os.path.join(self.folder, _COUNTS))

    @property
    def size_bytes(self) -> int:
        """Bytes of all entries."""
        return sum(size for _, size, _ in self._sizes())

    def counts(self) -> Mapping[str, int]:
        """What all processes have counted."""
        try:
            with open(os.path.join(self.folder, _COUNTS)) as file:
                found = json.load(file)
        except (OSError, ValueError):
            return {}
        return {str(name): int(value) for name, value in found.items()}

    def add_counts(self, more: Mapping[str, int]) -> None:
        """Add to what all processes have counted."""
        path = os.path.join(self.folder, _COUNTS)
        try:
            with self._locked():
                known = self.counts()
                total = {name: known.get(name, 0) + more.get(name, 0) for name in {*known, *more}}
                with open(path + _ASIDE, "w") as file:
                    json.dump(total, file)
                os.replace(path + _ASIDE, path)
        except OSError:  # as for entries
            return

    # --------------------------------------------------------------------------------------------------- helpers

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key + _ENDING)

    def _deposit(self, path: str, trail_s: float | None, rows: KeptRows) -> None:
        now_s = self._clock()
        level = None if trail_s is None else trail_s / _HALF_LIFE_S
        reached = deposited(level, now_s / _HALF_LIFE_S, worth(rows.size_bytes, rows.cost_s))
        os.utime(path, (now_s, reached * _HALF_LIFE_S))

    def _make_room(self, rows: KeptRows) -> None:
        for left in self._files(_ASIDE):
            _unlink(left.path)
        self._thin(self.limit_bytes - rows.size_bytes)

    def _thin(self, limit_bytes: int) -> None:
        files = sorted(self._sizes())
        total = sum(size for _, size, _ in files)
        for _, size, path in files:
            if total <= limit_bytes:
                break
            if _unlink(path):
                self.evicted += 1
            total -= size

    def _sizes(self) -> list[tuple[float, int, str]]:
        found = []
        for entry in self._files(_ENDING):
            with contextlib.suppress(FileNotFoundError):
                stat = entry.stat()
                found.append((stat.st_mtime, stat.st_size, entry.path))
        return found

    def _files(self, ending: str) -> Iterator[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder) as found:
                yield from (e for e in found if e.name.endswith(ending))
        except OSError:  # there is no such folder yet, or it cannot be read
            return

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        with open(os.path.join(self.folder, _LOCK), "a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _unlink(path: str) -> bool:
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True
