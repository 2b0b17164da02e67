"""What tables that keep versions do alike, whatever their format, for us and for the format's own library."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import hiveframe
from tests.tables import iceberg_catalog
from tests.tables.answers import failure, rows
from tests.tables.delta_rows import library_table

FORMATS = ("delta", "honeystore", "iceberg")
MAPPED = " tblproperties ('delta.columnMapping.mode' = 'name')"


@dataclass(frozen=True)
class Lake:
    """A session whose new tables (`using`) are of one format, and what others read of them, where there are others."""

    format: str
    spark: SparkSession
    using: str
    library_rows: Callable[[str], list[tuple[Any, ...]]] | None
    conf: dict[str, str]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """A query's rows."""
        return rows(self.spark, query)

    def failure(self, query: str) -> str:
        """The condition with which a statement fails."""
        return failure(self.spark, query)

    def holds(self, table: str, wanted: Sequence[tuple[Any, ...]]) -> None:
        """Assert that a table has these rows, in the order of its first column, for the library, too."""
        assert self.rows(f"select * from {table} order by 1") == wanted
        assert self.library_rows is None or self.library_rows(table) == wanted

    def newest(self, table: str) -> int:
        """The table's version now."""
        (version,) = self.rows(f"describe history {table} limit 1")[0][:1]
        return int(version)


@pytest.fixture(params=FORMATS)
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lake]:
    conf = {"spark.sql.warehouse.dir": str(tmp_path / "warehouse"), "spark.sql.session.timeZone": "UTC"}
    if request.param == "iceberg":
        with iceberg_catalog.session(tmp_path) as spark:
            spark.sql("use ice.db")
            conf |= iceberg_catalog.settings(tmp_path)
            yield Lake("iceberg", spark, "", lambda t: iceberg_catalog.library_rows(tmp_path, f"db.{t}"), conf)
        return
    spark = hiveframe.session(**conf)
    library = (lambda t: library_table(tmp_path / "warehouse" / t)) if request.param == "delta" else None
    yield Lake(request.param, spark, f" using {request.param}", library, conf)
    spark.stop()


@pytest.fixture
def people(lake: Lake) -> Lake:
    lake.spark.sql(f"create table people (id int, name string, score double){lake.using}")
    lake.spark.sql("insert into people values (1, 'a', 1), (2, 'b', 2), (3, 'c', 3)")
    return lake


# ------------------------------------------------------------------------------------------------------ rows changed


def test_delete_takes_rows_out(people: Lake) -> None:
    assert people.rows("delete from people where id = 2") == [(1,)]
    people.holds("people", [(1, "a", 1.0), (3, "c", 3.0)])
    assert people.rows("delete from people where id = 2") == [(0,)]
    assert people.rows("delete from people") == [(2,)]
    assert people.rows("select count(*) from people") == [(0,)]
    people.holds("people", [])


def test_update_changes_columns_and_fields(people: Lake) -> None:
    assert people.rows("update people p set name = upper(p.name), score = score * 10 where p.id >= 2") == [(2,)]
    people.holds("people", [(1, "a", 1.0), (2, "B", 20.0), (3, "C", 30.0)])
    assert people.failure("update people set nope = 1") == "UNRESOLVED_COLUMN.WITH_SUGGESTION"
    made = "as select 1 id, named_struct('a', 1, 'b', named_struct('c', 'x')) s"
    people.spark.sql(f"create table deep{people.using} {made}")
    people.spark.sql("update deep set s.b.c = 'y'")
    assert people.rows("select s.a, s.b.c from deep") == [(1, "y")]
    assert people.library_rows is None or people.library_rows("deep") == [(1, {"a": 1, "b": {"c": "y"}})]


def test_merge_has_every_clause(people: Lake) -> None:
    counts = people.rows(
        """merge into people using (select * from values (1, 'gone'), (2, 'new'), (9, 'nine') as t(id, name)) changes
           on people.id = changes.id
           when matched and changes.name = 'gone' then delete
           when matched then update set name = changes.name
           when not matched then insert (id, name) values (id, name)
           when not matched by source then update set score = -1"""
    )
    assert counts == [(4, 2, 1, 1)]
    people.holds("people", [(2, "new", 2.0), (3, "c", -1.0), (9, "nine", None)])


def test_merge_refuses_two_changes_of_a_row(people: Lake) -> None:
    twice = "merge into people using (select 1 id union all select 1) s on people.id = s.id when matched then "
    condition = "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE"
    assert people.failure(twice + "update set score = 0") == condition
    people.holds("people", [(1, "a", 1.0), (2, "b", 2.0), (3, "c", 3.0)])
    assert people.rows(twice + "delete") == [(1, 0, 1, 0)]
    people.holds("people", [(2, "b", 2.0), (3, "c", 3.0)])


