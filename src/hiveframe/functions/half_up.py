"""Exact division of decimals and intervals, rounded half up as `java.math.BigDecimal` does, in 128-bit integers."""

from __future__ import annotations

from decimal import Decimal

from hiveframe.functions.sql import Sql, cast, decimal, func, number, op, text
from hiveframe.plan.decimal_type import MAX_PRECISION


def unscaled(value: Sql, digits: int, scale: int) -> Sql:
    """A DECIMAL of at most `digits` digits as the HUGEINT of its digits: 1.25 is 125."""
    if scale == 0:
        return cast(value, "HUGEINT")
    if digits + scale <= MAX_PRECISION:
        # past 18 digits DuckDB would still multiply in 64 bits, and raise
        wide = value if digits + scale <= 18 else cast(value, f"DECIMAL({max(digits, 19)},{scale})")
        return cast(op("*", wide, cast(number(10**scale), f"DECIMAL({scale + 1},0)")), "HUGEINT")
    # Multiplying would leave 38 digits: the text of the number always holds all of them.
    return cast(func("replace", cast(value, "VARCHAR"), text("."), text("")), "HUGEINT")


def scaled(digits: Sql, scale: int) -> Sql:
    """The DECIMAL(38, scale) with these digits: 125 at scale 2 is 1.25."""
    whole = cast(digits, f"DECIMAL({MAX_PRECISION},0)")
    return whole if scale == 0 else op("*", whole, decimal(Decimal(1).scaleb(-scale), scale, scale))


def quotient(dividend: Sql, divisor: Sql) -> Sql:
    """HUGEINT `dividend / divisor` rounded half away from zero, for a positive divisor; NULL for zero."""
    doubled = op("*", number(2), dividend)
    away = op("*", func("sign", dividend), divisor)
    return op("//", op("+", doubled, away), op("*", number(2), divisor))
