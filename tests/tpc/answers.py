"""Spark's recorded answers and how an answer is held against them.

A golden holds the column names and types of a query and its rows in Spark's order. Where the query orders its rows,
the order of the key columns must be that of Spark; rows that tie may come in any order. Where a LIMIT cuts through rows
that tie, `tied` holds every row that had a claim and `take` how many of them belong to the answer.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from benchmarks.tpc.data import Suite
from benchmarks.tpc.queries import is_select, queries

GOLDEN = Path(__file__).parents[1] / "golden"
RELATIVE = 1e-9

Row = list[Any]


@dataclass(frozen=True)
class Answer:
    """One SELECT's columns and rows, its values as JSON has them: decimals, dates and timestamps are text."""

    columns: list[tuple[str, str]]
    keys: list[int]
    rows: list[Row]
    tied: list[Row]
    take: int = 0

    def check(self, columns: Sequence[tuple[str, str]], rows: list[Row]) -> None:
        """Fail unless `columns` and `rows` are a correct answer."""
        assert [tuple(c) for c in columns] == self.columns
        assert len(rows) == len(self.rows) + self.take
        certain, from_tie = rows[: len(self.rows)], rows[len(self.rows) :]
        for key in self.keys:
            assert_close([[row[key]] for row in certain], [[row[key]] for row in self.rows])
        assert_close(canonical(certain), canonical(self.rows))
        candidates = list(self.tied)
        for row in from_tie:
            match = next((c for c in candidates if is_close(c, row)), None)
            assert match is not None, f"{row} has no claim to the LIMIT's last places"
            candidates.remove(match)


def check_query(spark: SparkSession, suite: Suite, name: str) -> None:
    """Run the query's statements and hold every SELECT's answer against Spark's."""
    answers = iter(load(GOLDEN / suite / f"{name}.json"))
    for statement in queries(suite)[name]:
        frame = spark.sql(statement)
        if is_select(statement):
            next(answers).check(columns_of(frame), rows_of(frame))


def columns_of(frame: DataFrame) -> list[tuple[str, str]]:
    """A DataFrame's column names and types."""
    return [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]


def rows_of(frame: DataFrame) -> list[Row]:
    """A DataFrame's rows as goldens hold them."""
    return [[plain(value) for value in row] for row in frame.collect()]


def plain(value: Any) -> Any:
    """The value as JSON holds it."""
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def assert_close(found: list[Row], wanted: list[Row]) -> None:
    """Fail with the first row that differs."""
    for number, (row, golden) in enumerate(zip(found, wanted, strict=True)):
        if not is_close(row, golden):
            pytest.fail(f"row {number}\n found {row}\n Spark {golden}")


def is_close(row: Row, golden: Row) -> bool:
    """Whether two rows are equal, doubles within a relative 1e-9."""
    return all(
        math.isclose(a, b, rel_tol=RELATIVE) if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(row, golden, strict=True)
    )


def canonical(rows: list[Row]) -> list[Row]:
    """The rows in an order of their own, which rounding errors of doubles do not change."""
    return sorted(rows, key=lambda row: [f"{v:.6e}" if isinstance(v, float) else str(v) for v in row])


def load(file: Path) -> list[Answer]:
    """The answers of a query's SELECTs, in order."""
    return [
        Answer(**{**entry, "columns": [tuple(column) for column in entry["columns"]]})
        for entry in json.loads(file.read_text())
    ]


def save(file: Path, answers: list[Answer]) -> None:
    """Write a query's answers, one row a line."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[" + ",\n".join(dump(answer) for answer in answers) + "]\n")


def dump(answer: Answer) -> str:
    """The answer as JSON text with one row a line."""
    parts = []
    for name, value in asdict(answer).items():
        lines = (
            ",\n".join(json.dumps(row, separators=(",", ":")) for row in value) if name in ("rows", "tied") else None
        )
        parts.append(f"{json.dumps(name)}: " + (json.dumps(value) if not lines else f"[\n{lines}\n]"))
    return "{" + ",\n".join(parts) + "}"
