"""What is done to whole columns at once is what is done to each text by itself."""

from urllib.parse import quote_plus

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiveframe.functions import string_words, text_kernels, url
from hiveframe.functions.by_row import by_row
from hiveframe.functions.text_buffers import Texts, single_value

ASCII = st.lists(st.none() | st.text(st.characters(max_codepoint=127), max_size=20), max_size=30)
ANY = st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=30)


def column(values):
    """The values as a slice of a longer column, as kernels may get them."""
    return pa.array(["before", *values, "after"], pa.string()).slice(1, len(values))


def each(function, values):
    return [None if value is None else function(value) for value in values]


@given(ASCII)
def test_capitals_of_a_column_are_those_of_each_text(values):
    made = text_kernels.capitalise_ascii(Texts.of(column(values)))
    assert made.to_pylist() == each(string_words.capitalised, values)


@given(ASCII)
def test_soundex_of_a_column_is_that_of_each_text(values):
    made = text_kernels.soundex_ascii(Texts.of(column(values)))
    assert made.to_pylist() == each(string_words.sound_of, values)


def test_soundex_leaves_columns_with_long_texts_to_others():
    assert text_kernels.soundex_ascii(Texts.of(column(["a" * 100]))) is None


@given(ASCII, st.tuples(*[st.none() | st.sampled_from("Xx*9")] * 4))
def test_masks_of_a_column_are_those_of_each_text(values, replacements):
    made = text_kernels.mask_ascii(Texts.of(column(values)), replacements)
    assert made.to_pylist() == [string_words._mask_row(value, *replacements) for value in values]


@given(ANY)
def test_percent_encoding_of_a_column_is_that_of_each_text(values):
    made = url.encode_each(column(values))
    assert made.to_pylist() == each(lambda v: quote_plus(v, safe="*-._").replace("~", "%7E"), values)


PIECES = st.sampled_from(
    ["http", "://", "h-1.example.com", "HOST", ":80", ":", "/", "/a%20b", "%", "?", "q=1", "&k=", "#", "r", "@"]
)
ODD_PIECES = st.sampled_from(["é", "1.2.3.4", "[::1]", "%zz", "\n", " "])
URLS = st.lists(st.none() | st.lists(PIECES | ODD_PIECES, max_size=8).map("".join), max_size=20)


@settings(max_examples=300)
@given(URLS, st.sampled_from(sorted(url._PARTS)), st.none() | st.sampled_from(["q", "k", "a.b"]))
def test_parts_of_a_column_of_urls_are_those_of_each(values, name, key):
    given_columns = [column(values), pa.array([name] * len(values))]
    if key is not None:
        given_columns.append(pa.array([key] * len(values)))
    expected = by_row(url.try_part, pa.string(), given_columns)
    assert url.try_part_each(*given_columns).to_pylist() == expected.to_pylist()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["a", "a"], (True, "a")),
        (["a", "b"], (False, None)),
        ([None, None], (True, None)),
        (["a", None], (False, None)),
    ],
)
def test_a_constant_column_is_told(values, expected):
    assert single_value(pa.array(values, pa.string())) == expected
