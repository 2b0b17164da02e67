"""Access trails: what queries do to segments and columns, reinforced by use, evaporating with time.

A query only counts in memory. Whoever lays tables out anew (`bee`) writes the counts into the manifest, where the
strength of a trail halves once in every half-life. A process that dies takes with it what it counted since.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from hiveframe.lake.honey.place import Place

SCAN: Final = "scan"
"""A segment was read."""
RANGE: Final = "range"
"""A filter on a column asked for more than single values."""
POINT: Final = "point"
"""A filter asked for single values of a column."""

Trail = tuple[int, str, str]
"""A segment (0: the whole table), a column ('' for none), and the kind of use."""

_HALF_LIFE_HOURS: Final = 24.0


class Footprints:
    """Uses counted since the last time that they were taken. Thread-safe."""

    def __init__(self) -> None:
        self._counts: dict[Place, Counter[Trail]] = {}
        self._lock = threading.Lock()

    def add(self, place: Place, uses: Iterable[Trail]) -> None:
        """Count each use once more."""
        with self._lock:
            self._counts.setdefault(place, Counter()).update(uses)

    def take(self, place: Place) -> Counter[Trail]:
        """What was counted, which starts from nothing again."""
        with self._lock:
            return self._counts.pop(place, Counter())

    def places(self) -> list[Place]:
        """Tables that were used."""
        with self._lock:
            return list(self._counts)


FOOTPRINTS: Final = Footprints()


def reinforce(place: Place, uses: Mapping[Trail, float], now_us: int, half_life_hours: float) -> None:
    """Add uses to the trails that the manifest keeps."""
    if not uses:
        return
    with place.manifest.writing() as connection:
        known = strengths_in(connection, place, now_us, half_life_hours)
        connection.executemany(
            "INSERT OR REPLACE INTO trails VALUES (?, ?, ?, ?, ?, ?)",
            [(place.table_id, *trail, known.get(trail, 0.0) + count, now_us) for trail, count in uses.items()],
        )


def strengths(place: Place, now_us: int, half_life_hours: float) -> dict[Trail, float]:
    """The trails as strong as they are now."""
    with place.manifest.reading() as connection:
        return strengths_in(connection, place, now_us, half_life_hours)


def strengths_in(connection: object, place: Place, now_us: int, half_life_hours: float) -> dict[Trail, float]:
    """The same, within a transaction."""
    query = "SELECT segment_id, column_name, kind, strength, touched_us FROM trails WHERE table_id = ?"
    rows = connection.execute(query, (place.table_id,))  # type: ignore[attr-defined]
    return {
        (segment, column, kind): strength * 0.5 ** (max(0, now_us - touched) / (half_life_hours * 3.6e9))
        for segment, column, kind, strength, touched in rows
    }


def half_life(properties: Mapping[str, str]) -> float:
    """Hours in which a trail loses half of its strength."""
    return float(properties.get("honey.trailHalfLifeHours", _HALF_LIFE_HOURS))
