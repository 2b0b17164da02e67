"""DISTINCT and dropDuplicates."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.frame import Context, Resolved, context_of, failure, quoted
from hiveframe.errors import AnalysisException
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def deduplicate(node: spec.Deduplicate, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """One row of each set of equal ones; by name, every column of that name counts."""
    child = inputs[0]
    scope = child.scope
    if node.all_columns or not node.columns:
        check_comparable(node, scope.columns)
        return Resolved(lg.Distinct(child.plan), scope, (child,), below=_below(node, child))
    keys: list[lg.Column] = []
    for name in node.columns:
        found = scope.positions(name)
        if not found:
            listed = ", ".join(c.name for c in scope.columns)
            params = {"colName": name, "fieldNames": listed}
            raise AnalysisException(
                "CONNECT_INVALID_PLAN.UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", params, context=context_of(node.origin)
            )
        keys += [scope.columns[i] for i in found]
    check_comparable(node, keys)
    return Resolved(lg.Distinct(child.plan, tuple(keys)), scope, (child,), below=_below(node, child))


def _below(node: spec.Deduplicate, child: Resolved) -> Resolved | None:
    """SQL's DISTINCT hides columns that it drops; the DataFrame API's `distinct` does not."""
    is_sql = node.origin is not None and node.origin.sql_text is not None
    return None if is_sql else child


def check_comparable(node: spec.Relation, columns: Sequence[lg.Column]) -> None:
    """DISTINCT and the set operations compare values, which maps and variants do not allow."""
    for column in columns:
        for kind, name in ((t.MapType, "MAP"), (t.VariantType, "VARIANT")):
            if holds(column.dtype, kind):
                raise failure(
                    f"UNSUPPORTED_FEATURE.SET_OPERATION_ON_{name}_TYPE",
                    node,
                    colName=quoted(column.name),
                    dataType=f'"{t.sql_name(column.dtype)}"',
                )


def holds(dtype: t.DataType, kind: type[t.DataType]) -> bool:
    """Whether a type of that kind stands anywhere in `dtype`."""
    if isinstance(dtype, kind):
        return True
    match dtype:
        case t.ArrayType(element):
            return holds(element, kind)
        case t.MapType(key, value):
            return holds(key, kind) or holds(value, kind)
        case t.StructType(fields):
            return any(holds(f.dtype, kind) for f in fields)
    return False
