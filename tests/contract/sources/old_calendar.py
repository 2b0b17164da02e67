"""Parquet files that Spark wrote by the calendar of Spark 2; its answers stand in golden/lake/old_calendar.json."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from tests.contract.sources.answers import GOLDEN

HERE = GOLDEN / "old_calendar"
RECORDED = GOLDEN / "old_calendar.json"
COLUMNS = ("d", "t", "n", "a")  # a date, a timestamp, one without a zone, an array of dates


def answer(spark: SparkSession, path: Path) -> list[list[str]]:
    """The rows of a file as text, in the order of their dates."""
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    shown = [f"cast({name} as string) as {name}" for name in COLUMNS]
    return [list(row) for row in spark.read.parquet(str(path)).selectExpr(*shown).orderBy("d").collect()]
