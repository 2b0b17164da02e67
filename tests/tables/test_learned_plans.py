"""Plans that are learned: the rows are the same whatever is joined first, and whatever becomes of a trial."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from hiveframe.analysis.analyzer import Analyzer
from hiveframe.connect.local import local_service
from hiveframe.connect.seam import SessionKey
from hiveframe.engine.execution import Execution
from hiveframe.errors import SparkError
from hiveframe.optimizer.join_groups import Stages, may_stage, staged
from hiveframe.optimizer.learning import learner as learning
from hiveframe.optimizer.learning.learner import Learner, largest_group
from hiveframe.optimizer.rules.prune_columns import prune_columns
from hiveframe.plan import spec
from hiveframe.sessions import learned_runs

QUERIES = (
    "SELECT count(*), sum(a.v), min(d.v) FROM a, b, c, d WHERE a.k = b.k AND b.j = c.j AND c.k = d.k AND a.v < 40",
    "SELECT a.v, c.v FROM a JOIN b USING (k) JOIN c ON b.j = c.j AND c.v > a.v LEFT JOIN d ON d.k = a.k WHERE c.v < 9",
    "SELECT * FROM a JOIN b USING (k) JOIN c ON b.j = c.j WHERE a.v IN (SELECT v FROM d WHERE d.k = a.k)",
    "WITH w AS (SELECT k, max(v) v FROM a GROUP BY k) SELECT w.v, b.j, d.v FROM w, b, d WHERE w.k = b.k AND b.k = d.k",
    "SELECT d.k, count(*) FROM a, b, c, d WHERE a.k = b.k AND b.j = c.j AND a.k + c.k = d.k + b.j GROUP BY d.k",
)


@pytest.fixture
def tables(spark: SparkSession, tmp_path: Path) -> SparkSession:
    draw = Random(3)
    for name, count in (("a", 60), ("b", 90), ("c", 50), ("d", 40)):
        columns = {c: [draw.choice([None, *range(8)]) for _ in range(count)] for c in "kj"}
        columns["v"] = [draw.randrange(50) for _ in range(count)]
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
        spark.read.parquet(str(tmp_path / f"{name}.parquet")).createOrReplaceTempView(name)
    spark.conf.set("spark.hiveframe.cache.results", "false")
    return spark


@pytest.fixture
def learner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Learner]:
    """A learner of the test's own, for which no query is too fast."""
    made = Learner(Random(1))
    monkeypatch.setattr(learned_runs, "learner", lambda: made)
    monkeypatch.setattr(learned_runs, "surprise", lambda profile: 1000.0)
    monkeypatch.setattr(learning, "SHORTEST_S", 0.0)
    return made


def rows(spark: SparkSession, text: str) -> list[str]:
    return sorted(str(tuple(row)) for row in spark.sql(text).collect())


@pytest.mark.parametrize("text", QUERIES)
def test_every_join_that_may_be_made_first_leaves_the_rows_as_they_are(tables: SparkSession, text: str) -> None:
    client = tables.client
    found = local_service().manager.find(SessionKey(client._user_id or "", client._session_id))
    assert found is not None
    session = found.runtime
    plan = session._optimized(Analyzer(session.environment).relation(spec.SqlQuery(text)))

    def answer(made) -> list[str]:
        table = session._engine.execute(made, session.settings).table()
        return sorted(str(tuple(row.values())) for row in table.to_pylist())

    expected = answer(plan)
    group = largest_group(plan)
    assert group is not None
    places = range(len(group.relations))
    sets = [frozenset(c) for n in places for c in combinations(places, n) if may_stage(group, frozenset(c))]
    assert sets
    chains: list[Stages] = [(one,) for one in sets]
    chains += [(one, other) for one in sets for other in sets if one < other or not one & other]
    for stages in chains:
        assert answer(prune_columns(staged(plan, group, stages))) == expected, stages


@pytest.mark.parametrize("text", QUERIES)
def test_a_query_that_is_learned_gives_the_same_each_time(tables: SparkSession, learner: Learner, text: str) -> None:
    tables.conf.set("spark.hiveframe.optimizer.learning", "false")
    expected = rows(tables, text)
    tables.conf.set("spark.hiveframe.optimizer.learning", "true")
    for run in range(12):
        assert rows(tables, f"{text} -- {run}") == expected
    [found] = learner.found()
    assert found.trials > 0
    shown = tables.sql("SELECT shape, trials FROM system.optimizer.learned").collect()
    assert [tuple(row) for row in shown] == [(found.shape, found.trials)]


def test_other_constants_are_the_same_query(tables: SparkSession, learner: Learner) -> None:
    for bound in range(5):
        rows(tables, QUERIES[0].replace("40", str(30 + bound)))
    [found] = learner.found()
    assert found.runs == 5


def fails(run: Execution) -> None:
    raise SparkError("INTERNAL_ERROR", {"message": "no room"})


def hangs(run: Execution) -> None:
    while True:
        run._stop_if_canceled()
        time.sleep(0.01)


def loses_an_interrupt(run: Execution) -> None:
    while not run._is_canceled:
        time.sleep(0.01)
    run._is_canceled = False
    hangs(run)


@pytest.mark.parametrize("ending", [fails, hangs, loses_an_interrupt])
def test_a_trial_that_ends_badly_or_not_at_all_is_followed_by_the_usual_plan(
    tables: SparkSession, learner: Learner, monkeypatch: pytest.MonkeyPatch, ending: Callable[[Execution], None]
) -> None:
    expected = rows(tables, QUERIES[0])
    usual = Execution.batches

    def batches(run: Execution) -> Iterator[pa.RecordBatch]:
        if run._compiled.context.stages:
            ending(run)
        yield from usual(run)

    monkeypatch.setattr(Execution, "batches", batches)
    for _ in range(6):
        assert rows(tables, QUERIES[0]) == expected
    [found] = learner.found()
    assert found.trials > 0
    assert found.joined_first == ()


def test_a_user_who_stops_a_trial_has_stopped_the_query(
    tables: SparkSession, learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        rows(tables, QUERIES[0])
    usual = Execution.batches
    runs: list[bool] = []

    def batches(run: Execution) -> Iterator[pa.RecordBatch]:
        runs.append(bool(run._compiled.context.stages))
        if runs[-1]:
            tables.interruptAll()
        yield from usual(run)

    monkeypatch.setattr(Execution, "batches", batches)
    with pytest.raises(PySparkException, match="OPERATION_CANCELED"):
        rows(tables, QUERIES[0])
    assert runs == [True]


def test_a_failure_of_the_query_itself_is_its_failure(tables: SparkSession, learner: Learner) -> None:
    text = QUERIES[0].replace("sum(a.v)", "sum(1 / (a.v - a.v))")
    for _ in range(4):
        with pytest.raises(PySparkException, match="DIVIDE_BY_ZERO"):
            tables.sql(text).collect()


def test_few_joins_and_other_sessions_are_left_alone(tables: SparkSession, learner: Learner) -> None:
    rows(tables, "SELECT a.v FROM a JOIN b ON a.k = b.k")
    tables.conf.set("spark.hiveframe.optimizer.learning", "false")
    rows(tables, QUERIES[0])
    assert learner.found() == []
