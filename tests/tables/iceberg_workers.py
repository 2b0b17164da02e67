"""What other processes do to Iceberg tables in fault tests."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pandas as pd  # pyarrow loads it: once here, rather than in each process
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.io.pyarrow import PyArrowFile
from sqlalchemy.orm import Session

from hiveframe.lake.iceberg import steps
from tests.tables.dying import Hand, count_row_up, dying_at, transact, write_into
from tests.tables.iceberg_rows import add, at, delete, make, rows, state


def hand(folder: str) -> Hand:
    """How the rows of the table are read and written."""
    table = at(Path(folder))
    return Hand(
        table, state=lambda: state(table), rows=rows, add=add, delete=delete, conflict="ICEBERG_COMMIT_CONFLICT"
    )


def die_at_step(number: int) -> None:
    """Be killed at the nth step: of a commit, of a file, or of the catalog's database, on its way."""
    count, counted = dying_at(number)
    steps.reached = lambda step: count()  # type: ignore[assignment]
    for name in ("fsync", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    PyArrowFile.create = counted(PyArrowFile.create)  # type: ignore[method-assign]
    SqlCatalog._write_metadata = staticmethod(counted(SqlCatalog._write_metadata))  # type: ignore[method-assign]
    Session.commit = counted(Session.commit)  # type: ignore[method-assign]


def work(folder: str, notes: str, seed: int) -> None:
    """Transactions until the process is killed."""
    random = Random(seed)
    mine = hand(folder)
    assert pd
    die_at_step(random.randint(1, 120))
    transact(mine, notes, random)


def make_and_die(folder: str, number: int) -> None:
    """A table, made in part."""
    at(Path(folder)).state()  # the catalog's own tables are there
    die_at_step(number)
    make(Path(folder))


def count_up(folder: str, times: int, seed: int) -> None:
    """`count_row_up` on an Iceberg table."""
    count_row_up(hand(folder), times, seed)


def write_with_little_room(folder: str, size: int) -> None:
    """A write that finds no room for its files, or for the catalog's database."""
    write_into(hand(folder), size)
