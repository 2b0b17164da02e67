"""`na.fill`, `na.drop` and `na.replace`. NaN counts as missing in FLOAT and DOUBLE columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Resolved
from hiveframe.analysis.scope import Scope
from hiveframe.analysis.suggestions import unresolved
from hiveframe.functions.binding import CallBinder
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_FLOATING = (t.FloatType, t.DoubleType)


def fill_na(node: spec.FillNa, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Missing values replaced in the columns whose kind of type is the value's."""
    child = inputs[0]
    values: dict[int, spec.Literal] = {}
    if node.columns:
        one = node.values[0]
        given = node.values if len(node.values) == len(node.columns) else (one,) * len(node.columns)
        for name, value in zip(node.columns, given, strict=True):
            values.update(dict.fromkeys(_positions(child, name), value))
    else:
        values = dict.fromkeys(range(len(child.scope.columns)), node.values[0])
    binder = call_binder(context, node)
    exprs: list[lg.Expr] = []
    for i, column in enumerate(child.scope.columns):
        given_value = values.get(i)
        fits = given_value is not None and _same_kind(column.dtype, given_value.dtype)
        exprs.append(_filled(binder, column, given_value) if fits and given_value is not None else column)
    return _projected(child, exprs, context)


def _positions(child: Resolved, name: str) -> tuple[int, ...]:
    found = child.scope.positions(name)
    if not found:
        raise unresolved(spec.Attribute((name,)), [(c.name,) for c in child.scope.columns])
    return found


def _same_kind(column: t.DataType, value: t.DataType) -> bool:
    if isinstance(value, t.NumericType):
        return isinstance(column, t.NumericType)
    if isinstance(value, t.StringType):
        return isinstance(column, t.StringType)
    return type(column) is type(value)


def _filled(binder: CallBinder, column: lg.Column, value: spec.Literal) -> lg.Expr:
    literal = lg.Literal(value.value, value.dtype)
    filler = literal if t.same_type(literal.dtype, column.dtype) else _cast(binder, literal, column.dtype)
    present: lg.Expr = column
    if isinstance(column.dtype, _FLOATING):
        present = binder.call("nanvl", column, lg.Literal(None, column.dtype))
    return binder.call("coalesce", present, filler)


def _cast(binder: CallBinder, expr: lg.Expr, dtype: t.DataType) -> lg.Expr:
    return binder.explicit_cast(expr, dtype, mode="ansi" if binder.ansi else "legacy")


def _projected(child: Resolved, exprs: Sequence[lg.Expr], context: Context) -> Resolved:
    """`child` with its columns computed anew, under their own names."""
    items: list[lg.Named] = []
    for column, expr in zip(child.scope.columns, exprs, strict=True):
        if expr is column:
            items.append(lg.Named(column, column))
        else:
            made = context.run.column(column.name, expr.dtype, expr.nullable, column.metadata)
            items.append(lg.Named(made, expr))
    scope = Scope([i.column for i in items], child.scope.qualifiers, case_sensitive=child.scope.case_sensitive)
    return Resolved(lg.Project(child.plan, tuple(items)), scope, (child,), below=child)


def drop_na(node: spec.DropNa, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Rows with enough values that are not missing."""
    child = inputs[0]
    columns = child.scope.columns
    if node.columns:
        columns = tuple(child.scope.columns[i] for name in node.columns for i in _positions(child, name))
    binder = call_binder(context, node)
    present = [_present(binder, c) for c in columns]
    if not present:
        return child
    if node.min_non_nulls is None:
        condition = reduce(lambda a, b: binder.call("and", a, b), present)
    else:
        one, zero = lg.Literal(1, t.INT), lg.Literal(0, t.INT)
        counts = [binder.call("if", p, one, zero) for p in present]
        total = reduce(lambda a, b: binder.call("+", a, b), counts)
        condition = binder.call(">=", total, lg.Literal(node.min_non_nulls, t.INT))
    return Resolved(lg.Filter(child.plan, condition), child.scope, (child,), below=child)


def _present(binder: CallBinder, column: lg.Column) -> lg.Expr:
    found = binder.call("isnotnull", column)
    if isinstance(column.dtype, _FLOATING):
        found = binder.call("and", found, binder.call("not", binder.call("isnan", column)))
    return found


def replace_na(node: spec.ReplaceNa, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Values replaced by others, in the columns whose kind of type is the old values'."""
    child = inputs[0]
    chosen = set(range(len(child.scope.columns)))
    if node.columns and node.columns != ("*",):
        chosen = {i for name in node.columns for i in _positions(child, name)}
    binder = call_binder(context, node)
    kind = next((old.dtype for old, _ in node.replacements if old.value is not None), t.NULL)
    exprs: list[lg.Expr] = []
    for i, column in enumerate(child.scope.columns):
        applies = i in chosen and bool(node.replacements) and _same_kind(column.dtype, kind)
        exprs.append(_replaced(binder, column, node) if applies else column)
    return _projected(child, exprs, context)


def _replaced(binder: CallBinder, column: lg.Column, node: spec.ReplaceNa) -> lg.Expr:
    args: list[lg.Expr] = []
    for old, new in node.replacements:
        if old.value is None:
            matches = binder.call("isnull", column)
        else:  # an integer column is compared as DOUBLE: it has no 1.5 and no NaN
            matches = binder.call("=", column, lg.Literal(old.value, old.dtype))
        args += [matches, _as(binder, new, column.dtype)]
    return binder.call("when", *args, column)


def _as(binder: CallBinder, value: spec.Literal, dtype: t.DataType) -> lg.Expr:
    literal = lg.Literal(value.value, value.dtype)
    return literal if t.same_type(literal.dtype, dtype) else _cast(binder, literal, dtype)
