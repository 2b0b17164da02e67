"""First runs of many queries by all contenders in turns, and the table of them.

A round asks every query once. Each round has new sessions, in which nothing is resolved or compiled yet, and of each
query another contender begins; files have been read once before, so that all find them in the system's memory.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException

from benchmarks.contenders import Contender, RawDuckDB, run_all
from benchmarks.report import Bar, Table
from benchmarks.timing import Times, timed

CHUNK_BYTES = 1 << 24
RIGHT = "ok"


@dataclass
class Query:
    """What all did with one query: the seconds of their runs and, of those that cannot run it, why."""

    statements: tuple[str, ...]
    seconds: dict[str, list[float]] = field(default_factory=dict)
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
    for contender in contenders:
        for query in measured.values():
            prepare(contender, query)
    for number in range(rounds):
        for contender in contenders:
            contender.open_tables(files)
        for place, query in enumerate(measured.values()):
            start = (place + number) % len(contenders)
            for contender in [*contenders[start:], *contenders[:start]]:
                run(contender, query)
        print(f"{label}: round {number + 1} of {rounds}", flush=True)
    return measured


def prepare(contender: Contender, query: Query) -> None:
    """Translate what DuckDB is asked, which is no part of its time."""
    if isinstance(contender, RawDuckDB):
        for statement in query.statements:
            contender.translate(statement)


def run(contender: Contender, query: Query) -> None:
    """One more run of the query."""
    if contender.name in query.failures:
        return
    try:
        seconds = timed(lambda: run_all(contender, query.statements))
    except PySparkException as error:
        query.failures[contender.name] = f"failed: {error.getCondition()}"
    else:
        query.seconds.setdefault(contender.name, []).append(seconds)


def read_through(file: Path) -> None:
    """Read the file once."""
    with file.open("rb") as opened:
        while opened.read(CHUNK_BYTES):
            pass


def verdicts(
    measured: Mapping[str, Query], ours: str, check: Callable[[tuple[str, ...]], str | None]
) -> dict[str, str]:
    """What is to be said of each of our answers; `check` gives a difference from the right one."""
    return {
        name: query.failures[ours] if ours in query.failures else check(query.statements) or RIGHT
        for name, query in measured.items()
    }


def table(
    suite: str, title: str, names: Sequence[str], measured: Mapping[str, Query], said: Mapping[str, str], limits: Limits
) -> Table:
    """One row a query, then the totals of what each contender ran; ours first in `names`, DuckDB second."""
    ours, raw, *_ = names
    rows: list[list[Any]] = []
    for name, query in measured.items():
        medians = [query.median(contender) for contender in names]
        rows.append([name, *medians, share(medians[0], medians[1]), said[name]])
    counts = {name: sum(query.median(name) is not None for query in measured.values()) for name in names}
    totals = {name: both(measured, ours, name) for name in names}
    right = sum(verdict == RIGHT for verdict in said.values())
    rows.append(["total", *(total(measured, n) for n in names), share(*totals[raw]), f"{right} of {len(measured)}"])
    rows.append(["queries that it ran", *counts.values(), None, None])
    rows.append([f"{ours} by it, over those", *(share(*totals[name]) for name in names), None, None])
    worst = max((row[-2] for row in rows[: len(measured)] if row[-2] is not None), default=float("inf"))
    bars = [
        Bar(f"{suite}: {ours} by {name}, {counts[name]} queries", share(*totals[name]) or float("inf"), most, "×")
        for name, most in limits.totals.items()
        if name in names
    ]
    if limits.one_query is not None:
        bars.append(Bar(f"{suite}: {ours} by {raw}, the worst query", worst, limits.one_query, "×"))
    bars.append(Bar(f"{suite}: wrong answers", len(measured) - right, 0))
    return Table(title, ["query", *names, f"by {raw}", "answer"], rows, bars)


def total(measured: Mapping[str, Query], name: str) -> float:
    """The sum of the contender's medians."""
    return sum(query.median(name) or 0 for query in measured.values())


def both(measured: Mapping[str, Query], ours: str, other: str) -> tuple[float | None, float | None]:
    """Our total and the other's over the queries that both ran."""
    pairs = [(query.median(ours), query.median(other)) for query in measured.values()]
    ran = [(one, two) for one, two in pairs if one is not None and two is not None]
    return sum(one for one, _ in ran), sum(two for _, two in ran)


def share(one: float | None, other: float | None) -> float | None:
    """One by the other, where both are known."""
    return one / other if one is not None and other else None
