"""Conditions on the year of a date."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = hiveframe.session()
    folder = str(tmp_path_factory.mktemp("days") / "days")
    days = "SELECT if(id % 97 = 0, NULL, date_add(DATE'2018-12-01', CAST(id AS INT))) AS day, id FROM range(1500)"
    ends = "SELECT d AS day, 0L AS id FROM VALUES (DATE'0001-01-01'), (DATE'9999-12-31'), (DATE'9998-12-31') AS t(d)"
    session.sql(f"{days} UNION ALL {ends}").coalesce(1).write.parquet(folder)
    session.read.parquet(folder).createOrReplaceTempView("days")
    yield session
    session.stop()


def optimized(spark: SparkSession, condition: str) -> str:
    shown = spark.sql(f"SELECT * FROM days WHERE {condition}")._explain_string(mode="extended")
    return shown[shown.index("== Optimized") : shown.index("== Physical")]


@pytest.mark.parametrize(
    ("condition", "changes"),
    [
        ("year(day) = 2020", True),
        ("2020 = year(day)", True),
        ("year(day) < 2020", True),
        ("2020 < year(day)", True),
        ("year(day) <= 2020", True),
        ("year(day) > 2020", True),
        ("2020 >= year(day)", True),
        ("year(day) BETWEEN 2019 AND 2020", True),
        ("year(day) IN (2020, 2019)", True),
        ("year(day) IN (2022)", True),
        ("NOT (year(day) = 2020)", True),
        ("(year(day) = 2020) IS NULL", True),
        ("year(day) = 1 OR year(day) = 9998", True),
        ("year(day) = 9999", False),  # has no next year
        ("year(day) = 0", False),
        ("year(day) IN (2019, 2021)", False),
        ("year(day) IN (2019, NULL)", False),
        ("year(day) <=> 2020", False),
        ("year(CAST(day AS TIMESTAMP)) = 2020", False),
        ("year(day) = id", False),
    ],
)
def test_the_rows_are_those_of_the_year(spark: SparkSession, condition: str, changes: bool) -> None:
    assert ("year(" not in optimized(spark, condition)) == changes
    found = spark.sql(f"SELECT day FROM days WHERE {condition}").collect()
    spark.conf.set("spark.sql.optimizer.excludedRules", "range_years")
    try:
        expected = spark.sql(f"SELECT day FROM days WHERE {condition}").collect()
    finally:
        spark.conf.unset("spark.sql.optimizer.excludedRules")
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


def test_files_of_other_years_are_left_out(spark: SparkSession, tmp_path: Path) -> None:
    for year in (2019, 2020, 2021):
        spark.sql(f"SELECT DATE'{year}-06-01' AS day").write.mode("append").format("delta").save(str(tmp_path))
    spark.read.format("delta").load(str(tmp_path)).createOrReplaceTempView("years")
    assert "files: 1," in spark.sql("SELECT * FROM years WHERE year(day) = 2020")._explain_string()
