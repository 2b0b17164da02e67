"""What may stand around a call's arguments: DISTINCT, FILTER, IGNORE NULLS, WITHIN GROUP.

Source: Spark's `FunctionResolution.validateFunction`, whose order of checks this keeps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hiveframe.dataclass import dataclass
from hiveframe.functions.determinism import is_deterministic
from hiveframe.functions.registry import Function, FunctionKind, lookup
from hiveframe.plan import types as t
from hiveframe.plan.logical import AggCall, Expr, SortKey, WindowCall
from hiveframe.plan.walk import preorder

if TYPE_CHECKING:
    from hiveframe.functions.registry import Binder

_NO_AGGREGATES: Final = frozenset({"grouping", "grouping_id"})  # expressions to Spark


@dataclass(frozen=True, slots=True)
class Modifiers:
    """What a call says beside its arguments; `ignore_nulls` is None where it says nothing of NULLs."""

    distinct: bool = False
    filter: Expr | None = None
    order_by: tuple[SortKey, ...] = ()
    ignore_nulls: bool | None = None


def check_modifiers(row: Function, called: str, count: int, given: Modifiers, binder: Binder) -> None:
    """The error for a modifier that the function of `count` arguments doesn't take."""
    if row.ordered_set is not None:
        _check_ordered_set(row, called, count, given, binder)
    elif given.order_by and not row.takes_order:
        raise _unsupported(called, "WITHIN GROUP (ORDER BY ...)", binder)
    is_aggregate = row.kind is FunctionKind.AGGREGATE and row.name not in _NO_AGGREGATES
    if not is_aggregate:
        if given.distinct:
            raise _unsupported(called, "DISTINCT", binder)
        if given.filter is not None:
            raise _unsupported(called, "FILTER CLAUSE", binder)
    if given.ignore_nulls and row.skips_nulls is None:
        raise _unsupported(called, "IGNORE NULLS", binder)
    if given.filter is not None:
        _check_filter(given.filter, binder)


def _check_ordered_set(row: Function, called: str, count: int, given: Modifiers, binder: Binder) -> None:
    """Its one key stands in WITHIN GROUP, unless it may be the first of the arguments."""
    assert row.ordered_set is not None
    condition = "INVALID_WITHIN_GROUP_EXPRESSION"
    if given.distinct:
        raise binder.error(f"{condition}.DISTINCT_UNSUPPORTED", funcName=f"`{called}`")
    keys = len(given.order_by)
    has_key = count > row.ordered_set.least
    if not keys and not has_key:
        raise binder.error(f"{condition}.WITHIN_GROUP_MISSING", funcName=f"`{called}`")
    wrong = f"{condition}.WRONG_NUM_ORDERINGS"
    if keys and has_key:
        raise binder.error(wrong, funcName=f"`{called}`", expectedNum="0", actualNum=str(keys))
    if keys > 1:
        raise binder.error(wrong, funcName=f"`{row.ordered_set.node}`", expectedNum="1", actualNum=str(keys))


def _check_filter(condition: Expr, binder: Binder) -> None:
    shown = {"filterExpr": binder.quoted(condition)}
    if not is_deterministic(condition):
        raise binder.error("INVALID_AGGREGATE_FILTER.NON_DETERMINISTIC", **shown)
    if not isinstance(condition.dtype, t.BooleanType):
        raise binder.error("INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", **shown)
    parts = list(preorder(condition, Expr))
    aggregate = next((part for part in parts if _is_aggregate(part)), None)
    if aggregate is not None:
        shown["aggExpr"] = binder.quoted(aggregate)
        raise binder.error("INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE", **shown)
    window = next((part for part in parts if isinstance(part, WindowCall)), None)
    if window is not None:
        shown["windowExpr"] = binder.quoted(window)
        raise binder.error("INVALID_AGGREGATE_FILTER.CONTAINS_WINDOW_FUNCTION", **shown)


def _is_aggregate(expr: Expr) -> bool:
    if not isinstance(expr, AggCall):
        return False
    row = lookup(expr.function)
    return row is not None and row.kind is FunctionKind.AGGREGATE


def _unsupported(called: str, syntax: str, binder: Binder) -> Exception:
    return binder.error("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", prettyName=f"`{called}`", syntax=syntax)
