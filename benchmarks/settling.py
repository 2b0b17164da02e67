"""Waiting for what HiveFrame's threads do beside the queries, and keeping them from it."""

import threading
import time

from hiveframe.engine.background import Background
from hiveframe.engine.process import database
from hiveframe.sessions.kept_aggregates import aggregates
from hiveframe.settings import Settings

LOOK_S = 0.1


def settle(quiet_s: float = 1.5) -> None:
    """Wait until the threads that keep columns and aggregates have made nothing for so long."""
    columns, kept = database().hot_columns, aggregates(Settings())
    assert columns is not None
    assert kept is not None
    made, since_s = (columns.filled, kept.made, kept.failed), time.monotonic()
    while time.monotonic() - since_s < quiet_s:
        time.sleep(LOOK_S)
        now = columns.filled, kept.made, kept.failed
        if now != made:
            made, since_s = now, time.monotonic()


class Threads:
    """The threads, which begin steps between `release` and `hold` alone."""

    def __init__(self) -> None:
        columns, kept = database().hot_columns, aggregates(Settings())
        assert columns is not None
        assert kept is not None
        self._may_begin = threading.Event()
        self._steps = [self._gated(thread) for thread in (columns._thread, kept._thread)]

    def _gated(self, thread: Background) -> threading.Lock:
        """What is locked during a thread's steps."""
        step, lock = thread._step, threading.Lock()

        def gated() -> bool:
            while True:
                self._may_begin.wait()
                with lock:
                    if self._may_begin.is_set():
                        return step()

        thread._step = gated
        return lock

    def hold(self) -> None:
        """Have them begin no more, and wait until what they are at is done."""
        self._may_begin.clear()
        for lock in self._steps:
            with lock:
                pass

    def release(self) -> None:
        """Let them go on."""
        self._may_begin.set()
