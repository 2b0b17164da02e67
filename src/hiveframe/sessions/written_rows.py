"""A relation's rows as the writers of `lake` take them."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from hiveframe.engine import copying
from hiveframe.lake.write.request import Build
from hiveframe.plan.logical import Relation
from hiveframe.settings import Settings


class WrittenRows:
    """Implements `lake.write.request.Rows` on the engine."""

    def __init__(self, plan: Relation, settings: Settings, on_cancel: copying.OnCancel) -> None:
        self._plan = plan
        self._settings = settings
        self._on_cancel = on_cancel

    def copy(self, build: Build) -> int:
        """Runs the COPY that `build` makes; the number of rows written."""
        return copying.copy(self._plan, build, self._settings, self._on_cancel)

    def stream(self, build: Build) -> Iterator[pa.RecordBatch]:
        """Runs the SELECT that `build` makes; its rows."""
        return copying.stream(self._plan, build, self._settings, self._on_cancel)
