"""Kept results as parts of other queries.

A result that is all of an aggregation's rows, sorted or with columns in another order, is that aggregation for whoever
sorts it otherwise, cuts it, filters it or joins it. Nothing is run to make fragments: they are results that were kept.
"""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Final

import pyarrow as pa

from hiveframe.cache.keys import HINT_DIGITS
from hiveframe.dataclass import dataclass
from hiveframe.lake.scan import ScanSource
from hiveframe.optimizer.join_groups import is_whole
from hiveframe.plan import logical as lg
from hiveframe.plan.walk import children, preorder, rewrite_up

_CAPACITY: Final = 4096

Lookup = Callable[[lg.Relation], pa.Table | None]
"""The rows of a part of a plan, columns in the order of its output, where they are kept."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """What a plan's result is all rows of; `positions[i]` says where in the result the plan has its column i."""

    plan: lg.Relation
    positions: tuple[int, ...]


def fragment_of(plan: lg.Relation) -> Fragment | None:
    """The aggregation whose rows the plan's result holds, each with all of its columns; None where there is none."""
    places = {c.id: i for i, c in enumerate(plan.output)}
    node = plan
    while not isinstance(node, (lg.Aggregate, lg.Distinct)):
        if isinstance(node, lg.Project):
            passed = [item for item in node.items if isinstance(item.expr, lg.Column) and item.column.id in places]
            places = {item.expr.id: places[item.column.id] for item in passed if isinstance(item.expr, lg.Column)}
        elif not isinstance(node, (lg.Sort, lg.Repartition)):
            return None
        node = node.child
    if not is_whole(node) or not all(c.id in places for c in node.output):
        return None
    return Fragment(node, tuple(places[c.id] for c in node.output))


def with_fragments(plan: lg.Relation, lookup: Lookup) -> lg.Relation:
    """The plan with kept rows in the place of aggregations; the same object where none are kept."""
    found: dict[int, lg.LocalData] = {}
    pending = [plan]
    while pending:
        node = pending.pop()
        if isinstance(node, (lg.Aggregate, lg.Distinct)) and is_whole(node):
            rows = lookup(node)
            if rows is not None:
                found[id(node)] = lg.LocalData(node.output, rows, is_kept=True)
                continue
        if isinstance(node, lg.Join) and node.is_lateral:
            pending.append(node.left)  # the right side mentions columns of the left
        else:
            pending += children(node, lg.Relation)
    if not found:
        return plan
    return rewrite_up(plan, lg.Relation, lambda node: found.get(id(node), node))


def sources_in(plan: lg.Relation) -> list[ScanSource]:
    """What a part of a plan reads."""
    return [node.source for node in preorder(plan, lg.Node) if isinstance(node, lg.Scan)]


class HeldFragments:
    """Which entry holds the rows of which aggregation, for the latest of them. Thread-safe."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, tuple[str, tuple[int, ...]]] = OrderedDict()
        self._hints: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def is_any(self) -> bool:
        """Whether any is known."""
        return bool(self._held)

    def may_hold(self, hint: str) -> bool:
        """Whether there are names that begin so."""
        return self._hints[hint] > 0

    def note(self, name: str, positions: tuple[int, ...], *, held_by: str) -> None:
        """The entry `held_by` has the aggregation's columns at these positions."""
        self.forget(name)
        with self._lock:
            self._held[name] = held_by, positions
            self._hints[name[:HINT_DIGITS]] += 1
            oldest = next(iter(self._held)) if len(self._held) > _CAPACITY else None
        if oldest is not None:
            self.forget(oldest)

    def forget(self, name: str) -> None:
        """Nothing has them any more."""
        with self._lock:
            if self._held.pop(name, None) is not None:
                self._hints.subtract([name[:HINT_DIGITS]])
                self._hints = +self._hints

    def find(self, name: str) -> tuple[str, tuple[int, ...]] | None:
        """The entry that has them, and where."""
        return self._held.get(name)
