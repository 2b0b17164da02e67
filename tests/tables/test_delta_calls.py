"""`delta.tables.DeltaTable` of the package delta-spark, against a session here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.tables.answers import rows

delta_tables = pytest.importorskip("delta.connect.tables", reason="needs delta-spark")
DeltaTable: Any = delta_tables.DeltaTable


@pytest.fixture
def people(spark: SparkSession) -> Any:
    spark.sql("create table people (id int, name string, score double) using delta")
    spark.sql("insert into people values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    return DeltaTable.forName(spark, "people")


def test_rows_change(people: Any, spark: SparkSession) -> None:
    assert people.toDF().count() == 3
    assert [r.num_affected_rows for r in people.delete("id = 1").collect()] == [1]
    people.update(condition=F.col("id") == 2, set={"score": F.col("score") * 10, "name": "'two'"})
    people.update(set={"score": "score + 1"})
    assert rows(spark, "select * from people order by id") == [(2, "two", 21.0), (3, "c", 4.0)]
    own = people.toDF()
    people.delete(own["id"] == 3)
    assert rows(spark, "select id from people") == [(2,)]
    people.delete()
    assert people.toDF().count() == 0


def test_merge_has_every_clause(people: Any, spark: SparkSession) -> None:
    source = spark.createDataFrame([(1, "gone"), (2, "new"), (9, "nine")], "id int, name string")
    merged = (
        people.alias("t")
        .merge(source.alias("s"), "t.id = s.id")
        .whenMatchedDelete("s.name = 'gone'")
        .whenMatchedUpdate(set={"name": "s.name"})
        .whenNotMatchedInsert(values={"id": "s.id", "name": "s.name"})
        .whenNotMatchedBySourceUpdate(set={"score": F.lit(-1.0)})
        .execute()
    )
    assert [tuple(r) for r in merged.collect()] == [(4, 2, 1, 1)]
    assert rows(spark, "select * from people order by id") == [(2, "new", 2.0), (3, "c", -1.0), (9, "nine", None)]
    whole = spark.createDataFrame([(3, "three", 33.0), (4, "four", 44.0)], "id int, name string, score double")
    on = people.toDF()["id"] == whole["id"]
    people.merge(whole, on).whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()
    assert rows(spark, "select * from people where id in (3, 4) order by id") == [(3, "three", 33.0), (4, "four", 44.0)]


def test_a_call_whose_schema_is_asked_for_runs_once(people: Any, spark: SparkSession) -> None:
    from delta.connect.plan import UpdateTable
    from pyspark.sql.connect.dataframe import DataFrame

    assignments = DeltaTable._dict_to_assignments({"score": "score + 1"}, "set")
    frame = DataFrame(UpdateTable(people._plan, None, assignments), session=spark)
    assert frame.schema.names == ["num_affected_rows"]
    assert [tuple(r) for r in frame.collect()] == [(3,)]
    assert rows(spark, "select score from people order by id") == [(2.0,), (3.0,), (4.0,)]


def test_what_a_table_tells_of_itself(people: Any, spark: SparkSession, warehouse: Path) -> None:
    path = str(warehouse / "people")
    assert [r.version for r in people.history(1).collect()] == [1]
    assert [r.operation for r in people.history().collect()] == ["WRITE", "CREATE TABLE"]
    assert people.detail().collect()[0].numFiles == 1
    assert DeltaTable.isDeltaTable(spark, path)
    assert not DeltaTable.isDeltaTable(spark, str(warehouse))
    assert DeltaTable.forPath(spark, path).toDF().count() == 3
    assert DeltaTable.forName(spark, f"delta.`{path}`").toDF().count() == 3


def test_tables_go_back_are_cloned_and_tidied(people: Any, spark: SparkSession, tmp_path: Path) -> None:
    people.delete("id > 1")
    copied = people.clone("copied", isShallow=True)
    assert copied.toDF().count() == 1
    aside = people.cloneAtVersion(1, f"delta.`{tmp_path}/aside`", isShallow=False)
    assert aside.toDF().count() == 3
    assert people.restoreToVersion(1).collect()[0].num_restored_files == 1
    assert people.toDF().count() == 3
    spark.sql("insert into people values (4, 'd', 4)")
    assert people.optimize().executeCompaction().collect()[0].metrics.numFilesAdded == 1
    people.optimize().executeZOrderBy("id", "score")
    people.vacuum()
    assert people.toDF().count() == 4


def test_tables_are_made(spark: SparkSession, tmp_path: Path) -> None:
    made = (
        DeltaTable.create(spark)
        .tableName("made")
        .addColumn("id", "bigint", nullable=False, comment="the id")
        .addColumn("twice", "bigint", generatedAlwaysAs="id * 2")
        .addColumn("part", "string")
        .partitionedBy("part")
        .property("owner", "me")
        .comment("made by a call")
        .execute()
    )
    spark.sql("insert into made (id, part) values (1, 'x')")
    assert [tuple(r) for r in made.toDF().collect()] == [(1, 2, "x")]
    assert made.detail().collect()[0].partitionColumns == ["part"]
    with pytest.raises(PySparkException) as caught:
        DeltaTable.create(spark).tableName("made").addColumn("id", "int").execute()
    assert caught.value.getCondition() == "TABLE_OR_VIEW_ALREADY_EXISTS"
    DeltaTable.createIfNotExists(spark).tableName("made").addColumn("id", "int").execute()
    DeltaTable.createOrReplace(spark).tableName("made").addColumn("other", "int").execute()
    assert spark.table("made").columns == ["other"]
    path = str(tmp_path / "placed")
    placed = DeltaTable.create(spark).location(path).addColumn("id", "int").execute()
    spark.sql(f"insert into delta.`{path}` values (1)")
    assert placed.toDF().count() == 1
    DeltaTable.replace(spark).location(path).addColumn("id", "string").execute()
    assert spark.read.format("delta").load(path).dtypes == [("id", "string")]


def test_parquet_becomes_delta(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "files"
    spark.range(10).selectExpr("id", "id % 2 k").write.partitionBy("k").parquet(str(path))
    table = DeltaTable.convertToDelta(spark, f"parquet.`{path}`", "k int")
    assert table.toDF().groupBy("k").count().count() == 2


def test_protocols_grow_and_are_not_cut_down(people: Any, spark: SparkSession) -> None:
    people.addFeatureSupport("deletionVectors")
    assert "deletionVectors" in people.detail().collect()[0].tableFeatures
    detail = people.detail().collect()[0]
    assert (detail.minReaderVersion, detail.minWriterVersion) == (3, 7)
    spark.sql("create table old (id int) using delta")
    old = DeltaTable.forName(spark, "old")
    old.upgradeTableProtocol(2, 5)
    old.upgradeTableProtocol(1, 4)
    detail = old.detail().collect()[0]
    assert (detail.minReaderVersion, detail.minWriterVersion, detail.properties) == (2, 5, {})
    old.upgradeTableProtocol(3, 7)
    assert {"appendOnly", "columnMapping", "changeDataFeed"} <= set(old.detail().collect()[0].tableFeatures)
    with pytest.raises(PySparkException) as caught:
        people.dropFeatureSupport("deletionVectors")
    assert caught.value.getCondition() == "UNSUPPORTED_FEATURE.HIVEFRAME"
    with pytest.raises(PySparkException):
        people.generate("symlink_format_manifest")
