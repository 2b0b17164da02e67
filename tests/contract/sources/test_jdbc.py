"""JDBC to SQLite and PostgreSQL: what is written comes back, and Spark's errors (seen with Spark 4.2 on Derby)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

import hiveframe
from hiveframe.lake.jdbc.options import jdbc_options
from hiveframe.lake.jdbc.types import postgres_type, sqlite_type
from hiveframe.lake.options import Options
from hiveframe.lake.sources import jdbc as jdbc_source
from hiveframe.plan.types import simple_string
from tests.unit.catalog.conftest import postgres_url  # noqa: F401  a fixture

EVERYTHING = """
    select 1 a, 'x' b, 1.5 c, date'2020-01-01' d, true e, timestamp'2020-01-01 01:02:03.5' f, X'41' g, 2.5d h, 5L i
    union all select null, 'it''s', -0.1, null, false, null, null, null, null order by b
"""


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "Europe/Paris"})
    yield session
    session.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"jdbc:sqlite:{tmp_path / 'my db'}"
    address: str = request.getfixturevalue("postgres_url")
    place = address.removeprefix("postgresql+psycopg://hive@")
    schema = "t" + str(abs(hash(str(tmp_path))))
    made = f"jdbc:postgresql://{place}?user=hive&options=-csearch_path%3D{schema}"
    from sqlalchemy import create_engine, text

    with create_engine(address).begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    return made


def read(spark: SparkSession, url: str, **options: Any) -> DataFrame:
    return spark.read.format("jdbc").options(url=url, **options).load()


def write(frame: DataFrame, url: str, table: str, mode: str = "error", **options: Any) -> None:
    frame.write.format("jdbc").options(url=url, dbtable=table, **options).mode(mode).save()


def condition_of(call: Any) -> str | None:
    with pytest.raises(PySparkException) as caught:
        call()
    return caught.value.getCondition()


def test_what_is_written_comes_back(spark: SparkSession, url: str) -> None:
    frame = spark.sql(EVERYTHING)
    write(frame, url, "t1", batchsize=1)
    back = read(spark, url, dbtable="t1", fetchsize=1)
    assert back.schema.simpleString() == frame.schema.simpleString()
    assert sorted(map(repr, back.collect())) == sorted(map(repr, frame.collect()))
    assert back.select("b").where("a = 1").collect() == [("x",)]
    assert back.count() == 2


def test_save_modes_do_what_spark_does(spark: SparkSession, url: str) -> None:
    one, two = spark.sql("select 1 a"), spark.sql("select 2 a")
    write(one, url, "t1")
    assert condition_of(lambda: write(two, url, "t1")) == "_LEGACY_ERROR_TEMP_1288"
    write(two, url, "t1", "ignore")
    write(two, url, "t1", "append")
    assert sorted(read(spark, url, dbtable="t1").collect()) == [(1,), (2,)]
    write(two, url, "t1", "overwrite", truncate=True)
    assert read(spark, url, dbtable="t1").collect() == [(2,)]
    write(spark.sql("select 'x' b"), url, "t1", "overwrite")
    assert read(spark, url, dbtable="t1").collect() == [("x",)]


def test_a_write_that_fails_leaves_the_table_as_it_was(spark: SparkSession, url: str) -> None:
    write(spark.sql("select 1 a"), url, "t1")
    bad = spark.sql("select if(id = 5, raise_error('no'), cast(id as int)) a from range(10)")
    with pytest.raises(PySparkException):
        write(bad, url, "t1", "overwrite")
    assert read(spark, url, dbtable="t1").collect() == [(1,)]


def test_names_are_quoted_whatever_they_are(spark: SparkSession, url: str) -> None:
    frame = spark.sql("""select 1 `a "b`, 2 `select`, 3 `x;y`""")
    write(frame, url, '"My ""Table; drop"')
    back = read(spark, url, dbtable='"My ""Table; drop"')
    assert back.columns == ['a "b', "select", "x;y"]
    assert back.collect() == [(1, 2, 3)]


def test_queries_and_predicates(spark: SparkSession, url: str) -> None:
    write(spark.sql("select id, 'v:' || id v from range(10)"), url, "t1")
    assert read(spark, url, query="select id + 1 as k from t1 where v = 'v:3'").collect() == [(4,)]
    assert read(spark, url, dbtable="(select max(id) m from t1) q").collect() == [(9,)]
    divided = spark.read.jdbc(url, "t1", predicates=["id < 2", "id >= 8", "v = 'v:1'"])
    assert sorted(r.id for r in divided.collect()) == [0, 1, 1, 8, 9]
    assert spark.read.jdbc(url, "t1", column="id", lowerBound=0, upperBound=9, numPartitions=3).count() == 10


def test_types_can_be_chosen(spark: SparkSession, url: str) -> None:
    write(spark.sql("select 1 a, 'x' b"), url, "t1", createTableColumnTypes="b varchar(7)")
    assert read(spark, url, dbtable="t1", customSchema="A string").collect() == [("1", "x")]
    assert condition_of(lambda: write(spark.range(1), url, "t2", createTableColumnTypes="z int")) is not None


def test_statements_run_before_the_read(spark: SparkSession, url: str) -> None:
    options = {"sessionInitStatement": "create temp table first as select 7 as v"}
    assert read(spark, url, query="select v from first", **options).collect() == [(7,)]


@pytest.mark.parametrize(
    ("options", "condition"),
    [
        ({}, "_LEGACY_ERROR_TEMP_2079"),
        ({"dbtable": "t1", "query": "select 1"}, "_LEGACY_ERROR_TEMP_2078"),
        ({"dbtable": "nope"}, "JDBC_EXTERNAL_ENGINE_SYNTAX_ERROR.DURING_OUTPUT_SCHEMA_RESOLUTION"),
        (
            {"dbtable": "t1", "partitionColumn": "z", "lowerBound": 0, "upperBound": 1, "numPartitions": 2},
            "_LEGACY_ERROR_TEMP_1286",
        ),
        (
            {"dbtable": "t1", "partitionColumn": "b", "lowerBound": 0, "upperBound": 1, "numPartitions": 2},
            "_LEGACY_ERROR_TEMP_1287",
        ),
    ],
    ids=str,
)
def test_wrong_options_are_spark_errors(spark: SparkSession, url: str, options: dict[str, Any], condition: str) -> None:
    write(spark.sql("select 1 a, 'x' b"), url, "t1")
    assert condition_of(lambda: read(spark, url, **options).collect()) == condition


def test_columns_that_the_table_lacks_and_types_that_it_cannot_hold(spark: SparkSession, url: str) -> None:
    write(spark.sql("select 1 a"), url, "t1")
    assert condition_of(lambda: write(spark.sql("select 1 z"), url, "t1", "append")) == "COLUMN_NOT_DEFINED_IN_TABLE"
    assert condition_of(lambda: write(spark.sql("select map(1, 2) m"), url, "t2")) == "_LEGACY_ERROR_TEMP_2082"


def test_a_temporary_view_reads_the_table_as_it_is_now(spark: SparkSession, tmp_path: Path) -> None:
    url = f"jdbc:sqlite:{tmp_path / 'db'}"
    write(spark.sql("select 1 a"), url, "t1")
    spark.sql(f"create or replace temporary view jdbc_view using jdbc options (url '{url}', dbtable 't1')")
    assert spark.sql("select a from jdbc_view").collect() == [(1,)]
    write(spark.sql("select 2 a"), url, "t1", "append")
    assert spark.sql("select count(*) from jdbc_view").collect() == [(2,)]


def test_secrets_stand_in_no_message(spark: SparkSession) -> None:
    url = "jdbc:postgresql://127.0.0.1:1/db?user=someone&password=hunter2"
    for options in ({}, {"user": "someone", "password": "hunter3"}):
        with pytest.raises(PySparkException) as caught:
            read(spark, url, dbtable="t", **options).collect()
        assert caught.value.getCondition() == "FAILED_JDBC.CONNECTION"
        assert "hunter" not in str(caught.value)
    shown = repr(jdbc_options(Options({"url": url, "dbtable": "t", "password": "hunter3"})))
    assert "hunter" not in shown


def test_a_number_too_large_for_its_type_is_no_other_number(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "db"
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a integer)")
        connection.execute("insert into t values (5000000000)")
    url = f"jdbc:sqlite:{path}"
    assert condition_of(lambda: read(spark, url, dbtable="t").collect()) == "CAST_OVERFLOW"
    assert read(spark, url, dbtable="t", customSchema="a bigint").collect() == [(5_000_000_000,)]


def test_postgres_types(spark: SparkSession, request: pytest.FixtureRequest) -> None:
    address: str = request.getfixturevalue("postgres_url")
    url = "jdbc:" + address.replace("+psycopg", "").replace("hive@", "") + "?user=hive"
    query = """
        select 1::int2 a, 2.50::numeric(6,2) b, '{1,2}'::int[] c, '{"k": 1}'::json d, 'x'::char(3) e,
        timestamptz '2020-01-01 00:00:00+00' f, 1.5::float4 g, '5ea2a5dc-0000-0000-0000-000000000000'::uuid h
    """
    frame = read(spark, url, query=query)
    assert frame.schema.simpleString() == (
        "struct<a:smallint,b:decimal(6,2),c:array<int>,d:string,e:string,f:timestamp,g:float,h:string>"
    )
    (row,) = frame.collect()
    assert row[:5] == (1, Decimal("2.50"), [1, 2], '{"k": 1}', "x  ")


@pytest.mark.parametrize(
    ("declared", "spark_type"),
    [("VARCHAR(10)", "string"), ("DECIMAL(8,3)", "decimal(8,3)"), ("numeric", "decimal(38,18)"), ("Int", "int")],
)
def test_declared_types_of_sqlite(declared: str, spark_type: str) -> None:
    assert simple_string(sqlite_type(declared)) == spark_type


def test_a_decimal_of_postgres_without_digits_has_sparks_own() -> None:
    assert simple_string(postgres_type("numeric", -1)) == "decimal(38,18)"


def test_a_table_is_read_in_parts_and_no_row_is_lost(spark: SparkSession, url: str) -> None:
    write(spark.sql("select if(id = 3, null, id) a, cast(id as string) b from range(20)"), url, "t1")
    bounds = {"partitionColumn": "a", "lowerBound": 4, "upperBound": 12, "numPartitions": 3}
    parts = read(spark, url, dbtable="t1", **bounds)
    assert sorted(int(r.b) for r in parts.collect()) == list(range(20))
    assert parts.where("a < 7").count() == 6


FILTERS = (
    "a = 1",
    "a > 1 and b = 'n2'",
    "a in (1, 2, null)",
    "b like 'n_%'",
    "b like 'N%'",
    "b like '100\\\\%%'",
    "b > 'n1'",
    "b is null",
    "a < 2 or a >= 4",
    "c = 1.5",
    "d >= date'2020-01-03'",
    "not a = 1",
    "a <=> null",
)


def test_filters_go_to_the_database_and_stay_true(
    spark: SparkSession, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "(0, 'n0'), (1, 'n1'), (2, 'n2'), (3, null), (4, '100% n')"
    frame = spark.sql(f"select a, b, a * 1.5 c, date_add(date'2020-01-01', a) d from values {rows} t(a, b)")
    write(frame, url, "t1")
    told: list[int] = []
    asked = jdbc_source.read_batches
    monkeypatch.setattr(jdbc_source, "read_batches", lambda *a, **k: (told.append(len(a[4])), asked(*a, **k))[1])
    for text in FILTERS:
        assert read(spark, url, dbtable="t1").where(text).count() == frame.where(text).count(), text
    assert sum(told) >= 8
    told.clear()
    assert read(spark, url, dbtable="t1", pushDownPredicate="false").where("a = 1").count() == 1
    assert told == [0]
