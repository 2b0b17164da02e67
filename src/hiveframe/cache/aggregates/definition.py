"""What is kept of an aggregation, and how others are answered from it.

Kept are the groups by the columns of all conditions whose constants change (the dimensions) and by the keys, each with
partial aggregates. Whoever asks for conditions, keys and aggregates over these gets them from the groups, as from a
materialised view. Rows of files that came since are aggregated beside and put with them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain
from typing import Final, TypeVar, cast

from hiveframe.cache.aggregates.asked import Asked
from hiveframe.cache.aggregates.dims import over_dims, suffice
from hiveframe.cache.aggregates.reaches import Reach, reach_of
from hiveframe.cache.aggregates.states import SourceState, can_be_restricted, state_of
from hiveframe.dataclass import dataclass
from hiveframe.engine.kept_tables import KeptTable
from hiveframe.optimizer.aggregate_branches import branches_of
from hiveframe.optimizer.fresh import fresh_column
from hiveframe.optimizer.join_groups import joined
from hiveframe.optimizer.mentions import mentioned
from hiveframe.optimizer.partial_aggregates import merged, partials_of
from hiveframe.optimizer.rules.merge_filters import all_of
from hiveframe.optimizer.substitute import substituted, with_parts
from hiveframe.plan import logical as lg
from hiveframe.plan.canonical import Fingerprints
from hiveframe.plan.logical import AggCall, Column, Expr, Named, Relation
from hiveframe.plan.walk import with_children

_MOST_BESIDE: Final = 0.5  # of the fact's bytes, that are read beside the pieces


E = TypeVar("E", bound=Expr)


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

    @property
    def order(self) -> list[int]:
        """The places of columns by which its rows are best sorted: those that ranges were asked of."""
        found: list[int] = []
        for condition in self.asked.conditions:
            reach = reach_of(condition)
            if reach is not None:
                value, furthest = self.asked.prints.of(reach.value), self.asked.prints.of(reach.furthest)
                place = self.dim_places.get(value, self.partial_places.get(furthest))
                found += [place] if place is not None else []
        return list(dict.fromkeys(found))

    def holds(self, partial: AggCall, prints: Fingerprints) -> bool:
        """Whether the aggregate of each group is kept, or one of several that the dimensions tell."""
        if prints.of(partial) in self.partial_places:
            return True
        branches = branches_of(partial)
        return (
            branches is not None
            and all(own is None or self.holds(own, prints) for own in branches.calls)
            and suffice(self.dim_places.keys(), branches.conditions, prints)
        )

    def plan(self, leaves: Sequence[Relation] | None = None) -> lg.Aggregate:
        """The rows to keep: the dimensions, then the partials. `leaves` stand in for those of `asked`."""
        keys = tuple(Named(fresh_column("dim", e), e) for e in self.dims)
        items = tuple(Named(fresh_column(e.function, e), e) for e in self.partials)
        return lg.Aggregate(joined(leaves or self.asked.leaves, self.baked), keys, items)

    def together(self, pieces: Sequence[Piece]) -> lg.Aggregate:
        """The rows of several pieces as those of one."""
        columns = [fresh_column("kept", e) for e in self.exprs]
        rows = [piece.rows([(fresh_column("kept", e), i) for i, e in enumerate(self.exprs)]) for piece in pieces]
        union = lg.SetOperation(tuple(rows), "union", True, tuple(columns))
        count = len(self.dims)
        keys = tuple(Named(fresh_column("dim", c), c) for c in columns[:count])
        values = [merged(p, [c]) for p, c in zip(self.partials, columns[count:], strict=True)]
        return lg.Aggregate(union, keys, tuple(Named(fresh_column("part", v), v) for v in values))

    def over(self, asked: Asked) -> Definition:
        """The same over the columns of another aggregation of the same leaves that it can answer."""
        told = zip(asked.conditions, asked.condition_prints, strict=True)
        baked = tuple(c for c, digest in told if digest in self.baked_prints)
        return Definition(asked, baked, self._moved(self.dims, asked), self._moved(self.partials, asked))

    def including(self, other: Definition) -> Definition | None:
        """What answers whatever either does; None where other conditions hold in the other's rows.

        What can be computed of dimensions is none of its own.
        """
        if self.baked_prints != other.baked_prints:
            return None
        prints = self.asked.prints
        dims = {prints.of(e): e for e in (*self.dims, *other._moved(other.dims, self.asked))}
        columns = {digest for digest, e in dims.items() if isinstance(e, Column)}
        own = tuple(e for e in dims.values() if isinstance(e, Column) or not suffice(columns, [e], prints))
        partials = {prints.of(e): e for e in (*self.partials, *other._moved(other.partials, self.asked))}
        return Definition(self.asked, self.baked, own, tuple(partials.values()))

    def includes(self, other: Definition) -> bool:
        """Whether it answers whatever the other of the same leaves does."""
        if not self.baked_prints <= other.baked_prints or not self.partial_places.keys() >= other.partial_places.keys():
            return False
        dims = self.dim_places.keys()
        needed = (*other.dims, *(e for e in other.baked if other.asked.prints.of(e) not in self.baked_prints))
        return suffice(dims, needed, other.asked.prints)

    def _moved(self, exprs: Iterable[E], asked: Asked) -> tuple[E, ...]:
        """Expressions over the columns of another aggregation of the same leaves."""
        old = [c for leaf in self.asked.leaves for c in leaf.output]
        new = [c for leaf in asked.leaves for c in leaf.output]
        values: dict[int, Expr] = {a.id: b for a, b in zip(old, new, strict=True)}
        return tuple(cast(E, substituted(e, values)) for e in exprs)

    def can_answer(self, asked: Asked, *, ansi: bool) -> bool:
        """Whether another aggregation of the same leaves can be made of its groups."""
        return _Recipe.of(self, asked, ansi=ansi) is not None


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """The groups of some rows in a table: of those of the fact's `files`, as they were; of all where there is none."""

    files: Mapping[str, object]
    table: KeptTable

    def rows(self, columns: Sequence[tuple[Column, int]]) -> lg.KeptRows:
        """The groups, in these columns the expressions of the definition at these places."""
        names = tuple(f"k{place}" for _, place in columns)
        held = tuple(c for c, _ in columns)
        return lg.KeptRows(held, names, self.table.source, self.table.row_count, self.table.lease())


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A definition's rows in pieces, of sources that were in these states.

    The fact is the source whose files the pieces divide, if there is one, by its place.
    """

    definition: Definition
    states: tuple[SourceState, ...]
    fact: int | None
    pieces: tuple[Piece, ...]

    def usable(self, states: Sequence[SourceState]) -> list[Piece]:
        """The pieces whose rows are all there, the sources being in these states now."""
        if len(states) != len(self.states):
            return []
        for i, (now, then) in enumerate(zip(states, self.states, strict=True)):
            if now.rest != then.rest or (i != self.fact and now.files != then.files):
                return []
        if self.fact is None:
            return list(self.pieces)
        files = states[self.fact].files.items()
        return [piece for piece in self.pieces if piece.files.items() <= files]

    def missing(self, states: Sequence[SourceState], pieces: Sequence[Piece]) -> frozenset[str]:
        """The fact's files that are in none of the pieces."""
        if self.fact is None:
            return frozenset()
        return frozenset(states[self.fact].files.keys()).difference(*(piece.files for piece in pieces))


