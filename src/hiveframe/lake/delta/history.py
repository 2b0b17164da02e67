"""When the versions of a Delta table were made, and by what.

Source: Delta's documentation, "Query an older snapshot of a table (time travel)": a version's time is that of its
commit file, or the one in the commit where the table keeps those; times never go back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hiveframe.errors import analysis_error
from hiveframe.lake.delta.actions import CommitInfo
from hiveframe.lake.delta.log import commit_actions, list_log


def version_at(location: str, timestamp_us: int) -> int | None:
    """The newest version that was there at a moment; an error names the commit nearest to a moment out of reach."""
    times = list(commit_times(location))
    if not times:
        return None
    wanted = timestamp_us // 1000
    before = [version for version, made in times if made <= wanted]
    if not before:
        raise _out_of_reach("DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", timestamp_us, times[0][1])
    if before[-1] == times[-1][0] and wanted > times[-1][1]:
        raise _out_of_reach("DELTA_TIMESTAMP_GREATER_THAN_COMMIT", timestamp_us, times[-1][1])
    return before[-1]


def commit_times(location: str) -> Iterator[tuple[int, int]]:
    """Versions with the milliseconds since the epoch at which they were committed, oldest first."""
    listing = list_log(location)
    last = -1
    for version, path in sorted(listing.commits.items()) if listing is not None else ():
        last = max(commit_time_ms(path), last + 1)
        yield version, last


def commit_time_ms(path: str) -> int:
    """When a commit was made: what it says itself, else its file's time."""
    with open(path, encoding="utf-8") as lines:
        first = lines.readline()
    if '"inCommitTimestamp"' in first:
        for action in commit_actions(path):
            if isinstance(action, CommitInfo) and "inCommitTimestamp" in action.value:
                return int(action.value["inCommitTimestamp"])
    return os.stat(path).st_mtime_ns // 1_000_000


def commit_info(path: str) -> Mapping[str, Any]:
    """What a commit says of itself; nothing when it says nothing."""
    return next((a.value for a in commit_actions(path) if isinstance(a, CommitInfo)), {})


def _out_of_reach(condition: str, wanted_us: int, nearest_ms: int) -> Exception:
    return analysis_error(condition, userTimestamp=_shown(wanted_us), commitTs=_shown(nearest_ms * 1000))


def _shown(moment_us: int) -> str:
    return str(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment_us))
