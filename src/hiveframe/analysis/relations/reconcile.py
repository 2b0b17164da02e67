"""A value brought to a wanted type with struct fields matched by name (`DataFrame.to`)."""

from __future__ import annotations

from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.expressions.extract import get_field
from hiveframe.analysis.frame import Context, failure, quoted
from hiveframe.functions.coercion import can_up_cast
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def reconciled(
    context: Context, at: spec.Relation, expr: lg.Expr, field: t.StructField, path: tuple[str, ...]
) -> lg.Expr:
    """`expr` as the type of `field`; errors name the column or nested field by `path`."""
    if expr.nullable and not field.nullable:
        raise failure("NULLABLE_COLUMN_OR_FIELD", at, name=quoted(path))
    if isinstance(expr.dtype, t.StructType) and isinstance(field.dtype, t.StructType):
        return _struct(context, at, expr, expr.dtype, field.dtype, path)
    binder = call_binder(context, at)
    if t.same_type(expr.dtype, field.dtype):
        return expr
    if not _fits(expr.dtype, field.dtype):
        raise failure(
            "INVALID_COLUMN_OR_FIELD_DATA_TYPE",
            at,
            name=quoted(path),
            type=f'"{t.sql_name(expr.dtype)}"',
            expectedType=f'"{t.sql_name(field.dtype)}"',
        )
    return binder.cast(expr, field.dtype)


def _fits(src: t.DataType, dst: t.DataType) -> bool:
    if isinstance(src, t.NumericType) and isinstance(dst, t.NumericType):
        return True
    return can_up_cast(src, dst)


def _struct(
    context: Context, at: spec.Relation, expr: lg.Expr, src: t.StructType, dst: t.StructType, path: tuple[str, ...]
) -> lg.Expr:
    binder = call_binder(context, at)
    args: list[lg.Expr] = []
    for field in dst.fields:
        found = [f for f in src.fields if f.name.lower() == field.name.lower()]
        where = (*path, field.name)
        if not found and not field.nullable:
            raise failure(
                "UNRESOLVED_FIELD.WITH_SUGGESTION",
                at,
                fieldName=quoted(field.name),
                columnPath=quoted(path),
                proposal=", ".join(quoted(f.name) for f in src.fields),
            )
        if len(found) > 1:
            raise failure("AMBIGUOUS_COLUMN_OR_FIELD", at, name=quoted(where), n=str(len(found)))
        value: lg.Expr = lg.Literal(None, field.dtype)
        if found:
            value = reconciled(context, at, get_field(expr, found[0]), field, where)
        args += [lg.Literal(field.name, t.STRING), value]
    made = binder.call("named_struct", *args)
    if not expr.nullable:
        return made
    return binder.call("if", binder.call("isnull", expr), lg.Literal(None, made.dtype), made)
