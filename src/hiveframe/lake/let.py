"""A name for a value inside one DuckDB expression."""

from __future__ import annotations

from collections.abc import Callable

from hiveframe.functions.sql import Sql, func, lambda_, number, param


def let(name: str, value: Sql, made: Callable[[Sql], Sql]) -> Sql:
    """`made(x)` where `x` is `value`, computed once however often it is used.

    DuckDB has no LET: the value is the one element of a list and the result a lambda over it. `name` must differ from
    the names of lambdas around it.
    """
    body = made(param(name))
    return func("list_extract", func("list_transform", func("list_value", value), lambda_([name], body)), number(1))
