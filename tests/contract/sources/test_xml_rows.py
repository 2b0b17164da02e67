"""`spark.read.xml(rows)`: documents in a column of text; the root of each is a record, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

import hiveframe


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    yield session
    session.stop()


def rows(spark: SparkSession, *documents: str) -> DataFrame:
    return spark.createDataFrame([(d,) for d in documents], "xml string")


def test_documents_are_records(spark: SparkSession) -> None:
    frame = spark.read.option("rowTag", "p").xml(rows(spark, "<p><a>1</a></p>", "<q><a>2</a><b>x</b></q>"))
    assert frame.schema.simpleString() == "struct<a:bigint,b:string>"
    assert frame.collect() == [(1, None), (2, "x")]
    assert frame.count() == 2


def test_bad_documents_go_where_the_mode_says(spark: SparkSession) -> None:
    given = rows(spark, "<p><a>1</a></p>", "<p><a>")
    reader = spark.read.option("rowTag", "p").schema("a int, _corrupt_record string")
    assert reader.xml(given).collect() == [(1, None), (None, "<p><a>")]
    assert spark.read.options(rowTag="p", mode="DROPMALFORMED").schema("a int").xml(given).collect() == [(1,)]
    with pytest.raises(PySparkException, match="MALFORMED_RECORD"):
        spark.read.options(rowTag="p", mode="FAILFAST").schema("a int").xml(given).collect()
