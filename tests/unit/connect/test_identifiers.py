from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveframe.connect.decode.identifiers import table_parts
from hiveframe.errors import AnalysisException, ParseException
from hiveframe.plan.attribute_names import attribute_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", ("a",)),
        ("a.b.c", ("a", "b", "c")),
        ("`a.b`.c", ("a.b", "c")),
        ("`a``b`", ("a`b",)),
        ("a b", ("a b",)),
        ("", ("",)),
        ("`*`", ("*",)),
    ],
)
def test_a_columns_name_splits_at_dots_outside_backticks(text, parts):
    assert attribute_parts(text) == parts


@pytest.mark.parametrize("text", ["a.", ".a", "a..b", "`a", "a`b", "`a`b", "a.`b"])
def test_a_columns_name_that_does_not_split_is_a_syntax_error(text):
    with pytest.raises(AnalysisException) as caught:
        attribute_parts(text)
    assert caught.value.condition == "INVALID_ATTRIBUTE_NAME_SYNTAX"


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=4))
def test_quoted_parts_come_back_as_they_are(parts):
    text = ".".join("`" + part.replace("`", "``") + "`" for part in parts)
    assert attribute_parts(text) == tuple(parts)
    assert table_parts(text) == tuple(parts)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("a-b", "INVALID_IDENTIFIER"),
        ("a.é", "INVALID_IDENTIFIER"),
        ("a b", "PARSE_SYNTAX_ERROR"),
        ("a.", "PARSE_SYNTAX_ERROR"),
        ("a$b", "PARSE_SYNTAX_ERROR"),
        ("", "PARSE_EMPTY_STATEMENT"),
    ],
)
def test_a_tables_name_is_read_as_sql_reads_it(text, condition):
    with pytest.raises(ParseException) as caught:
        table_parts(text)
    assert caught.value.condition == condition


def test_words_and_numbers_name_tables():
    assert table_parts("1a") == ("1a",)
    assert table_parts("select") == ("select",)
