"""DELETE of whole files: where the table knows how many rows each file holds, and a condition tells files apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hiveframe.lake.scan import ScanFile, ScanSource
from hiveframe.lake.tables.table import CountsRows
from hiveframe.optimizer.costs import SUBQUERIES, Costs, holds
from hiveframe.optimizer.substitute import substituted
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan import types as t
from hiveframe.plan.walk import preorder
from hiveframe.sessions.commands.seam import CommandSession
from hiveframe.sessions.versioned.opened import Opened


def row_counts(target: Opened) -> Mapping[str, int] | None:
    """By a file's path, its rows; None where files have to be opened to count them."""
    return target.state.row_counts() if isinstance(target.state, CountsRows) else None


def whole_files(
    session: CommandSession, target: Opened, source: ScanSource, touched: spec.Relation
) -> dict[str, int] | None:
    """The files all of whose rows are among those of `touched`, a filter over the source, with how many these are.

    None where the filter looks at more than partition columns, or where rows are not counted: rows have to be read.
    """
    if not source.partitions:
        return None
    told = _on_partitions(session.analyze(touched), source)
    counts = row_counts(target) if told is not None else None
    if told is None or counts is None:
        return None
    condition, columns = told
    places = [source.partitions.index(position) for position in columns]
    by_values: dict[tuple[Any, ...], list[ScanFile]] = {}
    for file in source.files:
        if counts[file.path]:  # a condition that fails on some values fails only where there is a row
            by_values.setdefault(tuple(file.partition_values[p] for p in places), []).append(file)
    chosen = _chosen(session, condition, list(columns.values()), list(by_values))
    return {file.path: counts[file.path] for values in chosen for file in by_values[values]}


def _on_partitions(plan: lg.Relation, source: ScanSource) -> tuple[lg.Expr, dict[int, lg.Column]] | None:
    """The filter's condition on the scan's columns, with these by their positions, if all are partition columns."""
    match plan:
        case lg.Filter(child=lg.Project(child=lg.Scan() as scan, items=items), condition=condition):
            condition = substituted(condition, {i.column.id: i.expr for i in items})
        case _:
            return None
    if scan.source is not source or Costs().of(condition).is_volatile or holds([condition], SUBQUERIES):
        return None
    positions = {c.id: p for c, p in zip(scan.output, scan.positions, strict=True)}
    used = {positions[c.id]: c for c in preorder(condition, lg.Expr) if type(c) is lg.Column}
    return (condition, used) if set(used) <= set(source.partitions) else None


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
