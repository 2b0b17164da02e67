"""Dashboards ask sixty questions by Zipf's law, of a table whose latest files DuckDB reads as they are."""

from collections import Counter

import duckdb
import pytest

import hiveframe
from benchmarks.dashboard.star import LAST_DAY, Sales, star
from benchmarks.dashboard.templates import TEMPLATES, traffic


def test_sixty_templates_and_the_same_traffic_each_time():
    assert len(TEMPLATES) == 60
    asked = traffic(2000, 1.0, 7)
    assert asked == traffic(2000, 1.0, 7)
    assert not any("{" in text for text in asked)
    assert Counter(asked).most_common(1)[0][1] > 20


def test_a_commit_adds_a_thousand_sales_and_the_next_one_corrects_some(tmp_path, monkeypatch):
    pytest.importorskip("deltalake")
    monkeypatch.setenv("HIVEFRAME_BENCH_DATA", str(tmp_path))
    spark = hiveframe.session()
    try:
        sales = Sales(spark, tmp_path / "sales", star(20_000)["sales"])
        states = []
        for _ in range(3):
            states.append(
                duckdb.read_parquet(sales.files()).aggregate("count(*), sum(amount), max(day)::VARCHAR").fetchall()[0]
            )
            sales.commit()
    finally:
        spark.stop()
    (first, _, day), (second, before, _), (third, after, _) = states
    assert (first, second, third) == (20_000, 21_000, 21_000)
    assert after > before
    assert day == LAST_DAY
