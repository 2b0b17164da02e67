"""Work that Ctrl-C cancels in the engine, not only at the prompt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Final, TypeVar

from pyspark.sql import SparkSession

T = TypeVar("T")

_LISTEN_SECONDS: Final = 0.1


class Cancelled(Exception):
    """The user pressed Ctrl-C and the running query ended."""


def cancellable(spark: SparkSession, work: Callable[[], T]) -> T:
    """What `work` returns; Ctrl-C interrupts everything that the session runs and raises Cancelled.

    The work runs in a thread of its own, so that this one is free to hear Ctrl-C. Python raises KeyboardInterrupt in
    the main thread when that runs next: a wait without an end is not cut short by a signal that another thread got, nor
    by any on Windows, so this one wakes again and again.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="query") as pool:
        future: Future[T] | None = None
        try:
            future = pool.submit(work)
            while not wait([future], _LISTEN_SECONDS).done:
                pass
            return future.result()
        except KeyboardInterrupt:
            spark.interruptAll()
            if future is not None:
                future.exception()  # wait until it has ended
            raise Cancelled from None
