"""Tables that a process keeps in a database file of its own: made beside the statements, measured, dropped.

A table is never changed once it is made. Who reads one holds a lease on it, for as long as which it is there.
"""

from __future__ import annotations

import itertools
import os
import shutil
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import duckdb
from sqlglot import exp

from hiveframe.engine.render import render
from hiveframe.functions.sql import column, ident, text

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from hiveframe.engine.database import Connection, Database

_SCHEMA: Final = "kept"
_FOLDER: Final = "kept-"
_BLOCK_BYTES: Final = 1 << 18

_numbers = itertools.count(1)


class Lease:
    """What a statement was made for is there for as long as its lease is held."""

    __slots__ = ("__weakref__",)


@dataclass(eq=False)
class KeptTable:
    """A table of the file, with the leases on it."""

    name: str
    row_count: int = 0
    size_bytes: int = 0
    leases: weakref.WeakSet[Lease] = field(default_factory=weakref.WeakSet)

    def lease(self) -> Lease:
        """The table stays at least as long as what is returned."""
        made = Lease()
        self.leases.add(made)
        return made

    @property
    def source(self) -> exp.Table:
        """The table, to select from."""
        return exp.Table(this=ident(self.name), db=ident("main"), catalog=ident(_SCHEMA))


class KeptTables:
    """The tables, in a database in the folder `kept-<pid>` of `folder`, which only the user may read."""

    def __init__(self, database: Database, folder: str) -> None:
        self._database = database
        self._folder = folder
        self._own = os.path.join(folder, f"{_FOLDER}{os.getpid()}")
        self._is_attached = False
        self._attaching = threading.Lock()
        self._running: set[Connection] = set()

    def make(
        self,
        stem: str,
        query: exp.Query,
        *,
        time_zone: str = "UTC",
        while_it_runs: AbstractContextManager[object] | None = None,
        longest_s: float | None = None,
    ) -> KeptTable:
        """The table `<stem>_<number>` of a query's rows; raises `duckdb.Error`.

        What the query needs is there inside of `while_it_runs`. After `longest_s` it is interrupted.
        """
        table = KeptTable(f"{stem}_{next(_numbers)}")
        create = exp.Create(this=table.source, kind="TABLE", expression=query)
        with while_it_runs or nullcontext():
            self._run(render(create), time_zone, longest_s)
        try:
            table.row_count, table.size_bytes = self._size(table)
        except duckdb.Error:
            self.drop(table)
            raise
        return table

    def drop(self, table: KeptTable) -> None:
        """The table goes; who reads it now reads on."""
        self._run(render(exp.Drop(tables=[table.source], kind="TABLE", exists=True)))

    def interrupt(self) -> None:
        """Stop what runs."""
        for connection in list(self._running):
            connection.interrupt()

    def remove(self) -> None:
        """The folder goes, once the database is closed."""
        shutil.rmtree(self._own, ignore_errors=True)

    def _run(self, statement: str, time_zone: str = "UTC", longest_s: float | None = None) -> list[tuple[object, ...]]:
        with self._database.lease(time_zone, keeps_footers=False, is_background=True) as connection:
            self._running.add(connection)
            try:
                self._attach(connection)
                with _interrupted(connection, longest_s):
                    return connection.execute(statement).fetchall()
            finally:
                self._running.discard(connection)

    def _attach(self, connection: Connection) -> None:
        with self._attaching:
            if self._is_attached:
                return
            for name in os.listdir(self._folder):
                if name.startswith(_FOLDER) and not _is_alive(name):
                    shutil.rmtree(os.path.join(self._folder, name), ignore_errors=True)
            shutil.rmtree(self._own, ignore_errors=True)  # of a process that had this number
            os.mkdir(self._own, mode=0o700)
            path = exp.alias_(text(os.path.join(self._own, "tables.db")), _SCHEMA, quoted=True)
            connection.execute(render(exp.Attach(this=path)))
            self._is_attached = True

    def _size(self, table: KeptTable) -> tuple[int, int]:
        """The rows of a table, and the bytes of the blocks that they fill."""
        counted = exp.Select(expressions=[exp.Count(this=exp.Star())]).from_(table.source)
        name = f"{_SCHEMA}.main.{table.name}"
        of = exp.Table(this=exp.Anonymous(this="pragma_storage_info", expressions=[text(name)]))
        blocks = exp.Count(this=exp.Distinct(expressions=[column("block_id")]))
        filled = exp.Select(expressions=[blocks]).from_(of).where(column("persistent"))
        row_count, block_count = (int(str(self._run(render(query))[0][0])) for query in (counted, filled))
        return row_count, block_count * _BLOCK_BYTES


@contextmanager
def _interrupted(connection: Connection, longest_s: float | None) -> Iterator[None]:
    """What the connection runs inside is interrupted after `longest_s`."""
    if longest_s is None:
        yield
        return
    timer = threading.Timer(longest_s, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # nothing that runs on the connection later is interrupted


def _is_alive(name: str) -> bool:
    """Whether the process whose folder that is still runs."""
    number = name.removeprefix(_FOLDER)
    if not number.isdecimal():
        return True  # no folder of ours
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
