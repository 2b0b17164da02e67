"""Names, types, nullability and errors of analysis are Spark's, query by query."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hiveframe.errors import SparkError
from tests.unit.analysis.environment import analyzed, columns_of

GOLDEN = Path(__file__).parents[2] / "golden" / "analysis"
GAPS = [line for line in (GOLDEN / "gaps.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
ANSWERS: dict[str, Any] = {
    query: answer
    for path in sorted(GOLDEN.glob("*.json"))
    for query, answer in json.loads(path.read_text(encoding="utf-8")).items()
}


def our_answer(query: str) -> dict[str, Any]:
    try:
        found = analyzed(query)
    except SparkError as error:
        c = error.context
        return {
            "error": type(error).__name__,
            "condition": error.condition,
            "state": error.sql_state,
            "params": error.params,
            "context": [[c.fragment, c.start, c.stop]] if c else [],
        }
    return {"columns": [list(column) for column in columns_of(found)]}


def comparable(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what Spark numbers anew in each session, and without the plan that an internal error prints."""
    if "params" not in answer:
        return answer
    params = {k: re.sub(r"#\d+", "", v.partition("\nDebugging information:")[0]) for k, v in answer["params"].items()}
    return {**answer, "params": params}


@pytest.mark.parametrize("query", [q for q in ANSWERS if q not in GAPS])
def test_analysis_answers_as_spark_does(query: str) -> None:
    assert comparable(our_answer(query)) == comparable(ANSWERS[query])


def test_a_known_gap_is_still_one() -> None:
    passing = [query for query in GAPS if comparable(our_answer(query)) == comparable(ANSWERS[query])]
    assert passing == [], "they pass now: take them off gaps.txt"
