"""How analysed plans are run: from what is kept of earlier runs where that will do, and by what was learned of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from hiveframe.dataclass import dataclass
from hiveframe.engine.engine import Engine
from hiveframe.engine.execution import Execution
from hiveframe.optimizer.adaptive import reading
from hiveframe.optimizer.adaptive.reading import is_large
from hiveframe.optimizer.join_groups import has_joins
from hiveframe.optimizer.statistics import StatisticsOf
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import schema_of
from hiveframe.sessions.analyses import Analysis
from hiveframe.sessions.answering import Answer, Answering
from hiveframe.sessions.operation import Operation
from hiveframe.sessions.results import Rows, RunRows
from hiveframe.sessions.written_rows import WrittenRows
from hiveframe.settings import Settings

if TYPE_CHECKING:
    from hiveframe.cache.rows import KeptRows
    from hiveframe.optimizer.adaptive.choosing import FirstPart
    from hiveframe.sessions.adaptive_runs import AdaptiveRun, Found
    from hiveframe.sessions.learned_runs import Run

ADAPTIVE: Final = "spark.sql.adaptive.enabled"
BY_KEYS: Final = "spark.sql.optimizer.dynamicPartitionPruning.enabled"


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
        prune: Callable[[lg.Relation], lg.Relation],
        statistics: Callable[[], StatisticsOf],
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._optimized = optimized
        self._prune = prune
        self._statistics = statistics

    def stream(self, analysis: Analysis, operation: Operation) -> Rows | RunRows:
        """The rows that were kept of an earlier run, else those of a run."""
        answering = self._answering(analysis)
        found = answering.rows()
        if found is not None:
            return Rows(schema_of(analysis.plan), found)
        answer = answering.answer()
        run = self._run(self._made_ready(analysis, answer))
        operation.on_cancel(run.cancel)
        operation.progress_from(run.progress)
        batches = answering.recorded(answering.noted(answer, run.batches()))
        return RunRows(schema_of(analysis.plan), run, batches)

    def written(self, analysis: Analysis, operation: Operation) -> WrittenRows:
        """The rows for a writer, in files or as batches of its own: made as those of `stream`, but kept by nobody.

        Nothing is tried with them: the joins are ordered as the engine does. What is run first is run here.
        """
        answering = self._answering(analysis)
        answer = answering.answer()
        plan, _ = self.adapted(self._made_ready(analysis, answer), lambda run: operation.on_cancel(run.cancel))
        return WrittenRows(plan, self._settings, operation.on_cancel, partial(answering.noted, answer))

    def foreseen(self, analysis: Analysis) -> Foreseen:
        """What `stream` would do, which leaves no trace of having been asked."""
        answering = self._answering(analysis)
        kept = answering.peek()
        if kept is not None:
            return Foreseen(analysis.plan, kept, "kept")
        answer = answering.answer(is_use=False)
        is_plain = answer.plan is analysis.plan
        word = "aggregates" if answer.made else "none" if is_plain else "fragments"
        return Foreseen(answer.plan, None, word)

    def _answering(self, analysis: Analysis) -> Answering:
        return Answering(analysis, self._settings, self._statistics)

    def _made_ready(self, analysis: Analysis, answer: Answer) -> lg.Relation:
        return analysis.optimized if answer.plan is analysis.plan else self._optimized(answer.plan)

    def _run(self, plan: lg.Relation) -> Run:
        if not has_joins(plan):
            return self._begun(plan)
        from hiveframe.sessions.learned_runs import run_of  # only where joins can be ordered

        return run_of(plan, self._begun, self._settings, self._statistics())

    def _begun(self, plan: lg.Relation) -> Execution | AdaptiveRun:
        parts = self.first_parts(plan)
        if not parts:
            return self._execute(plan)
        from hiveframe.sessions.adaptive_runs import AdaptiveRun  # only where a part is run first

        return AdaptiveRun(plan, parts, self._execute, self._prune)

    def adapted(
        self, plan: lg.Relation, on_start: Callable[[Execution | AdaptiveRun], None]
    ) -> tuple[lg.Relation, Sequence[Found]]:
        """The plan once parts of it have been run, and what came of these; `on_start` gets what cancels them."""
        run = self._begun(plan)
        if isinstance(run, Execution):
            return plan, ()
        on_start(run)
        return run.rest_plan, run.found

    def first_parts(self, plan: lg.Relation) -> list[FirstPart]:
        """The parts of an optimised plan that are run before the rest."""
        if not self._settings.flag(ADAPTIVE) or not self._settings.flag(BY_KEYS) or not is_large(plan, reading.WORTH):
            return []
        from hiveframe.sessions.adaptive_runs import parts_of  # only for large plans

        return parts_of(plan, self._statistics, reading.WORTH)

    def _execute(self, plan: lg.Relation) -> Execution:
        return self._engine.execute(plan, self._settings)
