"""A client that is not pyspark: the ADBC driver, written in Go."""

from __future__ import annotations

import adbc_driver_spark.dbapi as adbc
import pytest


@pytest.fixture
def cursor(engine_server):
    with adbc.connect(f"sc://127.0.0.1:{engine_server.port}") as connection, connection.cursor() as cursor:
        yield cursor


def test_rows_of_a_query(cursor):
    cursor.execute("select id, cast(id as string) as s from range(3)")
    assert [column[0] for column in cursor.description] == ["id", "s"]
    assert cursor.fetchall() == [(0, "0"), (1, "1"), (2, "2")]


def test_a_large_result_as_arrow(cursor):
    cursor.execute("select * from range(300000)")
    table = cursor.fetch_arrow_table()
    assert table.column("id").to_pylist() == list(range(300_000))


def test_an_empty_result_has_its_columns(cursor):
    cursor.execute("select id, id > 1 as b from range(0)")
    assert [(f.name, str(f.type)) for f in cursor.fetch_arrow_table().schema] == [("id", "int64"), ("b", "bool")]


def test_a_view_lives_as_long_as_the_connection(cursor):
    cursor.execute("create temporary view v as select 7 as n")
    cursor.execute("select n from v")
    assert cursor.fetchone() == (7,)


def test_an_error_names_its_condition(cursor):
    with pytest.raises(adbc.Error, match="UNRESOLVED_COLUMN"):
        cursor.execute("select nope from range(1)")
