"""Text taken apart once by a regular expression, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from hiveframe.functions.sql import Sql, func, text
from hiveframe.lake.let import let

Parts = Callable[[str], Sql]
"""A part by its name, the empty text where the expression's group took no part."""


def with_parts(value: Sql, pattern: str, names: Sequence[str], made: Callable[[Parts], Sql]) -> Sql:
    """`made` of the groups of `pattern` in `value`, which is matched once however many parts are used."""
    listed = exp.Array(expressions=[text(n) for n in names])
    found = func("regexp_extract", value.copy(), text(pattern), listed)
    return let("parts", found, lambda x: made(lambda name: func("struct_extract", x.copy(), text(name))))


def or_default(part: Sql, default: str) -> Sql:
    """`part`, or `default` where it is empty."""
    return func("coalesce", func("nullif", part, text("")), text(default))