def test_merge_of_a_view(people: Lake) -> None:
    people.spark.sql("create temporary view changes as select * from values (1, 'one'), (4, 'four') as t(id, name)")
    people.spark.sql(
        """merge into people using changes on people.id = changes.id
           when matched then update set name = changes.name when not matched then insert (id, name) values (id, name)"""
    )
    people.holds("people", [(1, "one", 1.0), (2, "b", 2.0), (3, "c", 3.0), (4, "four", None)])


def test_merge_of_a_data_frame(people: Lake) -> None:
    source = people.spark.createDataFrame([(3, "three", 33.0), (4, "four", 44.0)], "id int, name string, score double")
    merged = source.alias("s").mergeInto("people", F.expr("people.id = s.id"))
    merged.whenMatched().updateAll().whenNotMatched().insertAll().merge()
    people.holds("people", [(1, "a", 1.0), (2, "b", 2.0), (3, "three", 33.0), (4, "four", 44.0)])


def test_errors_propose_the_tables_own_columns(people: Lake) -> None:
    with pytest.raises(PySparkException) as caught:
        people.spark.sql("delete from people where nope = 1")
    assert "Did you mean one of the following? [`id`, `name`, `score`]" in str(caught.value)


def test_a_column_may_have_the_tables_name(lake: Lake) -> None:
    lake.spark.sql(f"create table id (id int, s string){lake.using}")
    lake.spark.sql("insert into id values (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')")
    lake.spark.sql("update id set s = 'x' where id = 1")
    lake.spark.sql("update id set id.s = 'y' where id.id = 2")
    lake.spark.sql("merge into id using (select 3 as id) new on id.id = new.id when matched then update set id.s = 'z'")
    lake.spark.sql("delete from id where id.id = 4")
    assert lake.rows("select id.id, id.s from id order by id") == [(1, "x"), (2, "y"), (3, "z")]


def test_nan_in_a_partition_is_greater_than_all_others(lake: Lake) -> None:
    lake.spark.sql(f"create table t (id int, p double){lake.using} partitioned by (p)")
    lake.spark.sql("insert into t values (1, double('NaN')), (2, 1.0), (3, 5.0), (4, null)")
    for condition, wanted in (
        ("p > 2.0", [1, 3]),
        ("p >= 5.0", [1, 3]),
        ("p < 5.0", [2]),
        ("p in (1.0, double('NaN'))", [1, 2]),
        ("p = double('NaN')", [1]),
        ("p <> 1.0", [1, 3]),
    ):
        assert lake.rows(f"select id from t where {condition} order by id") == [(i,) for i in wanted], condition
    assert lake.rows("delete from t where p > 2.0") == [(2,)]
    assert lake.rows("select id from t order by id") == [(2,), (4,)]


# ------------------------------------------------------------------------------------------------------ rows written


def test_overwrites(lake: Lake) -> None:
    spark = lake.spark
    spark.sql(f"create table parts{lake.using} partitioned by (k) as select id, id % 3 as k from range(9)")
    spark.sql("insert overwrite parts partition (k = 1) select 100L")
    assert lake.rows("select id from parts where k = 1") == [(100,)]
    spark.conf.set("spark.sql.sources.partitionOverwriteMode", "dynamic")
    spark.sql("insert overwrite parts values (200, 2)")
    assert lake.rows("select id from parts where k = 2") == [(200,)]
    assert lake.rows("select count(*) from parts") == [(5,)]
    spark.sql("insert into parts replace where id >= 100 values (300, 0)")
    assert lake.rows("select id from parts where id >= 100") == [(300,)]
    assert lake.failure("insert into parts replace where id >= 100 values (3, 0)") == "DELTA_REPLACE_WHERE_MISMATCH"
    spark.conf.unset("spark.sql.sources.partitionOverwriteMode")
    spark.range(2).withColumn("k", F.lit(5)).write.format(lake.format).mode("overwrite").saveAsTable("parts")
    lake.holds("parts", [(0, 5), (1, 5)])


@pytest.mark.parametrize("format_", ["delta", "honeystore"])
def test_columns_are_added_by_merge_schema(format_: str, spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "t")
    spark.range(2).write.format(format_).save(path)
    wider = spark.range(2, 3).withColumn("name", F.lit("x"))
    with pytest.raises(PySparkException) as caught:
        wider.write.format(format_).mode("append").save(path)
    assert caught.value.getCondition() == "DELTA_SCHEMA_MISMATCH"
    wider.write.format(format_).mode("append").option("mergeSchema", "true").save(path)
    found = spark.read.format(format_).load(path).orderBy("id").collect()
    assert [tuple(r) for r in found] == [(0, None), (1, None), (2, "x")]
    wider.write.format(format_).mode("overwrite").option("overwriteSchema", "true").save(path)
    assert spark.read.format(format_).load(path).columns == ["id", "name"]


