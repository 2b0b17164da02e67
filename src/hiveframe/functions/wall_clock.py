"""Moments (TIMESTAMPTZ) as the wall clock of a time zone (TIMESTAMP), and back.

DuckDB asks ICU for both, 50 to 100 ns a row. Where a zone's offset never changes, and UTC is what servers run in, the
counts of microseconds are simply read anew, which costs next to nothing.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from hiveframe.functions.datetime_text import zone_of
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.let import let
from hiveframe.functions.sql import Sql, case, cast, func, number, op

_FIXED_PLACES: Final = ("Etc/", "UCT", "Universal", "Zulu", "Greenwich")
_SOME_DAY: Final = dt.datetime(2000, 1, 1)


@lru_cache(maxsize=64)
def fixed_offset_us(time_zone: str) -> int | None:
    """The microseconds that a zone is always ahead of UTC; None for a zone whose offset changes."""
    zone = zone_of(time_zone)
    if isinstance(zone, ZoneInfo) and not (zone.key or "").startswith(_FIXED_PLACES):
        return None
    offset = zone.utcoffset(_SOME_DAY) if zone is not None else None
    return None if offset is None else offset // dt.timedelta(microseconds=1)


def from_micros(micros: Sql) -> Sql:
    """Microseconds since the epoch (BIGINT) as a TIMESTAMPTZ."""
    return func("make_timestamptz", micros)


def wall_clock(moment: Sql, ctx: EmitContext) -> Sql:
    """The TIMESTAMP that clocks of the session's zone show at a moment."""
    offset = fixed_offset_us(ctx.time_zone)
    if offset is None:
        return cast(moment, "TIMESTAMP")
    return func("make_timestamp", _plus(func("epoch_us", moment), offset))


def at_wall_clock(clock: Sql, ctx: EmitContext) -> Sql:
    """The moment at which clocks of the session's zone show a TIMESTAMP; the earlier one where they go back.

    DuckDB takes the later one, so it is asked whether an hour before shows the same time. (Shifts of half an hour
    are only left to Lord Howe Island.)
    """
    offset = fixed_offset_us(ctx.time_zone)
    if offset is not None:
        return from_micros(_plus(func("epoch_us", clock), -offset))
    hour = func("to_hours", number(1))

    def build(v: Sql) -> Sql:
        later = cast(v, "TIMESTAMP WITH TIME ZONE")
        earlier = op("-", later, hour)
        return case((op("=", cast(earlier, "TIMESTAMP"), v), earlier), default=later)

    return let(clock, ctx, build)


def _plus(micros: Sql, offset: int) -> Sql:
    return op("+", micros, number(offset)) if offset else micros
