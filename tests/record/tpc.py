"""Record Spark's answers to the TPC-H and TPC-DS queries as goldens.

python -m tests.record.tpc sc://127.0.0.1:15061 [tpch|tpcds] [q01 q02 …]
"""

import sys
import time
from typing import Any

import sqlglot
from pyspark.sql import SparkSession
from sqlglot import exp

from benchmarks.tpc.data import Suite, tables
from benchmarks.tpc.queries import is_select, queries
from tests.tpc.answers import GOLDEN, Answer, Row, columns_of, rows_of, save
from tests.tpc.conftest import SCALE


def main(remote: str, suites: list[Suite], only: list[str]) -> None:
    spark = SparkSession.builder.remote(remote).getOrCreate()
    for suite in suites:
        for name, path in tables(suite, SCALE).items():
            spark.read.parquet(str(path)).createOrReplaceTempView(name)
        for name, statements in queries(suite).items():
            if not only or name in only:
                start = time.perf_counter()
                answers = [answer for s in statements if (answer := record(spark, s)) is not None]
                save(GOLDEN / suite / f"{name}.json", answers)
                counts = ", ".join(f"{len(a.rows)}+{a.take}/{len(a.tied)}" for a in answers)
                print(f"{suite} {name} {counts} rows, {time.perf_counter() - start:.1f} s", flush=True)


def record(spark: SparkSession, statement: str) -> Answer | None:
    """Spark's answer to a SELECT; runs any other statement."""
    frame = spark.sql(statement)
    if not is_select(statement):
        return None
    columns, rows = columns_of(frame), rows_of(frame)
    tree = sqlglot.parse_one(statement, read="spark")
    order = [ordered.this for ordered in tree.args["order"].expressions] if tree.args.get("order") else []
    places = [place_of(key, tree, [name for name, _ in columns]) for key in order]
    keys = [place for place in places if place is not None]
    limit = tree.args.get("limit")
    if limit is None or len(rows) < int(limit.expression.this):
        return Answer(columns, keys, rows, [])
    certain, tied = candidates(spark, tree, order, places, limit=len(rows), width=len(columns))
    return Answer(columns, keys, certain, tied, take=len(rows) - len(certain))


def place_of(key: exp.Expression, tree: exp.Query, names: list[str]) -> int | None:
    """The output column that an ORDER BY key is, None where it is none."""
    if isinstance(key, exp.Literal):
        return int(key.this) - 1
    if isinstance(key, exp.Column) and not key.table and names.count(key.name) == 1:
        return names.index(key.name)
    sources = [projection.unalias() for projection in tree.selects]
    return sources.index(key) if key in sources else None


def candidates(
    spark: SparkSession,
    tree: exp.Query,
    order: list[exp.Expression],
    places: list[int | None],
    *,
    limit: int,
    width: int,
) -> tuple[list[Row], list[Row]]:
    """The rows that are surely in the first `limit`, and those that tie at a cut which is not clean."""
    shown = width
    unlimited: Any = tree.copy()
    unlimited.set("limit", None)
    for number, (key, place) in enumerate(zip(order, places, strict=True)):
        if place is None:
            unlimited = unlimited.select(exp.alias_(key.copy(), f"key_{number}"))
            places = [*places[:number], width, *places[number + 1 :]]
            width += 1
    rows = rows_of(spark.sql(unlimited.sql("spark")))

    def keys(row: Row) -> Row:
        return [row[place] for place in places if place is not None]

    if len(rows) == limit or keys(rows[limit - 1]) != keys(rows[limit]):
        return [row[:shown] for row in rows[:limit]], []
    last = keys(rows[limit])
    certain = [row[:shown] for row in rows[:limit] if keys(row) != last]
    return certain, [row[:shown] for row in rows if keys(row) == last]


if __name__ == "__main__":
    suites: list[Suite] = ["tpch", "tpcds"]
    chosen = [suite for suite in suites if suite in sys.argv] or suites
    main(sys.argv[1], chosen, [argument for argument in sys.argv[2:] if argument.startswith("q")])
