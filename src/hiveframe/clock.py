"""Time and randomness, passed in so that the same input gives the same output in a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from random import Random

from hiveframe.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """`now_us` gives microseconds since the epoch; `monotonic` seconds of a clock that never steps back."""

    now_us: Callable[[], int] = field(default=lambda: time.time_ns() // 1000)
    monotonic: Callable[[], float] = field(default=time.monotonic)
    random: Random = field(default_factory=Random)
