"""A relation's rows as the writers of `lake` take them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pyarrow as pa

from hiveframe.engine import copying
from hiveframe.lake.write.request import Build
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings

Noted = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
"""The batches of a run, which is noted once they are exhausted."""


class WrittenRows:
    """Implements `lake.write.request.Rows` on the engine."""

    def __init__(self, plan: Relation, settings: Settings, on_cancel: copying.OnCancel, noted: Noted) -> None:
        self._plan = plan
        self._settings = settings
        self._on_cancel = on_cancel
        self._noted = noted

    def copy(self, build: Build) -> int:
        """Runs the COPY that `build` makes; the number of rows written."""
        counted = [batch.column(0)[0].as_py() for batch in self.stream(build) if batch.num_rows]
        return int(counted[0]) if counted else 0

    def stream(self, build: Build) -> Iterator[pa.RecordBatch]:
        """Runs the SELECT that `build` makes; its rows."""
        return self._noted(copying.stream(self._plan, build, self._settings, self._on_cancel))
