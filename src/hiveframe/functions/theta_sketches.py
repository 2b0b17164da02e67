"""`theta_…`: sketches that count different values and can be joined as sets."""

from __future__ import annotations

import functools
from collections.abc import Callable

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions import theta_sketch
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Function, FunctionKind, any_null, never_null, register
from hiveframe.functions.sketch_rows import BYTES, default_int, exactly, gathered
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call

DEFAULT_LG_K = 12

_VALUE = exactly(t.ArrayType(t.INT), t.ArrayType(t.LONG), t.BINARY, t.DOUBLE, t.FLOAT, t.INT, t.LONG, t.STRING)


def _emit_agg(kernel: Callable[..., object]) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        if not is_foldable(call.args[1]):
            raise SparkRuntimeException("THETA_LG_NOM_ENTRIES_MUST_BE_CONSTANT", {"function": f"`{call.function}`"})
        listed, dtype = gathered(call, args, ctx)
        named = functools.partial(kernel, call.function)
        return func(ctx.kernel(call.function, named, [dtype, t.INT], t.BINARY), listed, args[1])

    return emit


def _emit_intersection_agg(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
    listed, dtype = gathered(call, args, ctx)
    kernel = functools.partial(theta_sketch.intersection_agg, call.function)
    return func(ctx.kernel(call.function, kernel, [dtype], t.BINARY), listed)


def _emit_estimate(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(theta_sketch.estimates, call.function)
    return func(ctx.kernel(call.function, kernel, [t.BINARY], t.LONG), *args)


def _emit_union(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(theta_sketch.unions, call.function)
    return func(ctx.kernel(call.function, kernel, [t.BINARY, t.BINARY, t.INT], t.BINARY), *args)


def _emit_joined(join: theta_sketch.Join) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        kernel = functools.partial(theta_sketch.joined, call.function, join)
        return func(ctx.kernel(call.function, kernel, [t.BINARY, t.BINARY], t.BINARY), *args)

    return emit


def _joined(name: str, join: theta_sketch.Join, doc: str) -> Function:
    return Function(
        name,
        (BYTES, BYTES),
        t.BINARY,
        any_null,
        emit=_emit_joined(join),
        doc=doc,
        group="misc_funcs",
        since="4.1.0",
    )


register(
    Function(
        "theta_sketch_agg",
        (_VALUE, default_int(DEFAULT_LG_K)),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_agg(theta_sketch.agg),
        doc="A theta sketch of the values, with 2^k nominal entries.",
        group="aggregate",
        since="4.1.0",
    ),
    Function(
        "theta_union_agg",
        (BYTES, default_int(DEFAULT_LG_K)),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_agg(theta_sketch.union_agg),
        doc="The union of theta sketches.",
        group="aggregate",
        since="4.1.0",
    ),
    Function(
        "theta_intersection_agg",
        (BYTES,),
        t.BINARY,
        never_null,
        FunctionKind.AGGREGATE,
        emit=_emit_intersection_agg,
        doc="The intersection of theta sketches.",
        group="aggregate",
        since="4.1.0",
    ),
    Function(
        "theta_sketch_estimate",
        (BYTES,),
        t.LONG,
        any_null,
        emit=_emit_estimate,
        doc="How many different values a theta sketch has seen.",
        group="misc_funcs",
        since="4.1.0",
    ),
    Function(
        "theta_union",
        (BYTES, BYTES, default_int(DEFAULT_LG_K)),
        t.BINARY,
        any_null,
        emit=_emit_union,
        doc="The union of two theta sketches.",
        group="misc_funcs",
        since="4.1.0",
    ),
    _joined("theta_intersection", theta_sketch.intersection, "What two theta sketches have in common."),
    _joined("theta_difference", theta_sketch.difference, "What the first theta sketch has and the second has not."),
)
