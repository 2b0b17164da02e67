"""EXPLAIN ANALYZE runs the query and tells what it did: rows, errors, times, files, rules, caches."""

from __future__ import annotations

import json
import re

import pytest
from pyspark.errors import PySparkException

import hiveframe
from benchmarks.tpc.data import tables
from benchmarks.tpc.queries import is_select, queries

WIDTH = 118


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    warehouse = tmp_path_factory.mktemp("warehouse")
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(warehouse), "spark.hiveframe.cache.results": "false"})
    for suite in ("tpch", "tpcds"):
        for name, path in tables(suite, 0.01).items():
            session.read.parquet(str(path)).createOrReplaceTempView(f"{suite}_{name}")
    yield session
    session.stop()


def analyzed(spark, query):
    return spark.sql(f"EXPLAIN ANALYZE {query}").collect()[0][0]


def document(spark, query):
    return json.loads(spark.sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}").collect()[0][0])


def operators(node):
    yield node
    for child in node["children"]:
        yield from operators(child)


def named(text, name):
    return next(line for line in text.splitlines() if name in line)


def suite_query(spark, suite, name):
    for table in tables(suite, 0.01):
        spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {table} AS SELECT * FROM {suite}_{table}")
    return next(filter(is_select, queries(suite)[name]))


def test_a_joins_tree_shows_rows_beside_estimates(spark):
    text = analyzed(spark, suite_query(spark, "tpch", "q05"))
    assert text.startswith("== Profile ==\n5 rows in ")
    assert re.search(r"HashAggregate \[n_name\] sum\(\(l_extendedprice \* \(1 - l_discount\)\)\) +5 ", text)
    assert re.search(r"HashJoin Inner \(n_regionkey = r_regionkey\) +5 +5 +=", text)
    assert re.search(r"FileScan region.parquet \[r_regionkey\] +1 +1 +=", text)
    assert "filters: r_name = 'AFRICA'" in text
    assert re.search(r"FileScan lineitem.parquet .* 60,175 +-", text)
    assert "joins above keep rows out by l_orderkey" in text
    assert not re.search(r"\bc\d+\b|#\d", text)


@pytest.mark.parametrize(
    ("suite", "name"), [("tpch", "q05"), ("tpch", "q18"), ("tpch", "q21"), ("tpcds", "q72"), ("tpcds", "q14")]
)
def test_a_profile_fits_into_120_columns(spark, suite, name):
    assert max(map(len, analyzed(spark, suite_query(spark, suite, name)).splitlines())) <= WIDTH


def test_the_document_has_what_its_description_says(spark):
    found = document(spark, suite_query(spark, "tpch", "q05"))
    assert set(found) == {
        "version", "rows", "time_ms", "peak_memory_bytes", "spilled_bytes", "bytes_read", "rules", "cache", "run_first",
        "plan",
    }  # fmt: skip
    assert (found["version"], found["rows"], found["cache"], found["spilled_bytes"]) == (1, 5, "none", 0)
    assert set(found["time_ms"]) == {"total", "analysis", "optimizer", "first", "compile", "engine_planning", "run"}
    assert found["bytes_read"] > 0
    assert {"name": "prune_columns", "times": 1} in found["rules"]
    for operator in operators(found["plan"]):
        assert set(operator) - {"scan"} == {
            "operator", "detail", "rows", "estimated_rows", "estimate_origin", "error", "engine_estimated_rows",
            "is_reduced", "time_ms", "size_bytes", "children",
        }  # fmt: skip
    scans = [o for o in operators(found["plan"]) if o["operator"] == "FileScan"]
    assert len(scans) == 6
    assert {o["estimate_origin"] for o in scans} == {"metadata"}
    assert set(scans[0]["scan"]) == {
        "paths", "files", "files_left_out", "row_groups", "row_groups_read", "filters", "join_filters",
        "kept_columns",
    }  # fmt: skip


