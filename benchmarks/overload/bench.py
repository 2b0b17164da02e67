"""32 clients ask four times what a server can do: the engine alone, limits known from elsewhere, and our door.

All servers run side by side and are measured in turns, round by round, so that what disturbs the machine disturbs all.
Work counts by what each query takes alone: a door that answers the short ones only does not look faster for it.
"""

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.options import Options
from benchmarks.overload.clients import ANSWERED, REFUSED, Sample
from benchmarks.overload.serving import COLONY, DOORS, NONE
from benchmarks.overload.simulated import simulated
from benchmarks.report import Bar, Table
from benchmarks.servers import running, url_of
from benchmarks.timing import Times

OVERLOAD = 4
LIGHT = 0.2
SIDE_BY_SIDE = (2, 4)
WARM_SECONDS, ALONE_SECONDS, PEAK_SECONDS, LOADED_SECONDS, LIGHT_SECONDS = 6, 5, 5, 8, 20
MOST_P99 = 2
LEAST_THROUGHPUT = 0.9


@dataclass
class Measured:
    """The samples of one way to run, over all rounds."""

    samples: list[Sample] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, answer: dict[str, Any]) -> None:
        self.samples += [(template, seconds, outcome) for template, seconds, outcome in answer["samples"]]
        self.seconds += answer["seconds"]

    def admitted(self, kind: str) -> Times:
        """Times of queries of the kind that were not refused; unanswered ones by how long they had waited."""
        return Times([s for template, s, outcome in self.samples if outcome != REFUSED and template.startswith(kind)])

    def answered(self, kind: str) -> int:
        return sum(outcome == ANSWERED and template.startswith(kind) for template, _, outcome in self.samples)

    def share(self, outcome: str) -> float:
        return sum(found == outcome for _, _, found in self.samples) / max(len(self.samples), 1)

    def work(self, alone: dict[str, float]) -> float:
        """Seconds of work alone that were done in each second."""
        return sum(alone[template] for template, _, outcome in self.samples if outcome == ANSWERED) / self.seconds


def overload(options: Options) -> list[Table]:
    """The table of doors."""
    with contextlib.ExitStack() as stack:
        urls = {name: stack.enter_context(server(name)) for name in DOORS}
        clients = stack.enter_context(load(options.scale))

        def phase(name: str, **how: Any) -> dict[str, Any]:
            return ask(clients, {"url": urls[name], **how})

        for name in DOORS:
            phase(name, clients=1, seconds=WARM_SECONDS, seed=1)
        alone, light = Measured(), Measured()
        peaks = {count: Measured() for count in SIDE_BY_SIDE}
        loaded = {name: Measured() for name in DOORS}
        for turn in range(options.rounds):
            seed = 100 + turn
            alone.add(phase(NONE, clients=1, seconds=ALONE_SECONDS, seed=seed))
            for count, peak in peaks.items():
                peak.add(phase(NONE, clients=count, seconds=PEAK_SECONDS, seed=seed))
            rate = max(len(p.samples) / p.seconds for p in peaks.values())
            for name, one in loaded.items():
                one.add(phase(name, rate=rate * OVERLOAD, seconds=LOADED_SECONDS, seed=seed))
            # after the overload, whose sessions know their queries: else first times would count as unloaded ones
            light.add(phase(COLONY, rate=rate * LIGHT, seconds=LIGHT_SECONDS, seed=seed))
            print(f"overload: round {turn + 1}, {rate:.1f} queries/s at the peak", flush=True)
    return [table(alone, peaks, light, loaded), simulated()]


def table(alone: Measured, peaks: dict[int, Measured], light: Measured, loaded: dict[str, Measured]) -> Table:
    """One row a way to run, the bars of ours below."""
    cost = {
        template: statistics.median(s for name, s, _ in alone.samples if name == template)
        for template in {name for name, _, _ in alone.samples}
    }
    peak = max(p.work(cost) for p in peaks.values())
    ways = {"one client after another": alone}
    ways |= {f"{count} clients one after another": p for count, p in peaks.items()}
    ways[f"{COLONY}, {LIGHT} × the peak"] = light
    ways |= {f"{name}, {OVERLOAD} × the peak": one for name, one in loaded.items()}
    rows = [row(name, one, cost, peak) for name, one in ways.items()]
    ours = loaded[COLONY]
    bars = [
        Bar("p99 of admitted questions, by the unloaded", p99(ours) / p99(light), MOST_P99),
        Bar("peak by our throughput under overload", peak / ours.work(cost), 1 / LEAST_THROUGHPUT),
    ]
    headings = [
        "way",
        "questions p50 ms",
        "p99 ms",
        "reports p50 ms",
        "questions/s",
        "reports/s",
        "of the peak's work",
        "refused",
        "unanswered",
    ]
    return Table(f"TPC-H questions and reports, {OVERLOAD} times what can be done", headings, rows, bars)


def row(name: str, one: Measured, cost: dict[str, float], peak: float) -> list[Any]:
    """A way's figures."""
    questions, reports = one.admitted("question"), one.admitted("report")
    return [
        name,
        questions.median * 1000,
        questions.quantile(0.99) * 1000,
        reports.median * 1000 if reports.seconds else None,
        one.answered("question") / one.seconds,
        one.answered("report") / one.seconds,
        f"{one.work(cost) / peak:.0%}",
        f"{one.share(REFUSED):.0%}",
        f"{1 - one.share(REFUSED) - one.share(ANSWERED):.0%}",
    ]


def p99(one: Measured) -> float:
    """The questions' 99th percentile in seconds."""
    return one.admitted("question").quantile(0.99)


@contextlib.contextmanager
def server(name: str) -> Iterator[str]:
    """A server behind the named door; its URL."""
    command = [sys.executable, "-m", "benchmarks.overload.serving", name]
    with running(command, {"PYTHONPATH": python_path()}, stdout=subprocess.PIPE) as process:
        yield url_of(process)


@contextlib.contextmanager
def load(scale: float) -> Iterator[subprocess.Popen[str]]:
    """The process of the clients."""
    command = [sys.executable, "-m", "benchmarks.overload.clients", str(scale)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ask(clients: subprocess.Popen[str], phase: dict[str, Any]) -> dict[str, Any]:
    """One phase's samples; raises RuntimeError when the clients end, which say why before."""
    assert clients.stdin is not None
    assert clients.stdout is not None
    clients.stdin.write(json.dumps(phase) + "\n")
    clients.stdin.flush()
    line = clients.stdout.readline()
    if not line:
        raise RuntimeError(f"the clients ended with {clients.wait()} while they asked {phase['url']}")
    answer: dict[str, Any] = json.loads(line)
    return answer


def python_path() -> str:
    """What a process in another folder needs to import this project's code."""
    return ":".join([str(Path(__file__).parents[2]), *sys.path])
