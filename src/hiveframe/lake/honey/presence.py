"""Who writes to a table says so by a lock that goes with its process, so that whoever lays it out anew gives way."""

from __future__ import annotations

import fcntl
import os
from typing import Final

from hiveframe.lake.honey.place import Place

_WRITERS: Final = "writers.lock"


class Presence:
    """Says for as long as it lives that somebody writes to a table; who lays it out anew then waits (`alone`)."""

    def __init__(self, place: Place, *, alone: bool = False) -> None:
        os.makedirs(place.own_folder, exist_ok=True)
        self._handle = os.open(os.path.join(place.own_folder, _WRITERS), os.O_CREAT | os.O_RDWR, 0o644)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB if alone else fcntl.LOCK_SH)
        except BlockingIOError:
            self.end()
            raise

    def end(self) -> None:
        """No more."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __del__(self) -> None:
        self.end()
