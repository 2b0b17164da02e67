"""Vectors of FLOAT: products, distances, norms; sums and means over groups."""

from __future__ import annotations

import functools
from collections.abc import Callable

from hiveframe.functions import vector_math
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.registry import Function, FunctionKind, Kind, Param, always_null, register
from hiveframe.functions.sketch_rows import gathered
from hiveframe.functions.sql import Sql, func
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Literal

_FLOATS = t.ArrayType(t.FLOAT)
_VECTOR = Kind("ARRAY<FLOAT>", lambda d: isinstance(d, t.ArrayType) and isinstance(d.element, t.FloatType))
_DEGREE = Param(
    (Kind("FLOAT", lambda d: isinstance(d, t.FloatType)),), optional=True, default=Literal(2.0, t.FLOAT), name="degree"
)


def _emit_pair(rule: vector_math.Pairwise) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        kernel = functools.partial(vector_math.pairwise, call.function, rule)
        return func(ctx.kernel(call.function, kernel, [_FLOATS, _FLOATS], t.FLOAT), *args)

    return emit


def _emit_norm(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(vector_math.norms, call.function)
    return func(ctx.kernel(call.function, kernel, [_FLOATS, t.FLOAT], t.FLOAT), *args)


def _emit_normalize(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kernel = functools.partial(vector_math.normalized, call.function)
    return func(ctx.kernel(call.function, kernel, [_FLOATS, t.FLOAT], _FLOATS), *args)


def _emit_combined(name: str) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    combine = vector_math.sums if name == "vector_sum" else vector_math.means

    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        listed, dtype = gathered(call, args, ctx)
        return func(ctx.kernel(name, functools.partial(combine, name), [dtype], _FLOATS), listed)

    return emit


def _pair(name: str, rule: vector_math.Pairwise, doc: str) -> Function:
    return Function(
        name,
        (_VECTOR, _VECTOR),
        t.FLOAT,
        always_null,
        emit=_emit_pair(rule),
        doc=doc,
        group="vector_funcs",
        since="4.2.0",
    )


def _over_groups(name: str, doc: str) -> Function:
    return Function(
        name,
        (_VECTOR,),
        _FLOATS,
        always_null,
        FunctionKind.AGGREGATE,
        emit=_emit_combined(name),
        doc=doc,
        group="aggregate",
        since="4.2.0",
    )


register(
    _pair("vector_inner_product", vector_math.inner_product, "The inner product of two vectors."),
    _pair("vector_cosine_similarity", vector_math.cosine_similarity, "The cosine of the angle between two vectors."),
    _pair("vector_l2_distance", vector_math.l2_distance, "The Euclidean distance of two vectors."),
    Function(
        "vector_norm",
        (_VECTOR, _DEGREE),
        t.FLOAT,
        always_null,
        emit=_emit_norm,
        doc="The norm of a vector, of degree 1, 2 or infinity.",
        group="vector_funcs",
        since="4.2.0",
    ),
    Function(
        "vector_normalize",
        (_VECTOR, _DEGREE),
        _FLOATS,
        always_null,
        emit=_emit_normalize,
        doc="A vector over its norm.",
        group="vector_funcs",
        since="4.2.0",
    ),
    _over_groups("vector_sum", "The sum of vectors."),
    _over_groups("vector_avg", "The mean of vectors."),
)
