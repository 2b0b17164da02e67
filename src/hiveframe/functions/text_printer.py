"""Dates and times as the options of a writer want them: by Java's patterns, in a zone."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Final

from hiveframe.functions.datetime_printer import printed_alike
from hiveframe.functions.emit import EmitContext
from hiveframe.functions.sql import Sql, cast, func
from hiveframe.functions.time_zones import zone
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType

_MOMENT: Final = "yyyy-MM-dd'T'HH:mm:ss[.SSS][XXX]"
_CLOCK: Final = "yyyy-MM-dd'T'HH:mm:ss[.SSS]"


class TextPrinter:
    """Prints what `options` (names in lower case) say something about."""

    def __init__(self, options: Mapping[str, str], ctx: EmitContext) -> None:
        self._ctx = ctx
        self._zone = options.get("timezone", ctx.time_zone)
        zone(self._zone)  # refuses a name that is none
        self._date = options.get("dateformat")
        self._moment = options.get("timestampformat")
        self._clock = options.get("timestampntzformat")

    def shown(self, value: Sql, dtype: DataType, *, always: bool = False) -> Sql | None:
        """The text of a date or time; None for what is printed as usual. Timestamps may be asked for `always`."""
        match dtype:
            case t.DateType() if self._date is not None:
                return self._printed(cast(value, "TIMESTAMP"), self._date, "UTC")
            case t.TimestampType() if always or self._moment is not None or self._zone != self._ctx.time_zone:
                return self._printed(value, self._moment or _MOMENT, self._zone)
            case t.TimestampNTZType() if always or self._clock is not None:
                return self._printed(value, self._clock or _CLOCK, "UTC")
        return None

    def _printed(self, value: Sql, pattern: str, zone_name: str) -> Sql:
        kernel = functools.partial(printed_alike, pattern=pattern, zone_name=zone_name)
        return func(self._ctx.kernel("printed", kernel, [t.LONG], t.STRING), func("epoch_us", value))


def is_mentioned(options: Mapping[str, str]) -> bool:
    """Whether the options say anything about dates and times."""
    return any(name in options for name in ("dateformat", "timestampformat", "timestampntzformat", "timezone"))
