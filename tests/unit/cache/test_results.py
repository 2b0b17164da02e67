"""A hit gives what a run would have given: whatever changes is seen, and nothing else is run again."""

import os
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import hiveframe
from hiveframe.cache import process
from hiveframe.cache.memory_tier import MemoryTier
from hiveframe.cache.pheromone import Pheromone
from hiveframe.cache.results import Results
from hiveframe.sessions.operation import DETACHED
from hiveframe.sessions.runtime import Process, Session
from hiveframe.settings import Settings
from hiveframe.sql import parse_statement

SUMS = "SELECT k, sum(v) AS s, count(*) AS n FROM t GROUP BY k ORDER BY k"
SETTLED_S = 0.06  # files that are younger than 50 ms are not relied on


def write(path, values, padding=0):
    table = pa.table({"k": [v % 3 for v in values], "v": values})
    pq.write_table(table.replace_schema_metadata({"padding": "x" * padding}), path)


@pytest.fixture
def t(spark, tmp_path):
    """A table `t` of one file."""
    path = tmp_path / "t.parquet"
    write(path, [1, 2, 3, 4])
    time.sleep(SETTLED_S)
    spark.read.parquet(str(path)).createOrReplaceTempView("t")
    return path


def rows(spark, text=SUMS):
    return spark.sql(text).toArrow().to_pylist()


def test_the_second_run_is_a_hit_with_the_same_rows_names_and_types(spark, cache, t):
    first = spark.sql(SUMS).toArrow()
    cache.flush()
    again = spark.sql(SUMS).toArrow()
    assert again.equals(first)
    assert again.schema.equals(first.schema, check_metadata=True)
    assert (cache.hits, cache.misses, cache.admitted) == (1, 1, 1)


def test_names_do_not_count_and_are_those_of_the_query(spark, cache, t):
    rows(spark, "SELECT k AS a, max(v) AS b FROM t GROUP BY k ORDER BY k")
    cache.flush()
    again = spark.sql("SELECT x.k AS c, max(x.v) AS d FROM t x GROUP BY x.k ORDER BY x.k").toArrow()
    assert cache.hits == 1
    assert again.column_names == ["c", "d"]


def test_show_collect_and_pandas_are_hits_as_well(spark, cache, t, capsys):
    frame = spark.sql(SUMS)
    frame.show()
    shown = capsys.readouterr().out
    frame.collect()
    cache.flush()
    frame.show()
    assert capsys.readouterr().out == shown
    assert frame.toPandas().s.tolist() == [3, 5, 2]
    assert cache.hits == 2


def test_another_session_of_the_process_finds_the_rows(spark, cache, t, tmp_path):
    rows(spark)
    cache.flush()
    other = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path / "warehouse")})
    other.read.parquet(str(t)).createOrReplaceTempView("t")
    assert rows(other) == rows(spark)
    assert cache.hits == 2


def test_a_rewritten_file_is_read_again(spark, cache, t):
    before = rows(spark)
    cache.flush()
    write(t, [1, 2, 3, 5], padding=100)
    assert rows(spark) != before
    assert cache.hits == 0


def test_a_file_of_the_same_size_whose_time_was_put_back_is_read_again(spark, cache, t):
    rows(spark)
    cache.flush()
    known = os.stat(t)
    data = t.read_bytes()
    write(t, [1, 2, 3, 5])
    assert len(t.read_bytes()) == len(data)
    os.utime(t, ns=(known.st_atime_ns, known.st_mtime_ns))
    spark.read.parquet(str(t)).createOrReplaceTempView("t")
    rows(spark)
    assert cache.hits == 0


