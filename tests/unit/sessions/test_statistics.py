"""ANALYZE TABLE finds what Spark finds, keeps it with the state of the rows, and takes nothing stale for true."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

import hiveframe
from tests.unit.sessions.statistics_cases import run

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "statistics.json").read_text())


@pytest.fixture
def spark(tmp_path):
    session = hiveframe.session(
        **{"spark.sql.warehouse.dir": str(tmp_path / "warehouse"), "spark.sql.session.timeZone": "UTC"}
    )
    yield session
    session.stop()


def test_statistics_are_spark_s(spark):
    answers = run(spark)
    assert [a["statement"] for a in answers] == [g["statement"] for g in GOLDEN]
    for ours, theirs in zip(answers, GOLDEN, strict=True):
        assert ours == theirs, ours["statement"]


def described(spark, name, column=None):
    rows = spark.sql(f"DESCRIBE EXTENDED {name} {column or ''}").collect()
    return {row[0]: row[1] for row in rows}


def cost(spark, query):
    return spark.sql(query)._explain_string(mode="cost").partition("== Physical")[0]


@pytest.mark.parametrize("provider", ["parquet", "delta", "iceberg", "honeystore", "csv"])
def test_statistics_hold_for_one_version_and_then_no_longer(spark, provider):
    spark.sql(f"CREATE TABLE t(a INT, b STRING) USING {provider}")
    spark.sql("INSERT INTO t SELECT id % 10, 'x' FROM range(100)")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS")
    assert described(spark, "t")["Statistics"].endswith(" bytes, 100 rows")
    assert described(spark, "t", "a")["distinct_count"] == "10"
    spark.sql("INSERT INTO t VALUES (77, 'y')")
    assert "Statistics" not in described(spark, "t")
    assert described(spark, "t", "a")["distinct_count"] == "NULL"
    spark.sql("SET spark.sql.statistics.size.autoUpdate.enabled=true")
    assert described(spark, "t")["Statistics"].endswith(" bytes")


def test_a_size_alone_tells_no_rows(spark):
    spark.sql("CREATE TABLE t USING parquet AS SELECT id FROM range(100)")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS NOSCAN")
    assert described(spark, "t")["Statistics"].endswith(" bytes")  # Spark says 0 rows, which is not so


def test_distinct_values_are_counted(spark):
    spark.sql("CREATE TABLE t USING parquet AS SELECT id, concat('x', id % 1234) AS s FROM range(100000)")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS")
    assert described(spark, "t", "id")["distinct_count"] == "100000"
    assert described(spark, "t", "s")["distinct_count"] == "1234"


def test_statistics_are_part_of_a_table_as_json(spark):
    spark.sql("CREATE TABLE t USING parquet AS SELECT id FROM range(100)")
    assert "statistics" not in json.loads(spark.sql("DESCRIBE EXTENDED t AS JSON").collect()[0][0])
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS")
    found = json.loads(spark.sql("DESCRIBE EXTENDED t AS JSON").collect()[0][0])["statistics"]
    assert found == {"size_in_bytes": found["size_in_bytes"], "num_rows": 100}


def test_a_new_name_takes_statistics_along_and_leaves_none_of_what_was_there(spark):
    spark.sql("CREATE TABLE t USING parquet AS SELECT id FROM range(100)")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS")
    place = described(spark, "t")["Location"].removeprefix("file:").removesuffix("/t")
    spark.sql(f"CREATE TABLE other USING parquet LOCATION '{place}/new' AS SELECT id FROM range(5)")
    spark.sql("ANALYZE TABLE other COMPUTE STATISTICS")
    spark.sql("TRUNCATE TABLE t")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS")
    shutil.rmtree(f"{place}/new")
    spark.sql("ALTER TABLE t RENAME TO new")
    assert described(spark, "new")["Statistics"] == "0 bytes, 0 rows"


def test_a_table_at_a_path_is_analyzed(spark, tmp_path):
    place = tmp_path / "delta"
    spark.range(100).write.format("delta").save(str(place))
    spark.sql(f"ANALYZE TABLE delta.`{place}` COMPUTE STATISTICS FOR ALL COLUMNS")
    assert "rowCount=100)" in cost(spark, f"SELECT * FROM delta.`{place}`")


def test_what_analyze_found_of_common_values_and_where_values_are_dense_shapes_estimates(spark):
    spark.sql("CREATE TABLE t USING csv AS SELECT IF(id % 10 = 0, id, 7) AS a, concat('x', id) AS b FROM range(1000)")
    assert "rowCount=100)" in cost(spark, "SELECT * FROM t WHERE a = 7")  # a tenth, where nothing is known
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS")
    assert "rowCount=900)" in cost(spark, "SELECT * FROM t WHERE a = 7")
    assert "rowCount=1.00E+3)" in cost(spark, "SELECT * FROM t")


def test_dropped_tables_leave_no_statistics(spark, tmp_path):
    spark.sql("CREATE TABLE t USING parquet AS SELECT id FROM range(100)")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS")
    spark.sql("DROP TABLE t")
    with sqlite3.connect(tmp_path / "warehouse" / "metastore.db") as metastore:
        assert metastore.execute("SELECT count(*) FROM hiveframe_statistics").fetchone() == (0,)


def test_many_rows_are_sampled(spark):
    spark.sql("CREATE TABLE t USING parquet AS SELECT IF(id % 3 = 0, 5, id) AS a FROM range(200000)")
    spark.sql("ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS")
    text = cost(spark, "SELECT * FROM t WHERE a = 5")
    rows = float(text.split("rowCount=")[1].partition(")")[0])
    assert rows == pytest.approx(66_667, rel=0.05)
