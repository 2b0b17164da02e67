"""AND and OR in a select list: operands that may fail are computed only where Spark would."""

from collections.abc import Iterator

import pytest
from pyspark.errors import ArithmeticException
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.connect.local import local_service
from hiveframe.connect.seam import SessionKey


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session()
    rows = "VALUES (1, 2), (40, 0), (99, 0), (NULL, 3), (2147483647, -1) AS t(a, b)"
    session.sql(f"SELECT * FROM {rows}").createOrReplaceTempView("t")
    yield session
    session.stop()


def engine_text(spark: SparkSession, query: str) -> str:
    client = spark.client
    session = local_service().manager.find(SessionKey(client._user_id or "", client._session_id))
    assert session is not None
    plan = spark.sql(query)._plan.to_proto(client).root
    return str(session.runtime.engine_text(session.relation(plan)))


def test_what_the_first_operand_computes_is_not_guarded_again(spark: SparkSession) -> None:
    query = "SELECT a, a - b > 30 AND a - b <= 60 AS x FROM t WHERE a < 100 OR a IS NULL"
    assert "CASE" not in engine_text(spark, query)
    assert {row.a: row.x for row in spark.sql(query).collect()} == {1: False, 40: True, 99: False, None: None}
    with pytest.raises(ArithmeticException, match="ARITHMETIC_OVERFLOW"):
        spark.sql("SELECT a - b > 30 AND a - b <= 60 AS x FROM t").collect()


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("b >= 0 AND a - b <= 60", [True, True, False, None, False]),
        ("a < 100 AND b - a <= 60 AND a - b > 30", [False, True, True, None, False]),
        ("b < 0 OR a - b <= 60", [True, True, False, None, True]),
        ("a > 30 AND b >= 0 AND a - b <= 60", [False, True, False, None, False]),
    ],
)
def test_what_an_operand_before_rules_out_is_not_computed(
    condition: str, expected: list[bool | None], spark: SparkSession
) -> None:
    query = f"SELECT a, {condition} AS x FROM t"
    assert "CASE" in engine_text(spark, query)
    assert {row.a: row.x for row in spark.sql(query).collect()} == dict(
        zip([1, 40, 99, None, 2147483647], expected, strict=True)
    )
