"""`transpose`: rows become columns, named by the index column's values; the rows are read to know the names."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import implicit_cast
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.relations.leaves import leaf
from hiveframe.functions.coercion import common_type_without_strings
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t

_MOST = 500


def transpose(node: spec.Transpose, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """One row for each column but the index; rows whose index is NULL are left out, the others come sorted by it."""
    child = inputs[0]
    index = _index(node, child, context)
    others = [c for c in child.scope.columns if c.id != index.id]
    dtype = _common_type(node, others)
    run = context.run
    key = lg.Named(run.column("key", t.STRING, True), implicit_cast(context, index, t.STRING, node))
    cells = [lg.Named(run.column(c.name, dtype), implicit_cast(context, c, dtype, node)) for c in others]
    sort_key = lg.Named(run.column("index", index.dtype, index.nullable), index)
    plan: lg.Relation = lg.Project(child.plan, (key, *cells, sort_key))
    rows = [row for row in context.env.collect(lg.Sort(plan, (lg.SortKey(sort_key.column),))) if row[0] is not None]
    if len(rows) > _MOST:
        raise failure("TRANSPOSE_EXCEED_ROW_LIMIT", node, maxValues=str(_MOST), config='"spark.sql.transposeMaxValues"')
    columns = [run.column("key", t.STRING, False), *(run.column(str(row[0]), dtype, True) for row in rows)]
    made = tuple(
        (lg.Literal(c.name, t.STRING), *(lg.Literal(row[i + 1], dtype) for row in rows)) for i, c in enumerate(others)
    )
    return leaf(context, lg.Values(tuple(columns), made))


def _index(node: spec.Transpose, child: Resolved, context: Context) -> lg.Column:
    if node.index is None:
        if not child.scope.columns:
            raise failure("TRANSPOSE_INVALID_INDEX_COLUMN", node, reason="the relation has no columns")
        index: lg.Expr = child.scope.columns[0]
    else:
        index = Binder(context, Input(child.scope, (child,))).bind(node.index)
    if not isinstance(index, lg.Column):
        raise failure("TRANSPOSE_INVALID_INDEX_COLUMN", node, reason="Index column must be an atomic attribute")
    if not isinstance(index.dtype, t.AtomicType):
        reason = f"Index column must be of atomic type, but found: {t.simple_string(index.dtype)}"
        raise failure("TRANSPOSE_INVALID_INDEX_COLUMN", node, reason=reason)
    return index


def _common_type(node: spec.Transpose, columns: Sequence[lg.Column]) -> t.DataType:
    found: t.DataType = t.NULL
    for column in columns:
        wider = common_type_without_strings([found, column.dtype], ansi=True)
        if wider is None:
            raise failure(
                "TRANSPOSE_NO_LEAST_COMMON_TYPE",
                node,
                dt1=f'"{t.sql_name(found)}"',
                dt2=f'"{t.sql_name(column.dtype)}"',
            )
        found = wider
    return t.STRING if isinstance(found, t.NullType) else found
