"""An analysis serves again while nothing that it was made from has changed, and not a moment longer."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hiveframe
from hiveframe.sessions import runtime


@pytest.fixture
def spark(tmp_path):
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path / "warehouse")})
    yield session
    session.stop()


@pytest.fixture
def made(monkeypatch):
    """The analyses that were made, one entry each."""
    entries = []

    class Counting(runtime.Analyzer):
        def relation(self, node):
            entries.append(node)
            return super().relation(node)

    monkeypatch.setattr(runtime, "Analyzer", Counting)
    return entries


def test_one_query_is_analysed_once_for_its_check_its_columns_and_its_rows(spark, made):
    frame = spark.sql("SELECT id + 1 AS n FROM range(3)")
    assert frame.schema.names == ["n"]
    assert frame.toArrow().to_pydict() == {"n": [1, 2, 3]}
    assert len(made) == 1
    spark.sql("SELECT id + 1 AS n FROM range(3)").collect()
    assert len(made) == 1


def test_a_frame_is_analysed_once_for_its_columns_and_its_rows(spark, made):
    frame = spark.range(3).selectExpr("id * 2 AS n")
    assert frame.columns == ["n"]
    assert [row.n for row in frame.collect()] == [0, 2, 4]
    assert len(made) == 1


def test_settings_change_what_a_kept_text_means(spark):
    spark.sql("SET spark.sql.ansi.enabled=false")
    assert spark.sql("SELECT 1 / 0 AS q").collect()[0].q is None
    spark.conf.set("spark.sql.ansi.enabled", "true")
    with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
        spark.sql("SELECT 1 / 0 AS q").collect()


def test_a_replaced_view_is_seen(spark):
    spark.range(1).createOrReplaceTempView("v")
    assert spark.sql("SELECT * FROM v").columns == ["id"]
    spark.sql("SELECT 'x' AS name").createOrReplaceTempView("v")
    assert spark.sql("SELECT * FROM v").columns == ["name"]


def test_a_global_view_that_another_session_replaces_is_seen(spark):
    spark.range(1).createOrReplaceGlobalTempView("shared")
    assert spark.sql("SELECT * FROM global_temp.shared").columns == ["id"]
    other = hiveframe.session(**{"spark.sql.warehouse.dir": spark.conf.get("spark.sql.warehouse.dir")})
    other.sql("SELECT 'x' AS name").createOrReplaceGlobalTempView("shared")
    assert spark.sql("SELECT * FROM global_temp.shared").columns == ["name"]
    other.stop()


def test_a_table_that_another_session_changes_is_seen(spark):
    spark.sql("CREATE TABLE t (a INT) USING parquet")
    spark.sql("INSERT INTO t VALUES (1)")
    assert spark.sql("SELECT * FROM t").toArrow().to_pydict() == {"a": [1]}
    other = hiveframe.session(**{"spark.sql.warehouse.dir": spark.conf.get("spark.sql.warehouse.dir")})
    other.sql("INSERT INTO t VALUES (2)")
    assert sorted(spark.sql("SELECT * FROM t").toArrow().to_pydict()["a"]) == [1, 2]
    other.sql("ALTER TABLE t ADD COLUMNS (b STRING)")
    assert spark.sql("SELECT * FROM t").columns == ["a", "b"]
    other.sql("DROP TABLE t")
    with pytest.raises(Exception, match="TABLE_OR_VIEW_NOT_FOUND"):
        spark.sql("SELECT * FROM t")
    other.stop()


def test_files_that_others_write_are_seen(spark, tmp_path):
    folder = tmp_path / "rows"
    folder.mkdir()
    pq.write_table(pa.table({"a": [1]}), folder / "1.parquet")
    text = f"SELECT * FROM parquet.`{folder}`"
    assert spark.sql(text).toArrow().to_pydict() == {"a": [1]}
    pq.write_table(pa.table({"a": [2]}), folder / "2.parquet")
    assert sorted(spark.sql(text).toArrow().to_pydict()["a"]) == [1, 2]
    (folder / "2.parquet").unlink()
    pq.write_table(pa.table({"b": ["other"]}), folder / "1.parquet")
    assert spark.sql(text).toArrow().to_pydict() == {"b": ["other"]}


def test_a_pivot_finds_its_values_anew(spark, tmp_path):
    folder = str(tmp_path / "rows")
    spark.sql("SELECT 'x' AS k, 1 AS v").write.parquet(folder)
    pivoted = spark.read.parquet(folder).groupBy().pivot("k").sum("v")
    assert pivoted.collect()[0].asDict() == {"x": 1}
    spark.sql("SELECT 'y' AS k, 2 AS v").write.mode("append").parquet(folder)
    assert pivoted.collect()[0].asDict() == {"x": 1, "y": 2}


def test_time_goes_on(spark):
    text = "SELECT current_timestamp() AS now"
    first = spark.sql(text).collect()[0].now
    assert spark.sql(text).collect()[0].now > first


def test_random_numbers_without_a_seed_differ_from_run_to_run(spark):
    text = "SELECT rand() AS r, uuid() AS u"
    assert spark.sql(text).collect() != spark.sql(text).collect()
    sample = spark.range(1000).sample(0.5)
    assert sample.collect() == sample.collect()


def test_a_persisted_frame_is_read_from_what_is_kept(spark):
    frame = spark.sql("SELECT uuid() AS u")
    frame.persist()
    assert frame.collect() == frame.collect()
    frame.unpersist()
    assert frame.collect() != frame.collect()
