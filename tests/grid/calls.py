"""A call of each name of `pyspark.sql.functions`, written in Python: `calls.txt`, one a line (`~`: its value differs).

A line gives a Column, which is selected from `df`, or a DataFrame. `df` has a column for each kind of argument, in two
rows: the plainest values, and NULLs.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from tests.functions.cases import differs, failure, rows_of
from tests.grid.goldens import GOLDEN, shortened
from tests.grid.kinds import KINDS

CALLS = Path(__file__).parent / "calls.txt"
_NAMES = {"M": "wide"}  # names ignore case
_ANSWERS = GOLDEN / "calls.jsonl"


def _table_functions() -> dict[str, type]:
    """Classes made in a function are sent to Spark by value."""

    class Pair:
        def eval(self, x: int) -> Iterator[tuple[int, int]]:
            yield x, x + 1

    class ArrowPair:
        def eval(self, x: Any) -> Iterator[Any]:
            import pyarrow as pa

            yield pa.table({"a": pa.array([1], pa.int32()), "b": pa.array([2], pa.int32())})

    return {"Pair": Pair, "ArrowPair": ArrowPair}


def calls() -> list[str]:
    """The lines."""
    return CALLS.read_text(encoding="utf-8").splitlines()


@contextlib.contextmanager
def table(spark: SparkSession) -> Iterator[DataFrame]:
    """What the calls are made on; TIME is a type while it lasts."""
    names = [f"`{_NAMES.get(k, k)}`" for k in KINDS]
    plain = ", ".join(kind.values[0] for kind in KINDS.values())
    missing = ", ".join(f"cast(null as {kind.dtype})" for kind in KINDS.values())
    spark.conf.set("spark.sql.timeType.enabled", "true")
    yield spark.sql(f"SELECT * FROM VALUES ({plain}), ({missing}) AS t({', '.join(names)})")
    spark.conf.unset("spark.sql.timeType.enabled")


def ask_call(spark: SparkSession, df: DataFrame, line: str) -> dict[str, Any]:
    """What `spark` answers to a line."""
    window = Window.partitionBy("o").orderBy("i")
    scope = {"F": F, "df": df, "W": window, **_table_functions()}
    try:
        made = eval(line.removeprefix("~"), scope)
        frame = df.select(made) if isinstance(made, Column) else made
        found = rows_of(frame)
    except PySparkException as error:
        return failure(error)
    rows = [] if line.startswith("~") else [[shortened(value) for value in row] for row in found["rows"]]
    return {"columns": found["columns"], "rows": rows}


def differences(spark: SparkSession) -> dict[str, str]:
    """By line, how HiveFrame's answer differs from Spark's."""
    expected = load()
    with table(spark) as df:
        found = {line: differs(expected[line], ask_call(spark, df, line)) for line in calls()}
    return {line: difference for line, difference in found.items() if difference is not None}


def load() -> dict[str, Any]:
    """Spark's answers by line."""
    lines = _ANSWERS.read_text(encoding="utf-8").splitlines()
    return {row["q"]: row["a"] for row in map(json.loads, lines)}


def save(answers: dict[str, Any]) -> None:
    """Write the answers."""
    lines = [json.dumps({"q": q, "a": a}, ensure_ascii=False, separators=(",", ":")) for q, a in answers.items()]
    _ANSWERS.write_text("\n".join(lines) + "\n", encoding="utf-8")
