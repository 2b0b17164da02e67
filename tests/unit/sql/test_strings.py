"""String literals and names: what is quoted reads back as it was."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveframe.errors import ParseException
from hiveframe.plan import spec
from hiveframe.sql import (
    parse_expression,
    parse_multipart_identifier,
    parse_query,
    quote_identifier,
    quote_if_needed,
    quote_string,
)
from hiveframe.sql.strings import unquote_string

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
NAME = TEXT.filter(bool)

# Token and value as Spark reads them.
LITERALS = [
    (r"'a\\''b'", "a\\'b"),
    (r"'\''", "'"),
    (r"'\u0041\U00000042\101\400\8\x\Z\0\00'", "ABA4008x\x1a\x00\x000"),
    (r"'a''b\n'", "a'b\n"),
    (r'"a""b\"c"', 'a"b"c'),
    (r"'\\''\''", "\\''"),
    (r"'\ud83d\ude00'", "\U0001f600"),
    (r"'\U0001F600'", "\U0001f600"),
    (r"'\777'", "777"),
    (r"'\%\_'", r"\%\_"),
    (r"r'a\nb'", r"a\nb"),
    (r'R"a\b"', r"a\b"),
]


@pytest.mark.parametrize(("token", "value"), LITERALS)
def test_escapes_mean_what_they_mean_in_spark(token: str, value: str) -> None:
    assert unquote_string(token) == value


@given(TEXT)
def test_a_quoted_string_reads_back_as_it_was(value: str) -> None:
    found = parse_expression(quote_string(value))
    assert isinstance(found, spec.Literal)
    assert found.value == value


@given(NAME)
def test_a_quoted_name_reads_back_as_it_was(name: str) -> None:
    assert parse_multipart_identifier(quote_identifier(name)) == (name,)
    assert parse_multipart_identifier(quote_if_needed(name)) == (name,)


@given(st.lists(NAME, min_size=1, max_size=4))
def test_names_joined_by_dots_come_apart_again(names: list[str]) -> None:
    assert parse_multipart_identifier(".".join(quote_if_needed(name) for name in names)) == tuple(names)


@given(NAME, TEXT)
def test_no_quoted_name_or_string_changes_the_shape_of_a_query(name: str, value: str) -> None:
    plan = parse_query(f"select {quote_string(value)} as {quote_identifier(name)} from {quote_identifier(name)}")
    assert isinstance(plan, spec.Project)
    (item,) = plan.items
    assert isinstance(item, spec.Alias)
    assert item.names == (name,)
    assert isinstance(item.child, spec.Literal)
    assert item.child.value == value
    assert isinstance(plan.child, spec.Table)
    assert plan.child.name.parts == (name,)


@pytest.mark.parametrize("text", ["", "a.", ".a", "a b", "a..b", "`a", "a-b", "1.5"])
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(ParseException):
        parse_multipart_identifier(text)


@given(TEXT)
def test_any_text_is_read_or_refused_but_never_crashes_the_parser(text: str) -> None:
    with suppress(ParseException):
        parse_query(text)
