"""The tables of kept aggregates, made by the engine beside the statements: in pieces, by the files of the fact."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sqlglot import exp

from hiveframe.cache.aggregates.asked import Asked
from hiveframe.cache.aggregates.definition import Definition, Kept, Piece, fact_of, is_small_part, leaves_of
from hiveframe.cache.aggregates.states import SourceState
from hiveframe.dataclass import dataclass
from hiveframe.engine.database import Database
from hiveframe.engine.engine import Engine
from hiveframe.engine.kept_tables import KeptTable
from hiveframe.functions.sql import column, ident
from hiveframe.lake.scan import ScanFile
from hiveframe.optimizer.driver import optimize
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings

MOST_PIECES: Final = 9
"""Beyond so many the smaller ones become one."""

_FIRST_PIECES: Final = 6
_LARGE_PIECES: Final = 3  # that are left alone then


@dataclass(frozen=True, slots=True, eq=False)
class Maker:
    """Makes what is kept, of sources in these states. Tables that nobody is to read are given to `drop`.

    Raises `duckdb.Error`, also when one table takes longer than `longest_s`.
    """

    states: tuple[SourceState, ...]
    settings: Settings
    database: Database
    longest_s: float
    drop: Callable[[Iterable[KeptTable]], None]

    def all(self, definition: Definition, most_rows: float) -> Kept | None:
        """All rows in pieces: half of the files, the older ones, in one, half of the others in another, and so on.

        So a change in a file that is not old concerns a small piece. None where these would be more than `most_rows`
        groups, which the smallest pieces tell: they are made first.
        """
        fact = fact_of(definition.asked, self.states)
        if fact is None:
            return Kept(definition, self.states, None, (Piece({}, self._table(definition, definition.plan())),))
        groups = [(sum(f.size_bytes for f in files), files) for files in _divided(definition.asked.sources[fact].files)]
        groups.sort(key=lambda group: group[0])
        sizes = [size for size, _ in groups]
        pieces: list[Piece] = []
        try:
            for _, files in groups:
                pieces.append(self._piece(definition, fact, [f.path for f in files]))
                if foreseen_rows(sizes, [piece.table.row_count for piece in pieces]) > most_rows:
                    break
            else:
                return Kept(definition, self.states, fact, tuple(pieces))
        except BaseException:
            self.drop(piece.table for piece in pieces)
            raise
        self.drop(piece.table for piece in pieces)
        return None

    def renewed(self, old: Kept, asked: Asked, *, ansi: bool) -> Kept | None:
        """What was kept with a piece for the files that came since; None where another beginning is better."""
        pieces = old.usable(self.states)
        missing = old.missing(self.states, pieces)
        if old.fact is None or not pieces or not missing or not old.definition.can_answer(asked, ansi=ansi):
            return None
        if not is_small_part(missing, old.fact, asked):
            return None
        definition = old.definition.over(asked)
        made = self._piece(definition, old.fact, sorted(missing))
        try:
            pieces = self._fewer(definition, [*pieces, made])
        except BaseException:
            self.drop([made.table])
            raise
        if made not in pieces:
            self.drop([made.table])
        return Kept(definition, self.states, old.fact, tuple(pieces))

    def _piece(self, definition: Definition, fact: int, paths: Sequence[str]) -> Piece:
        leaves = leaves_of(definition.asked, fact, frozenset(paths))
        told = self.states[fact].files
        return Piece({path: told[path] for path in paths}, self._table(definition, definition.plan(leaves)))

    def _fewer(self, definition: Definition, pieces: list[Piece]) -> list[Piece]:
        """The same rows; of too many pieces the smaller ones become one."""
        if len(pieces) <= MOST_PIECES:
            return pieces
        ordered = sorted(pieces, key=lambda piece: -piece.table.row_count)
        large, small = ordered[:_LARGE_PIECES], ordered[_LARGE_PIECES:]
        files = {path: told for piece in small for path, told in piece.files.items()}
        return [*large, Piece(files, self._table(definition, definition.together(small)))]

    def _table(self, definition: Definition, plan: Relation) -> KeptTable:
        """The table of a plan's rows, its columns named `k0`, `k1` …, sorted so that ranges are read without others."""
        compiled = Engine(self.database).compile(optimize(plan, self.settings.parallelism), self.settings)
        names = [ident(f"k{i}") for i in range(len(plan.output))]
        alias = exp.TableAlias(this=ident("kept"), columns=names)
        query = exp.Select(expressions=[exp.Star()]).from_(exp.Subquery(this=compiled.query, alias=alias))
        if definition.order:
            query = query.order_by(*(column(f"k{place}") for place in definition.order), copy=False)
        return self.database.kept_tables.make(
            "aggregate",
            query,
            time_zone=compiled.context.time_zone,
            while_it_runs=compiled.context.kernels_in_force(),
            longest_s=self.longest_s,
        )


def foreseen_rows(sizes: Sequence[int], counts: Sequence[int]) -> float:
    """About how many groups pieces of these sizes have together, of which the first, smaller ones have so many.

    Groups grow as a power of what they are of, which two pieces of different sizes tell; before, only those there are.
    """
    made = len(counts)
    if made < 2 or not 0 < sizes[made - 2] < sizes[made - 1] or not counts[made - 2]:
        return sum(counts)
    growth, times = max(counts[made - 1], 1) / counts[made - 2], sizes[made - 1] / sizes[made - 2]
    power = min(max(math.log(growth) / math.log(times), 0.0), 1.0)
    return sum(counts) + sum(counts[-1] * math.pow(size / sizes[made - 1], power) for size in sizes[made:])


def _divided(files: Sequence[ScanFile]) -> list[list[ScanFile]]:
    """Files in groups, from old to young, each of about half of the bytes that are left."""
    left = sorted(files, key=lambda f: (f.modified_us, f.path))
    groups: list[list[ScanFile]] = []
    while len(left) > 1 and len(groups) < _FIRST_PIECES - 1:
        half, size, count = sum(f.size_bytes for f in left) / 2, 0, 0
        while count < len(left) - 1 and size < half:
            size += left[count].size_bytes
            count += 1
        groups.append(left[:count])
        left = left[count:]
    return [*groups, left]
