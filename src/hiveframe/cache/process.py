"""The one cache of results of this process, made on first use."""

from __future__ import annotations

import atexit
import os
import threading
from typing import Final

from hiveframe.cache.disk_tier import DiskTier
from hiveframe.cache.memory_tier import MemoryTier
from hiveframe.cache.pheromone import Pheromone
from hiveframe.cache.results import Results
from hiveframe.settings import Settings, engine_bytes, scratch_dir, size_bytes

_MEMORY_SHARE: Final = 32
_MOST_MEMORY: Final = 256 << 20

_lock = threading.Lock()
_results: Results | None = None


def results(settings: Settings) -> Results:
    """The process's cache; the `settings` of whoever comes first decide its sizes and where it lies."""
    global _results
    if _results is None:
        with _lock:
            if _results is None:
                _results = opened(settings)
                atexit.register(_results.note_counts)
    return _results


def opened(settings: Settings) -> Results:
    """A cache of the sizes that the settings give."""
    memory_bytes = memory_limit(settings)
    disk = disk_tier(settings)
    return Results(MemoryTier(Pheromone(memory_bytes)), disk if disk.limit_bytes else None, memory_bytes)


def memory_limit(settings: Settings) -> int:
    """The most bytes in memory: what is set, else a small part of the engine's."""
    given = settings.get("spark.hiveframe.cache.memory")
    if given is not None:
        return size_bytes(given)
    return min(engine_bytes(settings) // _MEMORY_SHARE, _MOST_MEMORY)


def disk_tier(settings: Settings) -> DiskTier:
    """The folder of kept results, whether or not room is given to it."""
    limit_bytes = size_bytes(settings.require("spark.hiveframe.cache.disk"))
    folder = settings.get("spark.local.dir") or scratch_dir()
    return DiskTier(os.path.join(folder, "results"), limit_bytes)
