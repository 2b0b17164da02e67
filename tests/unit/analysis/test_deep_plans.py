"""Plans of thousands of steps are analysed in time that grows with their length."""

import sys
from collections.abc import Callable
from types import FrameType

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


def calls_in(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls: what it costs, whatever else the machine does."""
    count = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_each_step_costs_as_much_as_the_one_before() -> None:
    few, many = chain(100), chain(200)
    analyzed(chain(2))
    assert calls_in(lambda: analyzed(many, TestEnvironment())) < 2.6 * calls_in(
        lambda: analyzed(few, TestEnvironment())
    )


def widened(count: int) -> spec.Relation:
    plan: spec.Relation = spec.Range(0, 10)
    for i in range(count):
        plan = spec.WithColumns(plan, (spec.Alias(call("+", col("id"), lit(i)), (f"a{i}",)),))
    return plan


def test_a_thousand_added_columns_stay_cheap() -> None:
    few, many = widened(100), widened(200)
    analyzed(widened(2))
    assert len(analyzed(widened(1000), TestEnvironment()).output) == 1001
    # each step passes on the columns before it: twice the steps cost at most four times as much
    assert calls_in(lambda: analyzed(many, TestEnvironment())) < 4.2 * calls_in(
        lambda: analyzed(few, TestEnvironment())
    )


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
