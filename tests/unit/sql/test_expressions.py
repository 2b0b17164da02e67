"""Expressions as Spark's parser reads them: each tree was compared with the tree that Spark builds."""

from __future__ import annotations

import pytest

from hiveframe.plan import spec
from hiveframe.sql import parse_expression, parse_named_expressions
from tests.unit.sql.shape import cases, shape

CASES = cases("expressions")


@pytest.mark.parametrize(("text", "tree"), CASES)
def test_an_expression_becomes_the_tree_that_spark_builds(text: str, tree: str) -> None:
    assert shape(parse_expression(text)) == tree


def test_named_expressions_are_read_up_to_the_end() -> None:
    assert [shape(e) for e in parse_named_expressions("a, b + 1 as c, *")] == ["a", "(+ b 1) as c", "*"]


def test_a_path_names_its_column_even_under_a_cast() -> None:
    assert shape(parse_expression("v:a.b::int")) == "cast((variant_get v '$.a.b' 'variant') int) as b"


def test_an_expression_knows_where_it_stands() -> None:
    expr = parse_expression("a +\n  f(b)")
    assert isinstance(expr, spec.Function)
    call = expr.args[1]
    assert call.origin is not None
    assert (call.origin.start, call.origin.stop, call.origin.line, call.origin.column) == (6, 9, 2, 2)


def test_a_predicate_leaves_its_operand_out_of_its_place() -> None:
    expr = parse_expression("abc not in (1)")
    assert expr.origin is not None
    assert (expr.origin.start, expr.origin.stop) == (4, 13)


def test_a_condition_of_thousands_of_terms_stays_shallow() -> None:
    expr = parse_expression(" and ".join(f"a = {n}" for n in range(5000)))
    depth = 0
    while isinstance(expr, spec.Function) and expr.name == ("and",):
        expr = expr.args[0]
        depth += 1
    assert depth < 15


def test_double_quotes_name_columns_where_the_session_says_so() -> None:
    conf = {"spark.sql.ansi.doubleQuotedIdentifiers": "true"}
    assert shape(parse_expression('"a ""b""" + 1', conf=conf)) == '(+ a "b" 1)'


def test_backslashes_stand_for_themselves_where_the_session_says_so() -> None:
    conf = {"spark.sql.parser.escapedStringLiterals": "true"}
    assert shape(parse_expression(r"'a\nb'", conf=conf)) == repr(r"a\nb")


def test_timestamp_means_what_the_session_says() -> None:
    conf = {"spark.sql.timestampType": "TIMESTAMP_NTZ"}
    assert shape(parse_expression("cast(a as timestamp)", conf=conf)) == "cast(a timestamp_ntz)"
