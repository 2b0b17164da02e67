"""Recursive WITH entries: an anchor, and a step over the rows of the step before.

The result's types and nullability are the anchor's, widened to take the step's rows.
"""

from __future__ import annotations

from dataclasses import replace

from hiveframe.analysis.frame import Context, Cte, Resolved, failure
from hiveframe.analysis.relations.set_operations import cast_to, widened
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder

DEFAULT_LEVELS = "spark.sql.cte.recursionLevelLimit"


def is_recursive(definition: spec.CteDefinition) -> bool:
    """Whether the entry's query names the entry."""
    return _names_itself(definition.plan, definition.name)


def _names_itself(plan: spec.Relation, name: str) -> bool:
    return any(
        isinstance(part, spec.Table) and tuple(p.lower() for p in part.name.parts) == (name.lower(),)
        for part in preorder(plan, spec.Node)
    )


def recursive_cte(cte: Cte, context: Context) -> None:
    """Resolve a recursive entry and keep it, ready for references, in `cte`."""
    definition = cte.definition
    inner_ctes, union = _union_of(definition)
    if not _names_itself(union.right, definition.name):
        raise failure("INVALID_RECURSIVE_CTE", None)
    if _names_itself(union.left, definition.name):
        raise failure("INVALID_RECURSIVE_REFERENCE.PLACE", None)
    run = context.run
    anchor = run.analysis.resolve(_within(inner_ctes, union.left), replace(context, memo={}))
    names = definition.columns or tuple(c.name for c in anchor.scope.columns)
    if len(names) != len(anchor.scope.columns):
        raise failure(
            "ASSIGNMENT_ARITY_MISMATCH", None, numExpr=str(len(names)), numTarget=str(len(anchor.scope.columns))
        )
    cte.id = run.fresh_id()
    step = _step(cte, context, union, inner_ctes, names, [c.dtype for c in anchor.scope.columns])
    if len(step.scope.columns) != len(names):
        raise failure(
            "NUM_COLUMNS_MISMATCH",
            union,
            operator="UNION",
            firstNumColumns=str(len(names)),
            invalidOrdinalNum="second",
            invalidNumColumns=str(len(step.scope.columns)),
        )
    types = _types(context, anchor, step)
    if types != [c.dtype for c in anchor.scope.columns]:
        step = _step(cte, context, union, inner_ctes, names, types)
    limit = definition.max_recursion
    columns = [run.column(n, d, True) for n, d in zip(names, types, strict=True)]
    first = _named(context, cast_to(context, union, anchor, types), columns)
    cte.shared = lg.Cte(
        cte.id,
        definition.name,
        first,
        step=cast_to(context, union, step, types),
        is_union_all=union.is_all,
        max_depth=limit if limit is not None else context.env.settings.number(DEFAULT_LEVELS),
    )
    cte.recursive_columns = None


def _named(context: Context, plan: lg.Relation, columns: list[lg.Column]) -> lg.Relation:
    return lg.Project(plan, tuple(lg.Named(n, o) for n, o in zip(columns, plan.output, strict=True)))


def _step(
    cte: Cte,
    context: Context,
    union: spec.SetOperation,
    inner: spec.WithCtes | None,
    names: tuple[str, ...],
    types: list[t.DataType],
) -> Resolved:
    """The step, the entry standing for the rows of the step before."""
    run = context.run
    cte.recursive_columns = tuple(run.column(n, d, True) for n, d in zip(names, types, strict=True))
    return run.analysis.resolve(_within(inner, union.right), replace(context, memo={}))


def _within(inner: spec.WithCtes | None, plan: spec.Relation) -> spec.Relation:
    return plan if inner is None else replace(inner, child=plan)


def _union_of(definition: spec.CteDefinition) -> tuple[spec.WithCtes | None, spec.SetOperation]:
    plan = definition.plan
    inner: spec.WithCtes | None = None
    if isinstance(plan, spec.WithCtes):
        inner, plan = plan, plan.child
    if isinstance(plan, spec.SubqueryAlias) and not plan.columns:
        plan = plan.child
    if not isinstance(plan, spec.SetOperation) or plan.kind != "union":
        raise failure("INVALID_RECURSIVE_CTE", None)
    return inner, plan


def _types(context: Context, anchor: Resolved, step: Resolved) -> list[t.DataType]:
    found: list[t.DataType] = []
    for a, b in zip(anchor.scope.columns, step.scope.columns, strict=True):
        dtype = widened(a.dtype, b.dtype, ansi=context.ansi)
        found.append(a.dtype if dtype is None else dtype)
    return found
