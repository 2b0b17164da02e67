"""Parts that are run first: the rows are the same, files are left out, and what fails or is cancelled ends as ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from hiveframe.analysis.analyzer import Analyzer
from hiveframe.connect.local import local_service
from hiveframe.connect.seam import SessionKey
from hiveframe.engine.execution import Execution
from hiveframe.errors import OperationCanceled
from hiveframe.optimizer.adaptive import reading
from hiveframe.optimizer.adaptive.choosing import FirstPart
from hiveframe.optimizer.adaptive.reading import Worth
from hiveframe.plan import spec
from hiveframe.sessions import adaptive_runs
from hiveframe.sessions.adaptive_runs import AdaptiveRun

DAYS = 40
BY_DAY = "SELECT d.name, f.n FROM (SELECT day, count(*) n, sum(v) v FROM sales GROUP BY day) f JOIN days d USING (day) "

CHOSEN = "(SELECT day, name FROM days WHERE name LIKE '%7')"

# A query, its rows, and how many files of `sales` (one a day) it opens when a part is run first.
SHAPES: tuple[tuple[str, list[tuple[Any, ...]], int], ...] = (
    (BY_DAY + "WHERE d.name LIKE '%7'", [("d17", 10), ("d27", 10), ("d37", 10), ("d7", 10)], 4),
    (BY_DAY + "WHERE d.name LIKE 'x%'", [], 0),
    (BY_DAY + "WHERE d.day IN (SELECT min(day) FROM days)", [("d0", 10)], 1),
    (
        (
            "SELECT day, v FROM (SELECT day, v, row_number() OVER (PARTITION BY day ORDER BY v) r FROM sales) "
            "JOIN days d USING (day) WHERE d.name LIKE '%8' AND r = 1"
        ),
        [(8, 8), (18, 18), (28, 28), (38, 38)],
        4,
    ),
    (
        (
            "WITH f AS (SELECT day, count(*) n FROM sales GROUP BY day), "
            "g AS (SELECT day, max(v) v FROM sales GROUP BY day) "
            "SELECT f.day, f.n, g.v FROM f, g, days d WHERE f.day = d.day AND g.day = f.day AND d.name LIKE '%9'"
        ),
        [(9, 10, 369), (19, 10, 379), (29, 10, 389), (39, 10, 399)],
        4,  # both are made in one pass
    ),
    (
        (
            "SELECT f.day, f.n FROM (SELECT day, count(*) n FROM sales GROUP BY day) f, "
            "(SELECT day FROM days GROUP BY day HAVING max(name) < 'd10') d WHERE f.day = d.day"
        ),
        [(0, 10), (1, 10)],
        2,
    ),
    (
        (
            "SELECT f.day FROM (SELECT day FROM sales EXCEPT SELECT day FROM sales WHERE v = 3) f "
            "JOIN days d USING (day) WHERE d.name LIKE '%3'"
        ),
        [(13,), (23,), (33,)],
        5,  # 4, and for the second side the one file that can hold 3
    ),
    (
        f"SELECT d.name, f.n FROM {CHOSEN} d LEFT JOIN (SELECT day, count(*) n FROM sales GROUP BY day) f USING (day)",
        [("d17", 10), ("d27", 10), ("d37", 10), ("d7", 10)],
        4,
    ),
    (
        f"SELECT f.day FROM (SELECT DISTINCT day FROM sales) f LEFT SEMI JOIN {CHOSEN} d ON f.day = d.day",
        [(7,), (17,), (27,), (37,)],
        4,
    ),
    (
        f"SELECT d.day FROM {CHOSEN} d LEFT ANTI JOIN (SELECT DISTINCT day FROM sales WHERE v > 20) f ON f.day = d.day",
        [],
        4,
    ),
    (
        f"SELECT f.day FROM (SELECT DISTINCT day FROM sales) f WHERE f.day IN (SELECT day FROM {CHOSEN})",
        [(7,), (17,), (27,), (37,)],
        4,
    ),
    (
        (
            "WITH c AS (SELECT max(day) day FROM days WHERE name LIKE '%7' GROUP BY length(name)) "
            "SELECT f.n FROM (SELECT day, count(*) n FROM sales GROUP BY day) f JOIN c USING (day) "
            "UNION ALL SELECT f.v FROM (SELECT DISTINCT day, v FROM sales) f JOIN c USING (day) WHERE f.v < 40"
        ),
        [(7,), (10,), (10,), (37,)],
        4,
    ),
)


@pytest.fixture
def tables(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> Iterator[SparkSession]:
    """A table of a file a day and one of days, every day of which is worth to be known first."""
    monkeypatch.setattr(reading, "WORTH", Worth(least_bytes=0, share=1))
    spark.conf.set("spark.hiveframe.cache.results", "false")
    spark.sql(
        f"CREATE TABLE sales USING delta PARTITIONED BY (day) AS SELECT CAST(id % {DAYS} AS INT) day, id v "
        f"FROM range({DAYS * 10})"
    )
    spark.sql(f"CREATE TABLE days USING delta AS SELECT CAST(id AS INT) day, 'd' || id name FROM range({DAYS})")
    yield spark
    spark.sql("DROP TABLE sales")
    spark.sql("DROP TABLE days")


def rows(spark: SparkSession, text: str) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in spark.sql(text).collect())


def profile(spark: SparkSession, text: str) -> dict[str, Any]:
    return dict(json.loads(spark.sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {text}").collect()[0][0]))


def scanned(node: dict[str, Any]) -> int:
    """The files of `sales` that are read; a scan of none is none."""
    scan = node.get("scan", {})
    own = scan["files"] if any("sales" in path for path in scan.get("paths", ())) else 0
    return own + sum(map(scanned, node["children"]))


def adaptive_run(spark: SparkSession, text: str) -> AdaptiveRun:
    client: Any = spark.client
    found = local_service().manager.find(SessionKey(client._user_id or "", client._session_id))
    assert found is not None
    session = found.runtime
    plan = session._optimized(Analyzer(session.environment).relation(spec.SqlQuery(text)))
    run = session._runs._begun(plan)
    assert isinstance(run, AdaptiveRun)
    return run


@pytest.mark.parametrize(("text", "expected", "files"), SHAPES)
def test_what_keys_leave_out_is_not_read(
    tables: SparkSession, text: str, expected: list[tuple[Any, ...]], files: int
) -> None:
    assert rows(tables, text) == sorted(expected)
    found = profile(tables, text)
    assert found["run_first"]
    assert scanned(found["plan"]) == files
    for setting in ("spark.sql.adaptive.enabled", "spark.sql.optimizer.dynamicPartitionPruning.enabled"):
        tables.conf.set(setting, "false")
        assert rows(tables, text) == sorted(expected)
        assert profile(tables, text)["run_first"] == []
        tables.conf.unset(setting)


def test_explain_says_what_would_be_run_first(tables: SparkSession) -> None:
    text = tables.sql(f"EXPLAIN {SHAPES[0][0]}").collect()[0][0]
    assert "== Run First ==\nKeys [day#" in text
    [part] = json.loads(tables.sql(f"EXPLAIN (FORMAT JSON) {SHAPES[0][0]}").collect()[0][0])["run_first"]
    assert part["keys"] == ["day"]
    assert "Run first: 4 rows in " in tables.sql(f"EXPLAIN ANALYZE {SHAPES[0][0]}").collect()[0][0]


def test_a_small_query_is_left_alone(tables: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WORTH", Worth())
    assert profile(tables, SHAPES[0][0])["run_first"] == []


@pytest.mark.parametrize(
    "condition",
    ["d.day < rand() * 1000", "d.day < second(now()) + 1000", "d.day < length(uuid())"],
)
def test_what_depends_on_chance_or_the_moment_is_not_run_first(tables: SparkSession, condition: str) -> None:
    assert profile(tables, f"{BY_DAY} WHERE d.name LIKE '%7' AND {condition}")["run_first"] == []


def test_a_users_function_is_not_run_first(tables: SparkSession) -> None:
    calls = tables.udf.register("odd", lambda day: day % 2 == 1, "boolean")
    assert calls is not None
    text = f"{BY_DAY} WHERE odd(d.day)"
    assert len(rows(tables, text)) == DAYS // 2
    assert profile(tables, text)["run_first"] == []


def test_a_part_that_fails_fails_as_the_whole_does(tables: SparkSession) -> None:
    failures = []
    for is_adaptive in ("true", "false"):
        tables.conf.set("spark.sql.adaptive.enabled", is_adaptive)
        with pytest.raises(PySparkException) as failure:
            rows(tables, BY_DAY + "WHERE 10 / (d.day - 7) > 1")
        failures.append((failure.value.getCondition(), str(failure.value)))
    assert failures[0][0] == "DIVIDE_BY_ZERO"
    assert failures[0] == failures[1]


def test_a_part_that_gives_too_much_is_given_up(tables: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive_runs, "_MOST_BYTES", 1)
    text, expected, _ = SHAPES[0]
    assert rows(tables, text) == sorted(expected)
    found = profile(tables, text)
    assert [part["is_used"] for part in found["run_first"]] == [False]
    assert scanned(found["plan"]) == DAYS


def test_of_very_many_keys_the_ends_are_told(tables: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adaptive_runs, "MOST_KEYS", 2)
    text = BY_DAY + "WHERE d.name LIKE 'd1%' AND d.day > 9"
    assert rows(tables, text) == [(f"d1{i}", 10) for i in range(10)]
    assert scanned(profile(tables, text)["plan"]) == 10


def test_a_run_that_is_cancelled_while_a_part_runs_ends(tables: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    run = adaptive_run(tables, SHAPES[0][0])
    begun, go_on = threading.Event(), threading.Event()
    usual = Execution.batches

    def waiting(execution: Execution) -> Iterator[Any]:
        begun.set()
        go_on.wait(60)
        return usual(execution)

    monkeypatch.setattr(Execution, "batches", waiting)
    ended: list[BaseException] = []

    def taken() -> None:
        try:
            list(run.batches())
        except OperationCanceled as failure:
            ended.append(failure)

    thread = threading.Thread(target=taken)
    thread.start()
    assert begun.wait(60)
    run.cancel()
    go_on.set()
    thread.join(60)
    assert [failure.condition for failure in ended] == ["OPERATION_CANCELED"]
    assert run.found == []


def test_a_run_that_is_cancelled_before_it_begins_runs_nothing(tables: SparkSession) -> None:
    run = adaptive_run(tables, SHAPES[0][0])
    run.cancel()
    with pytest.raises(OperationCanceled):
        list(run.batches())
    assert run.found == []


def test_rows_that_are_written_are_read_by_keys_too(tables: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[int] = []

    class Counted(AdaptiveRun):
        def _rows(self, part: FirstPart) -> pa.Table | None:
            found = super()._rows(part)
            used.append(found.num_rows if found is not None else -1)
            return found

    monkeypatch.setattr(adaptive_runs, "AdaptiveRun", Counted)
    text, expected, _ = SHAPES[0]
    tables.sql(f"CREATE TABLE made USING delta AS {text}")
    tables.sql(f"INSERT INTO made {text}")
    assert used == [4, 4]
    assert rows(tables, "SELECT * FROM made") == sorted(expected * 2)


def test_a_kept_result_is_that_of_the_query_as_it_was_asked(tables: SparkSession) -> None:
    tables.conf.set("spark.hiveframe.cache.results", "true")
    text, expected, _ = SHAPES[0]
    assert rows(tables, text) == sorted(expected)
    tables.sql("INSERT INTO sales VALUES (7, 1000)")
    assert dict(rows(tables, text))["d7"] == 11
    tables.sql("INSERT INTO days VALUES (8, 'd807')")
    assert dict(rows(tables, text))["d807"] == 10


def test_keys_that_occur_twice_or_are_null_join_as_ever(tables: SparkSession) -> None:
    tables.sql("INSERT INTO days VALUES (7, 'other7'), (NULL, 'none7'), (7, 'd7')")
    tables.sql("INSERT INTO sales VALUES (NULL, 1)")
    text = BY_DAY + "WHERE d.name LIKE '%7' AND (d.day < 10 OR d.day IS NULL)"
    assert rows(tables, text) == [("d7", 10), ("d7", 10), ("other7", 10)]
