"""Whether the engine may read files by the footers that it keeps in memory, or has to read these anew."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from hiveframe.lake.scan import ScanFile
from hiveframe.lake.stamps import Stamp

_YOUNG_US: Final = 2_000_000
_MOST_FILES: Final = 200_000


class KeptFooters:
    """DuckDB takes a file for the one whose footer it keeps when both have one size and were written in one second.

    So no footer is kept of a file that changed just now, nor of one that took the place of another with its size and
    time, which is told by their stamps.
    """

    def __init__(self) -> None:
        self._seen: dict[str, Stamp] = {}

    def may_mislead(self, files: Sequence[ScanFile]) -> bool:
        """Whether a kept footer may be that of another file than one of these."""
        young_us = time.time_ns() // 1000 - _YOUNG_US
        found = [f.modified_us > young_us or self._is_another(f) for f in files]
        return any(found)

    def _is_another(self, file: ScanFile) -> bool:
        stamp = file.stamp
        if stamp is None:  # files that a table's versions name are never rewritten
            return False
        seen = self._seen.get(file.path)
        if seen == stamp:
            return False
        if seen is None and len(self._seen) >= _MOST_FILES:
            return True
        if seen is not None and _looks_like(seen, stamp):
            return True
        self._seen[file.path] = stamp
        return False


def _looks_like(seen: Stamp, stamp: Stamp) -> bool:
    return seen[2] == stamp[2] and seen[3] // 1_000_000_000 == stamp[3] // 1_000_000_000
