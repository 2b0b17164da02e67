"""Mathematical functions on doubles, and a few on whole numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from hiveframe.functions import strict_math
from hiveframe.functions.arithmetic import emit_arithmetic
from hiveframe.functions.arithmetic_types import arithmetic_operands, result_type
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let, let_all
from hiveframe.functions.literals import constant
from hiveframe.functions.operators import mode_of
from hiveframe.functions.registry import (
    ANY,
    Binder,
    Function,
    Param,
    always_null,
    any_null,
    never_null,
    register,
)
from hiveframe.functions.sql import Sql, case, cast, func, is_not_null, number, op, physical_type
from hiveframe.plan import types as t
from hiveframe.plan.logical import Call, Cast, Expr, Literal

Emit = Callable[[Call, list[Sql], EmitContext], Sql]


def _unary(name: str, emit: Emit, doc: str, *, label: str | None = None, aliases: tuple[str, ...] = ()) -> Function:
    """A function of one double; Spark calls its result nullable whatever comes in."""
    return Function(
        name,
        (t.DOUBLE,),
        t.DOUBLE,
        nullable=always_null,
        emit=emit,
        label=name.upper() if label is None else label,
        aliases=aliases,
        doc=doc,
        group="math_funcs",
    )


def _binary(name: str, emit: Emit, doc: str, *, label: str = "", aliases: tuple[str, ...] = ()) -> Function:
    return Function(
        name,
        (t.DOUBLE, t.DOUBLE),
        t.DOUBLE,
        nullable=any_null,
        emit=emit,
        label=label or name.upper(),
        aliases=aliases,
        doc=doc,
        group="math_funcs",
    )


def _duck(name: str) -> Emit:
    return lambda call, args, ctx: func(name, *args)


def _kernel(name: str, function: Callable[[pa.Array], pa.Array]) -> Emit:
    return lambda call, args, ctx: func(ctx.kernel(name, function, [t.DOUBLE], t.DOUBLE), *args)


def _strict(name: str, function: Callable[[np.ndarray], np.ndarray]) -> Emit:
    """StrictMath's function, which DuckDB's differs from in the last digit."""

    def kernel(values: pa.Array) -> pa.Array:
        return _by_numpy(function, values)

    kernel.__qualname__ = f"strict_{name}"
    return _kernel(name, kernel)


def _log_above(bound: float, function: Callable[[np.ndarray], np.ndarray]) -> Callable[[pa.Array], pa.Array]:
    """A logarithm, NULL from `bound` down: Spark's rule."""

    def kernel(values: pa.Array) -> pa.Array:
        numbers = values.to_numpy(zero_copy_only=False)
        return pa.array(function(numbers), pa.float64(), mask=_missing(values) | (numbers <= bound))

    return kernel


def _by_numpy(function: Callable[[np.ndarray], np.ndarray], values: pa.Array) -> pa.Array:
    with np.errstate(all="ignore"):
        return pa.array(function(values.to_numpy(zero_copy_only=False)), pa.float64(), mask=_missing(values))


def _missing(values: pa.Array) -> np.ndarray:
    found: np.ndarray = values.is_null().to_numpy(zero_copy_only=False)
    return found


def _bind_log(b: Binder, args: tuple[Expr, ...]) -> Expr:
    """Without a base it is e."""
    return b.call(_LOG, *args) if len(args) == 2 else b.call(_LOG, b.call("e"), args[0])


