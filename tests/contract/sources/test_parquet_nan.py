"""NaN in Parquet of writers that leave it out of statistics, as the format wants: no query passes over it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

import hiveframe

NAN = float("nan")


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    session.conf.set("spark.hiveframe.cache.results", "false")
    yield session
    session.stop()


@pytest.fixture(params=["float64", "float32"])
def numbers(request: pytest.FixtureRequest, tmp_path: Path, spark: SparkSession) -> Path:
    given = [1.0, 2.0, NAN, 3.0, None]
    x = pa.array(given, request.param)
    nested = pa.StructArray.from_arrays([x, pa.array(range(5))], ["y", "n"])
    deep = pa.StructArray.from_arrays([nested], ["s"])
    pq.write_table(pa.table({"x": x, "s": nested, "d": deep}), tmp_path / "numbers.parquet")
    statistics = pq.read_metadata(tmp_path / "numbers.parquet").row_group(0).column(0).statistics
    assert statistics.max == 3.0
    spark.read.parquet(str(tmp_path / "numbers.parquet")).createOrReplaceTempView("numbers")
    return tmp_path


@pytest.mark.parametrize("of", ["x", "s.y", "d.s.y"])
def test_filters_and_aggregates_see_nan(numbers: Path, spark: SparkSession, of: str) -> None:
    assert str(spark.sql(f"select {of} from numbers where {of} > 8.5").collect()) == f"[Row({of[-1]}=nan)]"
    counts = spark.sql(
        f"select count_if(isnan({of})), count_if({of} <= 8.5), count_if(not ({of} <= 3)), count({of}),"
        f" isnan(max({of})), min({of}) from numbers"
    )
    assert counts.collect() == [(1, 3, 1, 4, True, 1.0)]
    assert spark.sql(f"select count(*) from numbers where {of} = double('NaN')").collect() == [(1,)]
    assert spark.sql(f"select count(*) from numbers where {of} is null").collect() == [(1,)]


def test_files_of_several_writers(numbers: Path, spark: SparkSession) -> None:
    spark.range(1).selectExpr("cast('NaN' as double) x").write.parquet(str(numbers / "ours"))
    ours = next((numbers / "ours").glob("*.parquet"))
    both = spark.read.parquet(str(numbers / "ours"), str(numbers / "numbers.parquet")).select("x")
    assert both.where("x > 8.5").count() == 2
    assert spark.read.parquet(str(ours)).where("isnan(x)").count() == 1
