"""Estimates of TPC-H's and TPC-DS' plans, made of what footers tell, against the rows that the steps really give."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest

from benchmarks.tpc.data import Suite, tables
from benchmarks.tpc.queries import is_select, queries
from hiveframe.optimizer.statistics import q_error
from hiveframe.plan import logical as lg
from hiveframe.plan.spec import SqlQuery
from hiveframe.sessions.runtime import Session
from tests.estimates.plans import MOST_ROWS, estimated, new_session, plan_of, real_rows, steps

SCALE = 0.01


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    made = new_session(tmp_path_factory.mktemp("warehouse"))
    yield made
    made.close()


def errors(session: Session, suite: Suite) -> list[float]:
    """The errors of all steps that choose, join, group or unite rows."""
    for name, path in tables(suite, SCALE).items():
        query = SqlQuery(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS SELECT * FROM parquet.`{path}`")
        session.run(session.environment.parse_query(query.text))
    found: list[float] = []
    for texts in queries(suite).values():
        for text in filter(is_select, texts):
            if "revenue0" in text:  # TPC-H's query 15 makes a view first
                session.run(session.environment.parse_query(texts[0]))
            plan = plan_of(session, text)
            known = estimated(session, plan)
            inside = {id(s) for node in steps(plan) if isinstance(node, lg.WithCtes) for s in steps(node)} - {id(plan)}
            for node in steps(plan):
                rows = known[id(node)].rows
                is_chosen = isinstance(node, (lg.Filter, lg.Join, lg.Aggregate, lg.SetOperation, lg.Distinct))
                if is_chosen and rows <= MOST_ROWS and id(node) not in inside:
                    found.append(q_error(rows, real_rows(session, node)))
    return found


def test_half_of_tpch_s_estimates_are_within_a_factor_of_1_3_and_nine_in_ten_within_50(session, record_property):
    found = sorted(errors(session, "tpch"))
    record_property("median", statistics.median(found))
    assert len(found) >= 50
    assert statistics.median(found) < 1.3
    assert found[len(found) * 9 // 10] < 50


def test_half_of_tpcds_estimates_are_within_a_factor_of_1_6_and_nine_in_ten_within_50(session, record_property):
    found = sorted(errors(session, "tpcds"))
    record_property("median", statistics.median(found))
    assert len(found) >= 300
    assert statistics.median(found) < 1.6
    assert found[len(found) * 9 // 10] < 50
