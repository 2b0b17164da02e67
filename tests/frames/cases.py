"""The programs of `programs/`, and what they say: the same text from HiveFrame as from Spark."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from tests.frames import programs

GOLDEN = Path(__file__).parents[1] / "golden" / "frames"

# What the recorded Spark ran with (`local[2]`); partitions depend on it.
CONF = {"spark.default.parallelism": "2", "spark.sql.session.timeZone": "UTC"}

Case = Callable[[SparkSession], Any]


def subjects() -> list[str]:
    """The modules of programs."""
    return sorted(m.name for m in pkgutil.iter_modules(programs.__path__))


def cases(subject: str) -> Iterator[tuple[str, Case]]:
    """The programs of a module, in the order of their names."""
    module = importlib.import_module(f"tests.frames.programs.{subject}")
    for name, value in sorted(vars(module).items()):
        if name.startswith("case_"):
            yield name.removeprefix("case_"), value


def said(case: Case, spark: SparkSession) -> Any:
    """What a program returns, as JSON would give it back; a failure is its class, condition and parameters."""
    try:
        made = case(spark)
        if isinstance(made, DataFrame):
            made = rows(made)
    except PySparkException as error:
        made = {"error": type(error).__name__, "condition": error.getCondition(), "state": error.getSqlState()}
        made["params"] = error.getMessageParameters()
    return json.loads(json.dumps(made, default=str))


def rows(frame: DataFrame) -> dict[str, Any]:
    """A DataFrame's schema and rows, in order."""
    fields = [[f.name, f.dataType.simpleString(), f.nullable] for f in frame.schema.fields]
    return {"schema": fields, "rows": [list(map(repr, r)) for r in frame.collect()]}


def unordered(frame: DataFrame) -> dict[str, Any]:
    """The same, rows sorted: where Spark promises no order."""
    made = rows(frame)
    return {**made, "rows": sorted(made["rows"])}
