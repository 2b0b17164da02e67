"""What a Delta table's definition asks of its rows, and how it changes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from tests.tables.answers import failure, rows


@pytest.fixture
def mapped(spark: SparkSession) -> SparkSession:
    spark.sql(
        "create table t (id int, name string, s struct<a: int>) using delta"
        " tblproperties ('delta.columnMapping.mode' = 'name')"
    )
    spark.sql("insert into t values (1, 'a', named_struct('a', 1)), (2, 'b', null)")
    return spark


def test_columns_are_added_renamed_and_dropped(mapped: SparkSession, warehouse: Path) -> None:
    mapped.sql("alter table t add columns (x double comment 'an x' after id, s.b string)")
    mapped.sql("insert into t values (3, 1.5, 'c', named_struct('a', 3, 'b', 'deep'))")
    assert mapped.table("t").columns == ["id", "x", "name", "s"]
    mapped.sql("alter table t rename column name to label")
    mapped.sql("alter table t rename column s.a to first")
    mapped.sql("alter table t drop column x")
    wanted = [(1, "a", 1, None), (2, "b", None, None), (3, "c", 3, "deep")]
    assert rows(mapped, "select id, label, s.first, s.b from t order by id") == wanted
    table = pa.table(DeltaTable(str(warehouse / "t")).scan().read_all())
    assert table.column_names == ["id", "label", "s"]
    assert failure(mapped, "alter table t drop column nope") == "UNRESOLVED_COLUMN.WITH_SUGGESTION"


def test_columns_of_a_table_without_mapping_stay(spark: SparkSession) -> None:
    spark.sql("create table plain using delta as select 1 a, 2 b")
    assert failure(spark, "alter table plain drop column a") == "DELTA_COLUMN_MAPPING_NEEDED"
    assert failure(spark, "alter table plain rename column a to c") == "DELTA_COLUMN_MAPPING_NEEDED"
    spark.sql("alter table plain set tblproperties ('delta.columnMapping.mode' = 'name')")
    spark.sql("alter table plain rename column a to c")
    spark.sql("insert into plain values (3, 4)")
    assert rows(spark, "select c, b from plain order by c") == [(1, 2), (3, 4)]


def test_checks_hold_for_every_row(spark: SparkSession) -> None:
    spark.sql("create table t (a int, constraint positive check (a > 0)) using delta")
    assert failure(spark, "insert into t values (1), (0)") == "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"
    assert failure(spark, "insert into t values (null)") == "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"
    spark.sql("insert into t values (1)")
    assert failure(spark, "update t set a = -a") == "DELTA_VIOLATE_CONSTRAINT_WITH_VALUES"
    assert failure(spark, "alter table t add constraint big check (a > 5)") == "DELTA_NEW_CHECK_CONSTRAINT_VIOLATION"
    assert failure(spark, "alter table t add constraint positive check (a > 5)") == "DELTA_CONSTRAINT_ALREADY_EXISTS"
    spark.sql("alter table t drop constraint positive")
    spark.sql("insert into t values (-1)")
    assert rows(spark, "select a from t order by a") == [(-1,), (1,)]


def test_generated_columns_follow(spark: SparkSession) -> None:
    spark.sql("create table t (a int, b int generated always as (a * 2), c string default 'x') using delta")
    spark.sql("insert into t (a) values (1), (2)")
    assert failure(spark, "insert into t values (1, 3, 'y')") == "DELTA_GENERATED_COLUMNS_VALUE_MISMATCH"
    spark.sql("update t set a = 10 where a = 2")
    spark.sql("merge into t using (select 99 k) s on t.a = s.k when not matched then insert (a) values (k)")
    assert rows(spark, "select * from t order by a") == [(1, 2, "x"), (10, 20, "x"), (99, 198, "x")]


def test_identities_count(spark: SparkSession) -> None:
    spark.sql(
        "create table t (id bigint generated always as identity (start with 100 increment by 10), v string) using delta"
    )
    spark.sql("insert into t (v) values ('a'), ('b')")
    spark.sql("merge into t using (select 'c' v) s on t.v = s.v when not matched then insert (v) values (s.v)")
    assert rows(spark, "select id from t order by id") == [(100,), (110,), (120,)]
    condition = "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED"
    assert failure(spark, "insert into t values (1, 'x')") == condition


@pytest.mark.parametrize(
    ("name", "value", "condition"),
    [
        ("delta.appendonly", "maybe", "DELTA_INVALID_PROPERTY_VALUE"),
        ("delta.checkpointInterval", "0", "DELTA_INVALID_PROPERTY_VALUE"),
        ("delta.logRetentionDuration", "a while", "DELTA_INVALID_PROPERTY_VALUE"),
        ("delta.appendOnli", "true", "DELTA_UNKNOWN_CONFIGURATION"),
        ("delta.columnMapping.mode", "names", "DELTA_INVALID_PROPERTY_VALUE"),
    ],
)
def test_properties_of_the_format_are_checked(name: str, value: str, condition: str, spark: SparkSession) -> None:
    assert failure(spark, f"create table t (a int) using delta tblproperties ('{name}' = '{value}')") == condition
    spark.sql("create table t (a int) using delta tblproperties ('own' = 'x', 'delta.logRetentionDuration' = '2 days')")
    assert failure(spark, f"alter table t set tblproperties ('{name}' = '{value}')") == condition


def test_properties_of_the_format_have_one_spelling(spark: SparkSession) -> None:
    spark.sql("create table t (a int) using delta tblproperties ('DELTA.appendonly' = 'TRUE')")
    assert rows(spark, "show tblproperties t") == [("delta.appendOnly", "TRUE")]
    spark.sql("insert into t values (1)")
    assert failure(spark, "delete from t where a = 1") == "DELTA_CANNOT_MODIFY_APPEND_ONLY"


def test_types_widen(spark: SparkSession) -> None:
    spark.sql("create table t (i int) using delta tblproperties ('delta.enableTypeWidening' = 'true')")
    spark.sql("insert into t values (1)")
    assert failure(spark, "alter table t alter column i type string") == "NOT_SUPPORTED_CHANGE_COLUMN"
    spark.sql("alter table t alter column i type bigint")
    spark.sql("insert into t values (5000000000)")
    assert rows(spark, "select i from t order by i") == [(1,), (5000000000,)]


def test_properties_and_comments(spark: SparkSession) -> None:
    spark.sql("create table t (a int comment 'first') using delta comment 'about t' tblproperties ('k' = 'v')")
    spark.sql("alter table t set tblproperties ('x' = 'y')")
    spark.sql("alter table t unset tblproperties ('k')")
    spark.sql("alter table t alter column a comment 'the a'")
    assert rows(spark, "show tblproperties t") == [("x", "y")]
    assert rows(spark, "describe t") == [("a", "int", "the a")]
    assert failure(spark, "insert into t select 'x'") != ""
    spark.sql("alter table t set tblproperties ('delta.appendOnly' = 'true')")
    spark.sql("insert into t values (1)")
    assert failure(spark, "delete from t") == "DELTA_CANNOT_MODIFY_APPEND_ONLY"


def test_char_and_varchar_are_text_with_a_note(spark: SparkSession, warehouse: Path) -> None:
    spark.sql("create table t (c char(3), v varchar(2)) using delta")
    spark.sql("insert into t values ('a', 'zz')")
    assert failure(spark, "insert into t values ('a', 'zzz')") == "EXCEED_LIMIT_LENGTH"
    assert rows(spark, "select * from t") == [("a  ", "zz")]
    assert rows(spark, "describe t") == [("c", "char(3)", None), ("v", "varchar(2)", None)]
    library = DeltaTable(str(warehouse / "t"))
    assert [f.type.type for f in library.schema().fields] == ["string", "string"]
    spark.sql("update t set v = 'y'")
    assert pa.table(library.scan().read_all()).num_rows == 1


@pytest.mark.parametrize("dtype", ["interval day to second", "time", "array<interval month>", "string collate UNICODE"])
def test_types_that_the_format_lacks_are_refused(dtype: str, spark: SparkSession) -> None:
    refused = failure(spark, f"create table t (a {dtype}) using delta")
    assert refused == "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"
