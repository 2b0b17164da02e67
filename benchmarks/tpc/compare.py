"""Whether two engines' answers are the same, up to the digits that one of them does not keep.

Spark's `avg` and division of decimals are decimals with so many digits, DuckDB's are doubles; the last digit of the
decimal is the tolerance there. Elsewhere numbers agree within a relative 1e-9.
"""

import math
from decimal import Decimal
from typing import Any

import pyarrow as pa

RELATIVE = 1e-9


def difference(ours: pa.Table, theirs: pa.Table, *, last_places: float = 1) -> str | None:
    """None for equal rows in whatever order, else the first difference in words; column names are not compared.

    Decimals of ours may differ by so many units in the last place.
    """
    if ours.num_columns != theirs.num_columns:
        return f"{ours.num_columns} columns, not {theirs.num_columns}"
    if ours.num_rows != theirs.num_rows:
        return f"{ours.num_rows} rows, not {theirs.num_rows}"
    tolerances = [tolerance(field.type) * last_places for field in ours.schema]
    for row, other in zip(ordered(ours), ordered(theirs), strict=True):
        if not all(is_same(a, b, t) for a, b, t in zip(row, other, tolerances, strict=True)):
            return f"{row}, not {other}"
    return None


def tolerance(kind: pa.DataType) -> float:
    """How far apart two values of a column may be: a unit in a decimal's last place."""
    return 10.0**-kind.scale if pa.types.is_decimal(kind) else 0.0


def ordered(table: pa.Table) -> list[tuple[Any, ...]]:
    """The rows by what is exact in them first, then by their numbers."""
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True) if table.num_columns else []
    return sorted(rows, key=lambda row: ([exact_part(v) for v in row], [number_part(v) for v in row]))


def exact_part(value: Any) -> str:
    """The value as text; empty for numbers that may differ in their last digits."""
    return "" if is_inexact(value) else str(value)


def number_part(value: Any) -> float:
    """The value as a number; 0 for what is exact."""
    return float(value) if is_inexact(value) else 0.0


def is_inexact(value: Any) -> bool:
    """Whether the value is a double or has decimals; DuckDB's sums of integers are decimals without any."""
    return isinstance(value, float) or (isinstance(value, Decimal) and value.as_tuple().exponent != 0)


def is_same(ours: Any, theirs: Any, within: float) -> bool:
    """Whether two values are the same."""
    if isinstance(ours, float | Decimal) and isinstance(theirs, float | Decimal | int):
        return math.isclose(ours, theirs, rel_tol=RELATIVE, abs_tol=within * 1.001)
    return bool(ours == theirs) or str(ours).rstrip() == str(theirs).rstrip()
