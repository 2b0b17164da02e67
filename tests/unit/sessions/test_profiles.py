"""Profiles of Python functions: `spark.profile`. Numbers of calls are Spark's for the same functions."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pyspark.errors import IllegalArgumentException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import LongType

import hiveframe

PROFILER = "spark.sql.pyspark.udf.profiler"


@pytest.fixture
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    session.conf.set(PROFILER, "perf")
    yield session
    session.stop()


@F.udf(LongType())
def plus_one(x: int) -> int:
    return x + 1


def profiles(spark: SparkSession) -> dict[Any, Any]:
    found: dict[Any, Any] = spark.profile.profiler_collector._perf_profile_results
    return found


def test_each_function_of_a_query_has_a_profile(spark: SparkSession) -> None:
    @F.pandas_udf(LongType())
    def plus_two(x: pd.Series) -> pd.Series:
        return x + 2

    spark.range(10).select(plus_one("id"), plus_two("id")).collect()
    assert len(profiles(spark)) == 2
    assert 40 in [stats.total_calls for stats in profiles(spark).values()]  # of plus_one: four a row


def test_functions_of_groups_and_streams_and_shown_rows_are_measured(spark: SparkSession) -> None:
    rows = spark.range(10)
    rows.mapInPandas(lambda batches: batches, "id long").collect()
    rows.groupBy((F.col("id") % 2).alias("k")).applyInPandas(lambda group: group, "id long").count()
    assert len(profiles(spark)) == 2
    rows.select(plus_one("id")).show()
    assert len(profiles(spark)) == 3


def test_profiles_are_shown_dumped_and_cleared(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spark.range(3).select(plus_one("id")).collect()
    (key,) = profiles(spark)
    spark.profile.show(key, type="perf")
    assert f"Profile of UDF<id={key}>" in capsys.readouterr().out
    spark.profile.dump(str(tmp_path), type="perf")
    assert [path.name for path in tmp_path.iterdir()] == [f"udf_{key}_perf.pstats"]
    spark.profile.clear()
    assert not profiles(spark)


def test_a_session_gets_its_own_profiles_alone(spark: SparkSession) -> None:
    other = spark.cloneSession()
    other.range(3).select(plus_one("id")).collect()
    spark.range(3).select(plus_one("id")).collect()
    assert len(profiles(spark)) == len(profiles(other)) == 1
    assert profiles(spark).keys() != profiles(other).keys()


def test_nothing_is_measured_unless_asked_for(spark: SparkSession) -> None:
    spark.conf.unset(PROFILER)
    spark.range(3).select(plus_one("id")).collect()
    assert not profiles(spark)
    with pytest.raises(IllegalArgumentException, match="It should be one of 'perf, memory'"):
        spark.conf.set(PROFILER, "everything")
