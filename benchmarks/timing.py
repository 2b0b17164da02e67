"""Measuring: rounds that give every contender its turn, and what to say of many times."""

import gc
import statistics
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Times:
    """The seconds of several runs of one thing."""

    seconds: list[float]

    @property
    def best(self) -> float:
        return min(self.seconds)

    @property
    def first(self) -> float:
        return self.seconds[0]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def quantile(self, share: float) -> float:
        """The time that `share` of the runs stay within."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """The times of each way; every round runs all of them once, beginning with another one each time.

    What disturbs the machine for a while so disturbs all ways alike.
    """
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways)
    for _ in range(rounds):
        for name in order:
            seconds[name].append(timed(ways[name]))
        order = [*order[1:], order[0]]
    return {name: Times(values) for name, values in seconds.items()}


def within(seconds: float, work: Callable[[], T]) -> T:
    """What `work` returns; TimeoutError when it takes longer, as a client does whose server crashed."""
    answer: Future[T] = Future()

    def run() -> None:
        try:
            answer.set_result(work())
        except BaseException as error:  # noqa: BLE001  handed to the caller
            answer.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return answer.result(seconds)


def timed(work: Callable[[], object]) -> float:
    """The seconds that one call takes, garbage collected before."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
