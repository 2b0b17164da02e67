"""`year(d) = 2025` becomes a range of days, by which files and row groups are left out.

DuckDB turns its own `year(d) = 2025` into a range; Spark's year is an INT, whose cast hides it. For DATE columns both
sides are NULL for the same rows, so it holds in any condition. A dashboard's `year(day) = 2025` over three years of
sales in order reads a third of the row groups.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from hiveframe.optimizer.costs import Costs
from hiveframe.optimizer.rewrite import with_expressions
from hiveframe.plan.logical import Call, Column, Expr, Filter, Join, Literal, Relation
from hiveframe.plan.types import BOOLEAN, DATE, IntegralType

_EPOCH: Final = date(1970, 1, 1)
_YEARS: Final = range(1, 9999)  # whose next one is a date as well
_TURNED: Final[Mapping[str, str]] = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def range_years(node: Relation, costs: Costs) -> Relation:
    """Conditions on the year of a DATE column as conditions on the column."""
    if not isinstance(node, (Filter, Join)):
        return node
    return with_expressions(node, _ranged, _is_on_year)


def _is_on_year(expr: Expr) -> bool:
    return type(expr) is Call and (expr.function in _TURNED or expr.function in ("in", "between"))


def _ranged(expr: Expr) -> Expr:
    match expr:
        case Call(function="in", args=(asked, *values)):
            years = sorted({y for v in values if (y := _year(v)) is not None})
            column = _column(asked)
            # years that follow each other, none of them NULL
            if column is None or not years or any(_year(v) is None for v in values):
                return expr
            return _within(column, years[0], years[-1]) if years[-1] - years[0] < len(years) else expr
        case Call(function="between", args=(asked, low, high)):
            column, first, last = _column(asked), _year(low), _year(high)
            if column is not None and first is not None and last is not None:
                return _within(column, first, last)
        case Call(function=function, args=(left, right)) if function in _TURNED:
            for asked, value, sign in ((left, right, function), (right, left, _TURNED[function])):
                column, year = _column(asked), _year(value)
                if column is not None and year is not None:
                    return _RANGES[sign](column, year)
    return expr


def _column(expr: Expr) -> Column | None:
    """The DATE column whose year that is."""
    match expr:
        case Call(function="year", args=(Column(dtype=dtype) as column,)) if dtype == DATE:
            return column
    return None


def _year(expr: Expr) -> int | None:
    match expr:
        case Literal(value=int() as year, dtype=IntegralType()) if year in _YEARS:
            return year
    return None


def _first_day(year: int) -> Literal:
    return Literal((date(year, 1, 1) - _EPOCH).days, DATE)


def _compared(sign: str, column: Column, year: int) -> Call:
    return Call(sign, (column, _first_day(year)), BOOLEAN, column.nullable)


def _within(column: Column, first: int, last: int) -> Call:
    parts = _compared(">=", column, first), _compared("<", column, last + 1)
    return Call("and", parts, BOOLEAN, column.nullable)


_RANGES: Final[Mapping[str, Callable[[Column, int], Call]]] = {
    "=": lambda column, year: _within(column, year, year),
    "<": lambda column, year: _compared("<", column, year),
    "<=": lambda column, year: _compared("<", column, year + 1),
    ">": lambda column, year: _compared(">=", column, year + 1),
    ">=": lambda column, year: _compared(">=", column, year),
}
