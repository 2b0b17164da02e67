"""Statements other than queries: each becomes its command with what the text says."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveframe.errors import SparkError
from hiveframe.plan import commands as c
from hiveframe.plan import spec
from hiveframe.sql import bind_parameters, parse_statement
from tests.unit.sql.shape import cases, shape, statement_shape

CASES = cases("statements")
TEXTS = [text for name in ("statements", "queries", "expressions") for text, _ in cases(name)]


@pytest.mark.parametrize(("text", "tree"), CASES)
def test_a_statement_becomes_its_command(text: str, tree: str) -> None:
    assert statement_shape(parse_statement(text)) == tree


def test_a_view_keeps_the_text_of_its_query() -> None:
    view = parse_statement("create view v as\n  select a, -- why\n b from t ;")
    assert isinstance(view, c.CreateView)
    assert view.text == "select a, -- why\n b from t"


def test_markers_take_their_values_everywhere_in_a_statement() -> None:
    statement = parse_statement("insert into t select :a, x from u where y in (select ? + :a)")
    bound = bind_parameters(statement, {"a": spec.Attribute(("v",))}, [spec.Attribute(("p",))])
    assert statement_shape(bound) == ("Insert table=t child=<select[v, x] where[(y in <select[(+ p v)] one>)] u>")


def test_a_marker_without_a_value_is_told_by_name() -> None:
    with pytest.raises(SparkError) as caught:
        bind_parameters(parse_statement("select :missing"), {})
    assert caught.value.condition == "UNBOUND_SQL_PARAMETER"
    assert caught.value.params == {"name": "missing"}


def test_an_explained_command_is_held_as_a_relation() -> None:
    explain = parse_statement("explain create table t (a int)")
    assert isinstance(explain, c.Explain)
    assert isinstance(explain.child, spec.CommandResult)


def test_semicolons_may_end_a_statement() -> None:
    assert shape(parse_statement("select 1 ; ;")) == "select[1] one"


@given(st.sampled_from(TEXTS), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(["drop", "swap", "double"]))))
def test_a_statement_with_words_missing_or_moved_is_read_or_refused(text: str, changes: list[tuple[int, str]]) -> None:
    words = text.split()
    for position, change in changes:
        if not words:
            break
        at = position % len(words)
        if change == "drop":
            del words[at]
        elif change == "double":
            words.insert(at, words[at])
        else:
            words[at], words[-1] = words[-1], words[at]
    with suppress(SparkError):
        parse_statement(" ".join(words))
