"""The way from a typed plan to Arrow batches."""

from __future__ import annotations

from hiveframe.engine.compiled import Compiled, compile_plan
from hiveframe.engine.database import Database
from hiveframe.engine.execution import Execution
from hiveframe.engine.process import database
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings

_BATCH_ROWS = 10_000


class Engine:
    """Runs plans on one database; sessions share it. `plan` is what analysis made, optimised or not."""

    def __init__(self, own: Database | None = None) -> None:
        self._own = own

    def compile(self, plan: Relation, settings: Settings) -> Compiled:
        """The statement of a plan, for running it or for EXPLAIN."""
        return compile_plan(plan, settings, self._database(settings))

    def execute(self, plan: Relation, settings: Settings) -> Execution:
        """A run of the plan, not yet begun. Emission errors are raised here, run-time errors by its batches."""
        rows = settings.number("spark.sql.execution.arrow.maxRecordsPerBatch")
        return Execution(
            plan, self.compile(plan, settings), self._database(settings), batch_rows=rows if rows > 0 else _BATCH_ROWS
        )

    def _database(self, settings: Settings) -> Database:
        return self._own or database(settings)
