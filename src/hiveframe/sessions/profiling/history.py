"""The latest profiles of this process, for `system.runtime.profiles`."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import Final

from hiveframe.dataclass import dataclass
from hiveframe.sessions.profiling.profile import Profile

_KEPT: Final = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """A profile as it was when it was made: milliseconds since 1970, and its JSON document."""

    made_ms: int
    row_count: int
    time_ms: int
    document: str


class Profiles:
    """The latest profiles; the oldest go. Thread-safe."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque(maxlen=_KEPT)

    def append(self, profile: Profile, document: str) -> None:
        """Keep one more."""
        self._kept.append(Kept(time.time_ns() // 1_000_000, profile.rows, round(profile.seconds * 1000), document))

    def latest(self) -> Sequence[Kept]:
        """The latest first."""
        return list(reversed(self._kept))


PROFILES: Final = Profiles()
