"""Dates and moments of the Julian calendar are read as Spark reads them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.contract.sources.old_calendar import HERE, RECORDED, answer

_EXPECTED: dict[str, list[list[str]]] = json.loads(RECORDED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.mark.parametrize("name", _EXPECTED)
def test_a_file_of_the_old_calendar_shows_the_days_that_were_written(spark: SparkSession, name: str) -> None:
    assert answer(spark, HERE / name) == _EXPECTED[name]


def test_a_filter_sees_the_moved_dates(spark: SparkSession) -> None:
    frame = spark.read.parquet(str(HERE / "timestamp_micros_utc.parquet"))
    assert frame.where("d = date'1000-06-01'").count() == 1
    assert frame.where("t < timestamp'1000-06-02'").count() == 2
