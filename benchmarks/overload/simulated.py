"""The same doors, and ours with a part left out, before two simulated cores: no noise, and the same each time."""

from collections.abc import Callable
from random import Random
from statistics import mean

from benchmarks.overload.limits import Aimd, Fixed, Gradient2
from benchmarks.overload.shared_processors import Machine, Outcome, Query, arrivals
from benchmarks.report import Table
from hiveframe.swarm.admission import Admission, Kind, Ticket, TurnedAway
from hiveframe.swarm.pheromone import acceptance
from hiveframe.swarm.temperature import Limit, Temperature

CORES = 2
QUESTIONS = [Query(f"question {ms} ms", ms / 1000) for ms in (6, 8, 10, 15)]
REPORTS = [Query("report 500 ms", 0.5), Query("report 1 s", 1.0)]
A_REPORT = 0.04
MINUTE = 60.0
SEEDS = 4
INTERACTIVE_S = 0.25


class Even(Random):
    """Draws what lets in whoever has an even chance or a better one: a hard edge in the lottery's place."""

    def random(self) -> float:
        return 0.5


class LooksBack(Admission):
    """No places, and a pheromone of what has finished: slowness and failures, without the wait to be expected."""

    def offer(self, key: object, asked: Kind | None, now_s: float) -> Ticket | TurnedAway:
        if self._random.random() >= acceptance(self.pheromone(Kind.INTERACTIVE, 0.0, 1.0, now_s)):
            return TurnedAway(1.0, 0.0)
        return super().offer(key, asked, now_s)


def limited(limit: Limit) -> Admission:
    """A limit that knows one kind of work and turns away whoever finds no place."""
    return Admission(limit, Random(0), interactive_s=float("inf"), lottery=False)


def temperature() -> Temperature:
    """As a server's."""
    return Temperature(CORES, 4 * CORES)


DOORS: dict[str, Callable[[int], Admission | None]] = {
    "none": lambda _: None,
    "fixed limit 2": lambda _: limited(Fixed(CORES)),
    "fixed limit 4": lambda _: limited(Fixed(2 * CORES)),
    "fixed limit 8": lambda _: limited(Fixed(4 * CORES)),
    "AIMD": lambda _: limited(Aimd(2 * CORES, 0.5)),
    "Gradient2": lambda _: limited(Gradient2(2 * CORES)),
    "colony": lambda seed: Admission(temperature(), Random(seed), interactive_s=INTERACTIVE_S),
    "colony, hard edge for lottery": lambda _: Admission(temperature(), Even(), interactive_s=INTERACTIVE_S),
    "colony, looking back only": lambda seed: LooksBack(Fixed(1 << 30), Random(seed), interactive_s=INTERACTIVE_S),
}


def simulated() -> Table:
    """A calm minute, then one of four times the load, for each door."""
    rows = []
    for name, make in DOORS.items():
        runs = [two_minutes(seed, make(seed)) for seed in range(SEEDS)]
        rows.append(
            [
                name,
                mean(p99_ms(calm) for calm, _ in runs),
                mean(calm.refused for calm, _ in runs),
                mean(p99_ms(loaded) for _, loaded in runs),
                mean(answered(loaded, QUESTIONS) for _, loaded in runs) / MINUTE,
                mean(answered(loaded, REPORTS) for _, loaded in runs) / MINUTE,
                f"{mean(loaded.work_s for _, loaded in runs) / (CORES * MINUTE):.0%}",
            ]
        )
    headings = ["door", "calm: p99 ms", "refused", "4 ×: p99 ms", "questions/s", "reports/s", "cores in use"]
    return Table(f"Simulated: {CORES} cores, 4 % reports, means of {SEEDS} seeds", headings, rows)


def two_minutes(seed: int, admission: Admission | None) -> tuple[Outcome, Outcome]:
    """A calm minute after one to learn in, and one under overload."""
    random, machine = Random(seed), Machine(CORES, CORES, admission)
    minute(machine, random, 0.2)
    return minute(machine, random, 0.2), minute(machine, random, 4.0)


def minute(machine: Machine, random: Random, load: float) -> Outcome:
    """A minute at so many times what the cores can do."""
    start_s = machine.now_s
    return machine.run(arrivals(random, rates(load), start_s, MINUTE), start_s + MINUTE)


def rates(load: float) -> dict[Query, float]:
    """Arrivals a second of each query."""
    shares = {q: (1 - A_REPORT) / len(QUESTIONS) for q in QUESTIONS} | {q: A_REPORT / len(REPORTS) for q in REPORTS}
    work_s = sum(q.work_s * share for q, share in shares.items())
    return {q: share * load * CORES / work_s for q, share in shares.items()}


def p99_ms(outcome: Outcome) -> float:
    """Of the questions that were answered."""
    found = sorted(s for q in QUESTIONS for s in outcome.latencies_s.get(q.name, []))
    return found[int(0.99 * len(found))] * 1000


def answered(outcome: Outcome, queries: list[Query]) -> int:
    """How many of these were answered of those that came in the minute."""
    return sum(len(outcome.latencies_s.get(q.name, [])) for q in queries)