def answered(kept: Kept, asked: Asked, states: Sequence[SourceState], *, ansi: bool) -> Relation | None:
    """The aggregation made of kept groups, its sources being in these states now; None where it cannot be."""
    pieces = kept.usable(states)
    missing = kept.missing(states, pieces)
    if not pieces or not is_small_part(missing, kept.fact, asked):
        return None
    recipe = _Recipe.of(kept.definition, asked, ansi=ansi)
    leaves = leaves_of(asked, kept.fact, missing) if missing else None
    if recipe is None or (missing and leaves is None):
        return None
    return recipe.plan(kept.definition, pieces, leaves)


def states_of(asked: Asked) -> tuple[SourceState, ...] | None:
    """The states of all sources now; None where one cannot be told."""
    found = [state_of(source) for source in asked.sources]
    known = tuple(state for state in found if state is not None)
    return known if len(known) == len(found) else None


def fact_of(asked: Asked, states: Sequence[SourceState]) -> int | None:
    """The largest source that is a leaf, read nowhere else, and can be read in parts; by its place."""
    sources = asked.sources
    able = [
        i
        for i, source in enumerate(sources)
        if states[i].files
        and can_be_restricted(source)
        and sum(other.paths == source.paths for other in sources) == 1
        and any(isinstance(leaf, lg.Scan) and leaf.source is source for leaf in asked.leaves)
    ]
    return max(able, key=lambda i: sources[i].size_bytes, default=None)


def leaves_of(asked: Asked, fact: int | None, paths: Collection[str]) -> tuple[Relation, ...] | None:
    """The leaves with these of the fact's files alone; None where that cannot be told."""
    if fact is None or fact >= len(asked.sources) or not can_be_restricted(asked.sources[fact]):
        return None
    source = asked.sources[fact]
    part = source.restricted(paths)
    return tuple(
        replace(leaf, source=part) if isinstance(leaf, lg.Scan) and leaf.source is source else leaf
        for leaf in asked.leaves
    )


