"""First runs of many queries by all contenders in turns, and the table of them.

A round asks every query once. Each round has new sessions, in which nothing is resolved or compiled yet, and of each
query another contender begins; files have been read once before, so that all find them in the system's memory. Where
other work disturbs the machine, the processor time of those two that run in this process says more than their seconds.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException

from benchmarks.contenders import Contender, run_all
from benchmarks.peers.piped import PeerError
from benchmarks.report import Bar, Table
from benchmarks.timing import Times, timed

CHUNK_BYTES = 1 << 24
RIGHT = "ok"
FAILURES = (PySparkException, PeerError)


@dataclass
class Query:
    """What all did with one query: the seconds of their runs and, of those that cannot run it, why.

    `processor`: seconds of this process's processor time in the same runs.
    """

    statements: tuple[str, ...]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def median(self, name: str) -> float | None:
        """The contender's median; None where it failed."""
        return Times(self.seconds[name]).median if name in self.seconds and name not in self.failures else None


@dataclass(frozen=True)
class Limits:
    """The most that HiveFrame may take of others' time: in total by contender, and for one query of DuckDB's."""

    totals: Mapping[str, float]
    one_query: float | None = None


def first_runs(
    label: str,
    contenders: Sequence[Contender],
    work: Mapping[str, tuple[str, ...]],
    files: Mapping[str, Path],
    rounds: int,
) -> dict[str, Query]:
    """Every query's times by contender; one that fails on a query is not asked for it again."""
    measured = {name: Query(statements) for name, statements in work.items()}
    for file in files.values():
        read_through(file)
    for number in range(rounds):
        for contender in contenders:
            contender.open_tables(files)
        for place, query in enumerate(measured.values()):
            start = (place + number) % len(contenders)
            for contender in [*contenders[start:], *contenders[:start]]:
                run(contender, query)
        print(f"{label}: round {number + 1} of {rounds}", flush=True)
    return measured


def run(contender: Contender, query: Query) -> None:
    """One more run of the query."""
    if contender.name in query.failures:
        return
    asked = contender.asked(query.statements)
    busy = time.process_time()
    try:
        seconds = timed(lambda: run_all(contender, asked))
    except FAILURES as error:
        query.failures[contender.name] = complaint(error)
    else:
        query.seconds.setdefault(contender.name, []).append(seconds)
        query.processor.setdefault(contender.name, []).append(time.process_time() - busy)


def complaint(error: Exception) -> str:
    """What is said of a query that failed."""
    return f"failed: {error.getCondition() if isinstance(error, PySparkException) else error}"


def read_through(file: Path) -> None:
    """Read the file once."""
    with file.open("rb") as opened:
        while opened.read(CHUNK_BYTES):
            pass


Check = Callable[[Contender, tuple[str, ...]], str | None]
"""None where the contender's answer to a query of these statements is right, else how it differs."""


def judge(contenders: Sequence[Contender], measured: Mapping[str, Query], check: Check) -> None:
    """Note the answers that are wrong as failures, so that their times do not count."""
    if contenders:
        print(f"checking the answers of {', '.join(contender.name for contender in contenders)}", flush=True)
    for query in measured.values():
        for contender in contenders:
            if contender.name in query.failures:
                continue
            try:
                found = check(contender, contender.asked(query.statements))
            except FAILURES as error:
                found = complaint(error)
            if found is not None:
                query.failures[contender.name] = found


def table(suite: str, title: str, names: Sequence[str], measured: Mapping[str, Query], limits: Limits) -> list[Table]:
    """One row a query, then the totals of what each contender ran; ours first in `names`, DuckDB second.

    A second table says what who cannot run, or answers otherwise than DuckDB.
    """
    ours, raw, *_ = names
    rows: list[list[Any]] = []
    for name, query in measured.items():
        medians = [query.median(contender) for contender in names]
        rows.append([name, *medians, share(medians[0], medians[1]), query.failures.get(ours, RIGHT)])
    counts = {name: sum(query.median(name) is not None for query in measured.values()) for name in names}
    totals = {name: both(measured, ours, name) for name in names}
    right = counts[ours]
    rows.append(["total", *(total(measured, n) for n in names), share(*totals[raw]), f"{right} of {len(measured)}"])
    rows.append(["queries that it ran", *counts.values(), None, None])
    rows.append([f"{ours} by it, over those", *(share(*totals[name]) for name in names), None, None])
    busy = [processor(measured, name) for name in (ours, raw)]
    rows.append(["processor time, total", *busy, *[None] * (len(names) - 2), share(*busy), None])
    worst = max((row[-2] for row in rows[: len(measured)] if row[-2] is not None), default=float("inf"))
    bars = [
        Bar(f"{suite}: {ours} by {name}, {counts[name]} queries", share(*totals[name]) or float("inf"), most, "×")
        for name, most in limits.totals.items()
        if name in names
    ]
    if limits.one_query is not None:
        bars.append(Bar(f"{suite}: {ours} by {raw}, the worst query", worst, limits.one_query, "×"))
    bars.append(Bar(f"{suite}: wrong answers", len(measured) - right, 0))
    failures = [[who, name, why] for name, query in measured.items() for who, why in query.failures.items()]
    made = [Table(title, ["query", *names, f"by {raw}", "answer"], rows, bars)]
    if failures:
        made.append(Table(f"{suite}: what is left out", ["contender", "query", "why"], sorted(failures)))
    return made


def total(measured: Mapping[str, Query], name: str) -> float:
    """The sum of the contender's medians."""
    return sum(query.median(name) or 0 for query in measured.values())


def processor(measured: Mapping[str, Query], name: str) -> float:
    """The sum of the contender's medians of processor time, of one that runs in this process."""
    return sum(Times(query.processor[name]).median for query in measured.values() if name in query.processor)


def both(measured: Mapping[str, Query], ours: str, other: str) -> tuple[float | None, float | None]:
    """Our total and the other's over the queries that both ran."""
    pairs = [(query.median(ours), query.median(other)) for query in measured.values()]
    ran = [(one, two) for one, two in pairs if one is not None and two is not None]
    return sum(one for one, _ in ran), sum(two for _, two in ran)


def share(one: float | None, other: float | None) -> float | None:
    """One by the other, where both are known."""
    return one / other if one is not None and other else None
