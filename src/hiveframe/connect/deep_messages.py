"""Room for deep plans: a chain of thousands of relations is a message nested thousands of levels deep."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Final, ParamSpec, TypeVar

# protobuf's C parser recurses; at its own limit of 65,535 levels it needs some 15 MiB. Only touched pages cost memory.
STACK_BYTES: Final = 64 * 1024 * 1024
JOIN_TIMEOUT_S: Final = 2.0

_P = ParamSpec("_P")
_T = TypeVar("_T")


def allow_deep_messages() -> None:
    """Let protobuf parse messages nested deeper than 100 levels, in the whole process.

    The pure Python implementation has no such limit and no such switch.
    """
    try:
        from google._upb import _message
    except ImportError:
        return
    _message.SetAllowOversizeProtos(True)


class DeepStackPool(Executor):
    """Up to `max_workers` daemon threads with stacks of `STACK_BYTES`, started as they are needed."""

    def __init__(self, max_workers: int, name: str) -> None:
        self._max_workers = max_workers
        self._name = name
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._idle = 0
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """Run `fn` on a thread of the pool."""
        future: Future[_T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - the future carries it to whoever waits
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._lock:
            if self._closed:
                raise RuntimeError("the pool is shut down")
            self._work.put(run)
            if self._idle > 0:
                self._idle -= 1
            elif len(self._threads) < self._max_workers:
                self._start_thread()
        return future

    def _start_thread(self) -> None:
        with _stack_size_lock:
            before = threading.stack_size(STACK_BYTES)
            try:
                thread = threading.Thread(target=self._loop, name=f"{self._name}-{len(self._threads)}", daemon=True)
                thread.start()
            finally:
                threading.stack_size(before)
        self._threads.append(thread)

    def _loop(self) -> None:
        while True:
            task = self._work.get()
            if task is None:
                return
            task()
            del task  # an idle thread keeps nothing of its last query alive
            with self._lock:
                self._idle += 1

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more work; the threads end when theirs is done, and are waited for a moment."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
        for _ in threads:
            self._work.put(None)
        deadline = time.monotonic() + (JOIN_TIMEOUT_S if wait else 0)
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))


_stack_size_lock: Final = threading.Lock()
