"""The results that a process keeps: looked up before a plan runs, offered after it has.

A key holds the exact state of everything that the rows were made from, so nothing is ever invalidated: after a change
the key is another one. What a run read is stamped before and after; rows are kept only where nothing moved in between
and nothing had been changed a moment before, when a later change might leave the same stamps.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import pyarrow as pa

from hiveframe.cache.disk_tier import DiskTier
from hiveframe.cache.fragments import HeldFragments, with_fragments
from hiveframe.cache.keys import Stamps
from hiveframe.cache.memory_tier import MemoryTier
from hiveframe.cache.questions import Question
from hiveframe.cache.rows import KeptRows, packed
from hiveframe.plan import logical as lg

CHEAP_S: Final = 0.2
"""Faster queries are kept from their second run on."""

TOO_CHEAP_S: Final = 0.01
"""Faster ones never are."""

LARGEST_SHARE: Final = 8
"""One entry may take this part of the larger tier."""

_WAITING: Final = 8
_SEEN: Final = 4096


class Results:
    """Kept results in memory and, where `disk` is given, in a folder. Thread-safe."""

    def __init__(self, memory: MemoryTier, disk: DiskTier | None, memory_bytes: int) -> None:
        self.memory = memory
        self.disk = disk
        self.largest_bytes = max(memory_bytes, disk.limit_bytes if disk is not None else 0) // LARGEST_SHARE
        self.hits = self.misses = self.admitted = self.refused = self.served_bytes = 0
        self.fragment_hits = 0
        self.saved_s = 0.0
        self._fragments = HeldFragments()
        self._seen: OrderedDict[str, None] = OrderedDict()  # cheap ones, run once
        self._lock = threading.Lock()
        self._worker: ThreadPoolExecutor | None = None
        self._waiting = 0
        self._noted: Mapping[str, int] = {}

    def find(self, question: Question) -> KeptRows | None:
        """The rows kept for a question, which are then moved to memory if they are worth it."""
        name = question.name if self._may_hold(question.hint) else None
        found = self._get(name) if name is not None else None
        with self._lock:
            self.hits += found is not None
            self.misses += found is None
        return found

    def peek(self, question: Question) -> KeptRows | None:
        """The rows kept for a question, without their counting as used."""
        name = question.name if self._may_hold(question.hint) else None
        if name is None:
            return None
        found = self.memory.peek(name)
        return self.disk.get(name, is_use=False) if found is None and self.disk is not None else found

    def with_fragments(self, question: Question) -> lg.Relation | None:
        """The question's plan with kept rows in the place of some of its parts; None where none are kept."""
        if not self._fragments.is_any:
            return None
        made = with_fragments(question.plan, lambda part: self._fragment(question, part))
        return made if made is not question.plan else None

    def recorded(
        self, question: Question, batches: Iterator[pa.RecordBatch], schema: pa.Schema
    ) -> Iterator[pa.RecordBatch]:
        """The batches of a run, passed on; once all are taken they are offered to the cache."""
        before = question.stamps
        kept: list[pa.RecordBatch] | None = []
        size_bytes = 0
        spent_s = 0.0
        with contextlib.closing(batches):  # type: ignore[type-var]
            while True:
                start = time.perf_counter()
                batch = next(batches, None)
                spent_s += time.perf_counter() - start
                if batch is None:
                    break
                if kept is not None:
                    size_bytes += batch.nbytes
                    kept.append(batch)
                    if size_bytes > self.largest_bytes:
                        kept = None
                yield batch
        if kept is not None and spent_s >= TOO_CHEAP_S:
            rows = kept
            self._later(lambda: self._offer(question, before, packed(schema, rows, spent_s)))

    def flush(self) -> None:
        """Wait until everything offered is kept or refused."""
        worker = self._worker
        if worker is not None:
            worker.submit(lambda: None).result()

    def clear(self) -> None:
        """Let everything go."""
        self.flush()
        self.memory.clear()
        if self.disk is not None:
            self.disk.clear()
        with self._lock:
            self._seen.clear()
            self._fragments = HeldFragments()

    def counts(self) -> dict[str, int]:
        """What was counted since the process began."""
        evicted = self.memory.evicted + (self.disk.evicted if self.disk is not None else 0)
        return {
            "hits": self.hits,
            "misses": self.misses,
            "fragment_hits": self.fragment_hits,
            "admitted": self.admitted,
            "refused": self.refused,
            "evicted": evicted,
            "served_bytes": self.served_bytes,
            "saved_ms": int(self.saved_s * 1000),
        }

    def note_counts(self) -> None:
        """Add what was counted since the last time to the folder's account."""
        if self.disk is None:
            return
        now = self.counts()
        more = {name: value - self._noted.get(name, 0) for name, value in now.items()}
        self._noted = now
        if any(more.values()):
            self.disk.add_counts(more)

    # --------------------------------------------------------------------------------------------------- helpers

    def _later(self, work: Callable[[], Any]) -> None:
        """Do it on the cache's own thread, unless too much waits for that already."""
        with self._lock:
            if self._waiting >= _WAITING:
                return
            self._waiting += 1
            if self._worker is None:
                self._worker = ThreadPoolExecutor(1, "hiveframe-cache")
            self._worker.submit(self._done, work).add_done_callback(_shown)

    def _done(self, work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._waiting -= 1

    def _offer(self, question: Question, before: Stamps, rows: KeptRows) -> None:
        key, name = question.key, question.name
        if key is None or name is None or not before.have_settled or not before.hold(key.stamped):
            return
        if rows.cost_s < CHEAP_S and self._is_new(name):
            return
        is_kept = self.memory.put(name, rows)
        if self.disk is not None:
            is_kept = self.disk.put(name, rows) or is_kept
            self.note_counts()
        with self._lock:
            self.admitted += is_kept
            self.refused += not is_kept
        fragment = question.fragment() if is_kept else None
        if fragment is not None:
            self._fragments.note(*fragment, held_by=name)

    def _may_hold(self, hint: str) -> bool:
        """Whether a key that begins so is worth making."""
        return self.memory.may_hold(hint) or (self.disk is not None and self.disk.may_hold(hint))

    def _get(self, name: str) -> KeptRows | None:
        found = self.memory.get(name)
        if found is None and self.disk is not None:
            found = self.disk.get(name)
            if found is not None:
                self.memory.put(name, found)
        if found is not None:
            with self._lock:
                self.served_bytes += found.size_bytes
                self.saved_s += found.cost_s
        return found

    def _fragment(self, question: Question, part: lg.Relation) -> pa.Table | None:
        name = question.part_name(part, self._fragments.may_hold)
        if name is None or question.key is None:  # in this order: where there is no name no key need be made
            return None
        held = self._fragments.find(name)
        if held is None:
            return None
        found = self._get(held[0])
        if found is None:  # it was let go
            self._fragments.forget(name)
            return None
        with self._lock:
            self.fragment_hits += 1
        return found.table().select(held[1])

    def _is_new(self, name: str) -> bool:
        """Whether a key is met for the first time, as far as is remembered."""
        if name in self._seen:
            self._seen.move_to_end(name)
            return False
        self._seen[name] = None
        if len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return True


def _shown(done: Future[Any]) -> None:
    """A failure of the cache's thread is shown like any thread's."""
    error = done.exception()
    if error is not None:
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
