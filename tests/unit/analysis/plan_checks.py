"""What must hold of every typed plan: ids are unique, references are to what is there, types agree."""

from hiveframe.plan import logical as lg
from hiveframe.plan import types as t
from hiveframe.plan.walk import children, preorder

SUBQUERIES = (lg.ScalarSubquery, lg.Exists, lg.InSubquery)


def check_plan(plan: lg.Relation) -> None:
    """Fails on the first relation that breaks an invariant."""
    stack: list[tuple[lg.Relation, frozenset[int]]] = [(plan, frozenset())]
    while stack:
        relation, outer = stack.pop()
        check_relation(relation, outer, stack)
        is_lateral = isinstance(relation, lg.Join) and relation.is_lateral
        for child in children(relation, lg.Relation):
            around = outer
            if is_lateral and child is relation.right:
                around = outer | {c.id for c in relation.left.output}
            stack.append((child, around))


def check_relation(relation: lg.Relation, outer: frozenset[int], stack: list) -> None:
    name = type(relation).__name__
    ids = [c.id for c in relation.output]
    assert len(ids) == len(set(ids)), f"{name} outputs an id twice: {relation.output}"
    there = {c.id for child in children(relation, lg.Relation) for c in child.output} | outer
    if isinstance(relation, lg.Aggregate):
        there |= {k.column.id for k in relation.keys}
    made = {id(c) for c in (*relation.output, *own_columns(relation))}
    for expr in children(relation, lg.Expr):
        if id(expr) in made and not isinstance(relation, lg.Project):
            continue
        if isinstance(relation, lg.Project) and expr in own_columns(relation):
            continue
        for part in preorder(expr, lg.Expr):
            if isinstance(part, lg.Column):
                assert part.id in there, f"{part} in {name} is nowhere below it"
            elif isinstance(part, SUBQUERIES):
                stack.append((part.plan, frozenset(there)))
    if isinstance(relation, lg.Join):
        assert not {c.id for c in relation.left.output} & {c.id for c in relation.right.output}, "sides share ids"
    if isinstance(relation, lg.SetOperation):
        wanted = [t.as_nullable(c.dtype) for c in relation.output]
        for child in relation.children:
            assert [t.as_nullable(c.dtype) for c in child.output] == wanted, f"{name} has sides of other types"


def own_columns(relation: lg.Relation) -> list[lg.Column]:
    """The columns that a relation makes (passed ones stand under themselves and are skipped with them)."""
    if isinstance(relation, (lg.Project, lg.Window, lg.Aggregate)):
        named = [*getattr(relation, "items", ()), *getattr(relation, "keys", ())]
        return [n.column for n in named if n.column is not n.expr]
    if isinstance(relation, lg.CollectMetrics):
        return [n.column for n in relation.metrics]
    return list(relation.columns) if isinstance(relation, lg.Generate) else []
