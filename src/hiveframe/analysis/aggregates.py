"""Aggregation: finding aggregate calls, replacing grouping expressions by their columns, checking the rest.

Source: Spark's `ResolveAggregateFunctions` and the checks of `CheckAnalysis` for `Aggregate`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hiveframe.analysis.expressions.user_functions import is_grouped
from hiveframe.analysis.fingerprint import Fingerprints
from hiveframe.analysis.frame import Run, failure
from hiveframe.analysis.naming import describe
from hiveframe.analysis.references import columns_in, free_columns, replace_in_plan, rewrite_down
from hiveframe.functions.cast_rules import keeps_equality
from hiveframe.functions.determinism import is_deterministic
from hiveframe.functions.registry import FunctionKind, Param, lookup
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import children, preorder, with_children

if TYPE_CHECKING:
    from hiveframe.analysis.scope import Scope

GROUPING = "grouping"
GROUPING_ID = "grouping_id"
_SUBQUERIES = (lg.ScalarSubquery, lg.Exists, lg.InSubquery)


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """GROUP BY: `keys` over the input with the columns they become; `sets` lists positions for grouping sets."""

    keys: tuple[lg.Named, ...]
    sets: tuple[tuple[int, ...], ...] | None = None
    at: spec.Relation | None = None


def is_aggregate(expr: lg.Expr) -> bool:
    """Whether `expr` itself is an aggregate's call (not a window function's)."""
    if isinstance(expr, lg.AggCall):
        row = lookup(expr.function)
        return row is None or row.kind is FunctionKind.AGGREGATE
    return is_grouped(expr)


def has_aggregate(expr: lg.Expr) -> bool:
    """Whether an aggregate's call stands in `expr`, outside of OVER."""
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, lg.WindowCall):
            stack += [*children(node.function, lg.Expr), *node.partition_by, *(k.child for k in node.order_by)]
        elif is_aggregate(node):
            return True
        else:
            stack += children(node, lg.Expr)
    return False


def bare_window_functions(expr: lg.Expr) -> list[lg.Expr]:
    """Calls of window functions in `expr` that no OVER belongs to."""
    found: list[lg.Expr] = []
    stack = [expr]
    while stack:
        node = stack.pop()
        if isinstance(node, lg.WindowCall):
            stack += [*children(node.function, lg.Expr), *node.partition_by, *(k.child for k in node.order_by)]
            continue
        if isinstance(node, lg.AggCall) and not is_aggregate(node):
            found.append(node)
        stack += children(node, lg.Expr)
    return found


def aggregates_in(expr: lg.Expr) -> list[lg.Expr]:
    """Every aggregate's call in `expr`, outermost first."""
    return [e for e in preorder(expr, lg.Expr) if is_aggregate(e)]


