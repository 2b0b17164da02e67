"""Catalogs of Iceberg tables under their own names: kept in SQLite, behind a REST server, or misconfigured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.tables.answers import failure, rows
from tests.tables.iceberg_catalog import IMPLEMENTATION, library, library_rows, settings
from tests.tables.iceberg_rest import serving


@pytest.fixture(params=["sql", "rest"])
def spark(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SparkSession]:
    """A session with the catalog `ice` of one kind or the other."""
    conf = {"spark.sql.warehouse.dir": str(tmp_path / "warehouse"), "spark.sql.session.timeZone": "UTC"}
    if request.param == "sql":
        session = hiveframe.session(**conf, **settings(tmp_path))
        yield session
    else:
        with serving(library(tmp_path), "secret") as uri:
            options = {"": IMPLEMENTATION, ".type": "rest", ".uri": uri, ".token": "secret"}
            session = hiveframe.session(**conf, **{f"spark.sql.catalog.ice{k}": v for k, v in options.items()})
            yield session
    for key in ("", ".type", ".uri", ".warehouse", ".token"):
        session.conf.unset(f"spark.sql.catalog.ice{key}")
    session.stop()


def test_databases(spark: SparkSession) -> None:
    assert ("ice",) in rows(spark, "show catalogs")
    spark.sql("create database ice.one comment 'first' with dbproperties ('a' = '1')")
    spark.sql("create namespace ice.one.inner")
    spark.sql("create namespace if not exists ice.one")
    assert failure(spark, "create namespace ice.one") == "SCHEMA_ALREADY_EXISTS"
    assert rows(spark, "show databases in ice") == [("one",), ("one.inner",)]
    described = dict(rows(spark, "describe database extended ice.one"))
    assert described["Catalog Name"] == "ice"
    assert described["Comment"] == "first"
    assert described["Properties"] == "((a,1))"
    spark.sql("alter database ice.one set dbproperties ('b' = '2')")
    assert dict(rows(spark, "describe database extended ice.one"))["Properties"] == "((a,1), (b,2))"
    spark.sql("use ice.one.inner")
    assert rows(spark, "select current_catalog(), current_database()") == [("ice", "one.inner")]
    spark.sql("use ice.one")
    spark.sql("create table t (id int)")
    spark.sql("insert into t values (1)")
    assert rows(spark, "select * from ice.one.t") == [(1,)]
    assert failure(spark, "drop namespace ice.one") == "SCHEMA_NOT_EMPTY"
    assert failure(spark, "use ice.nope") == "SCHEMA_NOT_FOUND"
    spark.sql("drop namespace ice.one.inner")
    spark.sql("drop namespace ice.one cascade")
    spark.sql("drop namespace if exists ice.one")
    assert rows(spark, "show databases in ice") == []


def test_tables_come_and_go(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create namespace ice.db")
    spark.sql("create table ice.db.t partitioned by (bucket(2, id)) comment 'said' as select id, 'x' s from range(5)")
    assert failure(spark, "create table ice.db.t (a int)") == "TABLE_OR_VIEW_ALREADY_EXISTS"
    spark.sql("create table if not exists ice.db.t (a int)")
    spark.sql("insert into ice.db.t values (10, 'y')")
    spark.sql("update ice.db.t set s = 'z' where id > 3")
    wanted = [(0, "x"), (1, "x"), (2, "x"), (3, "x"), (4, "z"), (10, "z")]
    assert rows(spark, "select * from ice.db.t order by id") == wanted
    assert library_rows(tmp_path, "db.t") == wanted
    assert rows(spark, "show tables in ice.db") == [("db", "t", False)]
    assert [c.name for c in spark.catalog.listColumns("ice.db.t")] == ["id", "s"]
    spark.sql("alter table ice.db.t rename to ice.db.u")
    assert failure(spark, "select * from ice.db.t") == "TABLE_OR_VIEW_NOT_FOUND"
    spark.sql("create or replace table ice.db.u as select 1 one")
    assert rows(spark, "select * from ice.db.u") == [(1,)]
    assert len(rows(spark, "describe history ice.db.u")) == 4
    spark.sql("create table ice.db.like_u like ice.db.u")
    assert spark.table("ice.db.like_u").columns == ["one"]
    spark.range(3).writeTo("ice.db.v").using("iceberg").partitionedBy("id").tableProperty("p", "1").create()
    assert library(tmp_path).load_table("db.v").properties["p"] == "1"
    spark.range(1).write.saveAsTable("ice.db.w")
    assert spark.table("ice.db.w").count() == 1
    location = Path(library(tmp_path).load_table("db.w").location().removeprefix("file://"))
    spark.sql("drop table ice.db.w")
    assert location.exists()
    spark.sql("drop table ice.db.v purge")
    assert rows(spark, "show tables in ice.db") == [("db", "like_u", False), ("db", "u", False)]
    assert failure(spark, "create table ice.db.p (a int) using parquet") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert failure(spark, "create view ice.db.v as select 1") == "UNSUPPORTED_FEATURE.HIVEFRAME"
    assert failure(spark, "create table ice.nope.t (a int)") == "SCHEMA_NOT_FOUND"


def test_joins_across_catalogs(spark: SparkSession) -> None:
    spark.sql("create namespace ice.db")
    spark.sql("create table ice.db.t as select id from range(5)")
    spark.sql("create table plain using parquet as select id, id * 2 d from range(5)")
    query = "select sum(d) from ice.db.t join spark_catalog.default.plain using (id) where id > 2"
    assert rows(spark, query) == [(14,)]


def test_a_catalog_that_is_gone_is_named(spark: SparkSession, tmp_path: Path) -> None:
    spark.sql("create namespace ice.db")
    spark.sql("create table ice.db.t as select 1 a")
    if spark.conf.get("spark.sql.catalog.ice.type") == "rest":
        spark.conf.set("spark.sql.catalog.ice.token", "wrong")
        assert failure(spark, "select * from ice.db.t") == "INVALID_CONF_VALUE.REQUIREMENT"
    else:
        (tmp_path / "catalog.db").write_bytes(b"no database")
        assert failure(spark, "select * from ice.db.t") == "ICEBERG_CATALOG_FAILED"


def test_the_sessions_own_catalog_may_be_named(spark: SparkSession) -> None:
    kind = "org.apache.iceberg.spark.SparkSessionCatalog"
    spark.conf.set("spark.sql.catalog.spark_catalog", kind)
    try:
        spark.sql("create table own using iceberg as select 1 a")
        assert rows(spark, "select * from spark_catalog.default.own") == [(1,)]
        assert rows(spark, "show catalogs") == [("ice",), ("spark_catalog",)]
    finally:
        spark.conf.unset("spark.sql.catalog.spark_catalog")


def test_settings_that_lead_nowhere(spark: SparkSession) -> None:
    wrong = {
        "a": ({"": "com.example.Catalog"}, "CATALOG_IMPLEMENTATION_NOT_FOUND"),
        "b": ({"": IMPLEMENTATION}, "INVALID_CONF_VALUE.REQUIREMENT"),
        "c": ({"": IMPLEMENTATION, ".type": "hive"}, "INVALID_CONF_VALUE.REQUIREMENT"),
        "d": ({"": IMPLEMENTATION, ".type": "rest"}, "INVALID_CONF_VALUE.REQUIREMENT"),
        "e": ({"": IMPLEMENTATION, ".type": "rest", ".uri": "http://127.0.0.1:1"}, "INVALID_CONF_VALUE.REQUIREMENT"),
    }
    for name, (options, condition) in wrong.items():
        for key, value in options.items():
            spark.conf.set(f"spark.sql.catalog.{name}{key}", value)
        assert failure(spark, f"show tables in {name}.db") == condition, name
        for key in options:
            spark.conf.unset(f"spark.sql.catalog.{name}{key}")
