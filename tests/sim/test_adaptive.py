"""Queries drawn from seeds have the same rows when whatever can be run first is, and when it is not.

More seeds: `HIVEFRAME_SEEDS=0:5000 pytest tests/sim/test_adaptive.py`.
"""

import math
import os
from collections.abc import Iterator
from functools import partial

import pyarrow as pa
import pytest

from hiveframe.errors import SparkError
from hiveframe.optimizer.adaptive.reading import Worth
from hiveframe.plan.logical import Relation
from hiveframe.sessions.adaptive_runs import AdaptiveRun, parts_of
from tests.sim.adaptive_queries import adaptive_query
from tests.sim.rule_queries import Query, RuleQueries
from tests.sim.test_rules import Bench, Rows, _shown

_FIRST, _, _END = os.environ.get("HIVEFRAME_SEEDS", "0:400").partition(":")
SEEDS = range(int(_FIRST), int(_END))
_BLOCK = 20
ANYTHING = Worth(least_bytes=0, share=0, most_left=math.inf, is_forced=True)
LEAST = 0.1  # of the queries that are adapted


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("tables"))
    more = "*, kind COLLATE UTF8_LCASE AS folded, struct(shop, is_web) AS pair"
    made.spark.sql(f"SELECT {more} FROM sales").createOrReplaceTempView("wide")
    yield made
    made.spark.stop()


def adapted(bench: Bench, plan: Relation) -> AdaptiveRun | None:
    session = bench.session
    parts = parts_of(plan, session._statistics, ANYTHING)
    execute = partial(session._engine.execute, settings=session.settings)
    return AdaptiveRun(plan, parts, execute, session._pruned) if parts else None


def rows(run: AdaptiveRun, *, is_ordered: bool) -> Rows:
    table = pa.Table.from_batches(run.batches(), run.rest.arrow_schema)
    found = [tuple(map(_shown, row)) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]
    return found if is_ordered else sorted(found, key=repr)


@pytest.mark.parametrize("seeds", [SEEDS[i : i + _BLOCK] for i in range(0, len(SEEDS), _BLOCK)], ids=str)
def test_rows_are_the_same_whatever_is_run_first(bench: Bench, seeds: range) -> None:
    for seed in seeds:
        query = RuleQueries(seed).query()
        plan, _ = bench.optimized(bench.analyzed(query))
        run = adapted(bench, plan)
        if run is not None:
            expected = bench.rows(plan, is_ordered=query.is_ordered)
            try:
                found = rows(run, is_ordered=query.is_ordered)
            except SparkError as failure:
                raise AssertionError(f"seed {seed}: {query.sql}") from failure
            assert found == expected, f"seed {seed}: {query.sql}"


@pytest.mark.parametrize("seeds", [SEEDS[i : i + _BLOCK] for i in range(0, len(SEEDS), _BLOCK)], ids=str)
def test_keys_told_across_any_step_leave_the_rows_as_they_are(bench: Bench, seeds: range) -> None:
    for seed in seeds:
        query = Query(adaptive_query(seed), is_ordered=False)
        plan, _ = bench.optimized(bench.analyzed(query))
        run = adapted(bench, plan)
        if run is not None:
            assert rows(run, is_ordered=False) == bench.rows(plan, is_ordered=False), f"seed {seed}: {query.sql}"


def test_a_fair_share_of_the_queries_is_adapted(bench: Bench) -> None:
    plans = [bench.optimized(bench.analyzed(RuleQueries(seed).query()))[0] for seed in range(200)]
    assert sum(adapted(bench, plan) is not None for plan in plans) >= LEAST * len(plans)
