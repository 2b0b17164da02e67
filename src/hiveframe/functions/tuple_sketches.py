"""`tuple_…_double` and `tuple_…_integer`: sketches that count different keys and sum up a number of each."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

from hiveframe.functions import tuple_sketch
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.constant_arguments import not_constant
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.quick_select import MAX_LG_K, MIN_LG_K
from hiveframe.functions.registry import Binder, Function, FunctionKind, Kind, Param, any_null, register
from hiveframe.functions.sketch_rows import BYTES, gathered, refused
from hiveframe.functions.sql import Sql, func
from hiveframe.functions.theta_sketches import DEFAULT_LG_K
from hiveframe.functions.tuple_sketch import MODES, Family
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Call, Expr, Literal
from hiveframe.plan.types import DataType

_KEY: Final = (
    Kind("ARRAY<INT>", lambda d: isinstance(d, t.ArrayType) and isinstance(d.element, t.IntegerType)),
    Kind("ARRAY<BIGINT>", lambda d: isinstance(d, t.ArrayType) and isinstance(d.element, t.LongType)),
    t.BINARY,
    t.DOUBLE,
    t.FLOAT,
    t.INT,
    t.LONG,
    t.STRING,
)
_SIZE: Final = Param((t.INT,), optional=True, default=Literal(DEFAULT_LG_K, t.INT), name="lgNomEntries")
_MODE: Final = Param((t.STRING,), optional=True, default=Literal("sum", t.STRING), name="mode")

Kernel = Callable[..., Any]


def _constants(binder: Binder, name: str, args: Sequence[Expr]) -> tuple[Expr, ...]:
    """The last arguments as literals, checked: `lgNomEntries` (an INT) and `mode` (text, in lower case)."""
    made: list[Expr] = []
    for arg in args:
        what = "mode" if isinstance(arg.dtype, t.StringType) else "lgNomEntries"
        if not is_foldable(arg):
            raise not_constant(binder, arg, what)
        value = binder.fold(arg)
        if value is None:
            raise binder.error("DATATYPE_MISMATCH.UNEXPECTED_NULL", exprName=what)
        if what == "mode":
            if value.lower() not in MODES:
                params = {"function": f"`{name}`", "mode": value, "validModes": ", ".join(MODES)}
                raise refused(binder, "TUPLE_INVALID_SKETCH_MODE", params)
            value = value.lower()
        elif not MIN_LG_K <= value <= MAX_LG_K:
            params = {"function": f"`{name}`", "min": str(MIN_LG_K), "max": str(MAX_LG_K), "value": str(value)}
            raise refused(binder, "SKETCH_INVALID_LG_NOM_ENTRIES", params)
        made.append(Literal(value, arg.dtype))
    return tuple(made)


def _bind(name: str, inputs: int, dtype: DataType, *, is_aggregate: bool) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(binder: Binder, args: tuple[Expr, ...]) -> Expr:
        bound = (*args[:inputs], *_constants(binder, name, args[inputs:]))
        if is_aggregate:
            return AggCall(name, bound, dtype, False)
        return Call(name, bound, dtype, any_null(bound))

    return bind


def _given(args: Sequence[Expr], inputs: int) -> list[Any]:
    return [arg.value for arg in args[inputs:] if isinstance(arg, Literal)]


def _emit_agg(kernel: Kernel, family: Family, inputs: int) -> Callable[[AggCall, list[Sql], EmitContext], Sql]:
    def emit(call: AggCall, args: list[Sql], ctx: EmitContext) -> Sql:
        listed, dtype = gathered(call, args, ctx, count=inputs)
        given = functools.partial(kernel, family, *_given(call.args, inputs))
        return func(ctx.kernel(family.function, given, [dtype], t.BINARY), listed)

    return emit


def _emit(
    kernel: Kernel, family: Family, inputs: int, extra: tuple[Any, ...]
) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        given = functools.partial(kernel, family, *_given(call.args, inputs), *extra)
        return func(ctx.kernel(family.function, given, [t.BINARY] * inputs, call.dtype), *args[:inputs])

    return emit


def _agg(stem: str, kernel: Kernel, inputs: tuple[Param, ...], rest: tuple[Param, ...], doc: str) -> list[Function]:
    return [
        Function(
            name,
            (*(replace(p, kinds=(dtype,)) if p.name == "summary" else p for p in inputs), *rest),
            kind=FunctionKind.AGGREGATE,
            bind=_bind(name, len(inputs), t.BINARY, is_aggregate=True),
            emit=_emit_agg(kernel, Family(name, is_double), len(inputs)),
            doc=doc,
            group="aggregate",
            since="4.2.0",
        )
        for name, is_double, dtype in ((f"{stem}_double", True, t.DOUBLE), (f"{stem}_integer", False, t.INT))
    ]


def _scalar(
    stem: str,
    kernel: Kernel,
    inputs: tuple[Param, ...],
    rest: tuple[Param, ...],
    doc: str,
    *,
    result: tuple[DataType, DataType] = (t.BINARY, t.BINARY),
    extra: tuple[Any, ...] = (),
) -> list[Function]:
    return [
        Function(
            name,
            (*inputs, *rest),
            bind=_bind(name, len(inputs), dtype, is_aggregate=False),
            emit=_emit(kernel, Family(name, is_double), len(inputs), extra),
            doc=doc,
            group="misc_funcs",
            since="4.2.0",
        )
        for name, is_double, dtype in ((f"{stem}_double", True, result[0]), (f"{stem}_integer", False, result[1]))
    ]


def _nameless(param: Param) -> Param:
    """For functions that take no named arguments."""
    return replace(param, name="")


_ONE: Final = (Param((BYTES,)),)
_CHILD: Final = (Param((BYTES,), name="child"),)
_TWO: Final = (Param((BYTES,)), Param((BYTES,)))
_NAMED_TWO: Final = (Param((BYTES,), name="first"), Param((BYTES,), name="second"))
_KEY_AND_NUMBER: Final = (Param(_KEY, name="key"), Param((t.DOUBLE,), name="summary"))
_ONLY_MODE: Final = (_nameless(_MODE),)
_SIZE_AND_MODE: Final = (_SIZE, _MODE)

register(
    *_agg("tuple_sketch_agg", tuple_sketch.agg, _KEY_AND_NUMBER, _SIZE_AND_MODE, "A tuple sketch of keys and numbers."),
    *_agg("tuple_union_agg", tuple_sketch.union_agg, _CHILD, _SIZE_AND_MODE, "The union of tuple sketches."),
    *_agg(
        "tuple_intersection_agg", tuple_sketch.intersection_agg, _ONE, _ONLY_MODE, "The intersection of tuple sketches."
    ),
    *_scalar(
        "tuple_sketch_estimate",
        tuple_sketch.estimates,
        _ONE,
        (),
        "How many different keys a tuple sketch has seen.",
        result=(t.DOUBLE, t.DOUBLE),
    ),
    *_scalar(
        "tuple_sketch_theta",
        tuple_sketch.thetas,
        _ONE,
        (),
        "The share of keys that a tuple sketch keeps.",
        result=(t.DOUBLE, t.DOUBLE),
    ),
    *_scalar(
        "tuple_sketch_summary",
        tuple_sketch.summaries,
        _ONE,
        _ONLY_MODE,
        "The numbers of a tuple sketch put together.",
        result=(t.DOUBLE, t.LONG),
    ),
    *_scalar(
        "tuple_union",
        tuple_sketch.unions,
        _NAMED_TWO,
        _SIZE_AND_MODE,
        "The union of two tuple sketches.",
        extra=(False,),
    ),
    *_scalar(
        "tuple_union_theta",
        tuple_sketch.unions,
        _NAMED_TWO,
        _SIZE_AND_MODE,
        "The union of a tuple sketch and a theta sketch.",
        extra=(True,),
    ),
    *_scalar(
        "tuple_intersection",
        tuple_sketch.intersections,
        _TWO,
        _ONLY_MODE,
        "What two tuple sketches have in common.",
        extra=(False,),
    ),
    *_scalar(
        "tuple_intersection_theta",
        tuple_sketch.intersections,
        _TWO,
        _ONLY_MODE,
        "What a tuple sketch and a theta sketch have in common.",
        extra=(True,),
    ),
    *_scalar(
        "tuple_difference",
        tuple_sketch.differences,
        _TWO,
        (),
        "What the first tuple sketch has and the second has not.",
        extra=(False,),
    ),
    *_scalar(
        "tuple_difference_theta",
        tuple_sketch.differences,
        _TWO,
        (),
        "What a tuple sketch has and a theta sketch has not.",
        extra=(True,),
    ),
)
