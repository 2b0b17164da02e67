"""An array's elements in random order; with a seed it is Spark's own."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from hiveframe.functions.emit import EmitContext
from hiveframe.functions.mersenne import PlacedWords, shuffled_order
from hiveframe.functions.registry import ANY, ARRAY, Binder, Function, Param, optional, register
from hiveframe.functions.seeds import literal_seed
from hiveframe.functions.sql import Sql, func, lambda_
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal


def _bind_shuffle(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """The seed is looked at before the array."""
    return binder.call(_OF_ARRAY, args[0], *literal_seed(binder, "shuffle", args[1:]))


def _emit_shuffle(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Of a seeded one the optimiser says the row's partition and how many elements were shuffled there before."""
    if len(args) == 4:
        return func("list_select", args[0], _seeded_order(call, args, ctx))
    x = ctx.fresh("x")
    order = func("list_grade_up", func("list_transform", args[0], lambda_([x], func("random"))))
    return func("list_select", args[0], order)


def _seeded_order(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    seed = call.args[1]
    assert isinstance(seed, Literal)
    numbers = PlacedWords(seed.value)

    def kernel(sizes: pa.Array, partitions: pa.Array, starts: pa.Array) -> pa.Array:
        made: list[list[int] | None] = []
        for size, partition, start in zip(sizes.to_pylist(), partitions.to_pylist(), starts.to_pylist(), strict=True):
            if size is None:
                made.append(None)
                continue
            words = numbers.words(partition, start + size)[start : start + size]
            made.append([i + 1 for i in shuffled_order(words)])
        return pa.array(made, pa.list_(pa.int64()))

    name = ctx.kernel("shuffled", kernel, [t.LONG, t.INT, t.LONG], t.ArrayType(t.LONG))
    return func(name, func("len", args[0]), *args[2:])


_OF_ARRAY: Final = "shuffle of an array"

register(
    Function(
        "shuffle",
        (ANY, Param((ANY,), optional=True, name="seed")),
        bind=_bind_shuffle,
        emit=_emit_shuffle,
        deterministic=False,
        shows=lambda texts: f"shuffle({texts[0]})",
        doc="The array in random order.",
        group="array",
        since="2.4.0",
    ),
    Function(
        _OF_ARRAY,
        (ARRAY, optional(t.LONG)),
        bind=lambda binder, args: Call("shuffle", args, args[0].dtype, args[0].nullable),
        shows=lambda texts: f"shuffle({texts[0]})",
        doc="The array in random order.",
        group="internal",
    ),
)
