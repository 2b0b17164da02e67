"""Rows on their way into a table's files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hiveframe.lake.options import Options
from hiveframe.lake.tables.table import Definition, Write
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType
from hiveframe.sessions.commands.seam import CommandSession

CHANGE_TYPE: Final = "_change_type"


def add_rows(
    session: CommandSession,
    write: Write,
    definition: Definition,
    rows: spec.Relation,
    options: Options | None = None,
) -> int:
    """Stage `rows`, whose columns are the definition's, under the names and types of the files; their number."""
    plan = session.analyze(spec.Project(rows, tuple(_stored_columns(write, definition))))
    return write.add_rows(session.written(plan), session.settings, options)


def add_changes(session: CommandSession, write: Write, definition: Definition, rows: spec.Relation) -> int:
    """Stage a feed's `rows`: the definition's columns and, under its name, the kind of change; their number."""
    change = spec.Alias(spec.Attribute((CHANGE_TYPE,)), (CHANGE_TYPE,))
    plan = session.analyze(spec.Project(rows, (*_stored_columns(write, definition), change)))
    return write.add_changes(session.written(plan), session.settings)


def _stored_columns(write: Write, definition: Definition) -> Iterator[spec.Expr]:
    for f, held in zip(definition.schema.fields, write.stored_schema().fields, strict=True):
        value: spec.Expr = spec.Attribute((f.name,))
        if _plain(f.dtype) != _plain(held.dtype):
            value = spec.Cast(value, _plain(held.dtype))
        yield spec.Alias(value, (held.name,))


def _plain(dtype: DataType) -> DataType:
    """CHAR and VARCHAR as the text that they are by now."""
    return t.STRING if isinstance(dtype, (t.CharType, t.VarcharType)) else dtype
