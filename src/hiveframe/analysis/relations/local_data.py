"""Rows sent with the plan: an Arrow table, read under the schema that came with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from hiveframe.analysis.arrow_types import plain_table, spark_type
from hiveframe.analysis.expressions.calls import call_binder
from hiveframe.analysis.frame import Context, Resolved
from hiveframe.analysis.relations.leaves import columns_of, leaf
from hiveframe.errors import internal_error
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def local_relation(node: spec.LocalRelation, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The rows under their schema's names; values are cast where Arrow's type is another."""
    from hiveframe.sql.type_parser import parse_schema  # only rows with a schema in text need the parser

    schema: t.StructType | None
    if isinstance(node.schema, str):
        parsed = parse_schema(node.schema, conf=context.env.settings)
        assert isinstance(parsed, t.StructType)
        schema = parsed
    else:
        schema = node.schema
    if node.data is None:
        if schema is None:
            raise internal_error("a local relation has neither rows nor a schema")
        return leaf(context, lg.Values(columns_of(context, schema), ()))
    table = plain_table(_as_table(node.data))
    found = t.StructType(tuple(t.StructField(f.name, spark_type(f.type), f.nullable) for f in table.schema))
    if schema is None:
        return leaf(context, lg.LocalData(columns_of(context, found), table))
    if len(schema.fields) != len(found.fields):
        raise internal_error(f"the rows have {len(found.fields)} columns, their schema has {len(schema.fields)}")
    if all(t.same_type(_stored(s.dtype), f.dtype) for s, f in zip(schema.fields, found.fields, strict=True)):
        return leaf(context, lg.LocalData(columns_of(context, schema), table))
    return _cast_to(context, node, schema, lg.LocalData(columns_of(context, found), table))


def _stored(dtype: t.DataType) -> t.DataType:
    """The type whose Arrow form a column of `dtype` arrives in."""
    match dtype:
        case t.UserDefinedType(storage):
            return _stored(storage)
        case t.CharType() | t.VarcharType() | t.StringType():
            return t.STRING
        case t.TimeType():
            return t.TimeType()
        case t.YearMonthIntervalType():
            return t.YEAR_MONTH
        case t.DayTimeIntervalType():
            return t.DAY_TIME
        case t.ArrayType(element, nullable):
            return t.ArrayType(_stored(element), nullable)
        case t.MapType(key, value, nullable):
            return t.MapType(_stored(key), _stored(value), nullable)
        case t.StructType(fields):
            return t.StructType(tuple(t.StructField(f.name, _stored(f.dtype), f.nullable) for f in fields))
    return dtype


def _as_table(data: Any) -> pa.Table:
    if isinstance(data, pa.Table):
        return data
    table: pa.Table = pa.ipc.open_stream(pa.py_buffer(data)).read_all()
    return table


def _cast_to(context: Context, node: spec.LocalRelation, schema: t.StructType, data: lg.LocalData) -> Resolved:
    """The rows cast to the schema by position."""
    binder = call_binder(context, node)
    items: list[lg.Named] = []
    for field, column in zip(schema.fields, data.output, strict=True):
        expr: lg.Expr = column
        if not t.same_type(field.dtype, column.dtype):
            expr = binder.explicit_cast(column, field.dtype, mode="ansi" if context.ansi else "legacy", implicit=True)
        made = context.run.column(field.name, field.dtype, field.nullable, field.metadata)
        items.append(lg.Named(made, expr))
    return leaf(context, lg.Project(data, tuple(items)))