def test_half_of_tpchs_joins_as_the_engine_orders_them_are_estimated_within_a_factor_of_two(spark):
    errors = []
    for name in ("q02", "q03", "q05", "q07", "q08", "q09", "q10", "q12"):
        found = document(spark, suite_query(spark, "tpch", name))
        joins = [o for o in operators(found["plan"]) if o["operator"] == "HashJoin"]
        assert all(o["estimated_rows"] is not None for o in joins), name
        errors += [o["error"] for o in joins if o["error"] is not None]
    assert len(errors) > 20
    assert sorted(errors)[len(errors) // 2] < 2


def test_files_that_are_left_out_are_told(spark):
    spark.sql("CREATE TABLE parts(a BIGINT, p INT) USING delta PARTITIONED BY (p)")
    for p in range(3):
        spark.sql(f"INSERT INTO parts SELECT id, {p} FROM range(100)")
    text = analyzed(spark, "SELECT * FROM parts WHERE p = 1 AND a < 50")
    assert re.search(r"FileScan parts \[a, p\] +50 +50 +=", text)
    assert "files: 1 of 3" in text
    assert "Rules: " in text
    assert "prune_files" in named(text, "Rules: ")
    (scan,) = operators(document(spark, "SELECT * FROM parts WHERE p = 1")["plan"])
    assert (scan["scan"]["files"], scan["scan"]["files_left_out"]) == (1, 2)


def test_files_that_the_engine_leaves_out_by_their_folders_are_told(spark):
    spark.sql("CREATE TABLE folders(a BIGINT, p INT) USING parquet PARTITIONED BY (p)")
    for p in range(3):
        spark.sql(f"INSERT INTO folders SELECT id, {p} FROM range(100)")
    text = analyzed(spark, "SELECT a FROM folders WHERE p = 1 AND a < 50")
    assert re.search(r"FileScan folders \[a\] +50 +50 +=", text)
    assert "filters: a < 50 AND p = 1\n" in text
    assert "files: 1 of 3" in text
    assert re.search(r"FileScan folders \[a\] +100 +100 +=", analyzed(spark, "SELECT a FROM folders WHERE p = 1"))
    found = document(spark, "SELECT count(*) FROM folders JOIN (SELECT max(p) AS q FROM folders) ON p = q")["plan"]
    scans = [o["scan"] for o in operators(found) if o["operator"] == "FileScan"]
    assert sorted((s["files"], s["files_left_out"]) for s in scans) == [(1, 2), (3, 0)]


def test_groupings_unions_windows_and_with_are_named_as_spark_names_them(spark):
    text = analyzed(spark, "SELECT id, row_number() OVER (ORDER BY id) AS n FROM range(9) UNION ALL SELECT 1, 2")
    assert re.search(r"^Union +10 +10 +=", text, re.MULTILINE)
    assert re.search(r"Window row_number\(\).* 9 +9 +=", text)
    text = analyzed(
        spark,
        "WITH r AS (SELECT id % 5 AS k, sum(id) FROM range(1000) GROUP BY 1) SELECT * FROM r a JOIN r b ON a.k = b.k",
    )
    assert re.search(r"HashAggregate \[\(id % 5\)\] sum\(id\) +5 +5 +=", text)
    assert re.search(r"HashJoin Inner \(k = k\) +5 ", text)


def test_rows_in_memory_and_python_functions_are_profiled(spark):
    spark.createDataFrame([(1, "a"), (2, "b")], "x int, y string").createOrReplaceTempView("few")
    assert "2 rows in" in analyzed(spark, "SELECT * FROM few")
    spark.udf.register("plus_one", lambda x: x + 1, "long")
    assert "1 row in" in analyzed(spark, "SELECT plus_one(id) FROM range(10) WHERE id = 3")


def test_kept_results_are_told_and_the_query_runs_all_the_same(tmp_path):
    spark = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path), "spark.hiveframe.cache.results": "true"})
    try:
        spark.sql("CREATE TABLE t USING parquet AS SELECT id, id % 100 AS g FROM range(3000000)")
        query = "SELECT g, count(DISTINCT id) AS n FROM t GROUP BY g"
        assert document(spark, query)["cache"] == "none"
        for _ in range(3):
            spark.sql(query).collect()
        found = document(spark, query)
        assert (found["cache"], found["rows"]) == ("kept", 100)
        assert "served from it" in analyzed(spark, query)
    finally:
        spark.stop()


def test_what_fails_fails_as_it_would_and_leaves_nothing_measured(spark):
    with pytest.raises(PySparkException) as failure:
        spark.sql("EXPLAIN ANALYZE SELECT 1 / (id - 5) FROM range(10)").collect()
    assert failure.value.getCondition() == "DIVIDE_BY_ZERO"
    assert spark.sql("SELECT 7 AS a").collect() == [(7,)]
    assert "1 row in" in analyzed(spark, "SELECT 7 AS a")


def test_only_queries_are_run(spark):
    spark.sql("CREATE TABLE kept_out(a INT) USING parquet")
    with pytest.raises(PySparkException, match="EXPLAIN ANALYZE of a statement that is no query"):
        spark.sql("EXPLAIN ANALYZE INSERT INTO kept_out VALUES (1)").collect()
    assert spark.table("kept_out").count() == 0


