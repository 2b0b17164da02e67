"""Plans of thousands of steps are analysed in time that grows with their length."""

import time

from hiveframe.plan import spec
from tests.unit.analysis.dataframes import Frame, call, col, lit
from tests.unit.analysis.environment import TestEnvironment, analyzed


def chain(steps: int) -> spec.Relation:
    df = Frame(spec.Range(0, 10))
    for i in range(steps):
        df = df.with_column("a", call("+", df.id, lit(i)))
        df = df.filter(call(">=", df.a, lit(i)))
    return df.plan


def test_three_thousand_steps_do_not_recurse() -> None:
    assert [c.name for c in analyzed(chain(1500)).output] == ["id", "a"]


def test_two_hundred_steps_take_well_under_half_a_second() -> None:
    plan = chain(200)
    analyzed(chain(2))
    start = time.process_time()
    analyzed(plan, TestEnvironment())
    assert time.process_time() - start < 0.5


def test_a_thousand_added_columns_stay_cheap() -> None:
    plan: spec.Relation = spec.Range(0, 10)
    for i in range(1000):
        plan = spec.WithColumns(plan, (spec.Alias(call("+", col("id"), lit(i)), (f"a{i}",)),))
    start = time.process_time()
    from hiveframe.analysis.analyzer import Analyzer

    found = Analyzer(TestEnvironment()).relation(plan)
    assert time.process_time() - start < 1.5
    assert len(found.output) == 1001


def test_a_shared_subplan_is_analysed_once_and_renewed() -> None:
    plan: spec.Relation = spec.Range(0, 10)
    for _ in range(18):
        plan = spec.Join(plan, plan, "semi")
    assert [c.name for c in analyzed(plan).output] == ["id"]
    doubled: spec.Relation = spec.Range(0, 10)
    for _ in range(6):
        doubled = spec.Join(doubled, doubled, "inner")
    assert len(analyzed(doubled).output) == 64


def test_an_expression_of_two_thousand_terms_does_not_recurse() -> None:
    found = analyzed("select " + " + ".join(["id"] * 2000) + " from range(2)")
    assert found.output[0].name.endswith(" + id) + id) + id)")


def test_long_sums_may_be_grouped_by() -> None:
    total = " + ".join(["id"] * 1000)
    found = analyzed(f"select {total} as total, sum({total}) from range(2) group by {total}")
    assert found.output[0].name == "total"
