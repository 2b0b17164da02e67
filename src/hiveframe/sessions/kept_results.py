"""What a session asks of the cache of results: whether an analysis' rows are there, and to keep those of its run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyarrow as pa

from hiveframe.cache.process import results
from hiveframe.cache.questions import Question
from hiveframe.cache.rows import KeptRows
from hiveframe.engine.arrow_edges import arrow_schema, relabelled
from hiveframe.plan import logical as lg
from hiveframe.plan.logical import schema_of
from hiveframe.sessions.analyses import Analysis
from hiveframe.settings import Settings

SETTING: Final = "spark.hiveframe.cache.results"


def asked(analysis: Analysis, settings: Settings) -> Asked | None:
    """The question for an analysis; None where its rows are not to be kept."""
    mode = settings.require(SETTING).lower()
    if mode == "false":
        return None
    return Asked(analysis, settings, keeps_all=mode == "true")


class Asked:
    """One run of an analysed plan, seen from the cache."""

    def __init__(self, analysis: Analysis, settings: Settings, *, keeps_all: bool) -> None:
        self._results = results(settings)
        self._question = Question(analysis.plan, analysis.sources, settings, keeps_all=keeps_all, once=analysis.key)
        self._schema: pa.Schema = arrow_schema(schema_of(analysis.plan).fields, settings.time_zone)

    def find(self) -> Iterator[pa.RecordBatch] | None:
        """The rows, where they are kept."""
        found = self._results.find(self._question)
        return None if found is None else (relabelled(b, self._schema) for b in found.batches())

    def peek(self) -> KeptRows | None:
        """The rows as they are kept, without their counting as used."""
        return self._results.peek(self._question)

    def with_fragments(self) -> lg.Relation | None:
        """The plan with what is kept of it in its place; None where nothing is."""
        return self._results.with_fragments(self._question)

    def recorded(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The batches of a run, which are offered to the cache once all are taken."""
        return self._results.recorded(self._question, batches, self._schema)
