"""Decimals rounded to tens, hundreds … where even 38 digits may not hold the result."""

from __future__ import annotations

from decimal import Context, Decimal
from functools import partial
from typing import Final

import pyarrow as pa

from hiveframe.errors import ArithmeticException
from hiveframe.functions.by_row import by_row
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, func
from hiveframe.plan.decimal_type import MAX_PRECISION
from hiveframe.plan.types import DecimalType

_EXACT: Final = Context(prec=400)


def may_overflow(dtype: DecimalType, scale: int) -> bool:
    """Whether a number of `dtype` can have more digits than a decimal once it is rounded at `scale`."""
    return scale < 0 and max(dtype.precision - dtype.scale + 1, 1 - scale) > MAX_PRECISION


def far_rounded(value: Sql, dtype: DecimalType, scale: int, mode: str, ctx: EmitContext) -> Sql:
    """`value` as DECIMAL(38,0), rounded by one of `decimal`'s modes; what does not fit raises in every mode."""
    kernel = partial(_rounded, scale=scale, mode=mode)
    return func(ctx.kernel("far_rounded", kernel, [dtype], DecimalType(MAX_PRECISION, 0)), value)


def _rounded(values: pa.Array, *, scale: int, mode: str) -> pa.Array:
    unit = Decimal(1).scaleb(-scale)

    def one(value: Decimal) -> Decimal:
        near = value.quantize(unit, mode, _EXACT)
        if near.adjusted() >= MAX_PRECISION and near:
            raise ArithmeticException(
                "NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION",
                {
                    "originalValue": str(near),
                    "roundedValue": format(near, "f"),
                    "precision": str(MAX_PRECISION),
                    "scale": "0",
                },
            )
        return Decimal(int(near))

    return by_row(one, pa.decimal128(MAX_PRECISION, 0), [values])
