"""Values nested down to JSON's last level are as others; one level more is malformed, and nothing is internal."""

import sys

import pytest

from hiveframe.functions.deep_values import MOST_LEVELS, deeply, is_too_deep
from hiveframe.functions.json_path import LENIENCY
from hiveframe.functions.json_text import NotJson, parse, rendered
from hiveframe.functions.variant_builder import InvalidJson, of_json
from hiveframe.functions.variant_text import json_of


def _nested(levels: int) -> str:
    return '{"a":[' * (levels // 2) + "1" + "]}" * (levels // 2)


@pytest.mark.parametrize("levels", [2, 600, MOST_LEVELS])
def test_a_document_is_a_variant_down_to_the_last_level(levels: int) -> None:
    document = _nested(levels)
    value, metadata = deeply(of_json, document)
    assert deeply(json_of, value, metadata, "UTC") == document


@pytest.mark.parametrize("levels", [2, 600, MOST_LEVELS])
def test_a_document_is_read_and_written_down_to_the_last_level(levels: int) -> None:
    document = _nested(levels)
    assert deeply(rendered, deeply(parse, document, LENIENCY)) == document


@pytest.mark.parametrize("levels", [MOST_LEVELS + 2, 20 * MOST_LEVELS])
def test_a_document_that_goes_deeper_is_malformed(levels: int) -> None:
    with pytest.raises(InvalidJson):
        deeply(of_json, _nested(levels))
    with pytest.raises(NotJson):
        deeply(parse, _nested(levels), LENIENCY)


def test_brackets_in_texts_are_no_levels() -> None:
    assert not is_too_deep('["' + "[" * 5000 + '"]')
    assert not is_too_deep("[" + "[]," * 5000 + "1]")


def test_the_stack_is_as_before_once_a_deep_value_is_done() -> None:
    before = sys.getrecursionlimit()
    deeply(of_json, _nested(MOST_LEVELS))
    assert sys.getrecursionlimit() == before
