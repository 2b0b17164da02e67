"""Aliases of relations, and the WINDOW clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.frame import Context, Resolved, failure, quoted
from hiveframe.analysis.scope import Scope
from hiveframe.plan import logical as lg
from hiveframe.plan import spec


def subquery_alias(node: spec.SubqueryAlias, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`child AS name (columns)`."""
    child = inputs[0]
    qualifier = (node.name,)
    if not node.columns:
        return Resolved(child.plan, child.scope.requalified(qualifier), (child,))
    width = len(child.scope.columns)
    if len(node.columns) != width:
        if isinstance(node.child, spec.TableFunction):
            raise failure(
                "NUM_TABLE_VALUE_ALIASES_MISMATCH",
                node,
                funcName=quoted(node.child.name),
                aliasesNum=str(len(node.columns)),
                outColsNum=str(width),
            )
        raise failure("ASSIGNMENT_ARITY_MISMATCH", node, numExpr=str(len(node.columns)), numTarget=str(width))
    return renamed(context, child, node.columns, qualifier)


def renamed(context: Context, child: Resolved, names: Sequence[str], qualifier: tuple[str, ...]) -> Resolved:
    """`child` with all of its columns under new names."""
    columns = [
        context.run.column(name, c.dtype, c.nullable, c.metadata)
        for name, c in zip(names, child.scope.columns, strict=True)
    ]
    items = tuple(lg.Named(new, old) for new, old in zip(columns, child.scope.columns, strict=True))
    scope = Scope(columns, [qualifier] * len(columns), case_sensitive=child.scope.case_sensitive)
    return Resolved(lg.Project(child.plan, items), scope, (child,))


def window_definitions(node: spec.WindowDefinitions, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """The child with the WINDOW clause's names in sight."""
    named = {name.lower(): definition for name, definition in node.definitions}
    inner = replace(context, windows={**context.windows, **named}, memo={})
    child = context.run.analysis.resolve(node.child, inner)
    return Resolved(child.plan, child.scope, (child,), below=child.below, select=child.select)


def with_default_collation(node: spec.WithDefaultCollation, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """A query whose texts are compared by a collation where they say nothing else."""
    return context.run.analysis.resolve(node.child, replace(context, collation=node.collation, memo={}))
