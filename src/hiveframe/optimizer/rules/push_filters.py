"""A filter moves below projections and sorts, so that it meets other filters and the projections meet each other."""

from __future__ import annotations

from hiveframe.optimizer.costs import Costs, column_uses, computing
from hiveframe.optimizer.rules.collapse_projects import computed, may_substitute
from hiveframe.optimizer.rules.merge_filters import merge_filters
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan.logical import Expr, Filter, Project, Relation, Repartition, Sort

_Above = Project | Sort | Repartition


def push_filters(node: Relation, costs: Costs) -> Relation:
    """`Filter(Project(x, items), c)` → `Project(Filter(x, c with items in place), items)`, through several at once."""
    if not isinstance(node, Filter) or costs.of(node.condition).is_volatile:
        return node
    condition, child = node.condition, node.child
    above: list[_Above] = []
    while isinstance(child, (Project, Sort, Repartition)):
        moved = _below(child, condition, costs)
        if moved is None:
            break
        above.append(child)
        condition, child = moved, child.child
    if not above:
        return node
    made = merge_filters(Filter(child, condition), costs)
    for passed in reversed(above):
        made = _over(passed, made)
    return made


def _below(node: _Above, condition: Expr, costs: Costs) -> Expr | None:
    """The condition as it reads below `node`, or None when it has to stay above."""
    if not isinstance(node, Project):
        return condition
    values = computed(node.items)
    if values and costs.of(condition).is_bound:
        return None  # a subquery may mention what the projection computes
    if any(costs.of(e).is_volatile for e in computing(values.values())):
        return None
    uses = column_uses([condition])
    used = {i: e for i, e in values.items() if i in uses}
    return substituted(condition, used) if may_substitute([condition], used, costs, repeats=True) else None


def _over(node: _Above, child: Relation) -> Relation:
    match node:
        case Project(items=items):
            return Project(child, items)
        case Sort(keys=keys, is_global=is_global):
            return Sort(child, keys, is_global)
        case Repartition(count=count, keys=sort_keys):
            return Repartition(child, count, sort_keys)
