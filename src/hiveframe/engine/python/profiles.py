"""Profiles of the user's functions (`spark.sql.pyspark.udf.profiler`), kept until the session's client takes them.

PySpark's worker measures, and adds what it measured to an accumulator that it looks up by number; the one that it finds
here is the session's own.
"""

from __future__ import annotations

import itertools
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from weakref import WeakKeyDictionary

from hiveframe.settings import Settings

SETTING: Final = "spark.sql.pyspark.udf.profiler"
_OLD_CHANNEL: Final = -1  # pyspark.accumulators.SpecialAccumulatorIds
_CHANNEL: Final = -2

_of_session: WeakKeyDictionary[Settings, Profiles] = WeakKeyDictionary()
_numbers = itertools.count(1)
_opening = threading.Lock()  # the worker's registry is the process's


class Profiles:
    """What was measured in a session, by function; stands in the worker for an accumulator."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Any = {}  # what the worker adds, by function
        self.running = threading.Lock()  # one call at a time: Python has one profiler

    def add(self, update: Any) -> None:
        """Called by the worker after each call of a function."""
        from pyspark.sql.profiler import ProfileResultsParamV2

        with self._lock:
            self._found = ProfileResultsParamV2.addInPlace(self._found, update)

    def taken(self) -> bytes | None:
        """All of it as the client reads it, once; None when there is nothing new."""
        with self._lock:
            found, self._found = self._found, {}
        return pickle.dumps((_CHANNEL, found)) if found else None


class _Nowhere:
    """Where clients before Spark 4.2 looked."""

    def add(self, update: Any) -> None:
        """Nothing."""


def profiles_of(settings: Settings) -> Profiles | None:
    """Where to put what is measured; None where nothing is."""
    if not settings.get(SETTING):
        return None
    with _opening:
        found = _of_session.get(settings)
        if found is None:
            found = _of_session[settings] = Profiles()
        return found


def fresh_number(settings: Settings) -> int:
    """A number for a function of a query, which its profile is shown by; 0 where nothing is measured."""
    return next(_numbers) if settings.get(SETTING) else 0


@contextmanager
def measured_into(profiles: Profiles | None) -> Iterator[None]:
    """Functions that the worker wraps inside add to `profiles`."""
    if profiles is None:
        yield
        return
    from pyspark.accumulators import _accumulatorRegistry as registry

    with _opening:
        registry[_OLD_CHANNEL], registry[_CHANNEL] = _Nowhere(), profiles  # type: ignore[assignment]
        try:
            yield
        finally:
            del registry[_OLD_CHANNEL], registry[_CHANNEL]
