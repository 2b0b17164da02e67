"""Answers that Spark leaves open: where its own depends on how rows are spread and met, any such answer is right.

Each rule says what may differ and holds the two answers against one another in what may not:

- rows of groups, and of DISTINCT rows, have no order where none is asked for;
- sets have no order: `collect_set`, and lists and joined texts of DISTINCT values, are compared as multisets;
- of values that tie, `mode`, `max_by` and `min_by` yield any: both answers must be among those that tie;
- statistics without a unit are of the order of one, and sums on the way are rounded: they may differ by 1e-13;
- which of the two zeros a percentile meets depends on a hash table: -0.0 is 0.0 there;
- a sum that leaves its type and comes back is an error in some orders of the rows only.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any, Final

from pyspark.sql import SparkSession

from tests.functions.cases import Case, answer

_SET: Final = re.compile(r"\bcollect_set\(|\b(?:collect_list|array_agg|listagg|string_agg)\(DISTINCT\b", re.IGNORECASE)
_GROUPS: Final = re.compile(r"\bgroup\s+by\b|\bselect\s+distinct\b", re.IGNORECASE)
_ORDER: Final = re.compile(r"\border\s+by\b", re.IGNORECASE)
_DELIMITER: Final = re.compile(r"_?agg\(DISTINCT [^()]*, '([^']*)'\)", re.IGNORECASE)
_UNITLESS: Final = re.compile(r"\b(?:skewness|kurtosis|corr|regr_r2)\(", re.IGNORECASE)
_PERCENTILE: Final = re.compile(r"\b(?:percentile\w*|median)\(", re.IGNORECASE)
_TIE: Final = re.compile(r"\b(?:(mode)\((\w+)(?:, false)?\)|(max_by|min_by)\((\w+), (\w+)\))", re.IGNORECASE)
_TOTAL: Final = re.compile(r"\b(?:sum|avg|mean)\((\w+)\)", re.IGNORECASE)
_OVERFLOW: Final = re.compile(r"(?:INTERVAL_)?ARITHMETIC_OVERFLOW\b")
_NEGATIVE_ZERO: Final = re.compile(r"(?<![\d.])-0\.0(?![\de])")
_UNIT_ERROR: Final = 1e-13


def is_open(spark: SparkSession, case: Case, expected: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether HiveFrame's answer, which is not the one recorded, is another of those that Spark may give."""
    if "error" in expected:
        return bool(_OVERFLOW.match(expected["condition"] or "")) and _overflows_on_the_way(spark, case)
    if "error" in found or expected["columns"] != found["columns"] or len(expected["rows"]) != len(found["rows"]):
        return False
    if _GROUPS.search(case.text) and not _ORDER.search(case.text) and sorted(expected["rows"]) == sorted(found["rows"]):
        return True
    agree = [rule for pattern, rule in _RULES if pattern.search(case.text)]
    pairs = [(a, b) for rows in zip(expected["rows"], found["rows"], strict=True) for a, b in zip(*rows, strict=True)]
    if agree and all(a == b or any(rule(case.text, a, b) for rule in agree) for a, b in pairs):
        return True
    return _tie(spark, case, expected["rows"], found["rows"])


def _same_members(text: str, expected: str, found: str) -> bool:
    a, b = ast.parse(expected, mode="eval").body, ast.parse(found, mode="eval").body
    if isinstance(a, ast.List) and isinstance(b, ast.List):
        return sorted(map(ast.unparse, a.elts)) == sorted(map(ast.unparse, b.elts))
    if isinstance(a, ast.Constant) and isinstance(b, ast.Constant):
        delimiter = _DELIMITER.search(text)
        parts = [str(c.value).split(delimiter.group(1)) if delimiter else list(str(c.value)) for c in (a, b)]
        return sorted(parts[0]) == sorted(parts[1])
    return False


def _nearly(text: str, expected: str, found: str) -> bool:
    try:
        return math.isclose(float(expected), float(found), rel_tol=0.0, abs_tol=_UNIT_ERROR)
    except ValueError:
        return False


def _same_but_for_zeros(text: str, expected: str, found: str) -> bool:
    return _NEGATIVE_ZERO.sub("0.0", expected) == _NEGATIVE_ZERO.sub("0.0", found)


_RULES: Final[tuple[tuple[re.Pattern[str], Callable[[str, str, str], bool]], ...]] = (
    (_SET, _same_members),
    (_UNITLESS, _nearly),
    (_PERCENTILE, _same_but_for_zeros),
)


def _tie(spark: SparkSession, case: Case, expected: list[list[str]], found: list[list[str]]) -> bool:
    """Whether the case's last column is an aggregate that chooses, and both answers are among what it chooses from."""
    call = _TIE.search(case.text)
    if call is None:
        return False
    mode, counted, by, value, key = call.groups()
    listed = f"collect_list(struct({value or counted} as v, {key or counted} as k))"
    text = case.text[: call.start()] + listed + case.text[call.end() :]
    members = spark.sql(Case(text).sql).collect()
    for wanted, got, row in zip(expected, found, members, strict=True):
        allowed = {repr(v) for v in _tied((mode or by).lower(), [(m.v, m.k) for m in row[-1]])}
        if wanted[:-1] != got[:-1] or not {wanted[-1], got[-1]} <= allowed:
            return False
    return True


def _tied(name: str, members: list[tuple[Any, Any]]) -> list[Any]:
    """The values that `mode`, `max_by` or `min_by` may choose from pairs of value and key."""
    present = [(v, k) for v, k in members if k is not None]
    if not present:
        return [None]
    if name == "mode":
        values = [v for v, _ in present]
        most = max(map(values.count, values))
        return [v for v in values if values.count(v) == most]
    best = (max if name == "max_by" else min)(k for _, k in present)
    return [v for v, k in present if k == best]


def _overflows_on_the_way(spark: SparkSession, case: Case) -> bool:
    """Whether the values of one sign alone overflow, so that some order of the rows does."""
    call = _TOTAL.search(case.text)
    if call is None:
        return False
    for sign in (1, -1):
        part = f"sum({call.group(1)}) FILTER (WHERE signum({call.group(1)}) = {sign})"
        got = answer(spark, Case(case.text[: call.start()] + part + case.text[call.end() :], case.conf))
        if _OVERFLOW.match(got.get("condition") or ""):
            return True
    return False
