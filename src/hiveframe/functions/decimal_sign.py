"""The sign of long decimals: Spark turns it with 34 digits of precision, so that up to four digits are lost.

Scala's `BigDecimal` rounds under MathContext.DECIMAL128 when it is negated, which `-x` and `abs` of a negative do.
"""

from __future__ import annotations

import decimal
import functools
from decimal import Decimal
from typing import Final

import pyarrow as pa

from hiveframe.errors import ArithmeticException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, func, neg, number, op
from hiveframe.plan.types import DecimalType

_DIGITS: Final = 34
_ROUNDING: Final = decimal.Context(prec=_DIGITS, rounding=decimal.ROUND_HALF_EVEN)
_EXACT: Final = decimal.Context(prec=80)


def emit_negated(value: Sql, dtype: DecimalType, ctx: EmitContext) -> Sql:
    """`-value`."""
    if dtype.precision <= _DIGITS:
        return neg(value)
    return let(value, ctx, lambda v: case((_is_short(v, dtype), neg(v)), default=_by_kernel(v, dtype, ctx)))


def emit_absolute(value: Sql, dtype: DecimalType, ctx: EmitContext) -> Sql:
    """`abs(value)`."""
    if dtype.precision <= _DIGITS:
        return func("abs", value)

    def build(v: Sql) -> Sql:
        is_kept = op("or", op(">=", v, number(0)), _is_short(v, dtype))
        return case((is_kept, func("abs", v)), default=_by_kernel(v, dtype, ctx))

    return let(value, ctx, build)


def _is_short(value: Sql, dtype: DecimalType) -> Sql:
    """Whether a value has few enough digits; NULL and DuckDB's own comparison say what the rest is."""
    bound = func("power", number(10), number(_DIGITS - 1 - dtype.scale))
    return op("<", func("abs", value), bound)


def _by_kernel(value: Sql, dtype: DecimalType, ctx: EmitContext) -> Sql:
    kernel = functools.partial(negated_each, precision=dtype.precision, scale=dtype.scale)
    return func(ctx.kernel("negated", kernel, [dtype], dtype), value)


def negated_each(values: pa.Array, *, precision: int, scale: int) -> pa.Array:
    """Decimals with their sign turned, rounded to 34 digits."""

    def negated(value: Decimal) -> Decimal:
        rounded = _ROUNDING.minus(value)
        made = _EXACT.quantize(rounded, Decimal(1).scaleb(-scale))
        if len(made.as_tuple().digits) > precision:
            params = {"roundedValue": format(made, "f"), "originalValue": str(rounded)}
            params |= {"precision": str(precision), "scale": str(scale)}
            raise ArithmeticException("NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", params)
        return made

    return by_row(negated, pa.decimal128(precision, scale), [values])
