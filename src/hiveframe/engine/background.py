"""Work that is done beside the statements: one thread that takes the next step as long as there is one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

_LOOK_S: Final = 0.25
_REST_S: Final = 10.0

_log: Final = logging.getLogger(__name__)


class Background:
    """A thread that calls `step` after news, and goes on while it returns True. It is started by the first news.

    While `may_wait` is true it looks again without news: time alone may change what is to be done. After a step that
    fails, which is logged, it rests.
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
            try:
                goes_on = self._step()
            except Exception:  # noqa: BLE001 - a fault of ours, which is not to cost all that this thread does
                if not self._closed.is_set():
                    _log.exception("%s: a step failed", self._name)
                self._closed.wait(_REST_S)
                continue
            if not goes_on:
                self._news.wait(timeout=_LOOK_S if self._may_wait() else None)
                self._news.clear()
                self._closed.wait(_LOOK_S)
