"""Ctrl-C ends the running query in the engine."""

import signal
import threading
import time

import pytest

from hiveframe.cli.cancellable import Cancelled, cancellable


class InterruptibleSession:
    """A session whose query runs until it is interrupted."""

    def __init__(self) -> None:
        self.interrupted = threading.Event()

    def interruptAll(self) -> list[str]:
        self.interrupted.set()
        return []

    def query(self) -> str:
        time.sleep(0.3)  # the other thread waits for the result by then
        signal.raise_signal(signal.SIGINT)
        assert self.interrupted.wait(5)
        raise RuntimeError("cancelled by the engine")


def test_control_c_interrupts_the_query_and_waits_for_its_end() -> None:
    spark = InterruptibleSession()
    with pytest.raises(Cancelled):
        cancellable(spark, spark.query)
    assert spark.interrupted.is_set()


def test_results_and_errors_come_through() -> None:
    spark = InterruptibleSession()
    assert cancellable(spark, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        cancellable(spark, lambda: 1 // 0)
