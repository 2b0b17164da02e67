from __future__ import annotations

import pytest

from hiveframe.functions.json_lenient import Leniency, raw_member, strict_json


@pytest.mark.parametrize(
    ("text", "strict"),
    [
        ("{'a': 'it\"s'}", '{"a":"it\\"s"}'),
        ('{"a":1}garbage', '{"a":1}'),
        ('{"a":[1, {"b":null}], "c":true} ', '{"a":[1,{"b":null}],"c":true}'),
        ('{"a":NaN,"b":-INF}', '{"a":NaN,"b":-Infinity}'),
        ('{"a":"\\u00e9\\ud83d\\ude00\\n"}', '{"a":"é😀\\n"}'),
        ('{"a":1e5,"b":-0.50}', '{"a":1e5,"b":-0.50}'),
        ("[]", "[]"),
    ],
)
def test_what_jackson_takes_is_rewritten_as_standard_json(text: str, strict: str) -> None:
    assert strict_json(text, Leniency()) == strict


@pytest.mark.parametrize(
    "text",
    ['{"a":1', "{a:1}", '{"a":1,}', '{"a":01}', '{"a":"x\ty"}', '{"a":"\\q"}', "nul", "", "{'a':'it''s'}", '{"a":1.}x'],
)
def test_what_jackson_refuses_is_malformed(text: str) -> None:
    assert strict_json(text, Leniency()) is None


@pytest.mark.parametrize(
    ("text", "leniency", "strict"),
    [
        ("{a:2}", Leniency(unquoted_names=True), '{"a":2}'),
        ('/* x */ {"a":2} // y', Leniency(comments=True), '{"a":2}'),
        ('{"a":007}', Leniency(leading_zeros=True), '{"a":7}'),
        ('{"a":"\\q"}', Leniency(any_escape=True), '{"a":"q"}'),
        ('{"a":"x\ty"}', Leniency(control_characters=True), '{"a":"x\\ty"}'),
    ],
)
def test_each_option_lets_its_own_thing_pass(text: str, leniency: Leniency, strict: str) -> None:
    assert strict_json(text, Leniency()) is None or "//" in text
    assert strict_json(text, leniency) == strict


def test_a_depth_that_nobody_writes_is_malformed_and_no_crash() -> None:
    assert strict_json("[" * 100_000, Leniency()) is None


def test_a_member_is_copied_as_it_is_written() -> None:
    assert raw_member('{"a": 1.50, "b":[1, 2], "a":  {"x": 1e5}}', "a") == '{"x": 1e5}'
    assert raw_member('{"a":1}', "b") is None
