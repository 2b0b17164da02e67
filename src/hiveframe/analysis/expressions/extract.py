"""Reaching into values: struct fields, elements of arrays, values of maps.

Source: Spark's `ExtractValue`: what `child[key]` and `child.name` mean is decided by the child's type.
"""

from __future__ import annotations

from dataclasses import replace

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_row
from hiveframe.analysis.frame import failure, quoted
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

FIELD = "getfield"
FIELD_OF_EACH = "getfields"
ITEM = "getitem"
VALUE = "getvalue"


def bind_extract(binder: Binder, node: spec.ExtractValue) -> lg.Expr:
    """`child[key]`."""
    child = binder.bind(node.child)
    if isinstance(child.dtype, t.StructType) or _is_struct_array(child.dtype):
        key = node.key
        if isinstance(key, spec.Literal) and isinstance(key.value, str):
            return extract_named(binder, node, child, key.value, binder.text(node.child))
        if isinstance(child.dtype, t.StructType):
            binder.bind(key)
            raise failure("INVALID_EXTRACT_FIELD_TYPE", None, extraction=f'"{binder.text(key)}"')
    key_expr = binder.bind(node.key)
    if isinstance(child.dtype, t.NullType) and not isinstance(child, lg.LambdaVar):
        return lg.Literal(None, t.NULL)
    return _extract(binder, node, child, key_expr, binder.text(node.child))


def extract_named(binder: Binder, node: spec.Expr, child: lg.Expr, name: str, shown: str) -> lg.Expr:
    """`child.name`."""
    dtype = child.dtype
    if isinstance(dtype, t.StructType):
        return field_of(binder, node, child, name)
    if isinstance(dtype, t.ArrayType) and isinstance(dtype.element, t.StructType):
        field = _field(binder, node, dtype.element, name)
        result = t.ArrayType(field.dtype, dtype.contains_null or field.nullable)
        return lg.Call(FIELD_OF_EACH, (child, lg.Literal(field.name, t.STRING)), result, child.nullable)
    return _extract(binder, node, child, lg.Literal(name, t.STRING), shown)


def field_of(binder: Binder, node: spec.Expr, child: lg.Expr, name: str) -> lg.Expr:
    """A struct's field, by name."""
    assert isinstance(child.dtype, t.StructType)
    field = _field(binder, node, child.dtype, name)
    return get_field(child, field)


def get_field(child: lg.Expr, field: t.StructField) -> lg.Call:
    """The value of `field`, one of the struct's own."""
    return lg.Call(FIELD, (child, lg.Literal(field.name, t.STRING)), field.dtype, child.nullable or field.nullable)


def _is_struct_array(dtype: t.DataType) -> bool:
    return isinstance(dtype, t.ArrayType) and isinstance(dtype.element, t.StructType)


def _field(binder: Binder, node: spec.Expr, struct: t.StructType, name: str) -> t.StructField:
    if binder.context.env.settings.case_sensitive:
        found = [f for f in struct.fields if f.name == name]
    else:
        found = [f for f in struct.fields if f.name.lower() == name.lower()]
    if not found:
        fields = ", ".join(quoted(f.name) for f in struct.fields)
        raise failure("FIELD_NOT_FOUND", node, fieldName=quoted(name), fields=fields)
    if len(found) > 1:
        raise failure("AMBIGUOUS_REFERENCE_TO_FIELDS", node, field=quoted(name), count=str(len(found)))
    return found[0]


def _extract(binder: Binder, node: spec.Expr, child: lg.Expr, key: lg.Expr, shown: str) -> lg.Expr:
    if isinstance(child.dtype, t.ArrayType):
        return call_row(binder, node, ITEM, (child, key))
    if isinstance(child.dtype, t.MapType):
        return call_row(binder, node, VALUE, (child, key))
    raise failure(
        "INVALID_EXTRACT_BASE_FIELD_TYPE",
        None if isinstance(node, spec.ExtractValue) else node,
        base=f'"{shown}"',
        other=f'"{t.sql_name(child.dtype)}"',
    )


def bind_update_fields(binder: Binder, node: spec.UpdateFields) -> lg.Expr:
    """`withField` and `dropFields`: the struct rebuilt, NULL staying NULL."""
    child = binder.bind(node.child)
    value = binder.bind(node.value) if node.value is not None else None
    return _update(binder, node, child, node.field.split("."), value)


def _of_whole(expr: lg.Expr, struct: lg.Expr) -> lg.Expr:
    """A struct's field where the struct is known not to be NULL."""
    found = expr.args[1].value if isinstance(expr, lg.Call) and isinstance(expr.args[1], lg.Literal) else None
    fields = struct.dtype.fields if isinstance(struct.dtype, t.StructType) else ()
    field = next((f for f in fields if f.name == found), None)
    return replace(expr, nullable=field.nullable) if isinstance(expr, lg.Call) and field is not None else expr


def _update(binder: Binder, node: spec.UpdateFields, child: lg.Expr, path: list[str], value: lg.Expr | None) -> lg.Expr:
    if not isinstance(child.dtype, t.StructType):
        raise failure(
            "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
            node,
            sqlExpr=f'"{binder.text(node)}"',
            paramIndex="first",
            inputSql=f'"{binder.text(node.child)}"',
            inputType=f'"{t.sql_name(child.dtype)}"',
            requiredType='"STRUCT"',
        )
    name, rest = path[0], path[1:]
    if rest:
        inner = _of_whole(field_of(binder, node, child, name), child)
        value = _update(binder, node, inner, rest, value)
    fields: list[tuple[str, lg.Expr]] = []
    replaced = False
    for field in child.dtype.fields:
        if field.name.lower() != name.lower():
            fields.append((field.name, _of_whole(get_field(child, field), child)))
        elif value is not None:
            fields.append((name, value))
            replaced = True
    if value is not None and not replaced:
        fields.append((name, value))
    if not fields:
        raise failure("DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS", node, sqlExpr=f'"{binder.text(node)}"')
    args = tuple(x for n, v in fields for x in (lg.Literal(n, t.STRING), v))
    made = call_row(binder, node, "named_struct", args)
    if not child.nullable:
        return made
    checked = call_row(binder, node, "isnull", (child,))
    return replace(
        lg.Call("if", (checked, lg.Literal(None, made.dtype), made), made.dtype, True),
    )
