"""Work that Ctrl-C cancels in the engine, not only at the prompt."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from pyspark.sql import SparkSession

T = TypeVar("T")


class Cancelled(Exception):
    """The user pressed Ctrl-C and the running query ended."""


def cancellable(spark: SparkSession, work: Callable[[], T]) -> T:
    """What `work` returns; Ctrl-C interrupts everything that the session runs and raises Cancelled.

    The work runs in a thread of its own, so that this one is free to hear Ctrl-C.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="query") as pool:
        future: Future[T] | None = None
        try:
            future = pool.submit(work)
            return future.result()
        except KeyboardInterrupt:
            spark.interruptAll()
            if future is not None:
                future.exception()  # wait until it has ended
            raise Cancelled from None
