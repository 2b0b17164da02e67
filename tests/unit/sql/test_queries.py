"""Queries as Spark's parser reads them: each tree was compared with the plan that Spark builds."""

from __future__ import annotations

import pytest

from hiveframe.errors import ParseException
from hiveframe.plan import spec
from hiveframe.sql import parse_query, parse_statement
from tests.unit.sql.shape import cases, shape

CASES = cases("queries")


@pytest.mark.parametrize(("text", "tree"), CASES)
def test_a_query_becomes_the_tree_that_spark_builds(text: str, tree: str) -> None:
    assert shape(parse_query(text)) == tree


def test_a_query_is_also_a_statement() -> None:
    assert isinstance(parse_statement("select 1;"), spec.Project)


def test_a_chain_of_set_operations_may_be_long() -> None:
    plan = parse_query(" union all ".join(["select 1"] * 3000))
    count = 0
    while isinstance(plan, spec.SetOperation):
        plan = plan.left
        count += 1
    assert count == 2999


def test_text_nested_too_deeply_is_refused_and_does_not_crash() -> None:
    with pytest.raises(ParseException) as caught:
        parse_query("select " + "(" * 5000 + "1" + ")" * 5000)
    assert caught.value.condition == "FAILED_TO_PARSE_TOO_COMPLEX"


def test_comments_are_no_part_of_a_query() -> None:
    text = "select /* a /* nested */ comment */ a -- to the end\n from t -- last"
    assert shape(parse_query(text)) == "select[a] t"


def test_a_relation_knows_where_it_stands() -> None:
    plan = parse_query("select *\nfrom db.t x")
    assert isinstance(plan, spec.Project)
    alias = plan.child
    assert isinstance(alias, spec.SubqueryAlias)
    table = alias.child
    assert table.origin is not None
    assert table.origin.sql_text == "select *\nfrom db.t x"
    assert (table.origin.start, table.origin.stop, table.origin.line, table.origin.column) == (14, 17, 2, 5)


def test_keywords_are_reserved_only_where_the_session_says_so() -> None:
    assert shape(parse_query("select 1 as table")) == "select[1 as table] one"
    with pytest.raises(ParseException) as caught:
        parse_query("select 1 as table", conf={"spark.sql.ansi.enforceReservedKeywords": "true"})
    assert caught.value.params["error"] == "'table'"
