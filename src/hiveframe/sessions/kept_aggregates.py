"""What a session asks of the aggregates that the process keeps: plans made of them, and to learn of its runs."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Final, Protocol
from weakref import WeakKeyDictionary

import pyarrow as pa

from hiveframe.cache.aggregates.store import KeptAggregates, Rows
from hiveframe.engine.database import Database
from hiveframe.engine.process import database
from hiveframe.optimizer.statistics import StatisticsOf, estimates
from hiveframe.settings import Settings, engine_bytes, size_bytes

SETTING: Final = "spark.hiveframe.cache.aggregates"

_SHARE: Final = 16

_lock = threading.Lock()
_opened: WeakKeyDictionary[Database, KeptAggregates] = WeakKeyDictionary()


def aggregates(settings: Settings) -> KeptAggregates | None:
    """The process's aggregates, by the settings of whoever comes first; None where the session wants none."""
    if not settings.flag(SETTING):
        return None
    engine = database(settings)
    with _lock:
        made = _opened.get(engine)
        if made is None:
            given = settings.get("spark.hiveframe.cache.aggregatesBytes")
            limit_bytes = size_bytes(given) if given is not None else engine_bytes(settings) // _SHARE
            made = _opened[engine] = KeptAggregates(engine, limit_bytes)
    return made if made.limit_bytes else None


class Note(Protocol):
    """What takes notice of a run of so many seconds; `rows` estimates a relation's."""

    def __call__(self, *, seconds: float, rows: Rows) -> None: ...


def noted(
    batches: Iterator[pa.RecordBatch], note: Note, statistics: Callable[[], StatisticsOf]
) -> Iterator[pa.RecordBatch]:
    """The batches of a run, which is noted with its time once all are taken."""
    spent_s = 0.0
    with contextlib.closing(batches):  # type: ignore[type-var]
        while True:
            began = time.perf_counter()
            batch = next(batches, None)
            spent_s += time.perf_counter() - began
            if batch is None:
                break
            yield batch
    known = statistics()
    note(seconds=spent_s, rows=lambda relation: estimates(relation, known)[id(relation)].rows)
