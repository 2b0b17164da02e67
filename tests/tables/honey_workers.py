"""What other processes do to HoneyStore tables in fault tests."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pandas as pd  # pyarrow loads it: once here, rather than in each process

from hiveframe.lake.honey import steps
from hiveframe.lake.honey.table import HoneyTable
from tests.tables.dying import Hand, count_row_up, die_at, transact, write_into
from tests.tables.honey_rows import add, delete, make, rows, state


def hand(location: str) -> Hand:
    """How the rows of the table are read and written."""
    table = HoneyTable(location)
    return Hand(
        table,
        state=lambda: state(table),
        rows=lambda now: rows(now.snapshot),
        add=add,
        delete=lambda write, now, ids: delete(write, now.snapshot, ids),
        conflict="HONEY_CONCURRENT",
    )


def die_at_step(number: int) -> None:
    """Be killed at the nth step: of a commit, or of the file system on its way."""
    count = die_at(number)
    steps.reached = lambda step: count()  # type: ignore[assignment]


def work(location: str, notes: str, seed: int) -> None:
    """Transactions until the process is killed."""
    random = Random(seed)
    mine = hand(location)
    assert pd
    die_at_step(random.randint(1, 90))
    transact(mine, notes, random)


def make_and_die(location: str, root: str, number: int) -> None:
    """A table made, or not."""
    die_at_step(number)
    make(Path(location), Path(root))


def count_up(location: str, times: int, seed: int) -> None:
    """`count_row_up` on a HoneyStore table."""
    count_row_up(hand(location), times, seed)


def write_with_little_room(location: str, size: int) -> None:
    """A write that finds no room for its files, or for the manifest's."""
    write_into(hand(location), size)


def lay_out_and_die(location: str, number: int) -> None:
    """The bee's visit, killed at the nth step."""
    from hiveframe.lake.honey.bee import adapt
    from hiveframe.lake.honey.trails import FOOTPRINTS, POINT, RANGE

    assert pd
    snapshot = state(HoneyTable(location)).snapshot
    for _ in range(5):
        FOOTPRINTS.add(snapshot.place, [(0, "value", RANGE), (0, "id", POINT)])
        FOOTPRINTS.add(snapshot.place, [(s.id, "", POINT) for s in snapshot.segments])
    die_at(number)
    adapt(snapshot.place)
