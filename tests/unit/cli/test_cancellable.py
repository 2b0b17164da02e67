"""Ctrl-C ends the running query in the engine."""

import os
import signal
import threading
import time
from collections.abc import Callable

import pytest

from hiveframe.cli.cancellable import Cancelled, cancellable


class InterruptibleSession:
    """A session whose query runs until it is interrupted; `press` is Ctrl-C."""

    def __init__(self, press: Callable[[], None]) -> None:
        self.press = press
        self.interrupted = threading.Event()
        self.was_interrupted_in_time = False
        self.ended = False

    def interruptAll(self) -> list[str]:
        self.interrupted.set()
        return []

    def query(self) -> str:
        time.sleep(0.3)  # the other thread waits for the result by then
        self.press()
        self.was_interrupted_in_time = self.interrupted.wait(20)
        time.sleep(0.1)  # the engine takes a moment
        self.ended = True
        raise RuntimeError("cancelled by the engine")


def press_in_the_process() -> None:
    """As a terminal does."""
    os.kill(os.getpid(), signal.SIGINT)


def press_in_this_thread() -> None:
    """The system may give a process's signal to any of its threads."""
    signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("press", [press_in_the_process, press_in_this_thread])
def test_control_c_interrupts_the_query_and_waits_for_its_end(press: Callable[[], None]) -> None:
    spark = InterruptibleSession(press)
    with pytest.raises(Cancelled):
        cancellable(spark, spark.query)
    assert spark.was_interrupted_in_time
    assert spark.ended


def test_results_and_errors_come_through() -> None:
    spark = InterruptibleSession(press_in_the_process)
    assert cancellable(spark, lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        cancellable(spark, lambda: 1 // 0)