def _emit_log(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL where the base or the number is not positive."""
    base = call.args[0]
    value = _LN(call, [args[1]], ctx)
    if isinstance(base, Call) and base.function == "e":
        return value
    return op("/", value, _LN(call, [args[0]], ctx))


def _show_log(texts: Sequence[str]) -> str:
    return f"LOG({', '.join(['E()', *texts] if len(texts) == 1 else texts)})"


_LOG: Final = "log to base"


def _reciprocal(name: str) -> Emit:
    one = constant(1.0, t.DOUBLE)
    return lambda call, args, ctx: op("/", one, func(name, args[0]))


def _emit_sign(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """-1, 0 or 1; zeros keep their sign and NaN stays NaN."""

    def build(v: Sql) -> Sql:
        unsigned = op("=", v, constant(0.0, t.DOUBLE))
        return case(
            (func("isnan", v), v),
            (unsigned, v),
            (op(">", v, constant(0.0, t.DOUBLE)), constant(1.0, t.DOUBLE)),
            (is_not_null(v), constant(-1.0, t.DOUBLE)),
        )

    return let(cast(args[0], "DOUBLE"), ctx, build)


def _pairs(name: str, function: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Emit:
    """StrictMath's function of two doubles."""

    def kernel(lefts: pa.Array, rights: pa.Array) -> pa.Array:
        made = function(lefts.to_numpy(zero_copy_only=False), rights.to_numpy(zero_copy_only=False))
        return pa.array(made, pa.float64(), mask=_missing(lefts) | _missing(rights))

    return lambda call, args, ctx: func(ctx.kernel(name, kernel, [t.DOUBLE, t.DOUBLE], t.DOUBLE), *args)


def _emit_power(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    exponent = call.args[1]
    while isinstance(exponent, Cast):
        exponent = exponent.child
    if isinstance(exponent, Literal) and exponent.value == 2:
        return let(args[0], ctx, lambda v: op("*", v, v.copy()))
    return _POWER(call, args, ctx)


_POWER: Final = _pairs("power", strict_math.power)


def _emit_factorial(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """NULL outside of 0 to 20, where a BIGINT holds it."""

    def build(v: Sql) -> Sql:
        fits = op("and", op(">=", v, number(0)), op("<=", v, number(20)))
        return case((fits, cast(func("factorial", v), "BIGINT")))

    return let(args[0], ctx, build)


_WRAPS: Final[dict[type[t.DataType], int]] = {t.IntegerType: 32, t.LongType: 64}


def _emit_atan2(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """-0.0 counts as 0.0."""
    return _pairs("atan2", strict_math.atan2)(call, [op("+", a, number(0)) for a in args], ctx)


def _emit_pmod(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The remainder with the divisor's sign where that is positive."""
    operands = (call.args[0], call.args[1])

    def build(left: Sql, right: Sql) -> Sql:
        first = emit_arithmetic("%", [left, right], operands, call.dtype, mode_of(ctx), call.context, ctx)

        def lifted(r: Sql) -> Sql:
            raised = op("+", r, right)
            if bits := _WRAPS.get(type(call.dtype)):  # the sum wraps around, as Java's does
                raised = op("+", cast(r, "HUGEINT"), right)
                least = number(-(2 ** (bits - 1)))
                raised = case((op("<", raised, least), op("+", raised, number(2**bits))), default=raised)
            shifted = cast(op("%", raised, right), physical_type(call.dtype))
            return case((op("<", r, number(0)), shifted), default=r)

        return let(first, ctx, lifted)

    return let_all(args, ctx, build)


def _emit_width_bucket(call: Call, args: list[Sql], ctx: EmitContext) -> Sql:
    """The bucket of a value among equal ones from `low` to `high`, which may run downwards."""

    def build(value: Sql, low: Sql, high: Sql, count: Sql) -> Sql:
        usable = op("and", func("isfinite", low), func("isfinite", high))
        usable = op("and", op("and", usable, op("!=", low, high)), op(">", count, number(0)))
        usable = op("and", usable, op("<", count, number(2**63 - 1)))
        after = op("+", count, number(1))
        up = _bucket(count, op("-", value, low), op("-", high, low))
        down = _bucket(count, op("-", low, value), op("-", low, high))
        zero = cast(number(0), "BIGINT")
        rising = case((op("<", value, low), zero), (op(">=", value, high), after), default=up)
        falling = case((op(">", value, low), zero), (op("<=", value, high), after), default=down)
        some = op("and", usable, op("and", is_not_null(value), func("isfinite", value)))
        infinite = case((op("<", low, high), rising), default=falling)
        outside = op("and", usable, func("isinf", value))
        return case((some, case((op("<", low, high), rising), default=falling)), (outside, infinite))

    doubles = [cast(a, "DOUBLE") for a in args[:3]]
    return let_all([*doubles, args[3]], ctx, build)


def _same_kind(b: Binder, args: tuple[Expr, ...]) -> None:
    """The value and the bounds are all doubles, or all intervals of one kind."""
    kinds = [arg.dtype for arg in args[:3]]
    if len({type(kind) for kind in kinds}) > 1:
        shown = " or ".join(f'"{t.sql_name(kind)}"' for kind in kinds)
        raise b.error("DATATYPE_MISMATCH.DATA_DIFF_TYPES", functionName="`width_bucket`", dataType=f"({shown})")


def _bucket(count: Sql, part: Sql, whole: Sql) -> Sql:
    return op("+", cast(func("trunc", op("/", op("*", cast(count, "DOUBLE"), part), whole)), "BIGINT"), number(1))


_LN_2: Final = strict_math.log(np.array([2.0]))


def _log2(numbers: np.ndarray) -> np.ndarray:
    return strict_math.log(numbers) / _LN_2


def _atanh(numbers: np.ndarray) -> np.ndarray:
    return 0.5 * (strict_math.log1p(numbers) - strict_math.log1p(-numbers))


_LN: Final = _kernel("ln", _log_above(0.0, strict_math.log))
_BUCKETED: Final = Param((t.DOUBLE, t.YEAR_MONTH, t.DAY_TIME))

register(
    _unary("sqrt", _duck("sqrt"), "The square root; NaN for negative numbers."),
    _unary("cbrt", _strict("cbrt", strict_math.cbrt), "The cube root."),
    _unary("exp", _strict("exp", strict_math.exp), "e to the power of the argument."),
    _unary("expm1", _strict("expm1", strict_math.expm1), "exp(x) - 1, exact for small x."),
    _unary("ln", _LN, "The natural logarithm; NULL for numbers that are not positive.", label=""),
    _unary("log10", _kernel("log10", _log_above(0.0, strict_math.log10)), "The logarithm to base 10."),
    _unary("log2", _kernel("log2", _log_above(0.0, _log2)), "The logarithm to base 2."),
    _unary("log1p", _kernel("log1p", _log_above(-1.0, strict_math.log1p)), "ln(1 + x), exact for small x."),
    Function(
        _LOG,
        (t.DOUBLE, t.DOUBLE),
        t.DOUBLE,
        nullable=always_null,
        emit=_emit_log,
        label="LOG",
        doc="The logarithm to a base.",
        group="internal",
    ),
    Function(
        "log",
        (ANY, Param((ANY,), optional=True)),
        bind=_bind_log,
        shows=_show_log,
        doc="The logarithm, natural or to the base given first.",
        group="math_funcs",
    ),
    _unary("sin", _duck("sin"), "The sine of an angle in radians."),
    _unary("cos", _duck("cos"), "The cosine of an angle in radians."),
    _unary("tan", _duck("tan"), "The tangent of an angle in radians."),
    _unary("cot", _reciprocal("tan"), "The cotangent of an angle in radians."),
    _unary("sec", _reciprocal("cos"), "The secant of an angle in radians."),
    _unary("csc", _reciprocal("sin"), "The cosecant of an angle in radians."),
    _unary("asin", _strict("asin", strict_math.asin), "The angle whose sine it is."),
    _unary("acos", _strict("acos", strict_math.acos), "The angle whose cosine it is."),
    _unary("atan", _strict("atan", strict_math.atan), "The angle whose tangent it is."),
    _unary("sinh", _strict("sinh", strict_math.sinh), "The hyperbolic sine."),
    _unary("cosh", _strict("cosh", strict_math.cosh), "The hyperbolic cosine."),
    _unary("tanh", _strict("tanh", strict_math.tanh), "The hyperbolic tangent."),
    _unary("asinh", _strict("asinh", strict_math.asinh), "The inverse hyperbolic sine."),
    _unary("acosh", _strict("acosh", strict_math.acosh), "The inverse hyperbolic cosine."),
    _unary("atanh", _strict("atanh", _atanh), "The inverse hyperbolic tangent."),
    _unary("degrees", _duck("degrees"), "Radians as degrees."),
    _unary("radians", _duck("radians"), "Degrees as radians."),
    _binary("power", _emit_power, "The first to the power of the second.", aliases=("pow",)),
    _binary("atan2", _emit_atan2, "The angle of the point whose y and x these are."),
    Function(
        "hypot",
        (t.DOUBLE, t.DOUBLE),
        t.DOUBLE,
        nullable=any_null,
        emit=_pairs("hypot", strict_math.hypot),
        label="HYPOT",
        doc="The length of the vector of both, without overflow on the way.",
        group="math_funcs",
    ),
    Function(
        "signum",
        (Param((t.DOUBLE, t.YEAR_MONTH, t.DAY_TIME)),),
        t.DOUBLE,
        nullable=always_null,
        emit=_emit_sign,
        label="SIGNUM",
        aliases=("sign",),
        doc="-1, 0 or 1 by the sign.",
        group="math_funcs",
    ),
    Function(
        "factorial",
        (t.INT,),
        t.LONG,
        nullable=always_null,
        emit=_emit_factorial,
        doc="The factorial of 0 to 20, NULL for others.",
        group="math_funcs",
    ),
    Function(
        "pmod",
        (ANY, ANY),
        lambda args: result_type("pmod", args[0].dtype, args[1].dtype),
        coerce=lambda b, args: arithmetic_operands(b, "pmod", args[0], args[1]),
        nullable=always_null,
        emit=_emit_pmod,
        doc="The remainder, not negative for a positive divisor.",
        group="math_funcs",
    ),
    Function(
        "width_bucket",
        (_BUCKETED, _BUCKETED, _BUCKETED, t.LONG),
        t.LONG,
        nullable=always_null,
        emit=_emit_width_bucket,
        checks=(_same_kind,),
        doc="The number of the bucket, among equal ones between two bounds, that a value falls in.",
        group="math_funcs",
    ),
    Function(
        "pi",
        (),
        t.DOUBLE,
        nullable=never_null,
        emit=lambda call, args, ctx: constant(math.pi, t.DOUBLE),
        label="PI",
        doc="The circle's number.",
        group="math_funcs",
    ),
    Function(
        "e",
        (),
        t.DOUBLE,
        nullable=never_null,
        emit=lambda call, args, ctx: constant(math.e, t.DOUBLE),
        label="E",
        doc="Euler's number.",
        group="math_funcs",
    ),
)
