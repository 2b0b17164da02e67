"""DELETE of whole files: where the table knows how many rows each file holds, and what it says of them tells enough.

A condition that compares columns with constants is held against the bounds of each file: of one within, all rows go, of
one outside, none. Any other, on partition columns alone, is computed once for each partition's values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.rules.prune_files import all_predicates
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import Opened


@dataclass(frozen=True, slots=True, eq=False)
class WholeFiles:
    """By path, the row counts of files of which all rows fulfil a condition; `rest` are the files that may hold others.

    `rest` is None where no other file has a row that fulfils it.
    """

    counts: Mapping[str, int]
    rest: ScanSource | None = None

    @property
    def row_count(self) -> int:
        """Rows in the whole files."""
        return sum(self.counts.values())


def whole_files(
    session: CommandSession, target: Opened, source: ScanSource, touched: spec.Relation
) -> WholeFiles | None:
    """What is known of the rows of `touched`, a filter over the source, by whole files.

    None where the condition says nothing of whole files, or where rows are not counted: rows have to be read.
    """
    found = _condition(session.analyze(touched), source)
    counts = target.state.row_counts() if found is not None else None
    if found is None or counts is None:
        return None
    condition, scan = found
    by_bounds = _by_bounds(session, source, condition, scan, counts)
    if by_bounds is not None and by_bounds.rest is None:
        return by_bounds
    columns = _partition_columns(condition, scan, source)
    if columns is None:
        return by_bounds
    return WholeFiles({f.path: counts[f.path] for f in _of_partitions(session, source, condition, columns, counts)})


def _by_bounds(
    session: CommandSession, source: ScanSource, condition: lg.Expr, scan: lg.Scan, counts: Mapping[str, int]
) -> WholeFiles | None:
    """What the bounds of files tell; None where they do not tell of all that the condition asks."""
    predicates = all_predicates(condition, scan, session.environment.evaluate)
    if predicates is None:
        return None
    whole = source.pruner.whole(source, predicates)
    others = source.pruner.some(source, predicates) - whole
    return WholeFiles({path: counts[path] for path in whole}, source.restricted(others) if others else None)


def _condition(plan: lg.Relation, source: ScanSource) -> tuple[lg.Expr, lg.Scan] | None:
    """The filter's condition on the columns of the source's scan, if it gives the same whenever it is computed."""
    match plan:
        case lg.Filter(child=lg.Project(child=lg.Scan() as scan, items=items), condition=condition):
            condition = substituted(condition, {i.column.id: i.expr for i in items})
        case _:
            return None
    if scan.source is not source or Costs().of(condition).is_volatile or holds([condition], SUBQUERIES):
        return None
    return condition, scan


def _partition_columns(condition: lg.Expr, scan: lg.Scan, source: ScanSource) -> dict[int, lg.Column] | None:
    """The columns that the condition looks at, by their positions, if all are partition columns."""
    positions = {c.id: p for c, p in zip(scan.output, scan.positions, strict=True)}
    used = {positions[c.id]: c for c in preorder(condition, lg.Expr) if type(c) is lg.Column}
    return used if set(used) <= set(source.partitions) else None


def _of_partitions(
    session: CommandSession,
    source: ScanSource,
    condition: lg.Expr,
    columns: Mapping[int, lg.Column],
    counts: Mapping[str, int],
) -> list[ScanFile]:
    """The files of the partitions for which the condition is true."""
    places = [source.partitions.index(position) for position in columns]
    by_values: dict[tuple[Any, ...], list[ScanFile]] = {}
    for file in source.files:
        if counts[file.path]:  # a condition that fails on some values fails only where there is a row
            by_values.setdefault(tuple(file.partition_values[p] for p in places), []).append(file)
    chosen = _chosen(session, condition, list(columns.values()), list(by_values))
    return [file for values in chosen for file in by_values[values]]


def _chosen(
    session: CommandSession, condition: lg.Expr, columns: Sequence[lg.Column], values: Sequence[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    """Those of the columns' values for which the condition is true."""
    if not values:
        return []
    number = lg.Column(max((c.id for c in columns), default=0) + 1, "number", t.INT, nullable=False)
    rows = tuple(
        (*(lg.Literal(v, c.dtype) for v, c in zip(held, columns, strict=True)), lg.Literal(i, t.INT))
        for i, held in enumerate(values)
    )
    there = lg.Filter(lg.Values((*columns, number), rows), condition)
    found = session.compute(lg.Project(there, (lg.Named(number, number),)))
    return [values[i] for i in found.column(0).to_pylist()]