def explained(spark, statement):
    return spark.sql(f"EXPLAIN {statement}").collect()[0][0]


def test_analyze_table_is_explained_as_the_statement_that_it_is(spark):
    spark.sql("CREATE TABLE counted USING parquet AS SELECT 1 AS a")
    said = explained(spark, "ANALYZE TABLE counted COMPUTE STATISTICS")
    assert said.startswith("== Physical Plan ==\nExecute AnalyzeTable counted")
    assert "Statistics" not in {row[0] for row in spark.sql("DESCRIBE EXTENDED counted").collect()}
    assert explained(spark, "(SELECT 1)").startswith("== Physical Plan ==\nProject")


@pytest.mark.parametrize("mode", ["", "EXTENDED", "FORMATTED", "COST", "CODEGEN", "(FORMAT TEXT)"])
def test_statements_that_are_no_queries_are_told_and_not_run(spark, mode):
    spark.sql("CREATE OR REPLACE TABLE left_alone USING parquet AS SELECT 7 AS a")
    assert explained(spark, f"{mode} DROP TABLE left_alone") == "== Physical Plan ==\nExecute DropTable left_alone\n\n"
    assert "Execute Insert left_alone\n+- 'Values" in explained(spark, f"{mode} INSERT INTO left_alone VALUES (8)")
    assert "'Project [1 AS a]" in explained(spark, f"{mode} CREATE TABLE never AS SELECT 1 AS a")
    assert "Execute AlterTable left_alone" in explained(spark, f"{mode} ALTER TABLE left_alone RENAME TO never")
    assert "Execute SetConf spark.never, 1" in explained(spark, f"{mode} SET spark.never=1")
    assert spark.table("left_alone").collect() == [(7,)]
    assert not spark.catalog.tableExists("never")
    assert spark.conf.get("spark.never", None) is None


def test_statements_that_are_no_queries_have_no_document(spark):
    spark.sql("CREATE OR REPLACE TABLE left_alone USING parquet AS SELECT 7 AS a")
    with pytest.raises(PySparkException, match="of a statement that is no query; leave FORMAT JSON out"):
        spark.sql("EXPLAIN (FORMAT JSON) DROP TABLE left_alone").collect()
    assert spark.table("left_alone").collect() == [(7,)]


def test_a_plan_is_told_as_json_without_a_run(spark):
    found = json.loads(spark.sql("EXPLAIN (FORMAT JSON) SELECT id FROM range(10) WHERE id > 4").collect()[0][0])
    assert found == {
        "version": 1,
        "cache": "none",
        "run_first": [],
        "plan": {
            "operator": "Filter",
            "detail": found["plan"]["detail"],
            "estimated_rows": 5.0,
            "estimate_origin": "exact",
            "estimated_bytes": 80,
            "children": [
                {
                    "operator": "Range",
                    "detail": "(0, 10, step=1, splits=default)",
                    "estimated_rows": 10.0,
                    "estimate_origin": "exact",
                    "estimated_bytes": 160,
                    "children": [],
                }
            ],
        },
    }


@pytest.mark.parametrize("options", ["(ANALYZE, NOISE)", "(FORMAT)", "(FORMAT XML)", "(ANALYZE"])
def test_options_that_are_not_known_are_refused(spark, options):
    with pytest.raises(PySparkException) as failure:
        spark.sql(f"EXPLAIN {options} SELECT 1").collect()
    assert failure.value.getCondition() == "PARSE_SYNTAX_ERROR"


def test_the_latest_profiles_are_a_table(spark):
    analyzed(spark, "SELECT id FROM range(1234)")
    row = spark.sql("SELECT row_count, profile FROM system.runtime.profiles LIMIT 1").collect()[0]
    assert row[0] == json.loads(row[1])["rows"] == 1234


def test_depth_costs_no_stack(spark):
    frame = spark.range(3)
    for i in range(300):
        frame = frame.where(f"id < {i + 100}").limit(1000 + i)
    frame.createOrReplaceTempView("deep")
    assert "3 rows in" in analyzed(spark, "SELECT * FROM deep")


def test_statistics_that_are_stale_are_marked(spark):
    spark.sql("CREATE TABLE aged USING parquet AS SELECT id FROM range(100)")
    spark.sql("ANALYZE TABLE aged COMPUTE STATISTICS FOR ALL COLUMNS")
    spark.sql("INSERT INTO aged SELECT id FROM range(50)")
    assert re.search(r"FileScan aged \[id\] +150 +~150 ", analyzed(spark, "SELECT * FROM aged"))
