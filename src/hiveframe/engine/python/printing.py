"""What a user's function prints goes to the error stream, as from a worker process of Spark's: results alone are shown.

Only the thread that runs the function is concerned, and only while it does.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

_here: Final = threading.local()
_lock: Final = threading.Lock()
_running = 0


class _Output:
    """The output stream for everybody else."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(sys.stderr if getattr(_here, "depth", 0) else self.stream, name)


@contextmanager
def printing_to_stderr() -> Iterator[None]:
    """Inside, this thread's `sys.stdout` is `sys.stderr`."""
    global _running
    with _lock:
        _running += 1
        if not isinstance(sys.stdout, _Output):
            sys.stdout = _Output(sys.stdout)
    _here.depth = getattr(_here, "depth", 0) + 1
    try:
        yield
    finally:
        _here.depth -= 1
        with _lock:
            _running -= 1
            if not _running and isinstance(sys.stdout, _Output):
                sys.stdout = sys.stdout.stream
