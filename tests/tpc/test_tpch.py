"""All 22 TPC-H queries as SQL give Spark's columns, types and values."""

import pytest
from pyspark.sql import SparkSession

from benchmarks.tpc.queries import queries
from tests.tpc.answers import check_query


@pytest.mark.parametrize("name", queries("tpch"))
def test_tpch_query_gives_sparks_answer(tpch: SparkSession, name: str) -> None:
    check_query(tpch, "tpch", name)
