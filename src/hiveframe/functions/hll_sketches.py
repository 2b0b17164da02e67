"""`hll_…`: sketches that count different values, as Apache DataSketches keeps them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions import hll_sketch
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Binder, Function, FunctionKind, Param, any_null, never_null, register
from hiveframe.functions.sketch_rows import BYTES, default_int, exactly, gathered
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Column, Expr, Literal

_VALUE = exactly(t.INT, t.LONG, t.STRING, t.BINARY)
_ANY_SIZE = Param((exactly(t.BOOLEAN),), optional=True, default=Literal(False, t.BOOLEAN))


def _bind_agg(binder: Binder, args: tuple[Expr, ...]) -> Expr:
    """The call with a third argument: a row's partition, as sketches of several estimate in another way."""
    partition = Call("spark_partition_id", (), t.INT, False)
    return AggCall("hll_sketch_agg", (*args, partition), t.BINARY, False)


def _emit_agg(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    value, lg_k, partition = call.args
    if not is_foldable(lg_k):
        raise SparkRuntimeException("HLL_K_MUST_BE_CONSTANT", {"function": f"`{call.function}`"})
    kernel: Callable[..., Any] = functools.partial(hll_sketch.agg, call.function)
    if isinstance(partition, Column) and ctx.over is None and not call.distinct:
        kernel = functools.partial(hll_sketch.agg_of_partitions, call.function)
        pairs = replace(call, args=(value, partition))
        listed, dtype = gathered(pairs, [args[0], args[2]], ctx, count=2)
    else:
        listed, dtype = gathered(call, args, ctx)
    return func(ctx.kernel(call.function, kernel, [dtype, t.INT], t.BINARY), listed, args[1])


def _emit_union_agg(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    listed, dtype = gathered(call, args, ctx)
    kernel = functools.partial(hll_sketch.union_agg, call.function)
    return func(ctx.kernel(call.function, kernel, [dtype, t.BOOLEAN], t.BINARY), listed, args[1])


def _emit_estimate(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(hll_sketch.estimates, call.function)
    return func(ctx.kernel(call.function, kernel, [t.BINARY], t.LONG), *args)


def _emit_union(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(hll_sketch.unions, call.function)
    return func(ctx.kernel(call.function, kernel, [t.BINARY, t.BINARY, t.BOOLEAN], t.BINARY), *args)


register(
    Function(
        "hll_sketch_agg",
        (_VALUE, default_int(12)),
        kind=FunctionKind.AGGREGATE,
        bind=_bind_agg,
        emit=_emit_agg,
        doc="An HLL sketch of the values, with 2^k registers.",
        group="aggregate",
        since="3.5.0",
    ),
    Function(
        "hll_union_agg",
        (BYTES, _ANY_SIZE),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_union_agg,
        doc="The union of HLL sketches; TRUE allows different sizes.",
        group="aggregate",
        since="3.5.0",
    ),
    Function(
        "hll_sketch_estimate",
        (BYTES,),
        t.LONG,
        any_null,
        emit=_emit_estimate,
        doc="How many different values an HLL sketch has seen.",
        group="misc_funcs",
        since="3.5.0",
    ),
    Function(
        "hll_union",
        (BYTES, BYTES, _ANY_SIZE),
        t.BINARY,
        any_null,
        emit=_emit_union,
        doc="The union of two HLL sketches; TRUE allows different sizes.",
        group="misc_funcs",
        since="3.5.0",
    ),
)
