"""The bee on a thread of its own: from time to time it visits the tables of sessions that asked for it.

`spark.hiveframe.honey.bee` starts it at the first read of a HoneyStore table. A process that ends writes its footprints
into the manifests, where another's bee finds them. It works on one core within a budget of
rows a visit, and what goes wrong with one table is noted in the log and tried again at the next visit.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterable
from typing import Final

import duckdb

from hiveframe.errors import SparkError
from hiveframe.lake.honey.place import Place
from hiveframe.lake.honey.snapshot import SNAPSHOTS
from hiveframe.lake.honey.trails import FOOTPRINTS, half_life, reinforce
from hiveframe.settings import Settings

_SETTING: Final = "spark.hiveframe.honey.bee"
_SECONDS: Final = "spark.hiveframe.honey.beeSeconds"
_ROWS_A_VISIT: Final = 5_000_000
_log: Final = logging.getLogger(__name__)


class Background:
    """The thread, started once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self.seconds = 0.0
        self.places: set[Place] = set()
        self._keeps = False

    def ensure(self, settings: Settings, place: Place) -> None:
        """Footprints kept when the process ends; the table visited by the thread, if the settings ask for it."""
        if not self._keeps:
            self._keeps = True
            atexit.register(keep_footprints)
        if not settings.flag(_SETTING):
            return
        with self._lock:
            self.seconds = float(settings.number(_SECONDS))
            self.places.add(place)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="honey-bee", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(self.seconds):
            with self._lock:
                used = self.places & set(FOOTPRINTS.places())
            visit(used)


BACKGROUND: Final = Background()


def keep_footprints() -> None:
    """Write what was counted into the manifests; a table that is gone, or cannot be written, has no use for it."""
    for place in FOOTPRINTS.places():
        with contextlib.suppress(SparkError, OSError):
            snapshot = SNAPSHOTS.load(place)
            if snapshot is not None and os.path.isdir(place.location):
                half = half_life(snapshot.definition.properties)
                reinforce(place, FOOTPRINTS.take(place), time.time_ns() // 1000, half)


def visit(places: Iterable[Place]) -> None:
    """Visit tables, those that were used since the last time."""
    from hiveframe.lake.honey.bee import Budget, adapt  # loads Arrow's and Vortex's readers

    for place in places:
        try:
            for done in adapt(place, Budget(_ROWS_A_VISIT, threads=1)):
                _log.info("%s: %s", place.location, done)
        except (SparkError, OSError, duckdb.Error) as error:
            _log.warning("%s was not laid out anew: %s", place.location, error)
