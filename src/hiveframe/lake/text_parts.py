"""Text taken apart once by a regular expression, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from hiveframe.functions.sql import Sql, func, lambda_, number, param, text

Parts = Callable[[str], Sql]
"""A part by its name, the empty text where the expression's group took no part."""

_PARTS = "parts"


def with_parts(value: Sql, pattern: str, names: Sequence[str], made: Callable[[Parts], Sql]) -> Sql:
    """`made` of the groups of `pattern` in `value`, which is matched once however many parts are used.

    DuckDB has no LET: the match is the one element of a list and the result a lambda over it.
    """
    listed = exp.Array(expressions=[text(n) for n in names])
    found = func("regexp_extract", value.copy(), text(pattern), listed)
    body = made(lambda name: func("struct_extract", param(_PARTS), text(name)))
    return func("list_extract", func("list_transform", func("list_value", found), lambda_([_PARTS], body)), number(1))


def or_default(part: Sql, default: str) -> Sql:
    """`part`, or `default` where it is empty."""
    return func("coalesce", func("nullif", part, text("")), text(default))
