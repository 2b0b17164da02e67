"""How a plan is run, with Spark's names for the operators.

The engine joins by a hash table of one whole side where keys are equal, which is what Spark calls a broadcast hash
join, and by nested loops elsewhere; nothing is exchanged between processes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from hiveframe.optimizer.inputs import inputs
from hiveframe.optimizer.rules.merge_filters import conjuncts
from hiveframe.plan import logical as lg
from hiveframe.plan import walk
from hiveframe.sessions.explaining.logical import (
    JOIN_KINDS,
    Shown,
    columns,
    keys,
    logical_line,
    named,
    range_detail,
    repartition,
    scan,
)
from hiveframe.sessions.explaining.trees import tree

Detail = Callable[[Any, Shown], str]


def physical_tree(plan: lg.Relation, shown: Shown) -> str:
    """The operators."""
    return tree(plan, lambda node: physical_line(node, shown), inputs)


def formatted_tree(plan: lg.Relation, shown: Shown) -> str:
    """The operators numbered from the leaves, and then each with its output and what it does."""
    numbers: dict[int, int] = {}
    order: list[lg.Relation] = []
    pending: list[tuple[lg.Relation, bool]] = [(plan, False)]
    while pending:
        node, is_ready = pending.pop()
        if id(node) in numbers:
            continue
        if is_ready:
            order.append(node)
            numbers[id(node)] = len(order)
            continue
        pending.append((node, True))
        pending.extend((child, False) for child in reversed(inputs(node)))
    drawn = tree(plan, lambda node: f"{operator(node)} ({numbers[id(node)]})", inputs)
    return drawn + "\n\n" + "\n".join(_described(node, i + 1, shown) for i, node in enumerate(order))


def _described(node: lg.Relation, number: int, shown: Shown) -> str:
    lines = [f"({number}) {operator(node)}"]
    below = [c for child in inputs(node) for c in child.output]
    lines.append(f"Output [{len(node.output)}]: {columns(node.output)}")
    if below:
        lines.append(f"Input [{len(below)}]: {columns(tuple(below))}")
    detail = physical_line(node, shown).removeprefix(operator(node)).strip()
    if detail:
        lines.append(f"Arguments: {detail}")
    return "\n".join(lines) + "\n"


def operator(node: lg.Relation) -> str:
    """The operator's name."""
    if isinstance(node, lg.LocalData) and node.is_kept:
        return "InMemoryTableScan"
    if isinstance(node, lg.Join):
        return _join_operator(node)[0]
    name = _OPERATORS.get(type(node), ("", None))[0]
    return name or logical_line(node, lambda _: "").split(" ")[0]


def physical_line(node: lg.Relation, shown: Shown) -> str:
    """An operator's name and what it does."""
    if isinstance(node, lg.Join):
        return " ".join(_join_text(node, shown)).rstrip()
    _, detail = _OPERATORS.get(type(node), ("", None))
    if detail is None:
        return logical_line(node, shown)
    said = detail(node, shown)
    return f"{operator(node)}{said}" if said.startswith("(keys") else f"{operator(node)} {said}".rstrip()


def _join_operator(node: lg.Join) -> tuple[str, list[tuple[lg.Expr, lg.Expr]], list[lg.Expr]]:
    """The operator, the pairs of keys that must be equal, and what else must hold."""
    left, right = ({c.id for c in side.output} for side in (node.left, node.right))
    pairs: list[tuple[lg.Expr, lg.Expr]] = []
    rest: list[lg.Expr] = []
    for condition in conjuncts(node.condition) if node.condition is not None else ():
        pair = _equal(condition, left, right)
        if pair is None:
            rest.append(condition)
        else:
            pairs.append(pair)
    if pairs:
        return "BroadcastHashJoin", pairs, rest
    is_product = node.kind in ("inner", "cross") and not rest
    return "CartesianProduct" if is_product else "BroadcastNestedLoopJoin", pairs, rest


def _equal(condition: lg.Expr, left: set[int], right: set[int]) -> tuple[lg.Expr, lg.Expr] | None:
    if not isinstance(condition, lg.Call) or condition.function not in ("=", "<=>"):
        return None
    a, b = condition.args
    of_a, of_b = _mentioned(a), _mentioned(b)
    if of_a and of_b and of_a <= left and of_b <= right:
        return a, b
    return (b, a) if of_a and of_b and of_a <= right and of_b <= left else None


def _mentioned(expr: lg.Expr) -> set[int]:
    return {c.id for c in walk.preorder(expr, lg.Expr) if isinstance(c, lg.Column)}


def _join_text(node: lg.Join, shown: Shown) -> tuple[str, str]:
    name, pairs, rest = _join_operator(node)
    condition = ", (" + " AND ".join(shown(c) for c in rest) + ")" if rest else ""
    if not pairs:
        return name, f"BuildRight, {JOIN_KINDS[node.kind]}{condition}" if name != "CartesianProduct" else ""
    left, right = ("[" + ", ".join(shown(side) for side in sides) + "]" for sides in zip(*pairs, strict=True))
    return name, f"{left}, {right}, {JOIN_KINDS[node.kind]}, BuildRight{condition}"


def _aggregate(node: lg.Aggregate, shown: Shown) -> str:
    sets = f", sets={list(map(list, node.grouping_sets))}" if node.grouping_sets is not None else ""
    return f"(keys={named(node.keys, shown)}, functions={named(node.items, shown)}{sets})"


_OPERATORS: Final[Mapping[type[lg.Relation], tuple[str, Detail | None]]] = {
    lg.OneRow: ("Scan OneRowRelation", lambda n, shown: "[]"),
    lg.LocalData: ("LocalTableScan", lambda n, shown: columns(n.output)),
    lg.KeptRows: ("KeptAggregateScan", lambda n, shown: f"{columns(n.output)}, rows={n.row_count}"),
    lg.Values: ("LocalTableScan", lambda n, shown: columns(n.output)),
    lg.Range: ("Range", range_detail),
    lg.Scan: ("FileScan", scan),
    lg.Aggregate: ("HashAggregate", _aggregate),
    lg.Distinct: ("HashAggregate", lambda n, shown: f"(keys={columns(n.keys or n.output)}, functions=[])"),
    lg.SetOperation: ("Union", lambda n, shown: "" if n.kind == "union" and n.is_all else _set_detail(n)),
    lg.Sort: ("Sort", lambda n, shown: f"{keys(n.keys, shown)}, {str(n.is_global).lower()}"),
    lg.Repartition: ("Exchange", repartition),
    lg.Limit: ("CollectLimit", lambda n, shown: f"{n.count}" + (f" offset {n.offset}" if n.offset else "")),
    lg.Tail: ("CollectTail", lambda n, shown: f"{n.count}"),
}


def _set_detail(node: lg.SetOperation) -> str:
    return node.kind + (" all" if node.is_all else "")
