"""UNION BY NAME: the right side's columns found by the left side's names."""

from __future__ import annotations

from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.expressions.extract import get_field
from hiveframe.analysis.frame import Context, Resolved, failure, quoted
from hiveframe.analysis.scope import Scope
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

Values = list[tuple[str, lg.Expr]]


def matched_by_name(
    node: spec.SetOperation, left: Resolved, right: Resolved, context: Context
) -> tuple[Resolved, Resolved]:
    """Both sides with the same columns in the left side's order; missing ones are NULL when that is allowed."""
    for side in (left, right):
        _refuse_duplicates(side)
    left_values: Values = [(c.name, c) for c in left.scope.columns]
    right_values: Values = []
    for i, column in enumerate(left.scope.columns):
        found = right.scope.positions(column.name)
        if found:
            other = right.scope.columns[found[0]]
            a, b = _matched_structs(context, node, column, other) if node.allow_missing else (column, other)
            left_values[i] = (column.name, a)
            right_values.append((other.name, b))
        elif node.allow_missing:
            right_values.append((column.name, lg.Literal(None, column.dtype)))
        else:
            listed = ", ".join(c.name for c in right.scope.columns)
            raise failure("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", node, colName=column.name, fieldNames=listed)
    known = {right.scope.key(c.name) for c in left.scope.columns}
    extra = [c for c in right.scope.columns if right.scope.key(c.name) not in known]
    for column in extra:
        if node.allow_missing:
            left_values.append((column.name, lg.Literal(None, column.dtype)))
        right_values.append((column.name, column))
    return _projected(context, left, left_values), _projected(context, right, right_values)


def _refuse_duplicates(side: Resolved) -> None:
    for column in side.scope.columns:
        if len(side.scope.positions(column.name)) > 1:
            raise failure("COLUMN_ALREADY_EXISTS", None, columnName=quoted(side.scope.key(column.name)))


def _projected(context: Context, side: Resolved, values: Values) -> Resolved:
    if [e for _, e in values] == list(side.scope.columns):
        return side
    items: list[lg.Named] = []
    for name, expr in values:
        if isinstance(expr, lg.Column):
            items.append(lg.Named(expr, expr))
        else:
            items.append(lg.Named(context.run.column(name, expr.dtype, expr.nullable), expr))
    columns = [i.column for i in items]
    scope = Scope(columns, [()] * len(columns), case_sensitive=side.scope.case_sensitive)
    return Resolved(lg.Project(side.plan, tuple(items)), scope, (side,))


def _matched_structs(
    context: Context, node: spec.SetOperation, left: lg.Expr, right: lg.Expr
) -> tuple[lg.Expr, lg.Expr]:
    """Two values whose structs have the same fields: those of the left, then those that only the right has."""
    a, b = left.dtype, right.dtype
    if not (isinstance(a, t.StructType) and isinstance(b, t.StructType)) or _names(a) == _names(b):
        return left, right
    right_fields = {f.name.lower(): f for f in b.fields}
    left_names = {f.name.lower() for f in a.fields}
    left_args: list[lg.Expr] = []
    right_args: list[lg.Expr] = []
    for field in a.fields:
        other = right_fields.get(field.name.lower())
        mine: lg.Expr = get_field(left, field)
        theirs: lg.Expr = lg.Literal(None, field.dtype)
        if other is not None:
            mine, theirs = _matched_structs(context, node, mine, get_field(right, other))
        left_args += [lg.Literal(field.name, t.STRING), mine]
        right_args += [lg.Literal(field.name, t.STRING), theirs]
    for field in b.fields:
        if field.name.lower() not in left_names:
            left_args += [lg.Literal(field.name, t.STRING), lg.Literal(None, field.dtype)]
            right_args += [lg.Literal(field.name, t.STRING), get_field(right, field)]
    return _rebuilt(context, node, left, left_args), _rebuilt(context, node, right, right_args)


def _names(struct: t.StructType) -> list[str]:
    return [f.name.lower() for f in struct.fields]


def _rebuilt(context: Context, node: spec.SetOperation, old: lg.Expr, args: list[lg.Expr]) -> lg.Expr:
    binder = call_binder(context, node)
    made = binder.call("named_struct", *args)
    if not old.nullable:
        return made
    return binder.call("if", binder.call("isnull", old), lg.Literal(None, made.dtype), made)
