"""What other processes do to HoneyStore tables in fault tests."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path
from random import Random

import duckdb
import pandas as pd  # pyarrow loads it: once here, rather than in each process

from hiveframe.errors import SparkError, SparkException
from hiveframe.lake.honey import steps
from hiveframe.lake.honey.table import HoneyTable
from tests.tables.dying import die_at, note
from tests.tables.honey_rows import add, delete, make, rows, state


def die_at_step(number: int) -> None:
    """Be killed at the nth step: of a commit, or of the file system on its way."""
    count = die_at(number)
    steps.reached = lambda step: count()  # type: ignore[assignment]


def work(location: str, acknowledged: str, seed: int) -> None:
    """Transactions without end, each noted before and after, until the process is killed."""
    random = Random(seed)
    table = HoneyTable(location)
    assert pd
    die_at_step(random.randint(1, 90))
    while True:
        now = state(table)
        held = rows(now.snapshot)
        gone = set(random.sample(held, min(len(held), random.choice([0, 0, 1, 3]))))
        new = [(random.getrandbits(40), 0) for _ in range(random.randint(0 if gone else 1, 3))]
        note(acknowledged, "begun", sorted((set(held) - gone) | set(new)))
        write = table.begin(now)
        if new:
            add(write, new)
        delete(write, now.snapshot, {i for i, _ in gone})
        write.commit("WRITE", {}, reads=True)
        note(acknowledged, "done", sorted((set(held) - gone) | set(new)))


def make_and_die(location: str, root: str, number: int) -> None:
    die_at_step(number)
    make(Path(location), Path(root))


def count_up(location: str, times: int, seed: int) -> None:
    """Add 1 to the one row there is, again after each conflict; then a row of one's own."""
    table = HoneyTable(location)
    for turn in range(times):
        while True:
            now = state(table)
            ((number, value),) = [r for r in rows(now.snapshot) if r[0] == 0]
            write = table.begin(now)
            add(write, [(number, value + 1)])
            delete(write, now.snapshot, {0})
            try:
                write.commit("UPDATE", {}, reads=True)
            except SparkException as error:
                if not error.condition.startswith("HONEY_CONCURRENT"):
                    raise
            else:
                break
        blind = table.begin(state(table))
        add(blind, [(seed * 1000 + turn, 0)])
        blind.commit("WRITE", {}, reads=False)


def write_with_little_room(location: str, size: int) -> None:
    """A write that finds no room for its files, or for the manifest's."""
    table = HoneyTable(location)
    now = state(table)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        write = table.begin(now)
        add(write, [(n, n * 7919) for n in range(5000)])
        write.commit("WRITE", {}, reads=False)
    except (SparkError, duckdb.Error, OSError):
        os._exit(3)


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
