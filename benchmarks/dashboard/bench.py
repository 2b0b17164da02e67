"""A day of dashboards: HiveFrame as it comes, its caches on, beside raw DuckDB on the files of the same table.

Templates and what viewers choose follow Zipf's law with exponent 1; between each fifty questions the sales change by a
small commit. The questions between two commits are asked of one contender, then of the other. HiveFrame's threads work
beside its own questions alone, as in one stream of them: what they are at when its turn ends counts as its time, and
they begin nothing else before its next turn. Commits count for neither.
"""

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

import hiveframe
from benchmarks.contenders import Contender, RawDuckDB, SparkContender
from benchmarks.dashboard.star import Sales, star
from benchmarks.dashboard.templates import TEMPLATES, traffic
from benchmarks.options import Options
from benchmarks.report import Bar, Table
from benchmarks.settling import Threads
from benchmarks.timing import timed
from benchmarks.tpc.compare import difference
from hiveframe.cache.process import results
from hiveframe.sessions.kept_aggregates import aggregates
from hiveframe.settings import Settings

SKEW, SEED = 1.0, 7
BETWEEN_COMMITS = 50
ROWS_A_SCALE = 3_000_000
LEAST_FASTER = 5.0
FIRST, CHANGED, GROUPED, AGAIN = "first run", "seen before, run again", "from kept groups", "from the cache"


@dataclass
class Asked:
    """What was asked of one kind, with both contenders' seconds."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)


def dashboard(options: Options) -> list[Table]:
    """The table of questions by how they were answered."""
    files = star(int(ROWS_A_SCALE * options.scale))
    ours, raw, threads = SparkContender("HiveFrame", hiveframe.session), RawDuckDB(), Threads()
    with tempfile.TemporaryDirectory(prefix="sales-") as folder:
        try:
            return [run(ours, raw, threads, files, Path(folder) / "sales", options)]
        finally:
            threads.release()
            ours.close()
            raw.close()


def run(
    ours: SparkContender, raw: RawDuckDB, threads: Threads, files: dict[str, Path], place: Path, options: Options
) -> Table:
    """All of the traffic."""
    for contender in (ours, raw):
        contender.open_tables(files)
    sales = Sales(ours.session, place, files["sales"])
    ours.session.read.format("delta").load(str(place)).createOrReplaceTempView("sales")
    kinds = {kind: Asked() for kind in (FIRST, CHANGED, GROUPED, AGAIN)}
    seen: set[str] = set()
    commits, beside, wrong, repeated_s = [], 0.0, 0, 0.0
    questions = traffic(options.questions, SKEW, SEED)
    for start in range(0, len(questions), BETWEEN_COMMITS):
        window = questions[start : start + BETWEEN_COMMITS]
        if start:
            commits.append(timed(sales.commit))
        raw.connection.read_parquet(sales.files()).create_view("sales", replace=True)
        for text in window:
            raw.translate(text)
        turns: Sequence[Contender] = (ours, raw) if start // BETWEEN_COMMITS % 2 else (raw, ours)
        asked = {}
        for contender in turns:
            if contender is ours:
                threads.release()
            asked[contender.name] = ask(contender, window)
            if contender is ours:
                beside += timed(results(Settings()).flush) + timed(threads.hold)
        unchanged: set[str] = set()
        for text, mine, theirs in zip(window, asked[ours.name], asked[raw.name], strict=True):
            kind = mine.served_from or (CHANGED if text in seen else FIRST)
            repeated_s += theirs.seconds if text in unchanged else 0
            unchanged.add(text)
            seen.add(text)
            kinds[kind].ours.append(mine.seconds)
            kinds[kind].theirs.append(theirs.seconds)
            found = difference(mine.rows, theirs.rows)
            if found is not None:
                wrong += 1
                print(f"dashboard: {text}\n{found}", flush=True)
        print(f"dashboard: {start + len(window)} of {len(questions)} questions", flush=True)
    return summary(options, kinds, beside, commits, len(seen), wrong, repeated_s)


@dataclass(frozen=True)
class Answer:
    """Rows, how long they took and, where they were not made from the table's own rows, what from."""

    rows: pa.Table
    seconds: float
    served_from: str | None


def ask(contender: Contender, window: list[str]) -> list[Answer]:
    """The answers to the questions, one after another."""
    kept, groups = results(Settings()), aggregates(Settings())
    assert groups is not None
    answers = []
    for text in window:
        hits, served = kept.hits, groups.served
        start = time.perf_counter()
        rows = contender.run(text)
        seconds = time.perf_counter() - start
        assert rows is not None
        served_from = AGAIN if kept.hits > hits else GROUPED if groups.served > served else None
        answers.append(Answer(rows, seconds, served_from))
    return answers


def summary(
    options: Options,
    kinds: dict[str, Asked],
    beside: float,
    commits: list[float],
    texts: int,
    wrong: int,
    repeated_s: float,
) -> Table:
    """One row a kind, then all together; `repeated_s` of DuckDB's time asked what it had answered since the commit."""
    count = sum(len(asked.ours) for asked in kinds.values())
    rows: list[list[Any]] = []
    for kind, asked in kinds.items():
        if asked.ours:
            mine, theirs = sum(asked.ours), sum(asked.theirs)
            medians = [statistics.median(times) * 1000 for times in (asked.ours, asked.theirs)]
            rows.append([kind, len(asked.ours), *medians, mine, theirs, theirs / mine])
    rows.append(["ends of what threads were at", None, None, None, beside, None, None])
    mine, theirs = (sum(row[n] or 0 for row in rows) for n in (4, 5))
    rows.append(["all", count, None, None, mine, theirs, theirs / mine])
    rows.append(["queries a second", None, None, None, count / mine, count / theirs, theirs / mine])
    rows.append(
        ["DuckDB, if what it answered since a commit cost nothing", *[None] * 5, theirs / (theirs - repeated_s)]
    )
    rows.append(["commits", len(commits), statistics.median(commits) * 1000 if commits else None, *[None] * 4])
    headings = ["kind", "number", "HiveFrame median ms", "DuckDB median ms", "HiveFrame s", "DuckDB s", "faster"]
    title = (
        f"{count:,} questions of {len(TEMPLATES)} templates ({texts:,} different ones), Zipf {SKEW:g}, on "
        f"{int(ROWS_A_SCALE * options.scale):,} sales, a commit every {BETWEEN_COMMITS}"
    )
    bars = [
        Bar("dashboard: DuckDB by HiveFrame, queries a second (at most 1 / 5)", mine / theirs, 1 / LEAST_FASTER),
        Bar("dashboard: wrong answers", wrong, 0),
    ]
    return Table(title, headings, rows, bars)
