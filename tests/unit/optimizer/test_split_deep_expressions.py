"""Expressions nested far deeper than a stack holds are computed in steps, or refused with a clear condition."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hiveframe.errors import AnalysisException
from hiveframe.plan import spec
from hiveframe.sessions.runtime import Process, Session
from hiveframe.settings import Settings
from tests.unit.analysis.dataframes import Frame, call, col, lit

DEPTH = 2000
Step = Callable[[spec.Expr, int], spec.Expr]
STEPS: dict[str, tuple[Step, list[int]]] = {
    "negative": (lambda e, i: call("negative", e), [0, 1]),
    "coalesce": (lambda e, i: call("coalesce", e, lit(7)), [0, 1]),
    "a sum": (lambda e, i: call("+", e, lit(1)), [DEPTH, DEPTH + 1]),
    "a remainder": (lambda e, i: call("%", e, lit(9)), [0, 1]),
    "a condition's first operand": (lambda e, i: call("if", call("=", e, lit(0)), lit(1), lit(0)), [0, 1]),
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder: Path = tmp_path_factory.mktemp("warehouse")
    settings = Settings({"spark.sql.warehouse.dir": str(folder)})
    made = Session.new(Process.of(settings), settings)
    yield made
    made.close()


def nested(step: Step) -> spec.Expr:
    expr: spec.Expr = col("id")
    for i in range(DEPTH):
        expr = step(expr, i)
    return expr


def values(session: Session, plan: spec.Relation) -> list[object]:
    return [row[0] for row in session.collect(session.analyze(plan))]


@pytest.mark.parametrize("name", STEPS)
def test_a_deep_value_is_computed(session: Session, name: str) -> None:
    step, wanted = STEPS[name]
    plan = spec.Project(spec.Range(0, 2), (spec.Alias(nested(step), ("x",)),))
    assert values(session, plan) == wanted


@pytest.mark.parametrize("name", STEPS)
def test_a_deep_condition_filters(session: Session, name: str) -> None:
    step, wanted = STEPS[name]
    plan = spec.Filter(spec.Range(0, 2), call("=", nested(step), lit(wanted[1])))
    assert values(session, plan) == [1]


def test_each_of_several_deep_operands_is_computed(session: Session) -> None:
    negated, added = (nested(STEPS[name][0]) for name in ("negative", "a sum"))
    both = spec.Alias(call("-", call("*", negated, added), call("coalesce", negated, lit(1))), ("x",))
    assert values(session, spec.Project(spec.Range(0, 3), (both,))) == [n * (n + DEPTH) - n for n in range(3)]


def test_rows_are_sorted_and_grouped_by_deep_values(session: Session) -> None:
    deep = nested(STEPS["negative"][0])
    assert values(session, Frame(spec.Range(0, 3)).sort(call("negative", deep)).plan) == [2, 1, 0]
    total = spec.Alias(call("sum", deep), ("x",))
    assert values(session, spec.Aggregate(spec.Range(0, 3), (), (total,))) == [3]
    counted = spec.Alias(call("count", lit(1)), ("n",))
    grouped = spec.Aggregate(spec.Range(0, 3), (deep,), (counted,))
    assert values(session, grouped) == [1, 1, 1]


def test_what_a_condition_guards_stays_guarded_and_is_refused_when_too_deep(session: Session) -> None:
    guarded = nested(lambda e, i: call("if", call("=", col("id"), lit(i)), lit(3), e))
    plan = spec.Project(spec.Range(0, 2), (spec.Alias(guarded, ("x",)),))
    with pytest.raises(AnalysisException, match="nested hundreds of levels deep"):
        values(session, plan)
