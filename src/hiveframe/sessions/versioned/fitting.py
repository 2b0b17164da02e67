"""Values in the shape of a column: fields of structs matched by name, however deep.

Source: Spark's TableOutputResolver (writes by name); a field that is not given is NULL, or stays as it was.
"""

from __future__ import annotations

from dataclasses import replace

from hiveframe.errors import analysis_error
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import ArrayType, DataType, StructField, StructType, as_nullable


def fitted(
    value: spec.Expr, given: DataType, wanted: DataType, *, name: str = "", kept: spec.Expr | None = None
) -> tuple[spec.Expr, DataType]:
    """The value with the fields of `wanted` in its order, each still of the type it was given in, and its type.

    `kept` has the fields that the value lacks. INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS: one that is not wanted.
    """
    if _is_alike(given, wanted):
        return value, given
    match given, wanted:
        case StructType(have), StructType(want):
            return _struct(value, have, want, name, kept)
        case ArrayType(have, contains_null), ArrayType(want):
            variable = f"element{name.count('.')}"
            inner, dtype = fitted(spec.Attribute((variable,)), have, want, name=f"{name}.element")
            made = spec.Function(("transform",), (value, spec.Lambda((variable,), inner)))
            return made, ArrayType(dtype, contains_null)
    return value, given


def _struct(
    value: spec.Expr, have: tuple[StructField, ...], want: tuple[StructField, ...], name: str, kept: spec.Expr | None
) -> tuple[spec.Expr, DataType]:
    known = {f.name.lower(): f for f in have}
    extra = [f.name for f in have if f.name.lower() not in {w.name.lower() for w in want}]
    if extra:
        raise analysis_error(
            "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS",
            tableName="the table",
            colName=f"`{name}`",
            extraFields=", ".join(f"`{n}`" for n in extra),
        )
    parts: list[spec.Expr] = []
    fields: list[StructField] = []
    for f in want:
        own = known.get(f.name.lower())
        before = _field(kept, f.name) if kept is not None else None
        inner: spec.Expr
        if own is None:
            inner, dtype = spec.Cast(before or spec.Literal(None, t.NULL), as_nullable(f.dtype)), f.dtype
        else:
            inner, dtype = fitted(_field(value, own.name), own.dtype, f.dtype, name=f"{name}.{f.name}", kept=before)
        parts += [spec.Literal(f.name, t.STRING), inner]
        fields.append(StructField(f.name, dtype, True))
    made = spec.Function(("named_struct",), tuple(parts))
    missing = spec.Function(("isnull",), (value,))
    return spec.Function(("when",), (missing, spec.Literal(None, t.NULL), made)), StructType(tuple(fields))


def _field(value: spec.Expr, name: str) -> spec.Expr:
    return spec.ExtractValue(value, spec.Literal(name, t.STRING))


def _is_alike(given: DataType, wanted: DataType) -> bool:
    """Whether the fields stand in one order under one name."""
    match given, wanted:
        case StructType(have), StructType(want):
            return len(have) == len(want) and all(
                a.name.lower() == b.name.lower() and _is_alike(a.dtype, b.dtype)
                for a, b in zip(have, want, strict=True)
            )
        case ArrayType(have), ArrayType(want):
            return _is_alike(have, want)
    return True


def nullable_within(f: StructField) -> StructField:
    """The column with fields that may be NULL: whether one is, is found when rows are checked."""
    return replace(f, dtype=as_nullable(f.dtype))


def as_planned(held: StructType, wanted: StructType, alias: str) -> list[spec.Expr]:
    """A table's columns, under `alias`, as a statement changes them: wider, and those that are new NULL."""
    known = {f.name.lower(): f for f in held.fields}
    items: list[spec.Expr] = []
    for f in wanted.fields:
        own = known.get(f.name.lower())
        value: spec.Expr = spec.Literal(None, t.NULL)
        if own is not None:
            value, _ = fitted(spec.Attribute((alias, own.name)), own.dtype, f.dtype, name=f.name)
        plain = t.STRING if isinstance(f.dtype, (t.CharType, t.VarcharType)) else as_nullable(f.dtype)
        items.append(spec.Alias(spec.Cast(value, plain), (f.name,)))
    return items
