"""A process that is killed at a chosen step, and what it notes on its way."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Sequence
from typing import Any

STEPS = ("fsync", "rename", "replace", "link", "mkdir", "remove", "unlink", "rmdir")


def die_at(number: int) -> Callable[[], None]:
    """Be killed at the nth step: before or after a call of the file system, or where what is returned is called."""
    left = iter(range(number))

    def count() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            count()
            made = call(*args, **named)
            count()
            return made

        return step

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    return count


def note(path: str, what: str, content: Sequence[Any]) -> None:
    """One line on disk."""
    with open(path, "a", encoding="utf-8") as out:
        out.write(json.dumps([what, content]) + "\n")
        out.flush()
        os.fdatasync(out.fileno())
