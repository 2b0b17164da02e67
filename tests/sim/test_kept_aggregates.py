"""Dashboards drawn from seeds show what the rows give, whatever is kept of them and whatever happens to the tables.

More seeds: `HIVEFRAME_SEEDS=0:500 pytest tests/sim/test_kept_aggregates.py`.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

import hiveframe
from hiveframe.cache.aggregates import store
from hiveframe.cache.aggregates.store import KeptAggregates
from hiveframe.engine.background import Background
from hiveframe.lake import stamps
from hiveframe.sessions import answering
from hiveframe.sessions.kept_aggregates import SETTING, aggregates
from hiveframe.settings import Settings
from tests.sim.kept_queries import Dashboard, Template

_FIRST, _, _END = os.environ.get("HIVEFRAME_SEEDS", "0:5").partition(":")
SEEDS = range(int(_FIRST), int(_END))
_WARM = 3
_ASKED = 4


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    warehouse: Path = tmp_path_factory.mktemp("warehouse")
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(warehouse), "spark.sql.session.timeZone": "UTC"})
    session.conf.set("spark.hiveframe.cache.results", "false")
    yield session
    session.stop()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[KeptAggregates]:
    """The process's aggregates, made by nobody but the test; every query is noted."""
    monkeypatch.setattr(stamps, "_SETTLED_NS", 0)
    monkeypatch.setattr(store, "SLOW_S", 0.0)
    monkeypatch.setattr(answering, "SMALL_BYTES", 0)
    found = aggregates(Settings())
    assert found is not None
    monkeypatch.setattr(found, "_thread", Background("nobody", lambda: False, lambda: False))
    found.clear()
    make(found)
    yield found
    found.clear()
    make(found)


def make(kept: KeptAggregates) -> None:
    while kept.fill_once(is_idle=True):
        pass


def shown(spark: SparkSession, text: str) -> object:
    """The rows in an order of their own, or the error's condition; doubles but for what order adds to them."""
    try:
        columns = spark.sql(text).toArrow().columns
    except PySparkException as error:
        return error.getCondition() or str(error)
    rows = [tuple(map(comparable, row)) for row in zip(*(c.to_pylist() for c in columns), strict=True)]
    return sorted(rows, key=repr)


def comparable(value: object) -> object:
    if isinstance(value, float):
        return repr(value) if math.isnan(value) or math.isinf(value) else float(f"{value:.9g}") + 0.0
    if isinstance(value, dict):
        return {name: comparable(v) for name, v in value.items()}
    return value


def written(spark: SparkSession, text: str) -> object:
    """The rows by way of a table."""
    try:
        spark.sql(f"CREATE OR REPLACE TABLE written USING parquet AS {text}")
    except PySparkException as error:
        return error.getCondition() or str(error)
    return shown(spark, "SELECT * FROM written")


def expected(spark: SparkSession, text: str, way: Callable[[SparkSession, str], object] = shown) -> object:
    spark.conf.set(SETTING, "false")
    try:
        return way(spark, text)
    finally:
        spark.conf.unset(SETTING)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_dashboard_shows_what_the_rows_give(
    spark: SparkSession, kept: KeptAggregates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    if seed % 2:  # as of tables so large that the narrowest groups are the best
        monkeypatch.setattr(store, "_LEAST_ROWS", 0)
        monkeypatch.setattr(store, "_SHARE", 100.0)
    board = Dashboard(spark, tmp_path / "tables", seed)
    board.open()
    templates: list[Template] = []
    history: list[str] = []
    for _ in range(4):
        template = board.template()
        templates.append(template)
        for _ in range(_WARM):
            shown(spark, template.text())
        make(kept)
        for _ in range(_ASKED):
            text = board.draw.choice(templates).text(is_other=board.draw.random() < 0.4)
            before, way = kept.served, board.draw.choice((shown, shown, shown, written))
            assert way(spark, text) == expected(spark, text, way), (text, way, history, kept.served - before)
            if board.draw.random() < 0.5:
                history.append(board.change())
                board.open()
            if board.draw.random() < 0.5:
                make(kept)
