"""How analysed plans are run: from what is kept of earlier runs where that will do, and by what was learned of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from hiveframe.dataclass import dataclass
from hiveframe.engine.engine import Engine
from hiveframe.optimizer.join_groups import has_joins
from hiveframe.optimizer.statistics import StatisticsOf
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import schema_of
from hiveframe.sessions.analyses import Analysis
from hiveframe.sessions.operation import Operation
from hiveframe.sessions.results import Rows, RunRows
from hiveframe.settings import Settings

if TYPE_CHECKING:
    from hiveframe.cache.aggregates.store import KeptAggregates
    from hiveframe.cache.rows import KeptRows
    from hiveframe.engine.execution import Execution
    from hiveframe.sessions.kept_results import Asked
    from hiveframe.sessions.learned_runs import LearnedRun

SMALL_BYTES: Final = 1 << 16
"""Of plans that read less than this nothing is kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """What a run of a plan would be made of: all its `kept` rows, else `plan`. `word` names what is kept of it."""

    plan: lg.Relation
    kept: KeptRows | None
    word: str


class Runs:
    """A session's runs. `statistics` gives what is known of sources, once something wants to know."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        optimized: Callable[[lg.Relation], lg.Relation],
        statistics: Callable[[], StatisticsOf],
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._optimized = optimized
        self._statistics = statistics

    def stream(self, analysis: Analysis, operation: Operation) -> Rows | RunRows:
        """The rows that were kept of an earlier run, else those of a run."""
        results = self._results(analysis)
        found = results.find() if results is not None else None
        if found is not None:
            return Rows(schema_of(analysis.plan), found)
        aggregates = self._aggregates(analysis)
        asked = _with_fragments(analysis, results)
        made = aggregates.with_kept(asked, self._settings) if aggregates is not None else None
        plan = made.plan if made is not None else asked
        run = self._run(analysis.optimized if plan is analysis.plan else self._optimized(plan))
        operation.on_cancel(run.cancel)
        operation.progress_from(run.progress)
        batches = run.batches()
        if aggregates is not None and made is not None:
            from hiveframe.sessions.kept_aggregates import noted

            note = partial(aggregates.note, asked, self._settings, but=made.parts)
            batches = noted(batches, note, self._statistics)
        if results is not None:
            batches = results.recorded(batches)
        return RunRows(schema_of(analysis.plan), run, batches)

    def foreseen(self, analysis: Analysis) -> Foreseen:
        """What `stream` would do, which leaves no trace of having been asked."""
        results = self._results(analysis)
        kept = results.peek() if results is not None else None
        if kept is not None:
            return Foreseen(analysis.plan, kept, "kept")
        asked = _with_fragments(analysis, results)
        aggregates = self._aggregates(analysis)
        plan = aggregates.with_kept(asked, self._settings, is_use=False).plan if aggregates is not None else asked
        word = "aggregates" if plan is not asked else "fragments" if plan is not analysis.plan else "none"
        return Foreseen(plan, None, word)

    def _run(self, plan: lg.Relation) -> Execution | LearnedRun:
        if not has_joins(plan):
            return self._engine.execute(plan, self._settings)
        from hiveframe.sessions.learned_runs import run_of  # only where joins can be ordered

        return run_of(plan, self._engine, self._settings, self._statistics())

    def _results(self, analysis: Analysis) -> Asked | None:
        if not _reads_much(analysis):
            return None
        from hiveframe.sessions.kept_results import asked  # only where files are read

        return asked(analysis, self._settings)

    def _aggregates(self, analysis: Analysis) -> KeptAggregates | None:
        if not _reads_much(analysis):
            return None
        from hiveframe.sessions.kept_aggregates import aggregates  # only where files are read

        return aggregates(self._settings)


def _with_fragments(analysis: Analysis, results: Asked | None) -> lg.Relation:
    """The analysed plan with what is kept of it in its place."""
    made = results.with_fragments() if results is not None else None
    return analysis.plan if made is None else made


def _reads_much(analysis: Analysis) -> bool:
    """Whether there is so much to be read that keeping something of it may be worth it."""
    sources = analysis.reads.sources
    return bool(sources) and sum(source.size_bytes for source in sources) >= SMALL_BYTES
