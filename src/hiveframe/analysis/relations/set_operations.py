"""UNION, INTERSECT and EXCEPT: by position or by name, with types widened."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.expressions.calls import implicit_cast
from hiveframe.analysis.frame import Context, Resolved, failure
from hiveframe.analysis.relations.by_name import matched_by_name
from hiveframe.analysis.relations.dedup import check_comparable
from hiveframe.analysis.scope import Scope
from hiveframe.functions.binding import ordinal
from hiveframe.functions.coercion import common_type
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def set_operation(node: spec.SetOperation, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """Both sides brought to common types; the left side gives the names."""
    left, right = inputs
    if node.by_name:
        left, right = matched_by_name(node, left, right, context)
    operator = _operator(node)
    if not (node.kind == "union" and node.is_all):
        for side in (left, right):
            check_comparable(node, side.scope.columns)
    if len(left.scope.columns) != len(right.scope.columns):
        raise failure(
            "NUM_COLUMNS_MISMATCH",
            node,
            operator=operator,
            firstNumColumns=str(len(left.scope.columns)),
            invalidOrdinalNum=ordinal(1),
            invalidNumColumns=str(len(right.scope.columns)),
        )
    types = _common_types(node, operator, left, right, context)
    parts = _parts(node, left, types, context)
    other = cast_to(context, node, right, types)
    mine = parts[0].output if len(parts) == 1 else left.scope.columns
    output: list[lg.Column] = []
    copies: dict[int, int] = {}  # a column that the left side has twice stays one that a name may mean
    for named, a, b, dtype in zip(left.scope.columns, mine, other.output, types, strict=True):
        nullable = _nullable(node.kind, a, b)
        if node.kind == "union":
            made = context.run.column(named.name, dtype, nullable, named.metadata)
            first = copies.setdefault(context.run.original(named.id), made.id)
            if first != made.id:
                context.run.same_column[made.id] = first
            output.append(made)
        else:
            output.append(lg.Column(a.id, named.name, dtype, nullable, named.metadata))
    children = (*parts, other)
    plan = lg.SetOperation(children, node.kind, node.is_all, tuple(output))
    scope = Scope(output, [()] * len(output), case_sensitive=left.scope.case_sensitive)
    return Resolved(plan, scope, () if node.kind == "union" else (left, right))


def _parts(
    node: spec.SetOperation, left: Resolved, types: Sequence[t.DataType], context: Context
) -> tuple[lg.Relation, ...]:
    """The left side; a UNION ALL of UNION ALLs is one."""
    plan = left.plan
    is_same = all(c.dtype == d for c, d in zip(left.scope.columns, types, strict=True))
    match plan:
        case lg.SetOperation(children, "union", True) if is_same and (node.kind, node.is_all) == ("union", True):
            return children
    return (cast_to(context, node, left, types),)


def _operator(node: spec.SetOperation) -> str:
    name = node.kind.upper()
    return f"{name} ALL" if node.is_all and node.kind != "union" else name


def _nullable(kind: str, left: lg.Column, right: lg.Column) -> bool:
    if kind == "union":
        return left.nullable or right.nullable
    return left.nullable and right.nullable if kind == "intersect" else left.nullable


def _common_types(
    node: spec.SetOperation, operator: str, left: Resolved, right: Resolved, context: Context
) -> list[t.DataType]:
    found: list[t.DataType] = []
    for i, (a, b) in enumerate(zip(left.scope.columns, right.scope.columns, strict=True)):
        dtype = widened(a.dtype, b.dtype, ansi=context.ansi)
        if dtype is None:
            raise failure(
                "INCOMPATIBLE_COLUMN_TYPE",
                node,
                operator=operator,
                columnOrdinalNumber=ordinal(i),
                tableOrdinalNumber=ordinal(1),
                dataType1=f'"{t.sql_name(b.dtype)}"',
                dataType2=f'"{t.sql_name(a.dtype)}"',
                hint="",
            )
        found.append(dtype)
    return found


def widened(left: t.DataType, right: t.DataType, *, ansi: bool) -> t.DataType | None:
    """The type that a set operation brings two columns to, or None."""
    if left == right:
        return left
    merged = merge_nullability(left, right)
    return merged or common_type([left, right], ansi=ansi)


def merge_nullability(left: t.DataType, right: t.DataType) -> t.DataType | None:
    """The type of both when they differ in nullability and names of struct fields alone; the left gives the names."""
    match left, right:
        case t.ArrayType(a, an), t.ArrayType(b, bn):
            element = merge_nullability(a, b)
            return t.ArrayType(element, an or bn) if element else None
        case t.MapType(ak, av, an), t.MapType(bk, bv, bn):
            key, value = merge_nullability(ak, bk), merge_nullability(av, bv)
            return t.MapType(key, value, an or bn) if key and value else None
        case t.StructType(a_fields), t.StructType(b_fields) if len(a_fields) == len(b_fields):
            fields: list[t.StructField] = []
            for x, y in zip(a_fields, b_fields, strict=True):
                found = merge_nullability(x.dtype, y.dtype)
                if found is None:
                    return None
                fields.append(t.StructField(x.name, found, x.nullable or y.nullable, x.metadata))
            return t.StructType(tuple(fields))
    return left if left == right else None


def cast_to(context: Context, node: spec.Relation, side: Resolved, types: Sequence[t.DataType]) -> lg.Relation:
    """A side with its columns cast to the common types."""
    columns = side.scope.columns
    if all(t.same_type(c.dtype, d) for c, d in zip(columns, types, strict=True)):
        return side.plan
    items: list[lg.Named] = []
    for column, dtype in zip(columns, types, strict=True):
        expr = implicit_cast(context, column, dtype, node)
        if expr is column:
            items.append(lg.Named(column, column))
        else:
            items.append(lg.Named(context.run.column(column.name, expr.dtype, expr.nullable), expr))
    return lg.Project(side.plan, tuple(items))
