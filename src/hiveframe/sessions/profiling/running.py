"""A query's run with everything about it measured."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence

from hiveframe.dataclass import dataclass
from hiveframe.engine.execution import Execution
from hiveframe.engine.profiling import EngineOperator
from hiveframe.optimizer.driver import Note
from hiveframe.optimizer.rules.prune_files import Evaluate
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.optimizer.statistics.plans import Constants
from hiveframe.optimizer.statistics.predicates import Given
from hiveframe.plan import logical as lg
from hiveframe.sessions.adaptive_runs import Found
from hiveframe.sessions.explaining.physical import physical_tree
from hiveframe.sessions.profiling.expected import Expected
from hiveframe.sessions.profiling.folders import with_folders
from hiveframe.sessions.profiling.matching import file_counts, known_of
from hiveframe.sessions.profiling.operators import profiled
from hiveframe.sessions.profiling.profile import Profile, RunFirst


@dataclass(frozen=True, slots=True, eq=False)
class ToProfile:
    """What a session hands over: `optimize` tells which rules it used, `adapt` runs
    what is to be run first, `execute` compiles a plan, `cache` is
    the profile's word on kept results; `statistics` and `evaluate` are for estimates, `shown` writes an expression."""

    analyzed: lg.Relation
    analysis_seconds: float
    optimize: Callable[[lg.Relation, Note], lg.Relation]
    adapt: Callable[[lg.Relation], tuple[lg.Relation, Sequence[Found]]]
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
    optimized, found_first = asked.adapt(optimized)
    after_first = time.perf_counter()
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
        compiled - after_first,
        measured.planning_seconds,
        measured.peak_memory_bytes,
        measured.spilled_bytes,
        measured.bytes_read,
        dict(rules),
        asked.cache,
        tuple(_first(one, asked.shown) for one in found_first),
    )


def _first(found: Found, shown: Callable[[lg.Expr], str]) -> RunFirst:
    """What came of a part, as it is told."""
    keys = tuple(dict.fromkeys(own.name for own, _, _ in found.part.told))
    return RunFirst(physical_tree(found.part.plan, shown), keys, found.row_count, found.seconds, found.is_used)
