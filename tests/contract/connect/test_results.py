from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from pyspark.sql import Row
from pyspark.sql import types as T

from tests.contract.connect.frames import sql


def test_collect_returns_the_rows_of_the_plan(spark):
    assert spark.range(3).collect() == [Row(id=0), Row(id=1), Row(id=2)]


def test_many_batches_arrive_in_order(spark):
    assert [r.id for r in sql(spark, "rows 25500").collect()] == list(range(25500))


def test_a_local_iterator_takes_rows_as_they_come(spark):
    rows = sql(spark, "rows 50000").toLocalIterator()
    assert [next(rows).id for _ in range(1500)] == list(range(1500))
    rows.close()


def test_an_empty_result_keeps_its_types(spark):
    frame = sql(spark, "empty")
    assert frame.collect() == []
    table = frame.toArrow()
    assert table.num_rows == 0
    assert table.schema.field("a").type.precision == 10


def test_a_row_longer_than_a_message_arrives_whole(spark):
    rows = sql(spark, "wide 9000000").collect()
    assert [len(r.text) for r in rows] == [9000000, 9000000]
    assert rows[1].text[0] == "y"


def test_results_are_chunked_to_the_size_that_the_client_prefers(connect, service):
    session = connect()
    session.client._preferred_arrow_chunk_size = 4096
    rows = sql(session, "wide 20000").collect()
    assert [r.text for r in rows] == ["x" * 20000, "y" * 20000]


def test_to_pandas_has_the_columns_of_the_schema(spark):
    frame = spark.range(4).toPandas()
    assert list(frame.columns) == ["id"]
    assert frame["id"].tolist() == [0, 1, 2, 3]


def test_a_sql_query_is_handed_back_and_runs_when_its_rows_are_asked_for(spark, runtime):
    frame = spark.sql("query of :n", args={"n": 5})
    assert [type(p).__name__ for p in runtime().plans] == []
    assert frame.collect() == [Row(id=7)]
    assert runtime().plans[-1].named_args["n"].value == 5


def test_a_sql_command_runs_at_once_and_its_rows_come_back(spark, runtime):
    frame = spark.sql("command do it")
    assert frame.collect() == [Row(key="a", n=1)]
    assert frame.schema is not None
    assert len(runtime().commands) == 1


def test_a_dataframe_passed_to_sql_becomes_a_view_of_the_query(spark, runtime):
    spark.sql("query {df}", df=spark.range(5)).collect()
    plan = runtime().plans[-1]
    assert len(plan.views) == 1
    assert plan.views[0][1].end == 5


def test_observed_metrics_reach_the_observation(spark):
    from pyspark.sql.connect.observation import Observation

    observation = Observation("seen")
    frame = sql(spark, "observed")
    observation._result = {}
    frame._plan.__class__.observations = property(lambda self: {"seen": observation})
    try:
        frame.collect()
    finally:
        del frame._plan.__class__.observations
    assert observation._result == {"n": 3, "s": "x", "nothing": None}


def test_metrics_come_with_the_result(spark):
    frame = sql(spark, "rows 10")
    frame.collect()
    (node,) = frame.executionInfo.metrics._metrics
    assert {m.name: m.value for m in node.metrics} == {"rows": 10}


def test_thirty_two_queries_run_beside_each_other(connect):
    sessions = [connect() for _ in range(4)]

    def run(n):
        return [r.id for r in sql(sessions[n % 4], f"rows {n * 100}").collect()] == list(range(n * 100))

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(run, range(1, 33)))


def test_a_schema_is_answered_without_running_the_plan(spark):
    assert spark.range(3).schema == T.StructType([T.StructField("id", T.LongType(), False)])


@pytest.mark.parametrize("count", [1, 1000, 1001])
def test_every_batch_boundary_is_counted(spark, count):
    assert sql(spark, f"rows {count}").toArrow().num_rows == count
