"""A machine in simulated time whose cores are shared evenly by what runs, behind a door or behind none."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from random import Random

from hiveframe.swarm.admission import Admission, State, Ticket, TurnedAway


@dataclass(frozen=True)
class Query:
    """One query: the seconds of one core that it takes."""

    name: str
    work_s: float


@dataclass
class Outcome:
    """Latencies by name of what was answered, in order of answers; counts of what was turned away; work done."""

    latencies_s: dict[str, list[float]] = field(default_factory=dict)
    refused: int = 0
    work_s: float = 0.0
    seconds: float = 0.0

    def quantile(self, name: str, share: float) -> float:
        ordered = sorted(self.latencies_s[name])
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


@dataclass(eq=False)
class _Run:
    query: Query
    arrived_s: float
    left_s: float
    ticket: Ticket | None


class Machine:
    """`cores` cores; each query may use `width` of them at once."""

    def __init__(self, cores: int, width: int, admission: Admission | None) -> None:
        self.now_s = 0.0
        self._cores = cores
        self._width = width
        self._admission = admission
        self._running: list[_Run] = []
        self._waiting: dict[Ticket, _Run] = {}

    def run(self, arrivals: list[tuple[float, Query]], until_s: float) -> Outcome:
        """What becomes of queries that come at these times, counted until `until_s`."""
        outcome, start_s = Outcome(seconds=until_s - self.now_s), self.now_s
        coming = [(at, i, query) for i, (at, query) in enumerate(arrivals)]
        heapq.heapify(coming)
        while True:
            ends_s = self._next_end_s()
            gives_up_s = min((t.deadline_s for t in self._waiting), default=float("inf"))
            comes_s = coming[0][0] if coming else float("inf")
            next_s = min(ends_s, gives_up_s, comes_s)
            if next_s > until_s:
                self._pass(until_s - self.now_s)
                return outcome
            self._pass(max(next_s, self.now_s) - self.now_s)
            if next_s == comes_s:
                self._come(heapq.heappop(coming)[2], outcome)
            elif next_s == gives_up_s:
                self._give_up(outcome)
            else:
                self._end(outcome, start_s)

    def _speed(self) -> float:
        return min(float(self._width), self._cores / len(self._running)) if self._running else 0.0

    def _next_end_s(self) -> float:
        speed = self._speed()
        return self.now_s + min(r.left_s for r in self._running) / speed if speed else float("inf")

    def _pass(self, seconds: float) -> None:
        speed = self._speed()
        for run in self._running:
            run.left_s -= seconds * speed
        self.now_s += seconds

    def _come(self, query: Query, outcome: Outcome) -> None:
        run = _Run(query, self.now_s, query.work_s, None)
        if self._admission is not None:
            offered = self._admission.offer(query.name, None, self.now_s)
            if isinstance(offered, TurnedAway):
                outcome.refused += 1
                return
            run.ticket = offered
            if offered.state is State.WAITING:
                self._waiting[offered] = run
                return
        self._running.append(run)

    def _give_up(self, outcome: Outcome) -> None:
        assert self._admission is not None
        late = min(self._waiting, key=lambda t: t.deadline_s)
        del self._waiting[late]
        self._admission.give_up(late, self.now_s)
        outcome.refused += 1

    def _end(self, outcome: Outcome, start_s: float) -> None:
        done = min(self._running, key=lambda r: r.left_s)
        self._running.remove(done)
        if done.arrived_s >= start_s:
            outcome.latencies_s.setdefault(done.query.name, []).append(self.now_s - done.arrived_s)
        outcome.work_s += done.query.work_s
        if self._admission is not None:
            assert done.ticket is not None
            for ticket in self._admission.finish(done.ticket, self.now_s):
                self._running.append(self._waiting.pop(ticket))


def arrivals(random: Random, queries: dict[Query, float], start_s: float, seconds: float) -> list[tuple[float, Query]]:
    """A Poisson process for each query at its rate a second."""
    found = []
    for query, rate in queries.items():
        at_s = start_s
        while (at_s := at_s + random.expovariate(rate)) < start_s + seconds:
            found.append((at_s, query))
    return found
