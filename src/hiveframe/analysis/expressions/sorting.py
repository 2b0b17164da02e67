"""Sort keys: default null order, and types that have no order."""

from __future__ import annotations

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import failure
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def bind_sort_key(binder: Binder, node: spec.SortOrder) -> lg.SortKey:
    """A sort key with its null order decided."""
    child = binder.bind(node.child)
    check_orderable(binder, node, child)
    return sort_key(node, child)


def sort_key(node: spec.SortOrder, child: lg.Expr) -> lg.SortKey:
    """`child` sorted as `node` says; NULLs come first when ascending, last when descending, unless said otherwise."""
    nulls_first = node.ascending if node.nulls_first is None else node.nulls_first
    return lg.SortKey(child, node.ascending, nulls_first)


def check_orderable(binder: Binder, node: spec.SortOrder, child: lg.Expr) -> None:
    """INVALID_ORDERING_TYPE for maps, variants and calendar intervals."""
    if not is_orderable(child.dtype):
        raise failure(
            "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
            node,
            functionName="`sortorder`",
            dataType=f'"{t.sql_name(child.dtype)}"',
            sqlExpr=f'"{binder.text(node)}"',
        )


def is_orderable(dtype: t.DataType) -> bool:
    """Whether values of the type have an order."""
    match dtype:
        case t.ArrayType(element):
            return is_orderable(element)
        case t.StructType(fields):
            return all(is_orderable(f.dtype) for f in fields)
        case t.MapType() | t.VariantType() | t.CalendarIntervalType():
            return False
        case t.UserDefinedType(storage):
            return is_orderable(storage)
    return True