def test_a_file_more_in_the_folder_is_read(spark, cache, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    write(folder / "a.parquet", [1, 2])
    time.sleep(SETTLED_S)
    text = f"SELECT count(*) AS n FROM parquet.`{folder}`"
    assert rows(spark, text) == [{"n": 2}]
    cache.flush()
    assert rows(spark, text) == [{"n": 2}]
    assert cache.hits == 1
    write(folder / "b.parquet", [3])
    assert rows(spark, text) == [{"n": 3}]


@pytest.mark.parametrize(
    ("format_", "options"),
    [
        ("parquet", {}),
        ("orc", {}),
        ("csv", {"header": "true"}),
        ("json", {}),
        ("xml", {"rowTag": "row"}),
        ("avro", {}),
    ],
)
def test_rows_of_files_are_kept_whoever_decodes_them(spark, cache, tmp_path, format_, options):
    if format_ == "avro":
        pytest.importorskip("fastavro")
    place = str(tmp_path / "files")

    def written(values):
        rows = spark.createDataFrame([(v % 3, v, f"2024-01-0{v}") for v in values], "k int, v int, d string")
        rows.coalesce(1).write.format(format_).options(**options).mode("overwrite").save(place)
        time.sleep(SETTLED_S)

    def totals():
        read = spark.read.format(format_).options(**options).schema("k int, v int, d string").load(place)
        read.createOrReplaceTempView("files")
        found = rows(spark, "SELECT k, sum(v) AS s, max(to_date(d)) AS d FROM files GROUP BY k ORDER BY k")
        cache.flush()
        return [(row["k"], row["s"], row["d"].day) for row in found]

    written([1, 2, 3, 4])
    assert [totals(), totals()] == [[(0, 3, 3), (1, 5, 4), (2, 2, 2)]] * 2
    assert cache.hits == 1
    written([1, 2, 3, 7])
    assert totals() == [(0, 3, 3), (1, 8, 7), (2, 2, 2)]
    assert cache.hits == 1


def test_rows_that_an_xsd_has_a_say_in_are_not_kept(spark, cache, tmp_path):
    pytest.importorskip("xmlschema")
    xsd, files = tmp_path / "p.xsd", tmp_path / "files"
    files.mkdir()
    (files / "a.xml").write_text("<ps><p><n>1</n></p><p><n>20</n></p></ps>")
    head = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="p"><xs:complexType><xs:sequence>'
    tail = "</xs:sequence></xs:complexType></xs:element></xs:schema>"

    def most(number):
        limited = f'<xs:restriction base="xs:int"><xs:maxInclusive value="{number}"/></xs:restriction>'
        xsd.write_text(f'{head}<xs:element name="n"><xs:simpleType>{limited}</xs:simpleType></xs:element>{tail}')
        time.sleep(SETTLED_S)
        options = {"rowTag": "p", "rowValidationXSDPath": str(xsd), "mode": "DROPMALFORMED"}
        spark.read.options(**options).schema("n int").xml(str(files)).createOrReplaceTempView("p")
        of_files = rows(spark, "SELECT count(n) AS n FROM p")[0]["n"]
        spark.read.text(str(files), wholetext=True).createOrReplaceTempView("texts")
        parsed = f"from_xml('<p><n>20</n></p>' || substr(value, 1, 0), 'n int', map('rowValidationXSDPath', '{xsd}'))"
        of_function = rows(spark, f"SELECT count({parsed}.n) AS n FROM texts")[0]["n"]
        cache.flush()
        return of_files, of_function

    assert [most(10), most(10), most(30)] == [(1, 0), (1, 0), (2, 1)]
    assert cache.admitted == 0


def test_files_changed_a_moment_ago_are_not_relied_on(spark, cache, tmp_path):
    path = tmp_path / "young.parquet"
    write(path, [1])
    ahead_s = time.time() + 60
    os.utime(path, (ahead_s, ahead_s))
    rows(spark, f"SELECT count(*) AS n FROM parquet.`{path}`")
    cache.flush()
    assert len(cache.memory) == 0


def test_a_file_that_changes_while_it_is_read_is_not_kept(spark, cache, t):
    frame = spark.sql(SUMS)
    batches = frame.toLocalIterator()
    next(batches)
    write(t, [7, 8, 9], padding=100)
    list(batches)
    cache.flush()
    assert rows(spark) == [{"k": 0, "s": 9, "n": 1}, {"k": 1, "s": 7, "n": 1}, {"k": 2, "s": 8, "n": 1}]


@pytest.mark.parametrize("provider", ["delta", "honeystore", "iceberg"])
def test_each_commit_of_a_table_counts(spark, cache, provider):
    spark.sql(f"CREATE TABLE c (k INT, v INT) USING {provider}")
    spark.sql("INSERT INTO c VALUES (1, 10), (2, 20)")
    text = "SELECT k, sum(v) AS s FROM c GROUP BY k ORDER BY k"
    for change, expected in (
        ("INSERT INTO c VALUES (1, 1)", [11, 20]),
        ("UPDATE c SET v = 5 WHERE k = 2", [11, 5]),
        ("DELETE FROM c WHERE v = 1", [10, 5]),
    ):
        spark.sql(change)
        assert [r["s"] for r in rows(spark, text)] == expected
        cache.flush()
        hits = cache.hits
        assert [r["s"] for r in rows(spark, text)] == expected
        assert cache.hits == hits + 1


def test_a_version_that_is_travelled_to_stays_a_hit(spark, cache):
    spark.sql("CREATE TABLE c (k INT) USING delta")
    spark.sql("INSERT INTO c VALUES (1), (2)")
    text = "SELECT count(*) AS n FROM c VERSION AS OF 1"
    assert rows(spark, text) == [{"n": 2}]
    cache.flush()
    spark.sql("INSERT INTO c VALUES (3)")
    assert rows(spark, text) == [{"n": 2}]
    assert cache.hits == 1


def test_settings_have_a_say(spark, cache, t):
    text = "SELECT max(timestamp_seconds(v)) AS m, max(date_format(timestamp_seconds(v), 'HH')) AS h FROM t"
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    first = rows(spark, text)
    cache.flush()
    spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
    second = rows(spark, text)
    assert cache.hits == 0
    assert [r["h"] for r in first + second] == ["00", "09"]


def test_it_can_be_turned_off(spark, cache, t):
    spark.conf.set("spark.hiveframe.cache.results", "false")
    rows(spark)
    rows(spark)
    cache.flush()
    assert cache.misses == 0
    assert len(cache.memory) == 0


def test_rows_without_a_promised_order_are_kept_only_when_asked(spark, cache, t):
    text = "SELECT k, sum(v) AS s FROM t GROUP BY k"
    for mode, hits in (("auto", 0), ("true", 1)):
        spark.conf.set("spark.hiveframe.cache.results", mode)
        rows(spark, text)
        cache.flush()
        rows(spark, text)
        assert cache.hits == hits


def test_failures_are_not_kept(spark, cache, t):
    for _ in range(2):
        with pytest.raises(Exception, match="DIVIDE_BY_ZERO"):
            rows(spark, "SELECT sum(v / (k - k)) AS s FROM t")
    cache.flush()
    assert len(cache.memory) == 0


def test_an_abandoned_result_is_not_kept(spark, cache, t):
    batches = spark.sql(SUMS).toLocalIterator()
    next(batches)
    batches.close()
    cache.flush()
    assert rows(spark) == rows(spark)


def test_clear_cache_clears_memory_and_disk(spark, cache, t):
    rows(spark)
    cache.flush()
    assert len(cache.memory) == 1
    assert len(cache.disk.entries()) == 1
    spark.catalog.clearCache()
    assert len(cache.memory) == 0
    assert cache.disk.entries() == []


FRAGMENTS = (
    "SELECT n, k, s FROM (SELECT k, sum(v) AS s, count(*) AS n FROM t GROUP BY k) ORDER BY s DESC, k",
    "SELECT k, sum(v) AS s, count(*) AS n FROM t GROUP BY k ORDER BY k LIMIT 2",
    "SELECT k, sum(v), count(*) AS n FROM t GROUP BY k HAVING n > 1 ORDER BY k",
    "SELECT max(s) AS m, sum(n) AS t FROM (SELECT k, sum(v) AS s, count(*) AS n FROM t GROUP BY k)",
    (
        "SELECT a.k, b.s FROM (SELECT k, sum(v) AS s, count(*) AS n FROM t GROUP BY k) a JOIN "
        "(SELECT k AS j, sum(v) AS s, count(*) AS n FROM t GROUP BY k) b ON a.k = b.j GROUP BY a.k, b.s ORDER BY 1, 2"
    ),
)

QUERIES = (
    *FRAGMENTS,
    SUMS,
    "SELECT count(*) AS n, max(v) AS m FROM t",
    "SELECT DISTINCT k FROM t WHERE v > 3 ORDER BY k DESC LIMIT 2",
    "SELECT a.k, count(*) AS n FROM t a JOIN t b ON a.k = b.k GROUP BY a.k ORDER BY 1",
    "SELECT k, v, rank() OVER (PARTITION BY k ORDER BY v) AS r FROM t ORDER BY k, v, r",
)


@examples(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    steps=st.lists(
        st.one_of(st.sampled_from(range(len(QUERIES))), st.lists(st.integers(0, 9), min_size=1, max_size=6)),
        min_size=4,
        max_size=14,
    )
)
def test_with_changes_between_a_hit_always_equals_a_run(spark, cache, tmp_path, steps):
    path = tmp_path / "changing.parquet"
    write(path, [1, 2, 3])
    spark.conf.set("spark.hiveframe.cache.results", "true")
    spark.read.parquet(str(path)).createOrReplaceTempView("t")
    for step in steps:
        if isinstance(step, list):
            write(path, step)
            time.sleep(SETTLED_S if sum(step) % 2 else 0.012)  # a tick of the file system's clock at least
            continue
        got = rows(spark, QUERIES[step])
        cache.flush()
        again = rows(spark, QUERIES[step])
        spark.conf.set("spark.hiveframe.cache.results", "false")
        fresh = rows(spark, QUERIES[step])
        spark.conf.set("spark.hiveframe.cache.results", "true")
        assert got == again == fresh


def test_system_tables_show_entries_and_counts(spark, cache, t):
    rows(spark)
    cache.flush()
    rows(spark)
    entries = rows(spark, "SELECT tier, row_count, size_bytes > 0 AS full FROM system.cache.entries ORDER BY tier")
    assert entries == [{"tier": tier, "row_count": 3, "full": True} for tier in ("disk", "memory")]
    counts = {r["name"]: r["value"] for r in rows(spark, "SELECT * FROM system.cache.counts")}
    assert (counts["hits"], counts["misses"], counts["admitted"]) == (1, 1, 1)


def test_explain_says_what_is_kept_and_does_not_count_as_a_use(spark, cache, t):
    def explained():
        return rows(spark, f"EXPLAIN {SUMS}")[0]["plan"]

    assert "Cached Result" not in explained()
    rows(spark)
    cache.flush()
    assert "== Cached Result ==\n3 rows, " in explained()
    assert cache.hits == 0


def test_rows_on_disk_serve_the_next_process(spark, cache, t, monkeypatch):
    first = rows(spark)
    cache.flush()
    monkeypatch.setattr(process, "_results", Results(MemoryTier(Pheromone(1 << 20)), cache.disk, 1 << 20))
    assert rows(spark) == first
    assert process.results(None).hits == 1


TYPES = (
    "CAST(v AS TINYINT)",
    "CAST(v AS SMALLINT)",
    "CAST(v AS INT)",
    "v",
    "CAST(v AS FLOAT)",
    "CAST(v AS DOUBLE)",
    "CAST(v AS DECIMAL(20, 3))",
    "CAST(v AS STRING)",
    "CAST(CAST(v AS STRING) AS BINARY)",
    "v > 2",
    "date_add(DATE '2020-01-01', CAST(v AS INT))",
    "timestamp_seconds(v)",
    "CAST(timestamp_seconds(v) AS TIMESTAMP_NTZ)",
    "make_time(1, 2, v)",
    "make_ym_interval(CAST(v AS INT), 1)",
    "make_dt_interval(CAST(v AS INT))",
    "make_interval(CAST(v AS INT), 1, 2)",
    "array(v, NULL)",
    "map(v, CAST(v AS STRING))",
    "named_struct('a', v, 'b', array(named_struct('c', v)))",
    "parse_json(CAST(v AS STRING))",
    "NULL",
    "nullif(v, 2)",
    "array()",
    "map()",
    "to_json(named_struct('x', v))",
)


@pytest.fixture
def executed(cache, tmp_path):
    """The batches of a query over a table `t` as they leave the session, for types that PySpark does not take."""
    write(tmp_path / "t.parquet", [1, 2, 3, 4])
    time.sleep(SETTLED_S)
    conf = {"spark.sql.warehouse.dir": str(tmp_path / "w"), "spark.hiveframe.cache.results": "true"}
    session = Session.new(Process.of(Settings(conf)), Settings(conf))

    def run(text):
        plan = parse_statement(text.replace("FROM t", f"FROM parquet.`{tmp_path}/t.parquet`"), conf=session.settings)
        return list(session.execute(plan, operation=DETACHED).batches)

    return run


def assert_same(these, those):
    assert [b.num_rows for b in these] == [b.num_rows for b in those]
    for one, other in zip(these, those, strict=True):
        assert one.schema.equals(other.schema, check_metadata=True)
        assert one.equals(other)


@pytest.mark.parametrize("expr", TYPES)
def test_every_type_comes_back_as_it_was(cache, executed, expr):
    text = f"SELECT v, {expr} AS x FROM t ORDER BY v LIMIT 3"
    first = executed(text)
    cache.flush()
    assert_same(executed(text), first)
    assert cache.hits == 1


@pytest.mark.parametrize("expr", TYPES)
def test_every_type_comes_back_in_a_fragment(cache, executed, expr):
    inner = f"SELECT v, first({expr}) AS x FROM t GROUP BY v"
    expected = executed(f"SELECT x FROM ({inner}) ORDER BY v LIMIT 3")
    cache.clear()
    executed(f"{inner} ORDER BY v")
    cache.flush()
    assert_same(executed(f"SELECT x FROM ({inner}) ORDER BY v LIMIT 3"), expected)
    assert cache.fragment_hits == 1


@pytest.mark.parametrize("text", FRAGMENTS)
def test_queries_that_go_on_from_a_kept_aggregation_take_it(spark, cache, t, text):
    spark.conf.set("spark.hiveframe.cache.results", "false")
    expected = spark.sql(text).toArrow()
    spark.conf.set("spark.hiveframe.cache.results", "auto")
    rows(spark)
    cache.flush()
    assert "InMemoryTableScan" in rows(spark, f"EXPLAIN {text}")[0]["plan"]
    before = cache.fragment_hits
    assert spark.sql(text).toArrow().equals(expected)
    assert cache.fragment_hits == before + text.count("FROM t GROUP")
    write(t, [4, 4, 5])
    spark.conf.set("spark.hiveframe.cache.results", "false")
    changed = spark.sql(text).toArrow()
    spark.conf.set("spark.hiveframe.cache.results", "auto")
    assert spark.sql(text).toArrow().equals(changed)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT k, sum(v) AS s, count(*) AS n FROM t WHERE v > 1 GROUP BY k ORDER BY k LIMIT 2",
        "SELECT k, sum(v + 1) AS s, count(*) AS n FROM t GROUP BY k ORDER BY k LIMIT 2",
        "SELECT max(k) AS m FROM t WHERE EXISTS (SELECT k, sum(v), count(*) FROM t u WHERE u.k = t.k GROUP BY k)",
    ],
)
def test_other_aggregations_do_not(spark, cache, t, text):
    rows(spark)
    cache.flush()
    rows(spark, text)
    assert cache.fragment_hits == 0


