"""What is kept of an aggregation, and how others are answered from it.

Kept are the groups by the columns of all conditions whose constants change (the dimensions) and by the keys, each with
partial aggregates. Whoever asks for conditions, keys and aggregates over these gets them from the groups, as from a
materialised view. Rows of files that came since are aggregated beside and put with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Any

from hiveframe.cache.aggregates.asked import Asked
from hiveframe.cache.aggregates.partials import merged, partials_of
from hiveframe.cache.aggregates.states import SourceState, restricted, state_of
from hiveframe.dataclass import dataclass
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.join_groups import joined
from hiveframe.optimizer.rules.merge_filters import all_of
from hiveframe.plan import logical as lg
from hiveframe.plan.canonical import Fingerprints
from hiveframe.plan.logical import AggCall, Column, Expr, Named, Relation
from hiveframe.plan.walk import preorder, rewrite_up, with_children


@dataclasses.dataclass(frozen=True, eq=False)
class Definition:
    """Groups of `asked`'s leaves by `dims`, of rows for which `baked` hold, with `partials`."""

    asked: Asked
    baked: tuple[Expr, ...]
    dims: tuple[Expr, ...]
    partials: tuple[AggCall, ...]

    @cached_property
    def baked_prints(self) -> frozenset[bytes]:
        """The digests of the conditions that hold for all rows."""
        return frozenset(map(self.asked.prints.of, self.baked))

    @cached_property
    def dim_places(self) -> Mapping[bytes, int]:
        """By a dimension's digest its column's place."""
        return {self.asked.prints.of(e): i for i, e in enumerate(self.dims)}

    @cached_property
    def partial_places(self) -> Mapping[bytes, int]:
        """By a partial aggregate's digest its column's place."""
        return {self.asked.prints.of(e): len(self.dims) + i for i, e in enumerate(self.partials)}

    @property
    def exprs(self) -> tuple[Expr, ...]:
        """What its columns hold."""
        return (*self.dims, *self.partials)

    def plan(self) -> lg.Aggregate:
        """The rows to keep: the dimensions, then the partials."""
        keys = tuple(Named(fresh_column("dim", e), e) for e in self.dims)
        items = tuple(Named(fresh_column(e.function, e), e) for e in self.partials)
        return lg.Aggregate(_rows(self.asked.leaves, self.baked), keys, items)

    def can_answer(self, asked: Asked, *, ansi: bool) -> bool:
        """Whether another aggregation of the same leaves can be made of its groups."""
        return _Answer.of(self, asked, ansi=ansi) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A definition's rows as they were in `states` of its sources, under the `names` of its columns."""

    definition: Definition
    states: tuple[SourceState, ...]
    rows: Callable[[Sequence[tuple[Column, int]]], lg.KeptRows]


def answered(kept: Kept, asked: Asked, states: Sequence[SourceState], *, ansi: bool) -> Relation | None:
    """The aggregation made of kept groups, its sources being in these states now; None where it cannot be."""
    answer = _Answer.of(kept.definition, asked, ansi=ansi)
    added = _added(kept, asked, states)
    if answer is None or added is None:
        return None
    return answer.plan(kept, added[0] if added else None)


def states_of(asked: Asked) -> tuple[SourceState, ...] | None:
    """The states of all sources now; None where one cannot be told."""
    found = [state_of(source) for source in asked.sources]
    known = tuple(state for state in found if state is not None)
    return known if len(known) == len(found) else None


def _added(kept: Kept, asked: Asked, states: Sequence[SourceState]) -> list[tuple[Relation, ...]] | None:
    """Nothing where all sources are as they were, the leaves of the files that came since where one only grew.

    None where anything else has changed.
    """
    if len(states) != len(kept.states):
        return None
    more = [now.added_since(then) for now, then in zip(states, kept.states, strict=True)]
    if any(m is None for m in more):
        return None
    grown = [(i, m) for i, m in enumerate(more) if m]
    if not grown:
        return []
    place, paths = grown[0]
    grew = asked.sources[place]
    leaves = [leaf for leaf in asked.leaves if isinstance(leaf, lg.Scan) and leaf.source is grew]
    if len(grown) > 1 or len(leaves) != 1 or not paths:
        return None
    source = restricted(grew, paths)
    if source is None:
        return None
    return [tuple(replace(leaf, source=source) if leaf is leaves[0] else leaf for leaf in asked.leaves)]


def _rows(leaves: Sequence[Relation], conditions: Sequence[Expr]) -> Relation:
    return joined(leaves, conditions)


