"""A value used several times in one expression, computed once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlglot import exp

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, func, lambda_, number, param

_ATOMS: Final = (exp.Column, exp.Literal, exp.Null, exp.Boolean)


def let(value: Sql, ctx: EmitContext, build: Callable[[Sql], Sql]) -> Sql:
    """`build(value)`, where `build` may use its argument any number of times.

    A column or constant is used as it is. Anything else is bound by a lambda over a list of one (25 ns a row), so that
    nested expressions grow linearly and a random value is drawn once.
    """
    if is_atom(value):
        return build(value)
    name = ctx.fresh("v")
    return func(
        "list_extract",
        func("list_transform", func("list_value", value), lambda_([name], build(param(name)))),
        number(1),
    )


def let_all(values: list[Sql], ctx: EmitContext, build: Callable[..., Sql]) -> Sql:
    """`build(*values)` with each value bound as by `let`."""

    def step(done: list[Sql], left: list[Sql]) -> Sql:
        if not left:
            return build(*done)
        return let(left[0], ctx, lambda v: step([*done, v], left[1:]))

    return step([], values)


def is_atom_cast(value: Sql) -> bool:
    """Whether `value` is an atom, or a cast of one: cheaper to repeat once than to bind, where the cast is."""
    while isinstance(value, (exp.Paren, exp.Cast)):
        value = value.this
    return is_atom(value)


def is_atom(value: Sql) -> bool:
    """Whether repeating `value` costs nothing: a column, a lambda's parameter, a constant or a cast constant."""
    while isinstance(value, (exp.Paren, exp.Neg, exp.Cast)):
        if isinstance(value, exp.Cast) and not isinstance(value.this, (exp.Literal, exp.Null, exp.Neg)):
            return False
        value = value.this
    return isinstance(value, _ATOMS)
