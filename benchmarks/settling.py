"""Waiting for what HiveFrame's threads do beside the queries."""

import time

from hiveframe.engine.process import database
from hiveframe.sessions.kept_aggregates import aggregates
from hiveframe.settings import Settings

LOOK_S = 0.1


def settle(quiet_s: float = 1.5) -> None:
    """Wait until the threads that keep columns and aggregates have made nothing for so long."""
    columns, kept = database().hot_columns, aggregates(Settings())
    assert columns is not None
    assert kept is not None
    made, since_s = (columns.filled, kept.made, kept.failed), time.monotonic()
    while time.monotonic() - since_s < quiet_s:
        time.sleep(LOOK_S)
        now = columns.filled, kept.made, kept.failed
        if now != made:
            made, since_s = now, time.monotonic()
