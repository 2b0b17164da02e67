"""Spans of time as a Delta table's properties hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final


def hours(interval: str) -> float | None:
    """The hours of `interval 1 week`; None for what is no interval."""
    words = interval.lower().removeprefix("interval").split()
    if not words or len(words) % 2:
        return None
    try:
        return sum(float(n) * _UNITS[unit.rstrip("s")] for n, unit in zip(words[::2], words[1::2], strict=True))
    except (KeyError, ValueError):
        return None


_UNITS: Final[Mapping[str, float]] = {
    "millisecond": 1 / 3_600_000,
    "second": 1 / 3600,
    "minute": 1 / 60,
    "hour": 1.0,
    "day": 24.0,
    "week": 168.0,
}
