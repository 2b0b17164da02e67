"""The same client over the real engine: the promises of the protocol hold for real queries."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pyspark.errors import AnalysisException, ParseException
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql import Row
from pyspark.sql import functions as F
from pyspark.sql.connect.session import SparkSession

from hiveframe.connect.channel import InProcessChannelBuilder

SLOW = "select count(*) from range(3000000000) a join range(1000) b on a.id % 1000 = b.id where sqrt(a.id + b.id) > 2"


@pytest.fixture(params=["in_process", "tcp"])
def spark(request, engine_service):
    SparkSession._default_session = None
    SparkSession._active_session.session = None
    if request.param == "tcp":
        session = SparkSession.builder.remote(
            f"sc://127.0.0.1:{request.getfixturevalue('engine_server').port}"
        ).create()
    else:
        session = SparkSession.builder.channelBuilder(InProcessChannelBuilder(engine_service)).create()
        session.client.disable_reattachable_execute()
    yield session
    session.stop()


def test_a_query_and_its_schema(spark):
    frame = spark.sql("select id, cast(id as string) as s from range(3)").filter("id > 0")
    assert [f.name for f in frame.schema] == ["id", "s"]
    assert frame.collect() == [Row(id=1, s="1"), Row(id=2, s="2")]


def test_errors_keep_their_place_in_the_text(spark):
    with pytest.raises(AnalysisException) as caught:
        spark.sql("select nope from range(3)")
    assert caught.value.getCondition() == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    (context,) = caught.value.getQueryContext()
    assert (context.startIndex(), context.fragment()) == (7, "nope")
    with pytest.raises(ParseException):
        spark.sql("selec 1")


def test_a_running_query_really_stops(spark):
    errors = []

    def run():
        spark.addTag("slow")
        try:
            spark.sql(SLOW).collect()
        except SparkConnectGrpcException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    deadline = time.monotonic() + 60
    while not spark.interruptTag("slow") and time.monotonic() < deadline:
        time.sleep(0.1)
    thread.join(60)
    assert not thread.is_alive()
    assert errors[0].getCondition() == "OPERATION_CANCELED"


def test_views_belong_to_their_session_and_clones_get_a_copy(spark):
    spark.range(3).createOrReplaceTempView("mine")
    clone = spark.cloneSession()
    spark.range(9).createOrReplaceTempView("mine")
    assert clone.table("mine").count() == 3
    clone.client.release_session()


def test_a_large_result_streams_in_order(spark):
    rows = spark.range(300_000).toLocalIterator()
    assert [next(rows).id for _ in range(10)] == list(range(10))
    rows.close()
    assert spark.range(300_000).toArrow().column(0).to_pylist()[-1] == 299_999


def test_thirty_two_queries_beside_each_other(spark):
    with ThreadPoolExecutor(32) as pool:
        counts = list(pool.map(lambda n: spark.range(n).filter("id % 2 = 0").count(), range(32)))
    assert counts == [(n + 1) // 2 for n in range(32)]


def test_uploaded_rows_can_be_queried(spark):
    import pandas as pd

    frame = spark.createDataFrame(pd.DataFrame({"n": range(200_000)}))
    assert frame.agg(F.sum("n")).collect()[0][0] == sum(range(200_000))


def test_observed_metrics_of_a_query(spark):
    from pyspark.sql import Observation

    seen = Observation("seen")
    spark.range(5).observe(seen, F.count(F.lit(1)).alias("n"), F.max("id").alias("top")).collect()
    assert seen.get == {"n": 5, "top": 4}


def test_commands_come_back_as_rows(spark):
    spark.sql("create or replace temporary view v as select 1 as a")
    assert spark.sql("select * from v").collect() == [Row(a=1)]
    assert [r[0] for r in spark.sql("set spark.sql.ansi.enabled=false").collect()] == ["spark.sql.ansi.enabled"]
    assert spark.conf.get("spark.sql.ansi.enabled") == "false"


def test_hundreds_of_steps_are_no_recursion(spark):
    frame = spark.range(3)
    for n in range(300):
        frame = frame.withColumn("n", F.lit(n))
    assert frame.collect()[0] == Row(id=0, n=299)
