"""Text that Spark refuses is refused with Spark's condition, parameters and place; goldens are Spark's own words."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hiveframe.errors import ParseException, SparkError
from hiveframe.sql import parse_query, parse_statement

GOLDEN = Path(__file__).parents[2] / "golden" / "sql" / "errors.jsonl"

# Where we say more or stand elsewhere than Spark, and why.
PLACE = "Spark blames the word before; we blame the place where something is missing"
HINT = "Spark's parser generator guesses which word is missing or too many; we do so in fewer places"
SPAN = "we mark a clause where Spark marks the whole statement or nothing"
OTHER = {
    "select * from t where a = 1 and": PLACE,
    "select * from t group by": PLACE,
    "select * from t order by": PLACE,
    "select * from t where a in": PLACE,
    "select * from t where a like": PLACE,
    "select * from t where a is": PLACE,
    "select case when 1 then 2": PLACE,
    "select exists (select 1": PLACE,
    "show tabels": PLACE,
    "select sum(a) over (partition a) from t": PLACE,
    "select (1, 2": HINT,
    "select map(1,2": HINT,
    "select * from (select 1": HINT,
    "select (select 1": HINT,
    "select a[1 from t": HINT,
    "insert into t (a, b values (1)": HINT,
    "alter table t rename a to b": HINT,
    "select * from t pivot (sum(a) for b in 1)": HINT,
    "select sum(a) over (order by a rows 1) from t": HINT,
    "select * except (a from t": HINT,
    "select 1 /* x": SPAN,
    "select 1 /* open": SPAN,
    "select a from t group by rollup((), a)": SPAN,
    "create table t (a int) skewed by (a) on (1)": SPAN,
    "create view v partitioned on (a) as select 1": SPAN,
    "create function if not exists f as 'x' using foo 'y'": SPAN,
    "delete from t a(b)": SPAN,
    "merge into t using s on a when not matched then insert (a, b) values (1)": SPAN,
    "truncate table t partition (a = default)": SPAN,
    "describe t as json": SPAN,
    "from t |> aggregate": SPAN,
    "create table t clustered by (a) into 0 buckets": SPAN,
}


def golden() -> list[dict[str, Any]]:
    """What Spark says, a text a line."""
    return [json.loads(line) for line in GOLDEN.read_text().splitlines()]


@pytest.mark.parametrize("entry", golden(), ids=lambda entry: entry["sql"])
def test_wrong_text_is_refused_as_spark_refuses_it(entry: dict[str, Any]) -> None:
    with pytest.raises(SparkError) as caught:
        parse_statement(entry["sql"])
    error = caught.value
    reason = OTHER.get(entry["sql"])
    if reason in (None, HINT, SPAN):
        assert error.condition == (entry["condition"] or error.condition)
        assert error.sql_state == entry["sql_state"]
    if reason in (None, SPAN):
        assert error.params == entry["parameters"]
    if reason in (None, HINT):
        assert place(str(error)) == place(entry["message"])


def place(message: str) -> str | None:
    """Where a message says the error begins."""
    found = re.search(r"\(line \d+, pos(?:ition)? \d+\)", message)
    return found[0] if found else None


def test_a_syntax_error_shows_the_text_and_says_what_was_expected() -> None:
    with pytest.raises(ParseException) as caught:
        parse_query("select a\nfrom t\nwhere a >")
    assert str(caught.value) == (
        "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 3, pos 9)\n"
        "\n== SQL ==\nselect a\nfrom t\nwhere a >\n---------^^^\n"
        "Expected an expression at line 3, column 10.\n"
    )


def test_a_refusal_of_a_part_marks_that_part() -> None:
    with pytest.raises(ParseException) as caught:
        parse_query("select 1 in ()")
    assert str(caught.value).endswith("\n== SQL (line 1, position 10) ==\nselect 1 in ()\n         ^^^^^\n")


@pytest.mark.parametrize(
    "text",
    ["select transform(a) using 'cat' from t", "create materialized view v as select 1"],
)
def test_what_is_not_there_yet_is_refused_by_name(text: str) -> None:
    with pytest.raises(SparkError) as caught:
        parse_statement(text)
    assert caught.value.condition == "UNSUPPORTED_FEATURE.HIVEFRAME"