class _Missing(Exception):
    """Something is asked for that is not kept."""


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    """How an aggregation is made of kept groups: `keys` and `extra` (what DISTINCT aggregates see) by their columns.

    `conditions` are those that the groups have to be held against.
    """

    asked: Asked
    conditions: tuple[Expr, ...]
    extra: tuple[Expr, ...]
    calls: tuple[tuple[AggCall, ...], ...]

    @classmethod
    def of(cls, definition: Definition, asked: Asked, *, ansi: bool) -> _Answer | None:
        if not definition.baked_prints <= set(asked.condition_prints):
            return None
        told = zip(asked.conditions, asked.condition_prints, strict=True)
        conditions = tuple(c for c, digest in told if digest not in definition.baked_prints)
        extra: list[Expr] = []
        calls: list[tuple[AggCall, ...]] = []
        for call in asked.calls:
            if call.distinct:
                extra += _seen_by(call)
                calls.append(())
                continue
            partials = partials_of(call, ansi=ansi)
            if partials is None or any(asked.prints.of(p) not in definition.partial_places for p in partials):
                return None
            calls.append(partials)
        try:
            for e in (*conditions, *asked.keys, *extra):
                over_dims(e, asked.prints, definition.dim_places.keys(), lambda digest, e: e)
        except _Missing:
            return None
        return cls(asked, conditions, tuple(extra), tuple(calls))

    def plan(self, kept: Kept, added: tuple[Relation, ...] | None) -> Relation:
        asked, node = self.asked, self.asked.node
        keys = [Named(k.column, e) for k, e in zip(node.keys, asked.keys, strict=True)]
        keys = [Named(fresh_column("key", k.expr), k.expr) for k in keys]
        extra = [Named(fresh_column("seen", e), e) for e in self.extra]
        partials = [[Named(fresh_column(p.function, p), p) for p in own] for own in self.calls]
        wanted = list(chain(keys, extra, chain.from_iterable(partials)))
        rows = self._of_kept(kept, keys + extra, list(chain.from_iterable(partials)))
        if added is not None:
            base = _rows(added, asked.conditions)
            other = lg.Aggregate(base, tuple(_renewed(keys + extra)), tuple(_renewed(chain.from_iterable(partials))))
            rows = lg.SetOperation((rows, other), "union", True, tuple(n.column for n in wanted))
        seen = {asked.prints.of(n.expr): n.column for n in extra}
        values = {
            id(own): merged(call, [n.column for n in columns]) if columns else _over_seen(call, asked.prints, seen)
            for own, call, columns in zip(asked.own_calls, asked.calls, partials, strict=True)
        }
        items = tuple(Named(i.column, _with_calls(i.expr, values)) for i in node.items)
        outer = tuple(Named(k.column, n.column) for k, n in zip(node.keys, keys, strict=True))
        return lg.Aggregate(rows, outer, items, node.grouping_sets)

    def _of_kept(self, kept: Kept, dims: Sequence[Named], partials: Sequence[Named]) -> Relation:
        definition, prints = kept.definition, self.asked.prints
        columns: dict[int, Column] = {}

        def column(digest: bytes, e: Expr) -> Expr:
            place = definition.dim_places[digest]
            return columns.setdefault(place, fresh_column("dim", definition.exprs[place]))

        def over(e: Expr) -> Expr:
            return over_dims(e, prints, definition.dim_places.keys(), column)

        conditions = [over(c) for c in self.conditions]
        items = [Named(n.column, over(n.expr)) for n in dims]
        for n in partials:
            place = definition.partial_places[prints.of(n.expr)]
            held = columns.setdefault(place, fresh_column(n.column.name, definition.exprs[place]))
            items.append(Named(n.column, held))
        rows: Relation = kept.rows([(c, place) for place, c in columns.items()])
        if conditions:
            rows = lg.Filter(rows, all_of(conditions))
        return lg.Project(rows, tuple(items))


def over_dims(expr: Expr, prints: Fingerprints, dims: Collection[bytes], column: Callable[[bytes, Expr], Expr]) -> Expr:
    """The expression over dimensions in place of columns; raises `_Missing` where they do not suffice."""
    if isinstance(expr, lg.Literal):
        return expr
    digest = prints.of(expr)
    if digest in dims:
        return column(digest, expr)
    if isinstance(expr, (Column, AggCall)) or any(isinstance(part, Relation) for part in preorder(expr, lg.Node)):
        raise _Missing
    made: Expr = with_children(expr, Expr, lambda part: over_dims(part, prints, dims, column))
    return made


def _seen_by(call: AggCall) -> list[Expr]:
    """The expressions that a DISTINCT aggregate is computed over."""
    ordered = [key.child for key in call.order_by]
    return [e for e in (*call.args, *ordered, *([call.filter] if call.filter else [])) if not isinstance(e, lg.Literal)]


def _over_seen(call: AggCall, prints: Fingerprints, seen: Mapping[bytes, Column]) -> Expr:
    made: Expr = with_children(call, Expr, lambda e: e if isinstance(e, lg.Literal) else seen[prints.of(e)])
    return made


def _renewed(items: Iterable[Named]) -> list[Named]:
    return [Named(fresh_column(n.column.name, n.expr), n.expr) for n in items]


def _with_calls(expr: Expr, values: Mapping[int, Expr]) -> Expr:
    def told(e: Any) -> Any:
        return values.get(id(e), e)

    made: Expr = rewrite_up(expr, Expr, told)
    return made
