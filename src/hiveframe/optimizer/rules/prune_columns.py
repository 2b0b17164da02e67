"""Only the columns that something above mentions are read, computed and carried along."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from hiveframe.optimizer.expressions import expressions
from hiveframe.optimizer.inputs import inputs, with_inputs
from hiveframe.optimizer.mentions import mentioned, mentioned_below
from hiveframe.optimizer.rules.stage_python_functions import STAGED
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import Column, Expr, Named, Relation

Ids = set[int]


def prune_columns(plan: Relation) -> Relation:
    """`plan` without the columns that nothing needs; its own output stays whole."""
    order = _parents_first(plan)
    needs: dict[int, Ids] = {id(node): set() for node in order}
    needs[id(plan)] = _ids(plan)
    for node in order:
        below = inputs(node)
        if below:
            for child, need in zip(below, _NEEDS.get(type(node), _all)(node, needs[id(node)]), strict=True):
                needs[id(child)] |= need
    done: dict[int, Relation] = {}
    for node in reversed(order):
        made = with_inputs(node, [done[id(child)] for child in inputs(node)])
        pruned = _PRUNED.get(type(node))
        done[id(node)] = pruned(made, needs[id(node)], node) if pruned is not None else made
    return done[id(plan)]


def _parents_first(plan: Relation) -> list[Relation]:
    """Every relation once, after all that read it."""
    finished: list[Relation] = []
    met: set[int] = set()
    pending: list[tuple[Relation, bool]] = [(plan, False)]
    while pending:
        node, is_done = pending.pop()
        if is_done:
            finished.append(node)
        elif id(node) not in met:
            met.add(id(node))
            pending.append((node, True))
            pending.extend((child, False) for child in inputs(node))
    return finished[::-1]


def _ids(node: Relation) -> Ids:
    return {c.id for c in node.output}


def _exprs(items: tuple[Named, ...]) -> list[Expr]:
    return [item.expr for item in items]


# ------------------------------------------------------------------------- what each relation needs of its inputs


def _all(node: Relation, need: Ids) -> list[Ids]:
    return [_ids(child) for child in inputs(node)]


def _passing(node: Relation, need: Ids) -> list[Ids]:
    return [need | mentioned(expressions(node))]


def _project_needs(node: lg.Project, need: Ids) -> list[Ids]:
    return [mentioned(item.expr for item in node.items if item.column.id in need)]


def _window_needs(node: lg.Window, need: Ids) -> list[Ids]:
    return [need | mentioned(item.expr for item in node.items if item.column.id in need)]


def _aggregate_needs(node: lg.Aggregate, need: Ids) -> list[Ids]:
    return [mentioned(_exprs(node.keys) + [item.expr for item in node.items if item.column.id in need])]


def _join_needs(node: lg.Join | lg.AsOfJoin, need: Ids) -> list[Ids]:
    need = need | mentioned(expressions(node))
    if isinstance(node, lg.Join) and node.is_lateral:
        need |= mentioned_below(node.right)
    return [need, need]


def _distinct_needs(node: lg.Distinct, need: Ids) -> list[Ids]:
    return [need | {c.id for c in node.keys}] if node.keys else _all(node, need)


def _set_needs(node: lg.SetOperation, need: Ids) -> list[Ids]:
    if not _is_prunable(node):
        return _all(node, need)
    kept = [i for i, c in enumerate(node.output) if c.id in need]
    return [{child.output[i].id for i in kept} for child in node.children]


def _is_prunable(node: lg.SetOperation) -> bool:
    return node.kind == "union" and node.is_all


def _with_ctes_needs(node: lg.WithCtes, need: Ids) -> list[Ids]:
    return [need, *(_ids(plan) for plan in inputs(node)[1:])]


def _map_needs(node: lg.MapPartitions, need: Ids) -> list[Ids]:
    return [need | mentioned(node.udf.args)] if _is_beside(node) else _all(node, need)


def _is_beside(node: lg.MapPartitions) -> bool:
    """Whether the function's result stands beside the child's columns (a scalar function over a stream)."""
    return node.udf.udf.eval_type in STAGED


def _group_map_needs(node: lg.GroupMap, need: Ids) -> list[Ids]:
    return [{c.id for c in node.keys} | mentioned(node.udf.args)]


def _co_group_map_needs(node: lg.CoGroupMap, need: Ids) -> list[Ids]:
    return [{c.id for c in node.left_keys + node.left_args}, {c.id for c in node.right_keys + node.right_args}]


_NEEDS: Final[Mapping[type[Relation], Callable[[Any, Ids], list[Ids]]]] = {
    lg.Project: _project_needs,
    lg.Filter: _passing,
    lg.Sort: _passing,
    lg.Staged: _passing,
    lg.Limit: _passing,
    lg.Tail: _passing,
    lg.Sample: _passing,
    lg.Repartition: _passing,
    lg.Generate: _passing,
    lg.CollectMetrics: _passing,
    lg.Window: _window_needs,
    lg.Aggregate: _aggregate_needs,
    lg.Join: _join_needs,
    lg.AsOfJoin: _join_needs,
    lg.Distinct: _distinct_needs,
    lg.SetOperation: _set_needs,
    lg.WithCtes: _with_ctes_needs,
    lg.MapPartitions: _map_needs,
    lg.GroupMap: _group_map_needs,
    lg.CoGroupMap: _co_group_map_needs,
}


# ----------------------------------------------- each relation over pruned inputs: (over them, need, as it was before)


def _kept(items: tuple[Any, ...], need: Ids) -> tuple[Any, ...]:
    return tuple(item for item in items if item.column.id in need)


def _pruned_items(node: lg.Project | lg.Aggregate, need: Ids, before: Relation) -> Relation:
    kept = _kept(node.items, need)
    return node if len(kept) == len(node.items) else replace(node, items=kept)


def _pruned_window(node: lg.Window, need: Ids, before: Relation) -> Relation:
    kept = _kept(node.items, need)
    if len(kept) == len(node.items):
        return node
    return replace(node, items=kept) if kept else node.child


def _pruned_join(node: lg.Join | lg.AsOfJoin, need: Ids, before: Relation) -> Relation:
    kept = tuple(c for c in node.output if c.id in need)
    return node if len(kept) == len(node.output) else replace(node, output=kept)


def _pruned_union(node: lg.SetOperation, need: Ids, before: Relation) -> Relation:
    assert isinstance(before, lg.SetOperation)
    places = list(range(len(node.output)))
    if _is_prunable(node):
        places = [i for i in places if node.output[i].id in need]
    sides = [
        _exactly(child, [old.output[i] for i in places])
        for child, old in zip(node.children, before.children, strict=True)
    ]
    if len(places) == len(node.output) and all(a is b for a, b in zip(sides, node.children, strict=True)):
        return node
    return replace(node, children=tuple(sides), output=tuple(node.output[i] for i in places))


def _pruned_with_ctes(node: lg.WithCtes, need: Ids, before: Relation) -> Relation:
    assert isinstance(before, lg.WithCtes)
    plans = inputs(node)
    exact = [_exactly(new, list(old.output)) for new, old in zip(plans[1:], inputs(before)[1:], strict=True)]
    return with_inputs(node, [plans[0], *exact])


def _pruned_map(node: lg.MapPartitions, need: Ids, before: Relation) -> Relation:
    assert isinstance(before, lg.MapPartitions)
    if _is_beside(node):
        *passed, result = node.output
        kept = tuple(c for c in passed if c.id in need)
        return node if len(kept) == len(passed) else replace(node, output=(*kept, result))
    return with_inputs(node, [_exactly(node.child, list(before.child.output))])


def _pruned_scan(node: lg.Scan, need: Ids, before: Relation) -> Relation:
    kept = [i for i, c in enumerate(node.output) if c.id in need]
    if len(kept) == len(node.output):
        return node
    return replace(node, output=_at(node.output, kept), positions=_at(node.positions, kept))


def _pruned_local(node: lg.LocalData, need: Ids, before: Relation) -> Relation:
    kept = [i for i, c in enumerate(node.output) if c.id in need]
    if len(kept) == len(node.output):
        return node
    return lg.LocalData(_at(node.output, kept), node.table.select(kept), node.is_kept)


def _pruned_kept(node: lg.KeptRows, need: Ids, before: Relation) -> Relation:
    kept = [i for i, c in enumerate(node.output) if c.id in need]
    if len(kept) == len(node.output):
        return node
    return replace(node, output=_at(node.output, kept), names=_at(node.names, kept))


def _pruned_values(node: lg.Values, need: Ids, before: Relation) -> Relation:
    kept = [i for i, c in enumerate(node.output) if c.id in need]
    if len(kept) == len(node.output):
        return node
    return lg.Values(_at(node.output, kept), tuple(_at(row, kept) for row in node.rows))


def _at(values: tuple[Any, ...], places: list[int]) -> tuple[Any, ...]:
    return tuple(values[i] for i in places)


def _exactly(child: Relation, columns: list[Column]) -> Relation:
    """`child` with these columns in this order, for a parent that counts positions."""
    output = child.output
    if len(output) == len(columns) and all(a.id == b.id for a, b in zip(output, columns, strict=True)):
        return child
    return lg.Project(child, tuple(Named(c, c) for c in columns))


_PRUNED: Final[Mapping[type[Relation], Callable[[Any, Ids, Relation], Relation]]] = {
    lg.Project: _pruned_items,
    lg.Aggregate: _pruned_items,
    lg.Window: _pruned_window,
    lg.Join: _pruned_join,
    lg.AsOfJoin: _pruned_join,
    lg.SetOperation: _pruned_union,
    lg.WithCtes: _pruned_with_ctes,
    lg.MapPartitions: _pruned_map,
    lg.Scan: _pruned_scan,
    lg.LocalData: _pruned_local,
    lg.KeptRows: _pruned_kept,
    lg.Values: _pruned_values,
}
