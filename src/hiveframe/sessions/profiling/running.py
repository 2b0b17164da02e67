"""A query's run with everything about it measured."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from hiveframe.dataclass import dataclass
from hiveframe.engine.execution import Execution
from hiveframe.engine.profiling import EngineOperator
from hiveframe.optimizer.driver import Note
from hiveframe.optimizer.rules.prune_files import Evaluate
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.optimizer.statistics.plans import Constants
from hiveframe.optimizer.statistics.predicates import Given
from hiveframe.plan import logical as lg
from hiveframe.sessions.profiling.expected import Expected
from hiveframe.sessions.profiling.folders import with_folders
from hiveframe.sessions.profiling.matching import file_counts, known_of
from hiveframe.sessions.profiling.operators import profiled
from hiveframe.sessions.profiling.profile import Profile


@dataclass(frozen=True, slots=True, eq=False)
class ToProfile:
    """What a session hands over: `optimize` tells which rules it used, `execute` compiles a plan, `cache` is
    the profile's word on kept results; `statistics` and `evaluate` are for estimates, `shown` writes an expression."""

    analyzed: lg.Relation
    analysis_seconds: float
    optimize: Callable[[lg.Relation, Note], lg.Relation]
    execute: Callable[[lg.Relation], Execution]
    statistics: StatisticsOf
    evaluate: Evaluate
    shown: Callable[[lg.Expr], str]
    cache: str


def profile_of(asked: ToProfile, on_start: Callable[[Execution], None]) -> Profile:
    """The profile of a run; `on_start` is given the run before it begins, so that it can be cancelled."""
    rules: Counter[str] = Counter()
    began = time.perf_counter()
    optimized = asked.optimize(asked.analyzed, lambda rule: rules.update([rule]))
    after_rules = time.perf_counter()
    run = asked.execute(optimized)
    compiled = time.perf_counter()
    on_start(run)
    measured = run.profile()
    ended = time.perf_counter()
    known = known_of(optimized)
    found = estimates(optimized, asked.statistics, asked.evaluate)
    expected = Expected(known, found, Given(Constants(asked.evaluate)))
    nothing = EngineOperator("EMPTY_RESULT", {}, 0, 0, 0.0)
    root = with_folders(measured.operators[0] if measured.operators else nothing)
    expected.go_over(root)
    return Profile(
        measured.rows,
        profiled(root, known, expected, file_counts(asked.analyzed, known), asked.shown),
        asked.analysis_seconds + ended - began,
        asked.analysis_seconds,
        after_rules - began,
        compiled - after_rules,
        measured.planning_seconds,
        measured.peak_memory_bytes,
        measured.spilled_bytes,
        measured.bytes_read,
        dict(rules),
        asked.cache,
    )