@dataclass(slots=True, eq=False)
class Aggregator:
    """Rewrites expressions over the input into expressions over the `Aggregate`'s output, collecting calls."""

    run: Run
    grouping: Grouping
    scope: Scope
    own: set[int]  # ids of columns that may stand as they are: aliases of the SELECT list
    prints: Fingerprints = field(default_factory=Fingerprints)
    calls: dict[Hashable, lg.Named] = field(default_factory=dict)
    keys: dict[Hashable, lg.Column] = field(default_factory=dict)
    inputs: set[int] = field(default_factory=set)
    in_list: bool = False

    def __post_init__(self) -> None:
        for key in self.grouping.keys:
            self.keys.setdefault(self.prints.of(key.expr), key.column)
        self.inputs = {c.id for c in self.scope.columns} | {c.id for c, _, _ in self.scope.hidden}

    def rewrite(self, expr: lg.Expr) -> lg.Expr:
        """`expr` over keys and calls; MISSING_AGGREGATION for a column that is neither."""
        return rewrite_down(expr, self._replaced)

    def rewrite_item(self, expr: lg.Expr) -> lg.Expr:
        """`expr` of the SELECT list, where a scalar subquery over the row stands only as a key or inside a call."""
        self.in_list = True
        try:
            return self.rewrite(expr)
        finally:
            self.in_list = False

    def _replaced(self, expr: lg.Expr) -> lg.Expr | None:
        """What stands for `expr` in the aggregate's output; None where its parts decide."""
        key = self.keys.get(self.prints.of(expr))
        if key is not None:
            return _renamed(key, expr)
        if isinstance(expr, lg.WindowCall):
            return self._window(expr)
        if isinstance(expr, lg.AggCall) and expr.function in (GROUPING, GROUPING_ID):
            return self._grouping_call(expr)
        if is_aggregate(expr):
            return self._call(expr)
        if isinstance(expr, lg.Column):
            return self._column(expr)
        if isinstance(expr, lg.Call) and expr.function == "window_time":
            raise _missing(describe(expr, self.run))  # Spark computes it below the groups
        return self._subquery(expr) if isinstance(expr, _SUBQUERIES) else None

    def _column(self, column: lg.Column) -> lg.Expr:
        if column.id in self.own or column.id not in self.inputs:
            return column
        if not self.grouping.keys and self.grouping.sets is None:
            raise failure("MISSING_GROUP_BY", self.grouping.at)
        raise _missing(column.name)

    def _call(self, expr: lg.Expr) -> lg.Expr:
        for inner in children(expr, lg.Expr):
            parts = list(preorder(inner, lg.Expr))
            if any(isinstance(e, lg.WindowCall) for e in parts):
                raise failure("_LEGACY_ERROR_TEMP_1031", None)
            nested = next((e for e in parts if is_aggregate(e)), None)
            if nested is not None:
                node = self.run.node_of(nested)
                raise failure("NESTED_AGGREGATE_FUNCTION", node)
            if not is_deterministic(inner) and not _is_added(inner, expr):
                shown = describe(expr, self.run)
                raise failure("AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION", None, sqlExpr=f'"{shown}"')
        self._check_order(expr)
        print_ = self.prints.of(expr)
        found = self.calls.get(print_)
        if found is None:
            name = expr.shown or expr.function if isinstance(expr, lg.AggCall) else "udf"
            column = self.run.column(name, expr.dtype, expr.nullable)
            found = self.calls[print_] = lg.Named(column, expr)
        return found.column

    def _check_order(self, expr: lg.Expr) -> None:
        """DISTINCT values take an order of their own alone, or of what they are cast from."""
        if not isinstance(expr, lg.AggCall) or not expr.distinct or not expr.order_by:
            return
        value, keys = expr.args[0], [k.child for k in expr.order_by]
        prints = [self.prints.of(key) for key in keys]
        if prints == [self.prints.of(value)]:
            return
        condition = "INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT"
        name = f"`{expr.shown or expr.function}`"
        if isinstance(value, lg.Cast) and prints == [self.prints.of(value.child)]:
            if keeps_equality(value.child.dtype, value.dtype):
                return
            types = {"inputType": value.child.dtype, "castType": value.dtype}
            shown = {k: f'"{t.sql_name(v)}"' for k, v in types.items()}
            raise failure(f"{condition}_UNSAFE_CAST", None, funcName=name, **shown)
        ordering = ", ".join(f'"{describe(key, self.run)}"' for key in keys)
        argument = f'"{describe(value, self.run)}"'
        raise failure(condition, None, funcName=name, funcArg=argument, orderingExpr=ordering)

    def _window(self, expr: lg.WindowCall) -> lg.Expr:
        function = with_children(expr.function, lg.Expr, self.rewrite)
        return replace(
            expr,
            function=function,
            partition_by=tuple(self.rewrite(e) for e in expr.partition_by),
            order_by=tuple(replace(k, child=self.rewrite(k.child)) for k in expr.order_by),
        )

    def _grouping_call(self, expr: lg.AggCall) -> lg.Expr:
        if self.grouping.sets is None:
            raise failure("UNSUPPORTED_GROUPING_EXPRESSION", self.run.node_of(expr))
        columns: list[lg.Column] = []
        for arg in expr.args:
            key = self.keys.get(self.prints.of(arg))
            if key is None:
                listed = ", ".join(describe(k.expr, self.run) for k in self.grouping.keys)
                condition = "GROUPING_COLUMN_MISMATCH" if expr.function == GROUPING else "GROUPING_ID_COLUMN_MISMATCH"
                shown = describe(arg, self.run)
                if condition == "GROUPING_COLUMN_MISMATCH":
                    raise failure(condition, None, grouping=shown, groupingColumns=listed)
                raise failure(condition, None, groupingIdColumn=shown, groupByColumns=listed)
            columns.append(key)
        if expr.function == GROUPING_ID and not expr.args:
            columns = [k.column for k in self.grouping.keys]
        made = replace(expr, args=tuple(columns))
        print_ = self.prints.of(made)
        found = self.calls.get(print_)
        if found is None:
            found = self.calls[print_] = lg.Named(self.run.column(expr.function, expr.dtype, False), made)
        return found.column

    def _subquery(self, expr: lg.Expr) -> lg.Expr:
        """A correlated subquery's outer references must be grouping columns."""
        node = self.run.node_of(expr) if isinstance(expr, lg.ScalarSubquery) and self.in_list else None
        expr = with_children(expr, lg.Expr, self.rewrite)
        assert isinstance(expr, _SUBQUERIES)
        new: dict[int, lg.Expr] = {}
        free = free_columns(expr.plan)
        if node is not None and any(column.id in self.inputs for column in free):
            from hiveframe.analysis.naming import pretty

            shown = f'"{pretty(node, self.run)}"'
            raise failure("SCALAR_SUBQUERY_IS_IN_GROUP_BY_OR_AGGREGATE_FUNCTION", node, sqlExpr=shown)
        for column in free:
            found = self.rewrite(column)
            if found is not column and isinstance(found, lg.Column) and found.id != column.id:
                new[column.id] = found
        return replace(expr, plan=replace_in_plan(expr.plan, new)) if new else expr


def _is_added(part: lg.Expr, call: lg.Expr) -> bool:
    """Whether an aggregate's argument is one that binding put after those that were given."""
    row = lookup(call.function) if isinstance(call, lg.AggCall) else None
    if row is None or not isinstance(call, lg.AggCall) or any(isinstance(p, Param) and p.rest for p in row.params):
        return False
    return any(part is arg for arg in call.args[len(row.params) :])


def _renamed(key: lg.Column, expr: lg.Expr) -> lg.Column:
    if isinstance(expr, lg.Column) and expr.name != key.name:
        return replace(key, name=expr.name)
    return key


def refuse_aggregates(exprs: Iterable[lg.Expr]) -> list[lg.Expr]:
    """The aggregate calls among `exprs`' parts, for a clause where none may stand."""
    return [call for e in exprs for call in aggregates_in(e)]


def used_columns(exprs: Sequence[lg.Expr]) -> dict[int, lg.Column]:
    """The columns that `exprs` refer to, by id."""
    return {c.id: c for e in exprs for c in columns_in(e)}


def _missing(shown: str) -> Exception:
    return failure("MISSING_AGGREGATION", None, expression=f'"{shown}"', expressionAnyValue=f'"any_value({shown})"')
