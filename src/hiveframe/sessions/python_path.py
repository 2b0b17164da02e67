"""Folders and archives that a session's Python functions import from."""

from __future__ import annotations

import sys


class PythonPath:
    """Entries put in front of `sys.path` for as long as the session lives."""

    def __init__(self) -> None:
        self._added: list[str] = []

    def add(self, path: str) -> None:
        """Add an entry, once."""
        if path not in self._added:
            self._added.append(path)
            sys.path.insert(0, path)

    def close(self) -> None:
        """Take the session's entries out again."""
        for path in self._added:
            if path in sys.path:
                sys.path.remove(path)
        self._added.clear()
