"""The optimiser: `RULES` in order, each held to leaving the plan's schema alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import internal_error
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.key_collations import key_collations
from hiveframe.optimizer.rules.bucket_aggregations import bucket_aggregations
from hiveframe.optimizer.rules.collapse_projects import collapse_projects
from hiveframe.optimizer.rules.flatten_unions import flatten_unions
from hiveframe.optimizer.rules.fold_casts import fold_casts
from hiveframe.optimizer.rules.hoist_subqueries import hoist_subqueries
from hiveframe.optimizer.rules.merge_aggregations import merge_aggregations
from hiveframe.optimizer.rules.merge_filters import merge_filters
from hiveframe.optimizer.rules.multiply_by_reciprocals import multiply_by_reciprocals
from hiveframe.optimizer.rules.order_small_results import order_small_results
from hiveframe.optimizer.rules.place_rows import place_rows
from hiveframe.optimizer.rules.prune_columns import prune_columns
from hiveframe.optimizer.rules.prune_files import Evaluate, prune_files
from hiveframe.optimizer.rules.push_filters import push_filters
from hiveframe.optimizer.rules.remove_noop import remove_noop
from hiveframe.optimizer.rules.semi_join_distincts import semi_join_distincts
from hiveframe.optimizer.rules.settle_window_keys import settle_window_keys
from hiveframe.optimizer.rules.split_deep_expressions import split_deep_expressions
from hiveframe.optimizer.rules.stage_python_functions import stage_python_functions
from hiveframe.optimizer.rules.unnest_lateral_generators import unnest_lateral_generators
from hiveframe.plan.logical import Column, Exists, Expr, Project, Relation
from hiveframe.plan.walk import rewrite_up, with_children

NodeRule = Callable[[Relation, Costs], Relation]

Note = Callable[[str], None]
"""Told the name of a rule each time that it has changed something."""


@dataclass(frozen=True, slots=True)
class EachNode:
    """Rules tried at every node, inputs first, until none of them changes it."""

    rules: tuple[NodeRule, ...]

    def __call__(self, plan: Relation, costs: Costs, note: Note | None = None) -> Relation:
        return rewrite_relations(plan, lambda node: self._settled(node, costs, note))

    def _settled(self, node: Relation, costs: Costs, note: Note | None) -> Relation:
        for rule in self.rules:
            changed = rule(node, costs)
            if changed is not node:
                check_schema(rule.__name__, node.output, changed.output)
                if note is not None:
                    note(rule.__name__)
                return self._settled(changed, costs, note)
        return node


@dataclass(frozen=True, slots=True)
class Measured:
    """A rule of the whole plan that asks what expressions cost."""

    rule: Callable[[Relation, Costs], Relation]


_TIDY: Final = EachNode((remove_noop, flatten_unions, merge_filters, push_filters, collapse_projects))

RULES: Final[tuple[EachNode | Measured | Callable[[Relation], Relation], ...]] = (
    _TIDY,
    EachNode(
        (settle_window_keys, unnest_lateral_generators, stage_python_functions, fold_casts, multiply_by_reciprocals)
    ),
    merge_aggregations,
    EachNode((semi_join_distincts,)),
    bucket_aggregations,
    EachNode((hoist_subqueries,)),
    prune_columns,
    _TIDY,
    Measured(split_deep_expressions),
    order_small_results,
)


def optimize(
    plan: Relation, parallelism: int = 1, evaluate: Evaluate | None = None, note: Note | None = None
) -> Relation:
    """A plan with the same rows and schema that is smaller, flatter and reads fewer columns and files.

    `parallelism` says into how many partitions Spark would cut rows where nothing else says it; `evaluate` computes
    constants, without which no file is left out; `note` is told which rules change something.
    """
    plan = rewrite_relations(plan, lambda node: _with_optimized_subqueries(node, parallelism, evaluate, note))
    costs = Costs()
    first: Callable[[Relation], Relation] = partial(place_rows, parallelism=parallelism)
    last = (partial(prune_files, evaluate=evaluate),) if evaluate is not None else ()
    for rule in (key_collations, first, *RULES, *last):
        match rule:
            case EachNode():
                changed = rule(plan, costs, note)
            case Measured(rule=measured):
                changed = measured(plan, costs)
            case _:
                changed = rule(plan)
        if changed is not plan:
            check_schema(_name(rule), plan.output, changed.output)
            if note is not None and not isinstance(rule, EachNode):
                note(_name(rule))
        plan = changed
    return plan


def _name(rule: Any) -> str:
    rule = rule.rule if isinstance(rule, Measured) else rule
    return str(getattr(rule, "__name__", None) or getattr(getattr(rule, "func", None), "__name__", type(rule).__name__))


def check_schema(rule: str, before: Sequence[Column], after: Sequence[Column]) -> None:
    """Raise an internal error that names `rule` unless both are the same columns."""
    if before is after:
        return
    if len(before) != len(after) or any(a.id != b.id or a.name != b.name for a, b in zip(before, after, strict=True)):
        names = [", ".join(f"{c.name}#{c.id}" for c in side) for side in (before, after)]
        raise internal_error(f"the optimiser's rule {rule} changed the schema from ({names[0]}) to ({names[1]})")


def _with_optimized_subqueries(
    node: Relation, parallelism: int, evaluate: Evaluate | None, note: Note | None
) -> Relation:
    if not holds(expressions(node), SUBQUERIES):
        return node

    def optimized(expr: Any) -> Any:
        if isinstance(expr, Exists):
            expr = replace(expr, plan=Project(expr.plan, ()))  # no column matters
        if not isinstance(expr, SUBQUERIES):
            return expr
        return replace(expr, plan=optimize(expr.plan, parallelism, evaluate, note))

    return with_children(node, Expr, lambda root: rewrite_up(root, Expr, optimized))
