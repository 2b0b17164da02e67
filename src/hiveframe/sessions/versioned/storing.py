"""Rows on their way into a table's files."""

from __future__ import annotations

from hiveframe.lake.options import Options
from hiveframe.lake.tables.table import Definition, Write
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType
from hiveframe.sessions.commands.seam import CommandSession


def add_rows(
    session: CommandSession,
    write: Write,
    definition: Definition,
    rows: spec.Relation,
    options: Options | None = None,
) -> int:
    """Stage `rows`, whose columns are the definition's, under the names and types of the files; their number."""
    items: list[spec.Expr] = []
    for f, held in zip(definition.schema.fields, write.stored_schema().fields, strict=True):
        value: spec.Expr = spec.Attribute((f.name,))
        if _plain(f.dtype) != _plain(held.dtype):
            value = spec.Cast(value, _plain(held.dtype))
        items.append(spec.Alias(value, (held.name,)))
    plan = session.analyze(spec.Project(rows, tuple(items)))
    return write.add_rows(session.written(plan), session.settings, options)


def _plain(dtype: DataType) -> DataType:
    """CHAR and VARCHAR as the text that they are by now."""
    return t.STRING if isinstance(dtype, (t.CharType, t.VarcharType)) else dtype
