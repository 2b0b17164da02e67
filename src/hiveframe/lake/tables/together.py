"""Changes to several tables that land together: what `BEGIN ATOMIC … END` opens, and writes add themselves to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from hiveframe.errors import SparkException

Land = Callable[[Sequence[Any]], object]
"""Lands several jobs of one format, all or none."""

_local = threading.local()


class Together:
    """Jobs that wait for the end of their block."""

    def __init__(self) -> None:
        self._jobs: dict[str, Any] = {}
        self._alive: list[object] = []
        self._land: Land | None = None

    def add(self, location: str, job: Any, land: Land, alive: object) -> None:
        """Wait with a table's job; `alive` is kept until then. A table takes part once: it is read as it was before."""
        if location in self._jobs:
            raise SparkException("ATOMIC_BLOCK_WRITES_TWICE", {"path": location})
        assert self._land in (None, land)
        self._jobs[location] = job
        self._alive.append(alive)
        self._land = land

    def land(self) -> None:
        """Land all of them."""
        if self._land is not None:
            self._land(list(self._jobs.values()))


def current() -> Together | None:
    """What is open on this thread."""
    found: Together | None = getattr(_local, "together", None)
    return found


@contextmanager
def together() -> Iterator[Together]:
    """Writes of this thread wait inside the block; who opened it lands them, or they are dropped."""
    before = current()
    if before is not None:
        raise SparkException("ATOMIC_BLOCK_NESTED", {})
    _local.together = made = Together()
    try:
        yield made
    finally:
        _local.together = None
