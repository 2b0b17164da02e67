"""What other processes do to Delta tables in fault tests."""

from __future__ import annotations

import signal
from pathlib import Path
from random import Random

import deltalake  # checkpoints load it: once here, rather than in each process
import pandas as pd  # pyarrow loads it

from hiveframe.lake.delta.table import DeltaTable
from tests.tables.delta_rows import add, delete, make, rows, state
from tests.tables.dying import Hand, count_row_up, die_at, transact, write_into

LOADED = (deltalake, pd)


def hand(location: str) -> Hand:
    """How the rows of the table are read and written."""
    table = DeltaTable(location)
    return Hand(
        table,
        state=lambda: state(table),
        rows=lambda now: rows(location),
        add=add,
        delete=lambda write, now, ids: delete(write, now.snapshot, ids),
        conflict="DELTA_CONCURRENT",
    )


def work(location: str, notes: str, seed: int) -> None:
    """Transactions until the process is killed: at a step, or at any time."""
    random = Random(seed)
    mine = hand(location)
    if seed % 3:
        die_at(random.randint(1, 60))
    else:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.02, 0.3))
    transact(mine, notes, random)


def make_and_die(location: str, number: int) -> None:
    """A table made, or not."""
    die_at(number)
    make(Path(location))


def count_up(location: str, times: int, seed: int) -> None:
    """`count_row_up` on a Delta table."""
    count_row_up(hand(location), times, seed)


def write_with_little_room(location: str, size: int) -> None:
    """A write that finds no room for its files, or for the log's."""
    write_into(hand(location), size)
