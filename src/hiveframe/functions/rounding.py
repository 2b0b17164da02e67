"""Rounding: CEIL, FLOOR, ROUND (half up), BROUND (half even), RINT.

Spark rounds a double by its shortest decimal text: round(1.005, 2) is 1.01. Away from ties that is what scaling,
rounding and scaling back gives; near a tie the text decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Any, Final

import numpy as np
import pyarrow as pa

from hiveframe.functions.arithmetic import overflow_params
from hiveframe.functions.binding import is_foldable, wrong_count
from hiveframe.functions.cast_numbers import BITS, bounds, wrap
from hiveframe.functions.decimals import USER_DEFAULT
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.far_rounding import far_rounded, may_overflow
from hiveframe.functions.let import let
from hiveframe.functions.literals import constant
from hiveframe.functions.registry import ANY, NUMERIC, Binder, Function, Param, always_null, register, rest
from hiveframe.functions.sql import Sql, case, cast, decimal, func, is_not_null, number, op, physical_type, try_cast
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Expr, Literal
from hiveframe.plan.types import DataType, DecimalType

_WIDE: Final = Context(prec=400)
_SCALE: Final = Param((t.INT,), optional=True, default=Literal(0, t.INT), constant=True, name="scale")


def rounded_type(dtype: DataType, scale: int) -> DataType:
    """The type of a number rounded at `scale`: only decimals change theirs, and keep a digit for the carry."""
    if not isinstance(dtype, DecimalType):
        return dtype
    whole = dtype.precision - dtype.scale + 1
    if scale < 0:
        return DecimalType(min(max(whole, 1 - scale), 38), 0)
    kept = min(dtype.scale, scale)
    return DecimalType(min(whole + kept, 38), kept)


def _bind_round(name: str) -> Callable[[Binder, tuple[Expr, ...]], Expr]:
    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        scale = b.fold(args[1], "scale")
        value = b.cast(args[0], t.DOUBLE) if isinstance(args[0].dtype, t.NullType) else args[0]
        dtype = rounded_type(value.dtype, int(scale or 0))
        return Call(name, (value, Literal(scale, t.INT)), dtype, True)

    return bind


def _emit_round(call: Call, args: list[Sql], ctx: EmitContext, *, even: bool) -> Sql:
    scale_arg = call.args[1]
    assert isinstance(scale_arg, Literal)
    if scale_arg.value is None:
        return constant(None, call.dtype)
    scale = int(scale_arg.value)
    kind = call.args[0].dtype
    if isinstance(kind, DecimalType):
        if may_overflow(kind, scale):
            return far_rounded(args[0], kind, scale, ROUND_HALF_EVEN if even else ROUND_HALF_UP, ctx)
        return _round_decimal(args[0], kind, call.dtype, scale, even=even)
    if isinstance(kind, t.IntegralType):
        return args[0] if scale >= 0 else _round_integral(call, args[0], -scale, ctx, even=even)
    return _round_floating(args[0], kind, scale, ctx, even=even)


def _round_decimal(value: Sql, src: DecimalType, dst: DataType, scale: int, *, even: bool) -> Sql:
    target = physical_type(dst)
    if scale >= src.scale:
        return cast(value, target)
    if scale >= 0 and not even:
        return cast(value, target)  # DuckDB's cast rounds half up
    if -scale > src.precision - src.scale:
        return cast(op("*", func("sign", value), number(0)), target)
    return cast(func("round_even" if even else "round", value, number(scale)), target)


def _round_integral(call: Call, value: Sql, digits: int, ctx: EmitContext, *, even: bool) -> Sql:
    """To tens, hundreds …; what a type can't hold raises, or wraps around under legacy rules."""
    dtype = call.dtype
    target = physical_type(dtype)
    if digits > 19:
        return cast(op("*", op("&", value, number(0)), number(0)), target)
    bits = BITS[type(dtype)]
    wide = "HUGEINT" if bits == 64 else "BIGINT"
    unit, half = cast(number(10**digits), "HUGEINT"), cast(number(10**digits // 2), "HUGEINT")

    def build(v: Sql) -> Sql:
        wide_value = cast(v, "HUGEINT")
        quotient, rest = op("//", wide_value, unit), func("abs", op("%", wide_value, unit))
        up = op(">=", rest, half)
        if even:
            odd = op("!=", op("%", quotient, number(2)), number(0))
            up = op("or", op(">", rest, half), op("and", op("=", rest, half), odd))
        away = case((op("<", v, number(0)), number(-1)), default=number(1))
        carried = op("+", quotient, case((up, away), default=number(0)))
        return cast(op("*", carried, unit), wide)

    made = let(value, ctx, build)
    if not ctx.ansi:
        return cast(wrap(made, bits), target)
    ctx.native(
        rf"out of range for the destination type INT{bits}\b",
        "ArithmeticException",
        "ARITHMETIC_OVERFLOW",
        overflow_params("", "Overflow"),
        call.context,
    )
    return cast(made, target)


def _round_floating(value: Sql, dtype: DataType, scale: int, ctx: EmitContext, *, even: bool) -> Sql:
    target = physical_type(dtype)
    if scale == 0:
        return func("round_even", value, number(0)) if even else func("round", value)
    kernel = ctx.kernel("bround" if even else "round", _broundings if even else _roundings, [dtype, t.INT], dtype)

    def exact(v: Sql) -> Sql:
        return func(kernel, v, number(scale))

    if not 0 < scale <= 15 or isinstance(dtype, t.FloatType):
        return exact(value)
    power = constant(float(10**scale), t.DOUBLE)

    def build(v: Sql) -> Sql:
        shifted = op("*", v, power)
        fraction = op("%", func("abs", shifted), constant(1.0, t.DOUBLE))
        clear = op(">", func("abs", op("-", fraction, constant(0.5, t.DOUBLE))), constant(1e-6, t.DOUBLE))
        small = op("<", func("abs", shifted), constant(1e9, t.DOUBLE))
        near = cast(op("/", func("round", shifted), power), target)
        # a negative zero becomes zero, as in Java's BigDecimal
        plain = op("+", near, constant(0.0, t.DOUBLE))
        return case((op("and", small, clear), plain), (is_not_null(v), exact(v)))

    return let(value, ctx, build)


def _roundings(values: pa.Array, scales: pa.Array) -> pa.Array:
    return _rounded(values, scales, ROUND_HALF_UP)


def _broundings(values: pa.Array, scales: pa.Array) -> pa.Array:
    return _rounded(values, scales, ROUND_HALF_EVEN)


def _rounded(values: pa.Array, scales: pa.Array, mode: str) -> pa.Array:
    """By the shortest text; infinities and NaN stay."""
    single = values.type == pa.float32()
    found: list[float | None] = []
    for value, scale in zip(values.to_pylist(), scales.to_pylist(), strict=True):
        if value is None or not np.isfinite(value):
            found.append(value)
            continue
        exact = Decimal(str(np.float32(value)) if single else repr(value))
        is_shorter = int(exact.as_tuple().exponent) >= -scale
        found.append(value if is_shorter else float(exact.quantize(Decimal(1).scaleb(-scale), mode, _WIDE)))
    return pa.array(found, values.type)


def _whole(name: str, doc: str, *, called: str = "") -> Function:
    """CEIL or FLOOR: to a whole number, or with a second argument to that scale. `called` is another name for it."""

    written = called or name

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        match args:
            case (value,):
                return b.call(f"{written} to whole", value)
            case (value, scale):
                return b.call(f"{written} at scale", value, Literal(_scale_of(b, name, scale), t.INT))
        raise wrong_count(written, "2", len(args))  # Spark tells of the longer form alone

    def shown(texts: Sequence[str]) -> str:
        return f"{name.upper() if len(texts) == 1 else name}({', '.join(texts)})"

    return Function(written, (rest(ANY),), bind=bind, shows=None if called else shown, doc=doc, group="math_funcs")


def _to_whole(name: str, *, called: str = "") -> Function:
    """To a BIGINT, or to a decimal without scale."""

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        value = args[0]
        if isinstance(value.dtype, (t.IntegralType, t.NullType)):
            value = b.cast(value, t.LONG)
        dtype: DataType = t.LONG
        if isinstance(value.dtype, DecimalType):
            whole = value.dtype.precision - value.dtype.scale + 1
            dtype = DecimalType(min(whole, 38), 0) if value.dtype.scale else value.dtype
        return Call(f"{name} to whole", (value,), dtype, True)

    return Function(
        f"{called or name} to whole",
        (Param((t.DOUBLE, USER_DEFAULT, t.LONG)),),
        bind=bind,
        emit=lambda call, args, ctx: _emit_whole(name, call, args, ctx),
        label=called or name.upper(),
        doc=f"{name} to a whole number.",
        group="internal",
    )


def _scale_of(b: Binder, name: str, scale: Expr) -> int:
    """The constant that a number is rounded at."""
    is_small = isinstance(scale.dtype, (t.IntegerType, t.ShortType, t.ByteType))
    digits = b.fold(scale, "scale") if is_small and is_foldable(scale) else None
    if digits is None:
        raise b.error("NON_FOLDABLE_ARGUMENT", funcName=f"`{name}`", paramName="`scale`", paramType='"INT"')
    return int(digits)


def _emit_whole(name: str, call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    kind = call.args[0].dtype
    if isinstance(kind, t.LongType):
        return args[0]
    if isinstance(kind, DecimalType):
        return cast(func(name, args[0]), physical_type(call.dtype))
    low, high = bounds(t.LONG)

    def build(v: Sql) -> Sql:
        outside = case(
            (func("isnan", v), cast(number(0), "BIGINT")),
            (op(">", v, constant(0.0, t.DOUBLE)), cast(number(high), "BIGINT")),
            (is_not_null(v), cast(number(low), "BIGINT")),
        )
        return func("coalesce", try_cast(func(name, v), "BIGINT"), outside)

    return let(args[0], ctx, build)


def _emit_scaled(name: str) -> Callable[[Call, list[Sql], EmitContext], Sql]:
    """Rounded first, then moved by one unit where that went the wrong way."""
    symbol, step = ("<", "+") if name == "ceil" else (">", "-")

    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
        kind, scale_arg = call.args[0].dtype, call.args[1]
        assert isinstance(kind, DecimalType)
        assert isinstance(scale_arg, Literal)
        scale = int(scale_arg.value)
        target = physical_type(call.dtype)
        if scale >= kind.scale:
            return cast(args[0], target)
        if may_overflow(kind, scale):
            return far_rounded(args[0], kind, scale, ROUND_CEILING if name == "ceil" else ROUND_FLOOR, ctx)
        unit = decimal(Decimal(1).scaleb(-scale), min(max(scale, -scale) + 1, 38), max(scale, 0))

        def build(v: Sql) -> Sql:
            near = _round_decimal(v, kind, call.dtype, scale, even=False)
            return let(
                near,
                ctx,
                lambda n: case((op(symbol, n, v), cast(op(step, n, unit), target)), default=n),
            )

        return let(args[0], ctx, build)

    return emit


def _at_scale(name: str, *, called: str = "") -> Function:
    """A decimal at a scale."""

    def bind(b: Binder, args: tuple[Expr, ...]) -> Expr:
        value, scale = args
        assert isinstance(scale, Literal)
        return Call(f"{name} at scale", args, rounded_type(value.dtype, int(scale.value)), True)

    return Function(
        f"{called or name} at scale",
        (USER_DEFAULT, t.INT),
        bind=bind,
        emit=_emit_scaled(name),
        label=called or name,
        doc=f"{name} to a scale.",
        group="internal",
    )


def _rounder(name: str, doc: str, *, even: bool) -> Function:
    def emit(call: Call, args: list[Sql], ctx: EmitContext) -> Any:
        return _emit_round(call, args, ctx, even=even)

    return Function(name, (NUMERIC, _SCALE), bind=_bind_round(name), emit=emit, doc=doc, group="math_funcs")


register(
    _whole("ceil", "The least whole number that is not less."),
    _whole("ceil", "The least whole number that is not less.", called="ceiling"),
    _to_whole("ceil"),
    _to_whole("ceil", called="ceiling"),
    _to_whole("floor"),
    _whole("floor", "The greatest whole number that is not greater."),
    _at_scale("ceil"),
    _at_scale("ceil", called="ceiling"),
    _at_scale("floor"),
    _rounder("round", "Rounded half up at a scale, which may be negative.", even=False),
    _rounder("bround", "Rounded half to even at a scale, which may be negative.", even=True),
    Function(
        "rint",
        (t.DOUBLE,),
        t.DOUBLE,
        nullable=always_null,
        emit=lambda call, args, ctx: func("round_even", args[0], number(0)),
        doc="The nearest whole number, half to even, as a double.",
        group="math_funcs",
    ),
)
