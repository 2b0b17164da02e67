"""What was opened lately of files that never change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final, Generic, TypeVar

T = TypeVar("T")

_CAPACITY: Final = 256


class Opened(Generic[T]):
    """What `open_one` made of the files used last, by path. Thread-safe.

    A table's files are written once under names that never come again, so a path is all there is to know.
    """

    def __init__(self, open_one: Callable[[str], T], capacity: int = _CAPACITY) -> None:
        self._open_one = open_one
        self._known: OrderedDict[str, T] = OrderedDict()
        self._capacity = capacity
        self._lock = Lock()

    def get(self, path: str) -> T:
        """What the file was opened as."""
        with self._lock:
            found = self._known.get(path)
            if found is not None:
                self._known.move_to_end(path)
                return found
        made = self._open_one(path)
        with self._lock:
            self._known[path] = made
            while len(self._known) > self._capacity:
                self._known.popitem(last=False)
        return made
