"""Which table a read means, and which point in its history: by options, or by what follows the path."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hiveframe.errors import analysis_error
from hiveframe.lake.paths import local_path
from hiveframe.lake.sources.source import ReadContext, ReadRequest
from hiveframe.lake.tables.table import AsOf
from hiveframe.lake.zones import zone_of

_AT = re.compile(r"(?P<path>.*)@(?:v(?P<version>\d+)|(?P<time>\d{17}))")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def table_and_moment(
    request: ReadRequest, context: ReadContext, is_table: Callable[[str], bool]
) -> tuple[str, AsOf | None]:
    """The table's folder, and the point asked for by `versionAsOf`, `timestampAsOf`, `path@v1` or the request itself.

    `is_table` says whether one stands at a folder: its name may look like a version.
    """
    paths = request.paths or ((request.options["path"],) if "path" in request.options else ())
    if len(paths) != 1:
        raise analysis_error("DELTA_UNSUPPORTED_OPERATION", operation=f"read {len(paths)} paths at once; give one")
    location = local_path(paths[0])
    zone = zone_of(request.options.get("timeZone") or context.settings.time_zone)
    asked = [request.as_of] if request.as_of is not None else []
    if "versionAsOf" in request.options:
        asked.append(AsOf(version=request.options.integer("versionAsOf", 0)))
    if "timestampAsOf" in request.options:
        asked.append(AsOf(timestamp_us=moment_us(request.options["timestampAsOf"], zone)))
    found = _AT.fullmatch(location)
    if found is not None and not is_table(location):
        location = found.group("path")
        time = found.group("time")
        if time is not None:
            moment = datetime.strptime(time[:14], "%Y%m%d%H%M%S").replace(tzinfo=zone)
            asked.append(AsOf(timestamp_us=(moment - _EPOCH) // timedelta(microseconds=1) + int(time[14:]) * 1000))
        else:
            asked.append(AsOf(version=int(found.group("version"))))
    if len(asked) > 1:
        raise analysis_error("DELTA_UNSUPPORTED_TIME_TRAVEL_MULTIPLE_FORMATS")
    return os.path.normpath(location), asked[0] if asked else None


def moment_us(text: str, zone: object) -> int:
    """The microseconds since the epoch of a moment written as text; `zone` where it names none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise analysis_error("INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.OPTION", expr=f"'{text}'") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)  # type: ignore[arg-type]
    return (moment - _EPOCH) // timedelta(microseconds=1)
