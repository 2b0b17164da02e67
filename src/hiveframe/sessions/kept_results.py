"""What a session asks of the cache of results: whether an analysis' rows are there, and to keep those of its run."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

import pyarrow as pa

from hiveframe.cache.keys import PlanKey, Stamps, hint_of, plan_key
from hiveframe.cache.process import results
from hiveframe.cache.rows import KeptRows
from hiveframe.engine.arrow_edges import arrow_schema, relabelled
from hiveframe.lake.exact_state import stamped_files
from hiveframe.plan.logical import schema_of
from hiveframe.sessions.analyses import Analysis
from hiveframe.settings import Settings

SETTING: Final = "spark.hiveframe.cache.results"

SMALL_BYTES: Final = 1 << 16
"""Plans that read less than this are not looked at."""


def asked(analysis: Analysis, settings: Settings) -> Asked | None:
    """The question for an analysis; None where its rows are not to be kept."""
    mode = settings.require(SETTING).lower()
    if mode == "false" or sum(s.size_bytes for s in analysis.reads.sources) < SMALL_BYTES:
        return None
    return Asked(analysis, settings, keeps_all=mode == "true")


class Asked:
    """One run of a plan, seen from the cache."""

    def __init__(self, analysis: Analysis, settings: Settings, *, keeps_all: bool) -> None:
        self._analysis = analysis
        self._settings = settings.copy()  # they may change before the key is made
        self._keeps_all = keeps_all
        self._results = results(settings)
        self._fields = schema_of(analysis.plan).fields
        self._schema: pa.Schema = arrow_schema(self._fields, settings.time_zone)

    def find(self) -> Iterator[pa.RecordBatch] | None:
        """The rows, where they are kept."""
        found = self._results.find(self._name) if self._may_be_kept and self._key is not None else None
        if found is None:
            self._results.missed()
            return None
        return (relabelled(b, self._schema) for b in found.batches())

    def peek(self) -> KeptRows | None:
        """The rows as they are kept, without their counting as used."""
        return self._results.peek(self._name) if self._may_be_kept and self._key is not None else None

    def recorded(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches of a run, which are offered to the cache once all are taken."""
        stamps = self._stamps  # from before the run
        return self._results.recorded(batches, self._schema, self._hint, lambda: self._key, stamps)

    @property
    def _may_be_kept(self) -> bool:
        return self._results.may_hold(self._hint)

    @property
    def _name(self) -> str:
        assert self._key is not None
        return f"{self._hint}-{self._key.at(self._stamps)}"

    @cached_property
    def _hint(self) -> str:
        return hint_of(self._analysis.plan, self._analysis.reads.sources)

    @cached_property
    def _stamps(self) -> Stamps:
        return Stamps.now(path for source in self._analysis.reads.sources for path in stamped_files(source))

    @cached_property
    def _key(self) -> PlanKey | None:
        key = self._analysis.key(lambda plan: plan_key(plan, self._settings))
        return key if key is not None and (key.is_determined or self._keeps_all) else None
