"""Random numbers and texts: RAND, RANDN, UNIFORM, RANDSTR. With a seed they are Spark's own, row after row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.errors import SparkRuntimeException
from hiveframe.functions import decimals
from hiveframe.functions.binding import is_foldable
from hiveframe.functions.casts import cast_value
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.literals import constant
from hiveframe.functions.registry import Binder, Function, Kind, Param, never_null, register
from hiveframe.functions.sql import Sql, func, op
from hiveframe.functions.xorshift import PlacedNumbers, XorShift
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType

_NUMBER: Final = Kind("NUMERIC", lambda d: isinstance(d, (t.NumericType, t.NullType)))
_WHOLE: Final = Kind("INT or BIGINT", lambda d: isinstance(d, (t.IntegerType, t.LongType, t.NullType)))
_SEED: Final = Param((_WHOLE,), optional=True, name="seed")


def _bind(name: str, dtype: DataType) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    """The seed as a literal."""

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        for seed in args:
            if not is_foldable(seed):
                whole = b.quoted(Call(name, args, dtype, False))
                raise b.error("SEED_EXPRESSION_IS_UNFOLDABLE", seedExpr=b.quoted(seed), exprWithSeed=whole)
        return Call(name, tuple(_seed(b, a) for a in args), dtype, False)

    return bind


def _seed(b: Binder, given: Expr) -> Literal:
    return Literal(b.fold(given, "seed") or 0, t.LONG)


def _constants(b: Binder, args: tuple[Expr, ...], names: Sequence[str], wanted: str) -> None:
    """NON_FOLDABLE_INPUT for an argument that is no constant; `wanted`: how the message calls its type."""
    for name, arg in zip(names, args, strict=False):
        if not is_foldable(arg):
            params = {"inputName": f"`{name}`", "inputType": wanted, "inputExpr": b.quoted(arg)}
            raise b.error("DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", **params)


def _emit_rand(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    if not call.args:
        return func("random")
    if len(args) == 3:
        return _placed("rand", PlacedNumbers(_value(call.args[0])).doubles, args[1:], ctx)
    return _seeded("rand", XorShift.doubles, _value(call.args[0]), ctx)


def _emit_randn(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """Without a seed, seeded by chance."""
    if len(args) == 3:
        return _placed("randn", PlacedNumbers(_value(call.args[0])).normals, args[1:], ctx)
    seed = _value(call.args[0]) if call.args else int(np.random.default_rng().integers(2**62))
    return _seeded("randn", XorShift.normals, seed, ctx)


def _value(expr: Expr) -> Any:
    assert isinstance(expr, Literal)
    return expr.value


def _seeded(name: str, draw: Callable[[XorShift, int], np.ndarray], seed: int, ctx: EmitContext) -> Sql:
    """A kernel with a generator of its own; DuckDB's random() only says how many rows there are."""
    generator = XorShift(seed)

    def kernel(rows: pa.Array) -> pa.Array:
        return pa.array(draw(generator, len(rows)), pa.float64())

    return func(ctx.kernel(name, kernel, [t.DOUBLE], t.DOUBLE, volatile=True), func("random"))


def _placed(name: str, draw: Callable[[np.ndarray, np.ndarray], np.ndarray], place: list[Sql], ctx: EmitContext) -> Sql:
    """The numbers of rows whose partition and place in it are known, in whatever order rows come."""

    def kernel(partitions: pa.Array, places: pa.Array) -> pa.Array:
        return pa.array(draw(partitions.to_numpy(), places.to_numpy()), pa.float64())

    return func(ctx.kernel(name, kernel, [t.INT, t.LONG], t.DOUBLE), *place)


def _bind_uniform(b: Binder, args: tuple[Expr, ...]) -> Expr:
    _constants(b, args, ("min", "max", "seed"), "integer or floating-point")
    low, high = (b.fold(a, name) for a, name in zip(args, ("min", "max"), strict=False))
    kinds = (args[0].dtype, args[1].dtype)
    dtype = _bounds_type(*kinds)
    seeds = (_seed(b, a) for a in args[2:])
    return Call("uniform", (Literal(low, kinds[0]), Literal(high, kinds[1]), *seeds), dtype, False)


