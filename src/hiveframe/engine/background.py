"""Work that is done beside the statements: one thread that takes the next step as long as there is one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

_LOOK_S: Final = 0.25


class Background:
    """A thread that calls `step` after news, and goes on while it returns True. It is started by the first news.

    While `may_wait` is true it looks again without news: time alone may change what is to be done.
    """

    def __init__(self, name: str, step: Callable[[], bool], may_wait: Callable[[], bool]) -> None:
        self._name = name
        self._step = step
        self._may_wait = may_wait
        self._news = threading.Event()
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the end has come."""
        return self._closed.is_set()

    def wake(self) -> None:
        """There may be something to do."""
        with self._lock:
            if self._thread is None and not self.is_closed:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        self._news.set()

    def close(self, interrupt: Callable[[], None]) -> None:
        """End it; `interrupt` stops what its step is at."""
        with self._lock:
            self._closed.set()
        self._news.set()
        if self._thread is not None:
            interrupt()
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._closed.is_set():
            if not self._step():
                self._news.wait(timeout=_LOOK_S if self._may_wait() else None)
                self._news.clear()
                self._closed.wait(_LOOK_S)
