"""Dates and times in JSON and CSV: by the options' patterns, else by the rules of Spark's casts."""

from __future__ import annotations

from typing import Final

from hiveframe.functions.datetime_reader import ReadingRules, reader
from hiveframe.functions.datetime_text import has_zone, parse_date, parse_timestamp, parse_timestamp_ntz
from hiveframe.functions.text_options import TextOptions
from hiveframe.functions.time_zones import zone

_DAY_US: Final = 86_400_000_000


class TextMoments:
    """How one call reads dates and times; text that is none gives None."""

    def __init__(self, options: TextOptions, session_zone: str) -> None:
        self.zone_name = options.get("timeZone") or session_zone
        zone(self.zone_name)  # refuses a name that is none
        self.date_format = options.get("dateFormat")
        self._timestamp_format = options.get("timestampFormat")
        self._ntz_format = options.get("timestampNTZFormat")
        for pattern in (self.date_format, self._timestamp_format, self._ntz_format):
            if pattern is not None:
                reader(pattern)
        self._zoned = ReadingRules(self.zone_name, None)
        self._clocks = ReadingRules(None, None)

    def date(self, text: str) -> int | None:
        """Days since the epoch."""
        if self.date_format is None:
            return parse_date(text)
        micros = self._clocks.row(text, self.date_format)
        return None if micros is None else micros // _DAY_US

    def timestamp(self, text: str) -> int | None:
        """Microseconds since the epoch."""
        if self._timestamp_format is None:
            return parse_timestamp(text, self.zone_name)
        return self._zoned.row(text, self._timestamp_format)

    def timestamp_ntz(self, text: str) -> int | None:
        """Microseconds of the wall clock; a zone is not allowed."""
        if self._ntz_format is None:
            return None if has_zone(text) else parse_timestamp_ntz(text)
        return self._clocks.row(text, self._ntz_format)
