"""What other processes do to Iceberg tables in fault tests."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd  # pyarrow loads it: once here, rather than in each process
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import PyArrowFile
from sqlalchemy.orm import Session

from hiveframe.errors import SparkException
from hiveframe.lake.iceberg import steps
from tests.tables.iceberg_rows import Row, add, at, delete, make, rows, state


def die_at(number: int) -> None:
    """Be killed at the nth step: of a commit, of a file, or of the catalog's database, on its way."""
    left = iter(range(number))

    def count() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            count()
            made = call(*args, **named)
            count()
            return made

        return step

    steps.reached = lambda step: count()  # type: ignore[assignment]
    for name in ("fsync", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    PyArrowFile.create = counted(PyArrowFile.create)  # type: ignore[method-assign]
    SqlCatalog._write_metadata = staticmethod(counted(SqlCatalog._write_metadata))  # type: ignore[method-assign]
    Session.commit = counted(Session.commit)  # type: ignore[method-assign]


def work(folder: str, acknowledged: str, seed: int) -> None:
    """Transactions without end, each noted before and after, until the process is killed."""
    random = Random(seed)
    table = at(Path(folder))
    assert pd
    die_at(random.randint(1, 120))
    while True:
        now = state(table)
        held = rows(now)
        gone = set(random.sample(held, min(len(held), random.choice([0, 0, 1, 3]))))
        new = [(random.getrandbits(40), 0) for _ in range(random.randint(0 if gone else 1, 3))]
        note(acknowledged, "begun", sorted((set(held) - gone) | set(new)))
        write = table.begin(now)
        if new:
            add(write, new)
        delete(write, now, {i for i, _ in gone})
        write.commit("UPDATE", {}, reads=True)
        note(acknowledged, "done", sorted((set(held) - gone) | set(new)))


def note(path: str, what: str, content: list[Row]) -> None:
    """One line on disk."""
    with open(path, "a", encoding="utf-8") as out:
        out.write(json.dumps([what, content]) + "\n")
        out.flush()
        os.fdatasync(out.fileno())


def make_and_die(folder: str, number: int) -> None:
    """A table, made in part."""
    at(Path(folder)).state()  # the catalog's own tables are there
    die_at(number)
    make(Path(folder))


def count_up(folder: str, times: int, seed: int) -> None:
    """Add 1 to the one row there is, again after each conflict; then a row of one's own."""
    table = at(Path(folder))
    for turn in range(times):
        while True:
            now = state(table)
            ((number, value),) = [r for r in rows(now) if r[0] == 0]
            write = table.begin(now)
            add(write, [(number, value + 1)])
            delete(write, now, {0})
            try:
                write.commit("UPDATE", {}, reads=True)
            except SparkException as error:
                if error.condition != "ICEBERG_COMMIT_CONFLICT":
                    raise
            else:
                break
        blind = table.begin(state(table))
        add(blind, [(seed * 1000 + turn, 0)])
        blind.commit("WRITE", {}, reads=False)
