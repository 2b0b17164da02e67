"""All 99 TPC-DS queries as SQL give Spark's columns, types and values."""

import pytest
from pyspark.sql import SparkSession

from benchmarks.tpc.queries import queries
from tests.tpc.answers import check_query


@pytest.mark.parametrize("name", queries("tpcds"))
def test_tpcds_query_gives_sparks_answer(tpcds: SparkSession, name: str) -> None:
    check_query(tpcds, "tpcds", name)
