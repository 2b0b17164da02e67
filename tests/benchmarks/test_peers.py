"""Queries that come with views are one query for engines without views."""

import duckdb

from benchmarks.contenders import translated
from benchmarks.peers.piped import as_one_query
from benchmarks.tpc.data import tables
from benchmarks.tpc.queries import queries


def test_a_query_without_views_is_left_as_it_is():
    assert as_one_query(queries("tpch")["q01"]) == queries("tpch")["q01"]


def test_a_view_becomes_a_common_table_expression():
    statements = queries("tpch")["q15"]
    (single,) = as_one_query(statements)
    with duckdb.connect() as connection:
        for name, file in tables("tpch", 0.01).items():
            connection.read_parquet(str(file)).create_view(name)
        make, select, _ = map(translated, statements)
        connection.execute(make)
        expected = connection.sql(select).fetchall()
        connection.execute("DROP VIEW revenue0")
        assert connection.sql(translated(single)).fetchall() == expected != []
