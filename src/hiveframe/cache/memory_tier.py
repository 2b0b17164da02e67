"""Kept rows in memory, within a number of bytes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

from hiveframe.cache.keys import HINT_DIGITS
from hiveframe.cache.policy import Policy
from hiveframe.cache.rows import KeptRows


class MemoryTier:
    """Entries by key. Thread-safe."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._entries: dict[str, KeptRows] = {}
        self._hints: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.evicted = 0

    def may_hold(self, hint: str) -> bool:
        """Whether there are entries whose keys begin so."""
        return self._hints[hint] > 0

    def get(self, key: str) -> KeptRows | None:
        """The entry, which counts as used; None where there is none."""
        if key not in self._entries:
            return None
        with self._lock:
            found = self._entries.get(key)
            if found is not None:
                self._policy.hit(key)
            return found

    def peek(self, key: str) -> KeptRows | None:
        """The entry, which does not count as used."""
        return self._entries.get(key)

    def put(self, key: str, rows: KeptRows) -> bool:
        """Keep the rows if they are worth those that would have to go."""
        with self._lock:
            if key in self._entries:
                return True
            leaving = self._policy.admit(key, rows.size_bytes, rows.cost_s)
            if leaving is None:
                return False
            for other in leaving:
                del self._entries[other]
                self._hints.subtract([other[:HINT_DIGITS]])
            self.evicted += len(leaving)
            self._entries[key] = rows
            self._hints[key[:HINT_DIGITS]] += 1
            self._hints = +self._hints
            return True

    def entries(self) -> Sequence[tuple[str, KeptRows]]:
        """All entries."""
        with self._lock:
            return list(self._entries.items())

    def remove(self, key: str) -> None:
        """Let one entry go."""
        with self._lock:
            if self._entries.pop(key, None) is not None:
                self._policy.forget(key)
                self._hints.subtract([key[:HINT_DIGITS]])

    def clear(self) -> None:
        """Let all entries go."""
        for key, _ in self.entries():
            self.remove(key)

    @property
    def size_bytes(self) -> int:
        """Bytes that are kept."""
        return sum(rows.size_bytes for _, rows in self.entries())

    def __len__(self) -> int:
        return len(self._entries)
