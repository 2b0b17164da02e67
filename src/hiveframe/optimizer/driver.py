"""The optimiser: `RULES` in order, each held to leaving the plan's schema alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from hiveframe.dataclass import dataclass
from hiveframe.errors import IllegalArgumentException, internal_error
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import rewrite_relations
from hiveframe.optimizer.key_collations import key_collations
from hiveframe.optimizer.rules.aggregate_before_join import aggregate_before_join
from hiveframe.optimizer.rules.bucket_aggregations import bucket_aggregations
from hiveframe.optimizer.rules.collapse_projects import collapse_projects
from hiveframe.optimizer.rules.flatten_unions import flatten_unions
from hiveframe.optimizer.rules.fold_constants import fold_constants
from hiveframe.optimizer.rules.hoist_subqueries import hoist_subqueries
from hiveframe.optimizer.rules.means_after_limit import means_after_limit
from hiveframe.optimizer.rules.merge_aggregations import merge_aggregations
from hiveframe.optimizer.rules.merge_filters import merge_filters
from hiveframe.optimizer.rules.multiply_by_reciprocals import multiply_by_reciprocals
from hiveframe.optimizer.rules.order_small_results import order_small_results
from hiveframe.optimizer.rules.place_rows import place_rows
from hiveframe.optimizer.rules.prune_columns import prune_columns
from hiveframe.optimizer.rules.prune_files import Evaluate, prune_files
from hiveframe.optimizer.rules.push_filters import push_filters
from hiveframe.optimizer.rules.range_years import range_years
from hiveframe.optimizer.rules.rank_candidates import rank_candidates
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

    def without(self, excluded: frozenset[str]) -> EachNode:
        """The rules but those of these names."""
        return EachNode(tuple(rule for rule in self.rules if rule.__name__ not in excluded))

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
        (
            settle_window_keys,
            unnest_lateral_generators,
            stage_python_functions,
            fold_constants,
            multiply_by_reciprocals,
            range_years,
        )
    ),
    merge_aggregations,
    EachNode((semi_join_distincts,)),
    bucket_aggregations,
    EachNode((hoist_subqueries,)),
    prune_columns,
    _TIDY,
    EachNode((aggregate_before_join,)),
    EachNode((rank_candidates, means_after_limit)),
    Measured(split_deep_expressions),
    order_small_results,
)

EXCLUDED_RULES: Final = "spark.sql.optimizer.excludedRules"


EXCLUDABLE: Final = frozenset(
    {
        "aggregate_before_join",
        "bucket_aggregations",
        "collapse_projects",
        "flatten_unions",
        "fold_constants",
        "means_after_limit",
        "merge_aggregations",
        "merge_filters",
        "multiply_by_reciprocals",
        "order_small_results",
        "prune_columns",
        "prune_files",
        "push_filters",
        "range_years",
        "rank_candidates",
        "remove_noop",
        "semi_join_distincts",
        "split_deep_expressions",
    }
)
"""The rules without which a plan has the same rows; the engine needs the others."""


def excluded_rules(text: str | None) -> frozenset[str]:
    """The rules that `spark.sql.optimizer.excludedRules` names, with commas between; None names none.

    Names with dots are those of Spark's own rules and exclude nothing here. INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS
    for any other that is not EXCLUDABLE.
    """
    if not text:
        return frozenset()
    names = {name.strip() for name in text.split(",")} - {""}
    wrong = sorted(name for name in names - EXCLUDABLE if "." not in name)
    if wrong:
        told = {"confName": EXCLUDED_RULES, "confValue": wrong[0], "confOptions": ", ".join(sorted(EXCLUDABLE))}
        raise IllegalArgumentException("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", told)
    return frozenset(names & EXCLUDABLE)


def optimize(
    plan: Relation,
    parallelism: int = 1,
    evaluate: Evaluate | None = None,
    *,
    note: Note | None = None,
    excluded: frozenset[str] = frozenset(),
) -> Relation:
    """A plan with the same rows and schema that is smaller, flatter and reads fewer columns and files.

    `parallelism` says into how many partitions Spark would cut rows where nothing else says it; `evaluate` computes
    constants, without which no file is left out; `note` is told which rules change something; `excluded` are left out.
    """
    again = partial(optimize, parallelism=parallelism, evaluate=evaluate, note=note, excluded=excluded)
    plan = rewrite_relations(plan, lambda node: _with_optimized_subqueries(node, again))
    costs = Costs()
    first: Callable[[Relation], Relation] = partial(place_rows, parallelism=parallelism)
    last = (partial(prune_files, evaluate=evaluate),) if evaluate is not None else ()
    for rule in (key_collations, first, *RULES, *last):
        if excluded and not isinstance(rule, EachNode) and _name(rule) in excluded:
            continue
        match rule:
            case EachNode():
                changed = (rule.without(excluded) if excluded else rule)(plan, costs, note)
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


def _with_optimized_subqueries(node: Relation, again: Callable[[Relation], Relation]) -> Relation:
    if not holds(expressions(node), SUBQUERIES):
        return node

    def optimized(expr: Any) -> Any:
        if isinstance(expr, Exists):
            expr = replace(expr, plan=Project(expr.plan, ()))  # no column matters
        if not isinstance(expr, SUBQUERIES):
            return expr
        return replace(expr, plan=again(expr.plan))

    return with_children(node, Expr, lambda root: rewrite_up(root, Expr, optimized))