def test_null_goes_into_no_column_that_refuses_it(lake: Lake) -> None:
    lake.spark.sql(f"create table strict (a int not null, b int){lake.using}")
    assert lake.failure("insert into strict values (null, 1)") == "DELTA_NOT_NULL_CONSTRAINT_VIOLATED"
    assert lake.rows("select * from strict") == []


def test_files_hold_no_more_rows_than_asked_for(lake: Lake) -> None:
    spark = lake.spark
    spark.sql(f"create table t (id bigint, p bigint){lake.using} partitioned by (p)")
    given = spark.range(100).selectExpr("id", "id div 90 p")
    per_file = "select p, count(*) n from t group by p, _metadata.file_path order by p, n"
    given.write.format(lake.format).mode("append").option("maxRecordsPerFile", 30).saveAsTable("t")
    assert lake.rows(per_file) == [(0, 30), (0, 30), (0, 30), (1, 10)]
    spark.conf.set("spark.sql.files.maxRecordsPerFile", 45)
    spark.sql("insert overwrite t select id, id div 90 from range(100)")
    assert lake.rows(per_file) == [(0, 45), (0, 45), (1, 10)]
    given.write.format(lake.format).mode("overwrite").option("maxRecordsPerFile", 0).saveAsTable("t")
    assert lake.rows(per_file) == [(0, 90), (1, 10)]
    given.write.format(lake.format).option("maxRecordsPerFile", 60).partitionBy("p").saveAsTable("made")
    assert lake.rows(per_file.replace("from t", "from made")) == [(0, 30), (0, 60), (1, 10)]


def test_partitions_are_not_truncated_by_name(lake: Lake) -> None:
    lake.spark.sql(f"create table t (id int, p int){lake.using} partitioned by (p)")
    lake.spark.sql("insert into t values (1, 1), (2, 2)")
    with pytest.raises(PySparkException, match="DELETE") as caught:
        lake.spark.sql("truncate table t partition (p = 1)")
    assert caught.value.getCondition() == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert lake.rows("select * from t order by id") == [(1, 1), (2, 2)]


# --------------------------------------------------------------------------------------------------------- versions


NO_VERSION = {
    "delta": "DELTA_VERSION_NOT_FOUND",
    "honeystore": "HONEY_VERSION_NOT_FOUND",
    "iceberg": "ICEBERG_NO_SNAPSHOT",
}
TOO_EARLY = {
    "delta": "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION",
    "honeystore": "HONEY_NOTHING_AT_THAT_TIME",
    "iceberg": "ICEBERG_NOTHING_AT_THAT_TIME",
}


def test_time_travel(people: Lake) -> None:
    version = people.newest("people")
    between = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + 1))
    time.sleep(1.1)
    people.spark.sql("delete from people where id < 3")
    assert people.rows(f"select count(*) from people version as of {version}") == [(3,)]
    assert people.rows(f"select count(*) from people timestamp as of '{between}'") == [(3,)]
    assert people.spark.read.option("versionAsOf", version).table("people").count() == 3
    assert people.rows("select count(*) from people") == [(1,)]
    assert people.failure("select * from people version as of 7") == NO_VERSION[people.format]
    assert people.failure("select * from people timestamp as of '2001-01-01'") == TOO_EARLY[people.format]
    people.spark.sql(f"restore table people to version as of {version}")
    assert people.rows("select count(*) from people") == [(3,)]


def test_replace_keeps_the_history(people: Lake) -> None:
    version = people.newest("people")
    people.spark.sql(f"create or replace table people{people.using} as select 'new' as only")
    assert people.rows("select * from people") == [("new",)]
    assert people.rows(f"select count(*) from people version as of {version}") == [(3,)]


def test_other_sessions_see_commits_at_once(people: Lake) -> None:
    other = hiveframe.session(**people.conf)
    if people.format == "iceberg":
        other.sql("use ice.db")
    query = people.spark.sql("select count(*) from people")
    assert query.collect() == [(3,)]
    other.sql("insert into people values (4, 'd', 4)")
    assert query.collect() == [(4,)]


def test_columns_keep_their_rows_under_other_names(people: Lake) -> None:
    if people.format == "delta":
        people.spark.sql("alter table people set" + MAPPED)
    version = people.newest("people")
    people.spark.sql("alter table people rename column name to called")
    people.spark.sql("insert into people values (4, 'd', 4)")
    assert people.rows("select id, called from people where called >= 'c' order by id") == [(3, "c"), (4, "d")]
    people.spark.sql("alter table people drop column score")
    people.spark.sql("alter table people add column score double")
    assert people.rows("select * from people where id = 1") == [(1, "a", None)]
    assert people.rows(f"select score from people version as of {version} where id = 1") == [(1.0,)]