def _bounds_type(low: DataType, high: DataType) -> DataType:
    """The wider of two integers; beside them floats and decimals win, doubles over all."""
    if t.NULL in (low, high) or t.DOUBLE in (low, high):
        return t.DOUBLE
    if t.FLOAT in (low, high):
        return t.FLOAT
    if isinstance(low, t.DecimalType) and isinstance(high, t.DecimalType):
        holds = low.precision - low.scale >= high.precision - high.scale and low.scale >= high.scale
        return low if holds else high
    for kind in (low, high):
        if isinstance(kind, t.DecimalType):
            return kind
    return max(low, high, key=lambda d: decimals.decimal_for(d).precision)


def _emit_uniform(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """`min + (max - min) * rand`, cut to the type of the bounds."""
    low, high = _value(call.args[0]), _value(call.args[1])
    if low is None or high is None:
        return constant(None, call.dtype)
    drawn = func("random")
    if len(call.args) == 5:
        drawn = _placed("uniform", PlacedNumbers(_value(call.args[2])).doubles, args[3:], ctx)
    elif len(call.args) == 3:
        drawn = _seeded("uniform", XorShift.doubles, _value(call.args[2]), ctx)
    span = constant(float(high) - float(low), t.DOUBLE)
    made = op("+", constant(float(low), t.DOUBLE), op("*", drawn, span))
    return cast_value(made, t.DOUBLE, call.dtype, "legacy", call.context, ctx)


def _bind_randstr(b: Binder, args: tuple[Expr, ...]) -> Expr:
    _constants(b, args, ("length", "seed"), "integer")
    length = b.fold(args[0], "length")
    seeds = (_seed(b, a) for a in args[1:])
    return Call("randstr", (Literal(length, t.INT), *seeds), t.STRING, False)


def _emit_randstr(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    length = int(_value(call.args[0]) or 0)
    if len(args) == 4:
        numbers = PlacedNumbers(_value(call.args[1]))

        def placed(partitions: pa.Array, places: pa.Array) -> pa.Array:
            _check_length(length)
            return pa.array(numbers.letters(partitions.to_numpy(), places.to_numpy(), length), pa.string())

        return func(ctx.kernel("randstr", placed, [t.INT, t.LONG], t.STRING), *args[2:])
    seed = _value(call.args[1]) if len(call.args) > 1 else int(np.random.default_rng().integers(2**62))
    generator = XorShift(seed)

    def kernel(rows: pa.Array) -> pa.Array:
        _check_length(length)
        return pa.array(generator.letters(len(rows), length), pa.string())

    return func(ctx.kernel("randstr", kernel, [t.DOUBLE], t.STRING, volatile=True), func("random"))


def _check_length(length: int) -> None:
    if length < 0:
        params = {"functionName": "`randstr`", "parameter": "`length`", "length": str(length)}
        raise SparkRuntimeException("INVALID_PARAMETER_VALUE.LENGTH", params)


def _show_rand(texts: Sequence[str]) -> str:
    return f"rand({', '.join(texts)})"


register(
    Function(
        "rand",
        (_SEED,),
        bind=_bind("rand", t.DOUBLE),
        emit=_emit_rand,
        nullable=never_null,
        deterministic=False,
        shows=_show_rand,
        aliases=("random",),
        doc="A number from 0 to 1.",
        group="math_funcs",
    ),
    Function(
        "randn",
        (_SEED,),
        bind=_bind("randn", t.DOUBLE),
        emit=_emit_randn,
        nullable=never_null,
        deterministic=False,
        doc="A number of the standard normal distribution.",
        group="math_funcs",
    ),
    Function(
        "uniform",
        (_NUMBER, _NUMBER, _SEED),
        bind=_bind_uniform,
        emit=_emit_uniform,
        nullable=never_null,
        deterministic=False,
        doc="A number between two bounds.",
        group="math_funcs",
        since="4.0.0",
    ),
    Function(
        "randstr",
        (t.INT, _SEED),
        bind=_bind_randstr,
        emit=_emit_randstr,
        nullable=never_null,
        deterministic=False,
        doc="A text of so many letters and digits.",
        group="string_funcs",
        since="4.0.0",
    ),
)