def is_small_part(paths: Collection[str], fact: int | None, asked: Asked) -> bool:
    """Whether these of the fact's files have so little in them that reading them beside is worth it."""
    if not paths or fact is None or fact >= len(asked.sources):
        return not paths
    source = asked.sources[fact]
    return sum(f.size_bytes for f in source.files if f.path in paths) <= _MOST_BESIDE * source.size_bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Recipe:
    """How an aggregation is made of kept groups: `keys` and `extra` (what DISTINCT aggregates see) by their columns.

    `conditions` are those that the groups have to be held against, `reach` one of which it is enough that a group's
    furthest row meets it.
    """

    asked: Asked
    conditions: tuple[Expr, ...]
    reach: Reach | None
    extra: tuple[Expr, ...]
    calls: tuple[tuple[AggCall, ...], ...]

    @classmethod
    def of(cls, definition: Definition, asked: Asked, *, ansi: bool) -> _Recipe | None:
        if not definition.baked_prints <= set(asked.condition_prints):
            return None
        if asked.keys and not definition.dims:
            return None  # its one row is there where no other row is, of which no group by keys would be made
        told = zip(asked.conditions, asked.condition_prints, strict=True)
        conditions = tuple(c for c, digest in told if digest not in definition.baked_prints)
        extra: list[Expr] = []
        calls: list[tuple[AggCall, ...]] = []
        for call in asked.calls:
            if call.distinct:
                extra += seen_by(call)
                calls.append(())
                continue
            partials = partials_of(call, ansi=ansi)
            if partials is None or not all(definition.holds(p, asked.prints) for p in partials):
                return None
            calls.append(partials)
        dims = definition.dim_places.keys()
        if not suffice(dims, (*asked.keys, *extra), asked.prints):
            return None
        beyond = [c for c in conditions if not suffice(dims, [c], asked.prints)]
        reach = reach_of(beyond[0]) if len(beyond) == 1 and not any(calls) else None
        if beyond and (reach is None or asked.prints.of(reach.furthest) not in definition.partial_places):
            return None
        conditions = tuple(c for c in conditions if c not in beyond)
        return cls(asked, conditions, reach, tuple(extra), tuple(calls))

    def plan(self, definition: Definition, pieces: Sequence[Piece], beside: Sequence[Relation] | None) -> Relation:
        """The aggregation of the pieces' rows, and of those of the leaves `beside`."""
        asked, node = self.asked, self.asked.node
        keys = [Named(fresh_column("key", e), e) for e in asked.keys]
        extra = [Named(fresh_column("seen", e), e) for e in self.extra]
        partials = [[Named(fresh_column(p.function, p), p) for p in own] for own in self.calls]
        dims, parts = keys + extra, list(chain.from_iterable(partials))
        given = [self._of_kept(definition, piece, dims, parts) for piece in pieces]
        if beside is not None:
            base = joined(beside, asked.conditions)
            given.append(lg.Aggregate(base, tuple(_renewed(dims)), tuple(_renewed(parts))))
        columns = tuple(n.column for n in dims + parts)
        if len(given) == 1:
            items = tuple(Named(c, own) for c, own in zip(columns, given[0].output, strict=True))
            rows: Relation = lg.Project(given[0], items)
        else:
            rows = lg.SetOperation(tuple(given), "union", True, columns)
        seen = {asked.prints.of(n.expr): n.column for n in extra}
        values = {
            id(own): merged(call, [n.column for n in columns]) if columns else _over_seen(call, asked.prints, seen)
            for own, call, columns in zip(asked.own_calls, asked.calls, partials, strict=True)
        }
        items = tuple(Named(i.column, with_parts(i.expr, values)) for i in node.items)
        outer = tuple(Named(k.column, n.column) for k, n in zip(node.keys, keys, strict=True))
        return lg.Aggregate(rows, outer, items, node.grouping_sets)

    def _of_kept(
        self, definition: Definition, piece: Piece, dims: Sequence[Named], partials: Sequence[Named]
    ) -> Relation:
        prints = self.asked.prints
        columns: dict[int, Column] = {}

        def column(digest: bytes, e: Expr) -> Expr:
            place = definition.dim_places[digest]
            return columns.setdefault(place, fresh_column("dim", definition.exprs[place]))

        def over(e: Expr) -> Expr:
            return over_dims(e, prints, definition.dim_places.keys(), column)

        def held(partial: AggCall) -> Expr:
            place = definition.partial_places.get(prints.of(partial))
            if place is not None:
                return columns.setdefault(place, fresh_column(partial.function, partial))
            branches = branches_of(partial)
            assert branches is not None
            return branches.choice(partial, over, held)

        conditions = [over(c) for c in self.conditions]
        if self.reach is not None:
            conditions.append(self.reach.met_by(held(self.reach.furthest)))
        items = [Named(n.column, over(n.expr)) for n in dims]
        items += [Named(n.column, held(n.expr)) for n in partials if isinstance(n.expr, AggCall)]
        rows: Relation = piece.rows([(c, place) for place, c in columns.items()])
        if conditions:
            rows = lg.Filter(rows, all_of(conditions))
        return lg.Project(rows, tuple(Named(fresh_column(n.column.name, n.expr), n.expr) for n in items))


def seen_by(call: AggCall) -> list[Expr]:
    """The expressions that a DISTINCT aggregate is computed over; constants are parameters of it."""
    told = [*call.args, *(key.child for key in call.order_by), *([call.filter] if call.filter else [])]
    return [e for e in told if mentioned([e])]


def _over_seen(call: AggCall, prints: Fingerprints, seen: Mapping[bytes, Column]) -> Expr:
    made: Expr = with_children(call, Expr, lambda e: seen[prints.of(e)] if mentioned([e]) else e)
    return made


def _renewed(items: Iterable[Named]) -> list[Named]:
    return [Named(fresh_column(n.column.name, n.expr), n.expr) for n in items]
