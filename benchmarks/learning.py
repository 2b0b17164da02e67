"""A skewed, correlated workload of joins: what is learned of queries that come again, beside DuckDB's own plans.

Films, who plays in them, their keywords and companies: few films have most of each (Zipf's law), the same ones
everywhere, and the most common keywords, companies and kinds are theirs. An optimiser that takes columns for
independent and values for equally common expects a thousandth of the rows. Each query comes twenty times with other
constants.
"""

import math
import statistics
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import hiveframe
from benchmarks.contenders import Contender, RawDuckDB, SparkContender
from benchmarks.options import UNCACHED, Options
from benchmarks.report import Bar, Table
from benchmarks.timing import timed
from benchmarks.tpc.compare import difference
from benchmarks.tpc.data import cache_folder

REPETITIONS = 20
LAST = 5
LEAST_FASTER = 1.5
FILMS, PEOPLE, WORDS, COMPANIES = 100_000, 200_000, 20_000, 20_000

QUERIES = {
    "cast of a keyword": "SELECT count(*), min(t.year) FROM title t, movie_keyword mk, keyword k, casts ci, person p "
    "WHERE t.id = mk.movie_id AND mk.keyword_id = k.id AND ci.movie_id = t.id AND ci.movie_id = mk.movie_id "
    "AND p.id = ci.person_id AND k.word = 'w{small}' AND t.kind = 0 AND p.gender = 'f'",
    "two facts of a film": "SELECT count(*), min(t.year) "
    "FROM title t, movie_info a, movie_info b, movie_keyword mk, keyword k "
    "WHERE t.id = a.movie_id AND t.id = b.movie_id AND t.id = mk.movie_id AND a.movie_id = b.movie_id "
    "AND a.movie_id = mk.movie_id AND b.movie_id = mk.movie_id AND mk.keyword_id = k.id "
    "AND a.type = {small} AND b.type = 5{small} AND b.val < 1{small} AND k.word = 'w{small}'",
    "cast by company": "SELECT count(*), max(t.year) FROM title t, casts ci, person p, movie_company mc, company co "
    "WHERE t.id = ci.movie_id AND ci.person_id = p.id AND t.id = mc.movie_id AND mc.company_id = co.id "
    "AND ci.movie_id = mc.movie_id AND co.country = 'c{small}' AND p.born < 190{small} AND t.kind = 0",
    "keywords of a company": "SELECT k.theme, count(*) "
    "FROM title t, movie_keyword mk, keyword k, movie_company mc, company co "
    "WHERE t.id = mk.movie_id AND mk.keyword_id = k.id AND t.id = mc.movie_id AND mc.company_id = co.id "
    "AND mk.movie_id = mc.movie_id AND co.country = 'c1{small}' AND t.year > 202{small} "
    "AND k.theme < 't5' GROUP BY k.theme",
    "facts of a cast": "SELECT count(*), min(mi.val) FROM title t, casts ci, person p, movie_info mi "
    "WHERE t.id = ci.movie_id AND ci.person_id = p.id AND t.id = mi.movie_id AND ci.movie_id = mi.movie_id "
    "AND mi.type = {small} AND mi.val < 4{small} AND p.gender = 'f' AND p.born > 199{small}",
    "a star": "SELECT count(*), sum(ci.role) FROM casts ci, person p, title t "
    "WHERE ci.person_id = p.id AND ci.movie_id = t.id AND p.gender = 'f' "
    "AND t.year > 201{small} AND p.born < 195{small}",
}


