"""What tells a file from any other that was or will be at its path."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Final

Stamp = tuple[int, int, int, int, int]
"""A file's device, number, size, and times of change of content and of anything; no program can set the last one."""

_SETTLED_NS: Final = 50_000_000  # file systems note times in ticks of up to 10 ms


def stamp(path: str) -> Stamp | None:
    """A file's stamp now; None when it is gone."""
    try:
        return stamp_of(os.stat(path))
    except OSError:
        return None


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp of a file of which the system says this."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def have_settled(stamps: Iterable[Stamp | None], taken_ns: int | None = None) -> bool:
    """Whether files that change after the moment `taken_ns`, or from now on, get other stamps than these."""
    before_ns = (time.time_ns() if taken_ns is None else taken_ns) - _SETTLED_NS
    return all(s is not None and max(s[3], s[4]) < before_ns for s in stamps)
