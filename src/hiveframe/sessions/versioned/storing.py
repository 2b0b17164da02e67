"""Rows on their way into a table's files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hiveframe.lake.options import Options
from hiveframe.lake.tables.table import Definition, Write
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, as_nullable
from hiveframe.sessions.commands.seam import CommandSession

CHANGE_TYPE: Final = "_change_type"


def add_rows(
    session: CommandSession,
    write: Write,
    definition: Definition,
    rows: spec.Relation,
    options: Options | None = None,
    *,
    is_ordered: bool = False,
) -> int:
    """Stage `rows`, whose columns are the definition's, under the names and types of the files; their number.

    They are sorted as the definition says, unless they are in an order already.
    """
    stored: spec.Relation = spec.Project(rows, tuple(_stored_columns(write, definition)))
    keys = () if is_ordered else tuple(_sort_keys(definition))
    if keys:
        stored = spec.Sort(stored, keys, is_global=True)
    return write.add_rows(session.written(session.analyze(stored)), session.settings, options)


def _sort_keys(definition: Definition) -> Iterator[spec.SortOrder]:
    """The table's order of new rows; buckets, which nothing but a hash orders, are left out."""
    types = {f.name.lower(): f.dtype for f in definition.schema.fields}
    for o in definition.orderings:
        column: spec.Expr = spec.Attribute(tuple(o.term.column.split(".")))
        match o.term.function:
            case "bucket":
                continue
            case "truncate" if isinstance(types.get(o.term.column.lower()), t.StringType):
                width = spec.Literal(o.term.argument, t.INT)
                column = spec.Function(("substring",), (column, spec.Literal(1, t.INT), width))
            case "truncate" if isinstance(types.get(o.term.column.lower()), t.IntegralType):
                rest = spec.Function(("pmod",), (column, spec.Literal(o.term.argument, t.INT)))
                column = spec.Function(("-",), (column, rest))
            case "year" | "month" | "day" | "hour":
                column = spec.Function(("date_trunc",), (spec.Literal(o.term.function, t.STRING), column))
        yield spec.SortOrder(column, o.ascending, o.nulls_first)


def add_changes(session: CommandSession, write: Write, definition: Definition, rows: spec.Relation) -> int:
    """Stage a feed's `rows`: the definition's columns and, under its name, the kind of change; their number."""
    change = spec.Alias(spec.Attribute((CHANGE_TYPE,)), (CHANGE_TYPE,))
    plan = session.analyze(spec.Project(rows, (*_stored_columns(write, definition), change)))
    return write.add_changes(session.written(plan), session.settings)


def _stored_columns(write: Write, definition: Definition) -> Iterator[spec.Expr]:
    for f, held in zip(definition.schema.fields, write.stored_schema().fields, strict=True):
        value: spec.Expr = spec.Attribute((f.name,))
        if _plain(f.dtype) != _plain(held.dtype):
            value = spec.Cast(value, as_nullable(_plain(held.dtype)))
        yield spec.Alias(value, (held.name,))


def _plain(dtype: DataType) -> DataType:
    """CHAR and VARCHAR as the text that they are by now."""
    return t.STRING if isinstance(dtype, (t.CharType, t.VarcharType)) else dtype
