"""Columns that come with rows, options of writes, and what is noted with a commit."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.tables.answers import failure, rows


def library_rows(path: Path) -> list[tuple[object, ...]]:
    table = pa.table(DeltaTable(str(path)).scan().read_all())
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


@pytest.fixture
def people(spark: SparkSession) -> SparkSession:
    spark.sql("create table t (id int, v string, s struct<a: int>) using delta")
    spark.sql("insert into t values (1, 'a', named_struct('a', 1)), (2, 'b', null)")
    return spark


SOURCE = "(select 2 id, 'x' v, named_struct('b', 7L, 'a', 3) s, 5 extra union all select 9, 'n', null, 6) s"


def test_merge_brings_columns_and_fields(people: SparkSession, warehouse: Path) -> None:
    people.sql(
        f"merge with schema evolution into t using {SOURCE} on t.id = s.id"
        " when matched then update set * when not matched then insert *"
    )
    wanted = [(1, "a", (1, None), None), (2, "x", (3, 7), 5), (9, "n", None, 6)]
    found = people.sql("select id, v, s, extra from t order by id").collect()
    assert [(r[0], r[1], tuple(r[2]) if r[2] else None, r[3]) for r in found] == wanted
    assert [row[0] for row in library_rows(warehouse / "t")] == [1, 2, 9]
    assert len(people.sql("describe history t").collect()) == 3  # columns and rows in one commit


def test_merge_without_evolution_takes_only_what_the_table_has(people: SparkSession) -> None:
    people.sql(
        "merge into t using (select 2 id, 'x' v, null s, 5 extra) s on t.id = s.id when matched then update set *"
    )
    assert people.table("t").columns == ["id", "v", "s"]
    extra = "merge into t using (select 2 id, named_struct('a', 1, 'b', 2) n) s on t.id = s.id when matched then "
    assert failure(people, extra + "update set s = n") == "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS"


def test_merge_brings_only_the_columns_that_clauses_set(people: SparkSession) -> None:
    people.conf.set("spark.databricks.delta.schema.autoMerge.enabled", "true")
    people.sql("merge into t using (select 2 id, 3 n, 4 m) s on t.id = s.id when matched then update set n = s.n")
    assert people.table("t").columns == ["id", "v", "s", "n"]
    assert rows(people, "select id, n from t order by id") == [(1, None), (2, 3)]


def test_update_all_keeps_what_the_source_lacks(people: SparkSession) -> None:
    people.sql("alter table t add columns (s.b int, w int)")
    people.sql("update t set w = id, s = named_struct('a', 1, 'b', 2)")
    people.sql(
        "merge with schema evolution into t using (select 2 id, named_struct('a', 9) s, 1 z) s on t.id = s.id"
        " when matched then update set * when not matched then insert *"
    )
    assert rows(people, "select id, v, s.a, s.b, w, z from t order by id") == [
        (1, "a", 1, 2, 1, None),
        (2, "b", 9, 2, 2, 1),
    ]


def append(rows_: DataFrame, **options: str) -> None:
    rows_.write.format("delta").mode("append").options(**options).saveAsTable("t")


def test_fields_go_by_their_names(people: SparkSession) -> None:
    append(people.sql("select named_struct('b', 20L, 'a', 10) s, 3 id"), mergeSchema="true")
    append(people.sql("select 4 id, named_struct('b', 21L) s"))
    people.sql("insert into t by name select named_struct('b', 22L, 'a', 12) s, 5 id")
    assert rows(people, "select id, s.a, s.b from t where id > 2 order by id") == [
        (3, 10, 20),
        (4, None, 21),
        (5, 12, 22),
    ]
    people.sql("create table arrays (a array<struct<x: int, y: int>>) using delta")
    people.sql("insert into arrays by name select array(named_struct('y', 2, 'x', 1), null) a")
    assert rows(people, "select a[0].x, a[0].y, a[1] from arrays") == [(1, 2, None)]
    with pytest.raises(PySparkException) as caught:
        append(people.sql("select 6 id, named_struct('c', 1) s"))
    assert caught.value.getCondition() == "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS"


def test_types_widen_with_the_rows(spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        "create table t (i int, s struct<f: float>) using delta tblproperties ('delta.enableTypeWidening' = 'true')"
    )
    spark.sql("insert into t values (1, named_struct('f', 1.5))")
    append(spark.sql("select 5000000000 i, named_struct('f', 0.1d) s"), mergeSchema="true")
    assert spark.table("t").dtypes == [("i", "bigint"), ("s", "struct<f:double>")]
    assert rows(spark, "select i, s.f from t order by i") == [(1, 1.5), (5000000000, 0.1)]
    changes = DeltaTable(str(warehouse / "t")).schema().fields[0].metadata["delta.typeChanges"]
    assert changes == [{"toType": "long", "fromType": "integer"}]


def test_insert_with_schema_evolution(people: SparkSession) -> None:
    people.sql("insert with schema evolution into t by name select 3 id, 'new' more")
    people.sql("insert with schema evolution into t select 4, 'd', null, 'm', 1.5d as last")
    assert rows(people, "select id, more, last from t where id > 2 order by id") == [(3, "new", None), (4, "m", 1.5)]


def test_evolution_in_a_mapped_table_with_an_identity(spark: SparkSession, warehouse: Path) -> None:
    spark.sql(
        "create table t (k bigint generated always as identity, v int) using delta"
        " tblproperties ('delta.columnMapping.mode' = 'name')"
    )
    append(spark.sql("select 1 v, 'x' added"), mergeSchema="true")
    append(spark.sql("select 2 v, 'y' added"))
    assert rows(spark, "select * from t order by k") == [(1, 1, "x"), (2, 2, "y")]
    assert library_rows(warehouse / "t") == [(1, 1, "x"), (2, 2, "y")]


def test_fields_that_are_not_null(spark: SparkSession) -> None:
    spark.sql("create table t (id int, s struct<a: int not null, n: struct<b: int not null>>) using delta")
    bad = "insert into t values (1, named_struct('a', cast({} as int), 'n', named_struct('b', cast({} as int))))"
    assert failure(spark, bad.format("null", "1")) == "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"
    assert failure(spark, bad.format("1", "null")) == "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"
    spark.sql(bad.format("1", "1"))
    spark.sql("insert into t values (2, null), (3, named_struct('a', 1, 'n', null))")
    assert failure(spark, "update t set s.a = null where id = 1") == "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"
    assert rows(spark, "select id, s.a from t order by id") == [(1, 1), (2, None), (3, 1)]


# ---------------------------------------------------------------------------------------------------- options of writes


@pytest.fixture
def parts(spark: SparkSession) -> SparkSession:
    spark.sql("create table p using delta partitioned by (k) as select id, id % 3 k from range(9)")
    return spark


def overwrite(rows_: DataFrame, **options: str) -> None:
    rows_.write.format("delta").mode("overwrite").options(**options).saveAsTable("p")


def test_a_table_that_is_overwritten_keeps_its_columns(parts: SparkSession) -> None:
    overwrite(parts.sql("select 100L id, 1L k"), replaceWhere="k = 1")
    assert rows(parts, "select count(*), max(id) from p") == [(7, 100)]
    overwrite(parts.sql("select 101L id, 2L k"), partitionOverwriteMode="dynamic")
    assert rows(parts, "select count(*), max(id) from p") == [(5, 101)]
    with pytest.raises(PySparkException) as caught:
        overwrite(parts.sql("select 1L id, 2L k, 'x' other"))
    assert caught.value.getCondition() == "DELTA_SCHEMA_MISMATCH"
    overwrite(parts.sql("select 1L id, 2L k, 'x' other"), mergeSchema="true")
    assert parts.table("p").columns == ["id", "k", "other"]
    assert rows(parts, "show partitions p") == [("k=2",)]
    overwrite(parts.sql("select 'y' other"), overwriteSchema="true")
    assert parts.table("p").columns == ["other"]
    assert len(parts.sql("describe history p").collect()) == 5


def test_writes_of_the_second_kind(parts: SparkSession) -> None:
    parts.sql("select 200L id, 1L k").writeTo("p").overwrite(F.col("k") == 1)
    assert rows(parts, "select id from p where k = 1") == [(200,)]
    parts.sql("select 300L id, 2L k").writeTo("p").option("userMetadata", "why").overwritePartitions()
    assert rows(parts, "select id from p where k = 2") == [(300,)]
    assert parts.sql("describe history p limit 1").collect()[0].userMetadata == "why"
    parts.sql("select 1 a, 2 b").writeTo("p").using("delta").partitionedBy(F.col("b")).createOrReplace()
    assert rows(parts, "show partitions p") == [("b=2",)]
    assert len(parts.sql("describe history p").collect()) == 4


def test_a_numbered_write_is_made_once(spark: SparkSession, tmp_path: Path) -> None:
    def write(number: int, **more: str) -> None:
        options = {"txnAppId": "app", "txnVersion": str(number), **more}
        spark.range(2).write.format("delta").mode("append").options(**options).save(str(tmp_path / "t"))

    for number in (1, 1, 2, 1):
        write(number, userMetadata=f"write {number}")
    assert spark.read.format("delta").load(str(tmp_path / "t")).count() == 4
    assert [r.userMetadata for r in spark.sql(f"describe history '{tmp_path}/t'").collect()] == ["write 2", "write 1"]
    assert DeltaTable(str(tmp_path / "t")).transaction_version("app") == 2
    spark.conf.set("spark.databricks.delta.commitInfo.userMetadata", "tidied")
    spark.sql(f"delete from delta.`{tmp_path}/t` where id = 0")
    assert spark.sql(f"describe history '{tmp_path}/t'").collect()[0].userMetadata == "tidied"
    with pytest.raises(PySparkException, match="txnVersion"):
        spark.range(1).write.format("delta").mode("append").option("txnAppId", "a").save(str(tmp_path / "t"))


def test_features_are_not_dropped(parts: SparkSession) -> None:
    assert failure(parts, "alter table p drop feature deletionVectors") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert failure(parts, "alter table p drop feature appendOnly truncate history") == "UNSUPPORTED_FEATURE.HIVEFRAME"
