"""Analyses that may serve again: a client asks of one query whether it is right, for its columns, then for its rows.

An analysis holds for as long as everything that it was made from is as it was: the session (its settings and, by the
count of commands, its names), and what it asked beyond the session, which is asked again: catalog entries must be equal
and the files listed must be the same, unchanged. One that read rows or computed values while it was made
(a pivot without values, a command's rows) never serves again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from hiveframe.lake.registry import source_state
from hiveframe.lake.scan import ScanSource
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.optimizer.driver import optimize
from hiveframe.plan import logical as lg
from hiveframe.plan import spec
from hiveframe.plan.walk import preorder

if TYPE_CHECKING:
    from hiveframe.cache.keys import PlanKey

_CAPACITY: Final = 256


class Reads:
    """What one analysis asked beyond its session; `is_repeatable` False notes nothing, as nobody will ask again."""

    def __init__(self, *, is_repeatable: bool = True) -> None:
        self._checks: list[Callable[[], bool]] = []
        self._is_repeatable = is_repeatable
        self._opened: dict[object, ScanSource] = {}

    def opened(self, request: ReadRequest) -> ScanSource | None:
        """What the analysis has opened for an equal request: all of a query sees the same files."""
        key = _request_key(request)
        return self._opened.get(key) if key is not None else None

    def note(self, ask: Callable[[], Any], answer: Any) -> None:
        """The analysis depends on `ask()` giving `answer`."""
        if self._is_repeatable:
            self._checks.append(lambda: bool(ask() == answer))

    def note_files(self, request: ReadRequest, context: ReadContext, source: ScanSource) -> None:
        """The analysis depends on the files that a source found."""
        key = _request_key(request)
        if key is not None:
            self._opened[key] = source
        found = source.files if source.state is None else source.state
        if found:
            self.note(lambda: source_state(request, context), found)
        else:
            self.never_again()

    def never_again(self) -> None:
        """The analysis depends on something that cannot be asked again."""
        self._is_repeatable = False
        self._checks.clear()

    @property
    def is_repeatable(self) -> bool:
        """Whether `still_hold` can tell."""
        return self._is_repeatable

    def still_hold(self) -> bool:
        """Whether everything that was asked would be answered alike now."""
        return self._is_repeatable and all(check() for check in self._checks)


def _request_key(request: ReadRequest) -> object | None:
    """Equal for requests of the same files read in the same way; None where that is not told cheaply."""
    if request.schema is not None or request.provider is not None or request.predicates or request.partitions:
        return None
    told = request.format, request.paths, tuple(request.options.items()), request.partition_columns
    return *told, request.is_table, request.as_of, request.place


@dataclass(eq=False)
class Analysis:
    """A typed plan with what it was made from."""

    plan: lg.Relation
    version: object
    reads: Reads = field(default_factory=Reads)
    optimize: Callable[[lg.Relation], lg.Relation] = optimize

    _key: list[PlanKey | None] = field(default_factory=list)

    def key(self, make: Callable[[lg.Relation], PlanKey | None]) -> PlanKey | None:
        """The plan's key under the session's settings, which are the same for as long as the analysis holds."""
        if not self._key:
            self._key.append(make(self.plan))
        return self._key[0]

    @cached_property
    def sources(self) -> Sequence[ScanSource]:
        """What the plan reads, as often as it does."""
        return [node.source for node in preorder(self.plan, lg.Node) if isinstance(node, lg.Scan)]

    @cached_property
    def optimized(self) -> lg.Relation:
        """The plan as the engine gets it."""
        return self.optimize(self.plan)


class Analyses:
    """A session's latest analyses by plan: the same object, or the same text for `spark.sql(text)`. Thread-safe."""

    def __init__(self) -> None:
        self._entries: OrderedDict[object, tuple[spec.Relation, Analysis]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, plan: spec.Relation, version: object) -> Analysis | None:
        """The plan's analysis if it still holds under the session's `version`."""
        key = _key(plan)
        entry = self._entries.get(key)
        if entry is None:
            return None
        known = entry[1]
        if known.version == version and known.reads.still_hold():
            return known
        with self._lock:
            self._entries.pop(key, None)
        return None

    def keep(self, plan: spec.Relation, analysis: Analysis) -> None:
        """Remember an analysis; the oldest goes when there are too many."""
        if not analysis.reads.is_repeatable:
            return
        with self._lock:
            self._entries[_key(plan)] = (plan, analysis)  # holds the plan, whose identity is the key
            if len(self._entries) > _CAPACITY:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._entries.clear()


def _key(plan: spec.Relation) -> object:
    if isinstance(plan, spec.SqlQuery) and not (plan.named_args or plan.positional_args or plan.views):
        return plan.text
    return id(plan)
