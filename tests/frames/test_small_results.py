"""Rows of little local data come in the order in which PySpark's documentation shows them."""

from __future__ import annotations

import pytest

import hiveframe


@pytest.fixture(scope="module")
def spark():
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.fixture
def left(spark):
    return spark.createDataFrame([("d", 4), ("b", 2), ("d", 4), ("a", 1), ("c", 3), ("b", 2)], "k string, v int")


@pytest.fixture
def right(spark):
    return spark.createDataFrame([("b", 2), ("c", 3)], "k string, v int")


def test_what_is_left_comes_as_it_was_first_met(left, right):
    assert [r.k for r in left.exceptAll(right).collect()] == ["d", "d", "b", "a"]
    assert [r.k for r in left.subtract(right).collect()] == ["d", "a"]
    assert [r.k for r in left.intersect(right).collect()] == ["b", "c"]


def test_rows_that_are_null_or_no_number_are_kept(spark):
    some = spark.createDataFrame([(None,), (float("nan"),), (-0.0,)], "a double")
    assert [str(r.a) for r in some.exceptAll(spark.createDataFrame([(0.0,)], "a double")).collect()] == ["None", "nan"]


def test_rows_of_files_are_left_as_they_come(spark, left, tmp_path):
    left.write.parquet(str(tmp_path / "rows"))
    read = spark.read.parquet(str(tmp_path / "rows"))
    assert "Sort" not in read.exceptAll(read)._explain_string()
    assert "Sort" in left.exceptAll(left)._explain_string()
