"""Patterns whose dot is any character where a value is one line, and values that are not."""

from itertools import product

import pytest

import hiveframe
from hiveframe.functions.java_regex import compiled, translate

PATTERNS = [r"^a(.*)$", r"^https?://([^/]+)/.*$", r"(.+)$", r"^x.|b.$", r"(?s)^a.*$", r"^(.)\b.*$", r".$"]
PIECES = ["a", "b", "x", "\n", "\r", "\r\n", "\x85", "\u2028", "é", "https://h/"]


@pytest.fixture(scope="module")
def spark():
    session = hiveframe.session()
    yield session
    session.stop()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_all_values_are_matched_as_java_matches_them(spark, pattern) -> None:
    values = ["".join(parts) for count in range(4) for parts in product(PIECES, repeat=count)]
    frame = spark.createDataFrame([(value,) for value in values], "v string")
    frame.createOrReplaceTempView("lines")
    literal = pattern.replace("\\", "\\\\")
    asked = f"SELECT v, v RLIKE '{literal}' AS m, regexp_replace(v, '{literal}', '<>') AS r FROM lines"
    found = {row["v"]: (row["m"], row["r"]) for row in spark.sql(asked).collect()}
    java = compiled(pattern)
    assert found == {v: (java.search(v) is not None, java.sub("<>", v)) for v in values}


def test_the_dot_is_any_character_where_it_may_be() -> None:
    assert translate(r"^a.*$").fast == r"\Aa(?s:.)*\z"
    assert translate(r"a.*").fast == translate(r"a.*").re2  # no value is left out for it
    assert translate(r"^a.*$").matches_once
    assert not translate(r"^a|b$").matches_once
