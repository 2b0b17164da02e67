"""Queries drawn from seeds have the same rows with each of the optimiser's rules left out, and with all of them.

More seeds: `HIVEFRAME_SEEDS=0:5000 pytest tests/sim/test_rules.py`.
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import hiveframe
from hiveframe.analysis.analyzer import Analyzer
from hiveframe.connect.local import local_service
from hiveframe.connect.seam import SessionKey
from hiveframe.optimizer.driver import EXCLUDABLE, optimize
from hiveframe.optimizer.rules import aggregate_before_join
from hiveframe.plan import spec
from hiveframe.plan.logical import Relation
from tests.sim.random_queries import TABLES
from tests.sim.rule_queries import FILES, Query, RuleQueries

_FIRST, _, _END = os.environ.get("HIVEFRAME_SEEDS", "0:500").partition(":")
SEEDS = range(int(_FIRST), int(_END))
_BLOCK = 20
LEAST = 20  # plans of the 500 that each rule has to change

ALL = frozenset(EXCLUDABLE)
NEEDED = frozenset({"split_deep_expressions"})  # by DuckDB, for expressions of a thousand levels
Rows = Sequence[tuple[object, ...]]


class Bench:
    """A session's own steps, one by one."""

    def __init__(self, folder: Path) -> None:
        self.spark = hiveframe.session(**{"spark.sql.session.timeZone": "UTC", "spark.sql.warehouse.dir": str(folder)})
        for name, query in TABLES.items():
            self.spark.sql(query).createOrReplaceTempView(name)
        for name, query in FILES.items():
            rows = self.spark.sql(query)
            if name == "parted":
                rows.write.format("delta").partitionBy("p").saveAsTable(name)
            else:
                rows.write.parquet(str(folder / name))
                self.spark.read.parquet(str(folder / name)).createOrReplaceTempView(name)
        client: Any = self.spark.client
        found = local_service().manager.find(SessionKey(client._user_id or "", client._session_id))
        assert found is not None
        self.session = found.runtime

    def analyzed(self, query: Query) -> Relation:
        return Analyzer(self.session.environment).relation(spec.SqlQuery(query.sql))

    def optimized(self, plan: Relation, excluded: frozenset[str] = frozenset()) -> tuple[Relation, frozenset[str]]:
        """The plan, and the rules that changed it."""
        told: set[str] = set()
        made = optimize(plan, 1, self.session.evaluate, note=told.add, excluded=excluded)
        return made, frozenset(told)

    def rows(self, plan: Relation, *, is_ordered: bool) -> Rows:
        table: pa.Table = self.session._engine.execute(plan, self.session.settings).table()
        rows = [tuple(map(_shown, row)) for row in zip(*(c.to_pylist() for c in table.columns), strict=True)]
        return rows if is_ordered else sorted(rows, key=repr)


def _shown(value: object) -> object:
    """A value that equals another one where both are the same up to rounding; NaN equals NaN, -0.0 equals 0.0."""
    return f"{value + 0.0:.10g}" if isinstance(value, float) else value


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    made = Bench(tmp_path_factory.mktemp("tables"))
    with pytest.MonkeyPatch.context() as changed:  # as of tables of many rows
        changed.setattr(aggregate_before_join, "_LEAST_ROWS", 0)
        changed.setattr(aggregate_before_join, "_LEAST_FEWER", 0.0)
        changed.setattr(aggregate_before_join, "_LEAST_SAVED", 1)
        yield made
    made.spark.stop()


@pytest.mark.parametrize("seeds", [SEEDS[i : i + _BLOCK] for i in range(0, len(SEEDS), _BLOCK)], ids=str)
def test_a_rule_left_out_leaves_the_rows_alone(bench: Bench, seeds: range) -> None:
    for seed in seeds:
        query = RuleQueries(seed).query()
        plan = bench.analyzed(query)
        made, told = bench.optimized(plan)
        expected = bench.rows(made, is_ordered=query.is_ordered)
        for excluded in (ALL - NEEDED, *(frozenset({rule}) for rule in sorted(told & EXCLUDABLE))):
            without, still = bench.optimized(plan, excluded)
            assert not still & excluded
            rows = bench.rows(without, is_ordered=query.is_ordered)
            assert rows == expected, f"seed {seed} without {', '.join(sorted(excluded))}: {query.sql}"


def test_every_rule_changes_a_fair_share_of_the_queries(bench: Bench) -> None:
    told: Counter[str] = Counter()
    for seed in range(500):
        told.update(bench.optimized(bench.analyzed(RuleQueries(seed).query()))[1])
    assert {rule: count for rule in sorted(EXCLUDABLE) if (count := told[rule]) < LEAST} == {}
