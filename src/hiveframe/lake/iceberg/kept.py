"""What was found in files that never change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """Values by the paths of the files that they were found in: those used last. Thread-safe."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._held: OrderedDict[str, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, path: str, find: Callable[[], Value]) -> Value:
        """What is known of a file, or found now."""
        with self._lock:
            if path in self._held:
                self._held.move_to_end(path)
                return self._held[path]
        found = find()
        with self._lock:
            self._held[path] = found
            if len(self._held) > self._capacity:
                self._held.popitem(last=False)
        return found
