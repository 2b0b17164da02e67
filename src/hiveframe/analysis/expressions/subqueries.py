"""Subqueries in expressions: scalar, EXISTS, IN. Their plans may name columns of the queries around them."""

from __future__ import annotations

from hiveframe.analysis.expressions.binder import Binder
from hiveframe.analysis.expressions.calls import call_binder, implicit_cast
from hiveframe.analysis.frame import Resolved, failure
from hiveframe.analysis.naming import qualified
from hiveframe.functions.coercion import common_type
from hiveframe.functions.collation_keys import INDETERMINATE, collation_key, is_collated
from hiveframe.functions.collation_rules import unified
from hiveframe.functions.registry import row_of
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.sql.identifiers import quote_if_needed


def resolve_inner(binder: Binder, node: spec.Expr, plan: spec.Relation) -> Resolved:
    """The subquery's relation, analysed with the binder's input around it."""
    context = binder.context.inside(binder.input)
    return context.run.analysis.resolve(plan, context)


def bind_scalar(binder: Binder, node: spec.ScalarSubquery) -> lg.Expr:
    """The value of a one-column subquery."""
    inner = resolve_inner(binder, node, node.plan)
    output = inner.plan.output
    if len(output) != 1:
        raise failure(
            "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
            node,
            number=str(len(output)),
        )
    return lg.ScalarSubquery(inner.plan, output[0].dtype, True)


def bind_exists(binder: Binder, node: spec.ExistsSubquery) -> lg.Expr:
    """EXISTS."""
    return lg.Exists(resolve_inner(binder, node, node.plan).plan)


def bind_in(binder: Binder, node: spec.InSubquery) -> lg.Expr:
    """`values IN (plan)`: both sides are brought to common types, position by position."""
    values = list(binder.bind_all(node.values))
    inner = resolve_inner(binder, node, node.plan)
    output = inner.plan.output
    if len(values) != len(output):
        raise failure(
            "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
            node,
            sqlExpr=f'"{binder.text(node)}"',
            leftLength=str(len(values)),
            rightLength=str(len(output)),
            leftColumns=", ".join(f'"{binder.text(v)}"' for v in node.values),
            rightColumns=", ".join(f'"{c.name}"' for c in output),
        )
    plan = inner.plan
    targets: list[t.DataType] = []
    values, plan = _in_one_collation(binder, node, values, plan)
    output = plan.output
    for value, column in zip(values, output, strict=True):
        common = common_type([value.dtype, column.dtype], ansi=binder.context.ansi)
        if common is None:
            raise _mismatch(binder, node, values, output)
        targets.append(common)
    values = [implicit_cast(binder.context, v, d, node) for v, d in zip(values, targets, strict=True)]
    if any(not t.same_type(c.dtype, d) for c, d in zip(output, targets, strict=True)):
        plan = cast_output(binder, node, plan, targets)
    nullable = any(v.nullable for v in values) or any(c.nullable for c in plan.output)
    return lg.InSubquery(tuple(values), plan, nullable=nullable)


def _in_one_collation(
    binder: Binder, node: spec.InSubquery, values: list[lg.Expr], plan: lg.Relation
) -> tuple[list[lg.Expr], lg.Relation]:
    """Keys in place of collated texts on both sides; a column and another's collation have none in common."""
    if not any(is_collated(e.dtype) for e in (*values, *plan.output)):
        return values, plan
    run = binder.context.run
    made: list[lg.Expr] = []
    items: list[lg.Named] = []
    for value, column in zip(values, plan.output, strict=True):
        calls = call_binder(binder.context, node)
        left, right = unified(row_of("="), (value, column), calls)
        if INDETERMINATE in (getattr(left.dtype, "collation", ""), getattr(right.dtype, "collation", "")):
            raise failure("INDETERMINATE_COLLATION_IN_EXPRESSION", None, expr=f'"{binder.text(node)}"')
        key = collation_key(right)
        items.append(lg.Named(column if key is column else run.column(column.name, key.dtype, key.nullable), key))
        made.append(collation_key(left))
    return made, lg.Project(plan, tuple(items))


def _mismatch(binder: Binder, node: spec.InSubquery, values: list[lg.Expr], output: tuple[lg.Column, ...]) -> Exception:
    pairs = [
        f"({qualified(n, binder.context.run)}:{t.simple_string(v.dtype)}, "
        f"{quote_if_needed(c.name)}:{t.simple_string(c.dtype)})"
        for n, v, c in zip(node.values, values, output, strict=True)
        if common_type([v.dtype, c.dtype], ansi=binder.context.ansi) is None
    ]
    return failure(
        "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
        node,
        sqlExpr=f'"{binder.text(node)}"',
        mismatchedColumns=", ".join(pairs),
        leftType=", ".join(f'"{t.sql_name(v.dtype)}"' for v in values),
        rightType=", ".join(f'"{t.sql_name(c.dtype)}"' for c in output),
    )


def cast_output(binder: Binder, node: spec.Expr, plan: lg.Relation, targets: list[t.DataType]) -> lg.Relation:
    """`plan` with its columns cast to `targets`."""
    run = binder.context.run
    items: list[lg.Named] = []
    for column, dtype in zip(plan.output, targets, strict=True):
        expr = implicit_cast(binder.context, column, dtype, node)
        items.append(lg.Named(run.column(column.name, expr.dtype, expr.nullable), expr))
    return lg.Project(plan, tuple(items))