def learning(options: Options) -> list[Table]:
    """The table of times before and after learning."""
    files = tables()
    conf = {**UNCACHED, "spark.hiveframe.optimizer.learning": "true"}
    ours, raw = SparkContender("HiveFrame", partial(hiveframe.session, **conf)), RawDuckDB()
    rows: list[list[Any]] = []
    wrong = 0
    try:
        for contender in (ours, raw):
            contender.open_tables(files)
        for name, template in QUERIES.items():
            draw = Random(name)
            texts = [template.format(small=draw.randrange(5)) for _ in range(REPETITIONS + LAST)]
            times, found = measured(ours, raw, texts)
            wrong += found
            last = [statistics.median(times[c.name][-LAST:]) for c in (raw, ours)]
            whole = [sum(times[c.name][:REPETITIONS]) for c in (raw, ours)]
            rows.append([name, *last, last[0] / last[1], *whole])
            print(f"learning: {name}", flush=True)
    finally:
        ours.close()
        raw.close()
    faster = math.exp(statistics.mean(math.log(row[3]) for row in rows))
    whole = [sum(row[i] for row in rows) for i in (4, 5)]
    rows.append(["geometric mean, totals", None, None, faster, *whole])
    headings = [
        "query",
        "DuckDB",
        "HiveFrame",
        "faster",
        f"DuckDB, {REPETITIONS} runs",
        f"HiveFrame, {REPETITIONS} runs",
    ]
    return [
        Table(
            f"Joins of skewed, correlated tables, seconds: medians of {LAST} runs after {REPETITIONS}; these in all",
            headings,
            rows,
            [
                Bar("slower than DuckDB by a factor of (at most 1 / 1.5)", 1 / faster, 1 / LEAST_FASTER),
                Bar(f"learning's cost, {REPETITIONS} runs against DuckDB's", whole[1] / whole[0], 1.0, "×"),
                Bar("wrong answers", wrong, 0),
            ],
        )
    ]


def measured(ours: SparkContender, raw: RawDuckDB, texts: list[str]) -> tuple[dict[str, list[float]], int]:
    """The times of both by name, in turn, and how many answers differ."""
    times: dict[str, list[float]] = {ours.name: [], raw.name: []}
    wrong = 0
    for number, text in enumerate(texts):
        raw.translate(text)
        answers: dict[str, Any] = {}

        def run(contender: Contender, text: str = text, answers: dict[str, Any] = answers) -> None:
            answers[contender.name] = contender.run(text)

        for contender in (ours, raw) if number % 2 else (raw, ours):
            times[contender.name].append(timed(partial(run, contender)))
        wrong += difference(answers[ours.name], answers[raw.name]) is not None
    return times, wrong


def tables() -> dict[str, Path]:
    """The files by table name, made where they lack."""
    folder = cache_folder() / "films-1"
    if not folder.exists():
        aside = folder.with_name(".films-1")
        aside.mkdir(parents=True, exist_ok=True)
        for name, columns in generated().items():
            pq.write_table(pa.table(columns), aside / f"{name}.parquet")
        aside.rename(folder)
    return {file.stem: file for file in sorted(folder.glob("*.parquet"))}


def generated() -> dict[str, dict[str, Any]]:
    """The tables' columns. The lower a film's number, the more it has of everything; such films are recent."""
    draw = np.random.default_rng(1)

    def skewed(count: int, values: int, exponent: float) -> Any:
        weights = 1 / np.arange(1, values + 1) ** exponent
        return draw.choice(values, count, p=weights / weights.sum())

    films, people = np.arange(FILMS), np.arange(PEOPLE)
    gender = np.where(people < PEOPLE // 30, "f", np.where(draw.random(PEOPLE) < 0.5, "m", "n"))
    return {
        "title": {
            "id": films,
            "year": 1950 + (films * 75 // FILMS)[::-1],
            "kind": np.where(films < FILMS // 30, 0, draw.integers(1, 7, FILMS)),
        },
        "casts": {
            "movie_id": skewed(1_500_000, FILMS, 0.8),
            "person_id": skewed(1_500_000, PEOPLE, 0.6),
            "role": draw.integers(0, 11, 1_500_000),
        },
        "person": {"id": people, "gender": gender, "born": draw.integers(1900, 2000, PEOPLE)},
        "movie_keyword": {"movie_id": skewed(500_000, FILMS, 0.9), "keyword_id": skewed(500_000, WORDS, 0.9)},
        "keyword": {
            "id": np.arange(WORDS),
            "word": [f"w{i}" for i in range(WORDS)],
            "theme": [f"t{int(i**0.5)}" for i in range(WORDS)],
        },
        "movie_company": {"movie_id": skewed(400_000, FILMS, 0.8), "company_id": skewed(400_000, COMPANIES, 0.9)},
        "company": {
            "id": np.arange(COMPANIES),
            "country": [f"c{int(np.log2(i + 1))}" for i in range(COMPANIES)],
        },
        "movie_info": {
            "movie_id": skewed(700_000, FILMS, 0.8),
            "type": skewed(700_000, 100, 0.9),
            "val": draw.integers(0, 1000, 700_000),
        },
    }
