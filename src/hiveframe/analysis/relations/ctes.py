"""WITH: entries used once are put in place, entries used more often stand once, recursive ones are iterated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hiveframe.analysis.frame import Context, Cte, Resolved, failure
from hiveframe.analysis.references import free_columns
from hiveframe.analysis.relations.aliases import renamed
from hiveframe.analysis.relations.recursion import is_recursive, recursive_cte
from hiveframe.analysis.scope import Scope
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.walk import preorder


def with_ctes(node: spec.WithCtes, inputs: Sequence[Resolved], context: Context) -> Resolved:
    """`WITH … child`: each entry sees the ones before it (and itself, when recursive)."""
    uses = _count_uses(node)
    entries: dict[str, Cte] = {}
    current = context
    for definition in node.ctes:
        key = definition.name.lower()
        recursive = node.recursive and is_recursive(definition)
        cte = Cte(definition, current, is_shared=recursive or uses.get(key, 0) > 1)
        entries[key] = cte
        current = context.with_ctes(entries)
        if recursive:
            recursive_cte(cte, current)
    child = context.run.analysis.resolve(node.child, current)
    shared = tuple(e.shared for e in entries.values() if e.shared is not None)
    if not shared:
        return Resolved(child.plan, child.scope, (child,), below=child.below, select=child.select)
    return Resolved(lg.WithCtes(child.plan, shared), child.scope, (child,))


def _count_uses(node: spec.WithCtes) -> dict[str, int]:
    """How often each name stands as a table in the query; names hidden by inner WITHs count too."""
    counts: dict[str, int] = {}
    roots: list[spec.Relation] = [node.child, *(d.plan for d in node.ctes)]
    for root in roots:
        for part in preorder(root, spec.Node):
            if isinstance(part, spec.Table) and len(part.name.parts) == 1:
                key = part.name.parts[0].lower()
                counts[key] = counts.get(key, 0) + 1
    return counts


def reference(cte: Cte, name: str, context: Context) -> Resolved:
    """A use of a WITH entry under its name."""
    if cte.recursive_columns is not None:
        return _reference_to(cte, name, cte.recursive_columns, context)
    if not cte.is_shared:
        inner = _resolve(cte, context)
        return Resolved(inner.plan, inner.scope.without_metadata().requalified((name,)), (inner,))
    if cte.shared is None:
        inner = _resolve(cte, context)
        if free_columns(inner.plan):
            return Resolved(inner.plan, inner.scope.without_metadata().requalified((name,)), (inner,))
        cte.shared = lg.Cte(context.run.fresh_id(), cte.definition.name, inner.plan)
    return _reference_to(cte, name, cte.shared.plan.output, context)


def _reference_to(cte: Cte, name: str, columns: Sequence[lg.Column], context: Context) -> Resolved:
    output = tuple(context.run.column(c.name, c.dtype, c.nullable, c.metadata) for c in columns)
    number = cte.shared.id if cte.shared is not None else cte.id
    plan = lg.CteRef(output, number)
    scope = Scope(output, [(name,)] * len(output), case_sensitive=context.env.settings.case_sensitive)
    return Resolved(plan, scope)


def _resolve(cte: Cte, context: Context) -> Resolved:
    """The entry's query in the surroundings where WITH stands."""
    inner = replace(cte.context, memo={}, windows={})
    resolved = context.run.analysis.resolve(cte.definition.plan, inner)
    names = cte.definition.columns
    if not names:
        return resolved
    width = len(resolved.scope.columns)
    if len(names) != width:
        raise failure("ASSIGNMENT_ARITY_MISMATCH", cte.definition, numExpr=str(len(names)), numTarget=str(width))
    return renamed(context, resolved, names, (cte.definition.name,))
