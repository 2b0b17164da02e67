"""What footers, logs and manifests tell of tables, without a row being read."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiveframe.lake.scan import ScanFile
from hiveframe.lake.statistics.distinct_counts import Part, distinct_count, seen, there
from hiveframe.lake.statistics.parquet_files import file_facts, page_header
from hiveframe.lake.statistics.sources import source_statistics
from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.spec import SqlQuery
from hiveframe.plan.statistics import ColumnStatistics, Histogram, TableStatistics, statistics_json, statistics_of
from hiveframe.plan.types import StructField, StructType
from tests.estimates.plans import new_session

SCHEMA = StructType((StructField("i", t.LONG), StructField("s", t.STRING)))


def written(path, **options):
    table = pa.table({"i": [n % 300 for n in range(10_000)], "s": [f"v{n % 40}" for n in range(10_000)]})
    pq.write_table(table, path, **options)
    return file_facts(str(path), SCHEMA)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"row_group_size": 1000},
        {"data_page_version": "2.0"},
        {"compression": "none"},
        {"write_statistics": False},
        {"use_dictionary": ["s"]},
    ],
)
def test_dictionaries_tell_how_many_values_differ(tmp_path, options):
    facts = written(tmp_path / "a.parquet", **options)
    assert facts.row_count == 10_000
    assert distinct_count(facts.parts["s"], 10_000) == 40
    if "use_dictionary" not in options:
        assert distinct_count(facts.parts["i"], 10_000) == 300


def test_a_dictionary_that_a_writer_gave_up_tells_nothing(tmp_path):
    values = [f"{n:040d}" for n in range(60_000)]
    pq.write_table(pa.table({"i": range(60_000), "s": values}), tmp_path / "a.parquet", dictionary_pagesize_limit=4096)
    facts = file_facts(str(tmp_path / "a.parquet"), SCHEMA)
    assert distinct_count(facts.parts["s"], 60_000) == 60_000


def test_what_is_no_header_is_none():
    assert page_header(b"") is None
    assert page_header(b"\xff" * 64) is None
    assert page_header(b"\x15\x00\x15\x10\x00") is None


def test_values_there_are_found_from_those_met():
    assert seen(1000, 0) == 0
    assert seen(1, 50) == 1
    for values, draws in ((10, 1000), (1000, 1000), (100_000, 5000)):
        assert there(seen(values, draws), draws) == pytest.approx(values, rel=0.05)


def test_parts_drawn_from_one_set_and_parts_of_a_sorted_column_are_told_apart():
    source = random.Random(7)
    drawn = [sorted(source.randrange(5000) for _ in range(2000)) for _ in range(10)]
    parts = [Part(2000, len(set(d)), d[0], d[-1]) for d in drawn]
    real = len({v for d in drawn for v in d})
    assert distinct_count(parts, 20_000) == pytest.approx(real, rel=0.1)
    ordered = [Part(2000, 100, i * 100, i * 100 + 99) for i in range(10)]
    assert distinct_count(ordered, 20_000) == 1000
    assert distinct_count([Part(2000, 1, 5, 5)] * 10, 20_000) == 1
    assert distinct_count([], 0) == 0


def test_rows_that_belong_together_do_not_hide_values():
    source = random.Random(3)
    parts = []
    for _ in range(20):  # ten rows each of so many customers
        chosen = {source.randrange(100_000) for _ in range(5000)}
        parts.append(Part(50_000, len(chosen), min(chosen), max(chosen)))
    assert 30_000 < distinct_count(parts, 1_000_000) < 130_000


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    made = new_session(tmp_path_factory.mktemp("warehouse"))
    yield made
    made.close()


def run(session, text):
    session.run(session.environment.parse_query(text))


def source_of(session, name):
    node = session.analyze(SqlQuery(f"SELECT * FROM {name}"))
    while not isinstance(node, lg.Scan):
        node = node.child
    return node.source


@pytest.mark.parametrize("provider", ["parquet", "delta", "iceberg", "honeystore"])
def test_each_format_tells_rows_bounds_nulls_and_values(session, provider):
    name = f"t_{provider}"
    run(session, f"CREATE TABLE {name}(a INT, b STRING, c DOUBLE, p INT) USING {provider} PARTITIONED BY (p)")
    assert source_statistics(source_of(session, name)).row_count == 0
    run(session, f"INSERT INTO {name} SELECT id % 50, concat('x', id % 7), id / 4, id % 3 FROM range(1000)")
    run(session, f"INSERT INTO {name} SELECT id % 50 + 10, 'y', NULL, 7 FROM range(1000)")
    found = source_statistics(source_of(session, name))
    assert found.row_count == 2000
    assert found.columns["a"] == ColumnStatistics(0, 59, 0, found.columns["a"].distinct_count)
    assert found.columns["a"].distinct_count in range(50, 61)
    assert (found.columns["b"].low, found.columns["b"].high) == ("x0", "y")
    assert (found.columns["c"].null_count, found.columns["c"].distinct_count) == (1000, 1000)
    assert found.columns["p"] == ColumnStatistics(0, 7, 0, 4)


@pytest.mark.parametrize("provider", ["delta", "iceberg", "honeystore"])
def test_deleted_rows_are_not_counted(session, provider):
    name = f"d_{provider}"
    run(session, f"CREATE TABLE {name} USING {provider} AS SELECT id FROM range(1000)")
    run(session, f"DELETE FROM {name} WHERE id % 10 = 3")
    assert source_statistics(source_of(session, name)).row_count == 900


def test_orc_tells_rows(session):
    run(session, "CREATE TABLE o USING orc AS SELECT id FROM range(1000)")
    found = source_statistics(source_of(session, "o"))
    assert (found.row_count, found.origin) == (1000, "metadata")


@pytest.mark.parametrize(("provider", "options"), [("csv", ""), ("csv", "OPTIONS (header 'true')"), ("json", "")])
def test_lines_are_counted_in_parts_of_files(session, provider, options):
    run(
        session, f"CREATE OR REPLACE TABLE lines USING {provider} {options} AS SELECT id, id % 7 AS b FROM range(50000)"
    )
    found = source_statistics(source_of(session, "lines"))
    assert found.origin == "sampled"
    assert found.row_count == pytest.approx(50_000, rel=0.1)


def test_lines_of_compressed_files_and_of_values_with_several_lines_are_not_counted(session, tmp_path):
    (tmp_path / "a.csv").write_text("1\n2\n3")
    path = f"csv.`{tmp_path}`"
    assert source_statistics(source_of(session, path)).row_count == 3
    (tmp_path / "b.csv").write_text("")
    assert source_statistics(source_of(session, path)).row_count == 3
    run(session, f"CREATE TABLE several USING csv OPTIONS (multiLine 'true') LOCATION '{tmp_path}'")
    assert source_statistics(source_of(session, "several")).row_count is None


def test_of_many_files_some_stand_for_all(session, tmp_path):
    for i in range(100):
        pq.write_table(pa.table({"v": [i * 10 + j for j in range(10)]}), tmp_path / f"{i}.parquet")
    found = source_statistics(source_of(session, f"parquet.`{tmp_path}`"))
    assert found.row_count == 1000
    assert found.columns["v"].distinct_count == 1000


def test_statistics_go_through_json_and_back():
    column = ColumnStatistics(float("-inf"), b"\x01", 3, 4, 5, 6, (("a", 0.5),), (1, 2), Histogram(1.5, ()))
    table = TableStatistics(10, None, {"x": column}, "analyzed")
    assert statistics_of(statistics_json(table), "analyzed") == table


def test_files_are_looked_at_once(tmp_path, monkeypatch):
    from hiveframe.lake.statistics import parquet_files

    written(tmp_path / "a.parquet")
    file = ScanFile(str(tmp_path / "a.parquet"), 1, 1)
    first = parquet_files.FACTS.get(file, SCHEMA)
    monkeypatch.setattr(parquet_files, "file_facts", None)
    assert parquet_files.FACTS.get(file, SCHEMA) is first
