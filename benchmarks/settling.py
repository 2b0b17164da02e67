"""Waiting for what HiveFrame's threads do beside the queries."""

import time

from hiveframe.engine.process import database

LOOK_S = 0.1


def settle(quiet_s: float = 1.5) -> None:
    """Wait until the thread that keeps columns has filled none for so long."""
    columns = database().hot_columns
    assert columns is not None
    filled, since_s = columns.filled, time.monotonic()
    while time.monotonic() - since_s < quiet_s:
        time.sleep(LOOK_S)
        if columns.filled != filled:
            filled, since_s = columns.filled, time.monotonic()