PROGRAM = """
import sys, hiveframe
spark = hiveframe.session(**{
    "spark.sql.warehouse.dir": sys.argv[1] + "/w", "spark.local.dir": sys.argv[1] + "/local",
    "spark.hiveframe.cache.disk": "64MB",
})
query = f"SELECT k, count(DISTINCT v) AS n FROM parquet.`{sys.argv[1]}/large.parquet` GROUP BY k ORDER BY k"
for _ in range(int(sys.argv[2])):
    print(spark.sql(query).toArrow().to_pylist())
    spark.sql("SELECT * FROM system.cache.entries").collect()
print([r.value for r in spark.sql("SELECT value FROM system.cache.counts WHERE name = 'hits'").collect()])
"""


def test_processes_share_what_is_on_disk(tmp_path):
    values = np.random.default_rng(5).integers(0, 1 << 40, 1_500_000)
    pq.write_table(pa.table({"k": values % 7, "v": values}), tmp_path / "large.parquet")
    time.sleep(SETTLED_S)

    def run(times):
        command = [sys.executable, "-c", PROGRAM, str(tmp_path), str(times)]
        return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()

    *first, _ = run(3)  # from its second run on it is kept, even where it is fast
    again, hits = run(1)
    assert set(first) == {again}
    assert hits == "[1]"


def test_disk_alone_will_do(spark, cache, t, monkeypatch):
    alone = Results(MemoryTier(Pheromone(0)), cache.disk, 0)
    monkeypatch.setattr(process, "_results", alone)
    first = rows(spark)
    alone.flush()
    assert rows(spark) == first
    assert (alone.hits, len(alone.memory)) == (1, 0)
