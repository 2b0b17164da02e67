"""What other processes do to Delta tables in fault tests."""

from __future__ import annotations

import os
import resource
import signal
from random import Random

import deltalake  # checkpoints load it: once here, rather than in each process
import duckdb
import pandas as pd  # pyarrow loads it

from hiveframe.errors import SparkError, SparkException
from hiveframe.lake.delta.table import DeltaTable
from tests.tables.delta_rows import add, delete, make, rows, state
from tests.tables.dying import die_at, note

LOADED = (deltalake, pd)


def work(location: str, acknowledged: str, seed: int) -> None:
    """Transactions without end, each noted before and after, until the process is killed: at a step, or at any time."""
    random = Random(seed)
    table = DeltaTable(location)
    if seed % 3:
        die_at(random.randint(1, 60))
    else:
        signal.setitimer(signal.ITIMER_REAL, random.uniform(0.02, 0.3))
    while True:
        now = state(table)
        held = rows(location)
        gone = set(random.sample(held, min(len(held), random.choice([0, 0, 1, 3]))))
        new = [(random.getrandbits(40), 0) for _ in range(random.randint(0 if gone else 1, 3))]
        note(acknowledged, "begun", sorted((set(held) - gone) | set(new)))
        write = table.begin(now)
        if new:
            add(write, new)
        if gone:
            delete(write, now.snapshot, {i for i, _ in gone})
        write.commit("WRITE", {}, reads=True)
        note(acknowledged, "done", sorted((set(held) - gone) | set(new)))


def make_and_die(location: str, number: int) -> None:
    """A table made, or not."""
    from pathlib import Path

    die_at(number)
    make(Path(location))


def count_up(location: str, times: int, seed: int) -> None:
    """Add 1 to the one row there is, again after each conflict; then a row of one's own."""
    table = DeltaTable(location)
    for turn in range(times):
        while True:
            now = state(table)
            ((number, value),) = [r for r in rows(location) if r[0] == 0]
            write = table.begin(now)
            add(write, [(number, value + 1)])
            try:
                delete(write, now.snapshot, {0})
                write.commit("UPDATE", {}, reads=True)
            except SparkException as error:
                if not error.condition.startswith("DELTA_CONCURRENT"):
                    raise
            else:
                break
        blind = table.begin(state(table))
        add(blind, [(seed * 1000 + turn, 0)])
        blind.commit("WRITE", {}, reads=False)


def write_with_little_room(location: str, size: int) -> None:
    """A write that finds no room for its files, or for the log's."""
    table = DeltaTable(location)
    now = state(table)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        write = table.begin(now)
        add(write, [(n, n * 7919) for n in range(5000)])
        write.commit("WRITE", {}, reads=False)
    except (SparkError, duckdb.Error, OSError):
        os._exit(3)
