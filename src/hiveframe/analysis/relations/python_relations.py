"""Relations that a Python function makes: mapInPandas, applyInPandas, cogroup and their Arrow forms."""

from __future__ import annotations

from collections.abc import Sequence

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.frame import Context, Input, Resolved, failure
from hiveframe.analysis.relations.leaves import columns_of
from hiveframe.analysis.scope import Scope
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t


def map_partitions(node: spec.MapPartitions, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`mapInPandas` and `mapInArrow`."""
    child = inputs[0]
    udf, output = _udf(node.function, child.scope.columns, context)
    return _result(lg.MapPartitions(child.plan, udf, output), output, child, context)


def _udf(node: spec.PythonUdf, args: Sequence[lg.Column], context: Context) -> tuple[lg.PyUdf, tuple[lg.Column, ...]]:
    """The function over `args`, and the columns that it yields."""
    declared = node.function.return_type
    dtype = context.env.parse_schema(declared) if isinstance(declared, str) else declared
    if not isinstance(dtype, t.StructType):
        dtype = t.StructType((t.StructField("value", dtype),))
    udf = lg.PyUdf(node.name, node.function, tuple(args), dtype, True, node.deterministic)
    return udf, columns_of(context, dtype)


def _result(plan: lg.Relation, output: Sequence[lg.Column], child: Resolved, context: Context) -> Resolved:
    scope = Scope(output, [()] * len(output), case_sensitive=child.scope.case_sensitive)
    return Resolved(plan, scope, (child,))


def group_map(node: spec.GroupMap, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`applyInPandas` and `applyInArrow`: the function sees every column of the child."""
    child = inputs[0]
    plan, keys = _with_keys(child, node.keys, context)
    udf, output = _udf(node.function, child.scope.columns, context)
    return _result(lg.GroupMap(plan, keys, udf, output), output, child, context)


def _with_keys(
    child: Resolved, nodes: Sequence[spec.Expr], context: Context
) -> tuple[lg.Relation, tuple[lg.Column, ...]]:
    """The child with its grouping expressions as columns."""
    binder = Binder(context, Input(child.scope, (child,)))
    keys: list[lg.Column] = []
    added: list[lg.Named] = []
    for node in nodes:
        inner = node.child if isinstance(node, spec.Alias) else node
        expr = binder.bind(inner)
        if isinstance(expr, lg.Column):
            keys.append(expr)
            continue
        name = node.names[0] if isinstance(node, spec.Alias) else binder.text(inner)
        column = context.run.column(name, expr.dtype, expr.nullable)
        keys.append(column)
        added.append(lg.Named(column, expr))
    if not added:
        return child.plan, tuple(keys)
    passed = tuple(lg.Named(c, c) for c in child.scope.columns)
    return lg.Project(child.plan, (*passed, *added)), tuple(keys)


def co_group_map(node: spec.CoGroupMap, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`cogroup(…).applyInPandas`: both sides' groups of one key."""
    left, right = inputs
    if len(node.left_keys) != len(node.right_keys):
        raise failure(
            "NUM_COLUMNS_MISMATCH",
            node,
            operator="COGROUP",
            firstNumColumns=str(len(node.left_keys)),
            invalidOrdinalNum="second",
            invalidNumColumns=str(len(node.right_keys)),
        )
    left_plan, left_keys = _with_keys(left, node.left_keys, context)
    right_plan, right_keys = _with_keys(right, node.right_keys, context)
    both = (*left.scope.columns, *right.scope.columns)
    udf, output = _udf(node.function, both, context)
    plan = lg.CoGroupMap(
        left_plan, right_plan, left_keys, right_keys, left.scope.columns, right.scope.columns, udf, output
    )
    return _result(plan, output, left, context)
