"""How a plan is answered from what is kept, whoever wants its rows: results, parts of these, groups of aggregations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from hiveframe.dataclass import dataclass
from hiveframe.optimizer.statistics import StatisticsOf
from hiveframe.plan.logical import Relation
from hiveframe.sessions.analyses import Analysis
from hiveframe.settings import Settings

if TYPE_CHECKING:
    from hiveframe.cache.rows import KeptRows

SMALL_BYTES: Final = 1 << 16
"""Of plans that read less than this nothing is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """`plan` gives the rows: what was asked for with what is kept in the place of parts.

    In `fragments` these are parts of results alone; its aggregations of the identities `made` are of kept groups.
    """

    plan: Relation
    fragments: Relation
    made: frozenset[int]


class Answering:
    """One analysed plan, seen from what is kept of its sources in the states that the plan is bound to."""

    def __init__(self, analysis: Analysis, settings: Settings, statistics: Callable[[], StatisticsOf]) -> None:
        self._analysis = analysis
        self._settings = settings
        self._statistics = statistics
        self._results = self._aggregates = None
        if analysis.sources and sum(source.size_bytes for source in analysis.sources) >= SMALL_BYTES:
            from hiveframe.sessions import kept_aggregates, kept_results  # only where files are read

            self._results = kept_results.asked(analysis, settings)
            self._aggregates = kept_aggregates.aggregates(settings)

    def rows(self) -> Iterator[pa.RecordBatch] | None:
        """All rows, where they are kept of an earlier run."""
        return self._results.find() if self._results is not None else None

    def peek(self) -> KeptRows | None:
        """All rows as they are kept, without their counting as used."""
        return self._results.peek() if self._results is not None else None

    def answer(self, *, is_use: bool = True) -> Answer:
        """What to run; `is_use`: it is run, which keeps alive what it is made of."""
        made = self._results.with_fragments() if self._results is not None else None
        fragments = self._analysis.plan if made is None else made
        if self._aggregates is None:
            return Answer(fragments, fragments, frozenset())
        kept = self._aggregates.with_kept(fragments, self._settings, is_use=is_use)
        return Answer(kept.plan, fragments, kept.parts)

    def noted(self, answer: Answer, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches of a run of the answer, from which is learned what to keep groups of."""
        if self._aggregates is None:
            return batches
        from hiveframe.sessions.kept_aggregates import noted

        note = partial(self._aggregates.note, answer.fragments, self._settings, but=answer.made)
        return noted(batches, note, self._statistics)

    def recorded(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches of a run, all the rows of the plan, which are offered to the results."""
        return self._results.recorded(batches) if self._results is not None else batches
