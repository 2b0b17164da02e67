"""EXPLAIN of expressions and plans that are deeper than Python's stack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hiveframe.plan import spec
from hiveframe.sessions.runtime import Process, Session
from hiveframe.settings import Settings
from tests.unit.analysis.dataframes import Frame, call, col, lit

DEPTH = 1000  # more than a stack holds, as each step of a text takes several frames


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    settings = Settings({"spark.sql.warehouse.dir": str(tmp_path)})
    made = Session.new(Process.of(settings), settings)
    yield made
    made.close()


def nested(function: str) -> spec.Expr:
    expr: spec.Expr = call("=", col("id"), lit(0))
    for i in range(DEPTH):
        expr = call(function, expr, call("=", col("id"), lit(i)))
    return expr


@pytest.mark.parametrize("function", ["or", "and", "coalesce"])
def test_an_expression_of_a_thousand_steps_is_explained(session: Session, function: str) -> None:
    text = session.explain(spec.Filter(spec.Range(0, 10), nested(function)), "extended")
    assert text.count(f"{DEPTH - 1})") == 4  # parsed, analysed, optimised and physical


def test_a_thousand_merged_filters_are_explained(session: Session) -> None:
    rows = Frame(spec.Range(0, 10))
    for i in range(DEPTH):
        rows = rows.filter(call("!=", rows.id, lit(i + 100)))
    text = session.explain(rows.plan, "formatted")
    assert f"(NOT (id = {DEPTH + 99}))" in text
