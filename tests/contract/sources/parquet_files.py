"""The Parquet files of apache/parquet-testing, where they are at hand, and what a reader makes of one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, Row, SparkSession

from tests.contract.sources.answers import GOLDEN, plain

_FOLDER = Path("shared/fixtures/parquet-testing/data")
ALL = next((p / _FOLDER for p in Path(__file__).parents[4:] if (p / _FOLDER).exists()), Path("absent"))
HERE = GOLDEN / "parquet"
RECORDED = GOLDEN / "parquet_testing.json"
_OTHERS = (".md", ".csv", ".bin", ".json")


def recorded() -> dict[str, dict[str, Any]]:
    """Spark's answers by file name."""
    loaded: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return loaded


def files() -> list[str]:
    """The names of all files that may be Parquet."""
    return sorted(str(p.relative_to(ALL)) for p in ALL.rglob("*") if p.is_file() and p.suffix not in _OTHERS)


def place(name: str) -> Path | None:
    """Where a file is: in the collection, or among the few that are kept here."""
    return next((p for p in (ALL / name, HERE / name) if p.exists()), None)


def file_answer(spark: SparkSession, path: Path) -> dict[str, Any]:
    """Schema, number and digest of the rows, or the error's condition."""
    try:
        frame = spark.read.parquet(str(path))
        rows = sorted(repr(plain(tuple(row))) for row in _collected(frame))
    except PySparkException as error:
        return {"error": error.getCondition()}
    return {"schema": frame.schema.simpleString(), "rows": len(rows), **digest(rows)}


def _collected(frame: DataFrame) -> list[Row]:
    try:
        return frame.collect()
    except OverflowError:  # a moment that Python cannot hold
        return frame.select([frame[name].cast("string") for name in frame.columns]).collect()


def digest(rows: list[str]) -> dict[str, Any]:
    """The first rows, shortened, and what stands for all of them."""
    return {"first": [r[:200] for r in rows[:2]], "digest": hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]}
