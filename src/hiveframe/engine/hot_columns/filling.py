"""Parts as tables of a database file of their own: made, measured, dropped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Final

import duckdb
from sqlglot import exp

from hiveframe.engine.database import Connection, Database
from hiveframe.engine.hot_columns.parts import FILE_NUMBER, PLACE, SCHEMA, FileState, Part, new_name
from hiveframe.engine.render import render
from hiveframe.functions.sql import Sql, cast, column, ident, text
from hiveframe.lake.kept_columns import Reading
from hiveframe.lake.table_function import call, path_list, select_from

_NAME: Final = "columns-"
_BLOCK_BYTES: Final = 1 << 18


class PartTables:
    """The tables, in a database in the folder `columns-<pid>` of `folder`, which only the user may read."""

    def __init__(self, database: Database, folder: str) -> None:
        self._database = database
        self._folder = folder
        self._own = os.path.join(folder, f"{_NAME}{os.getpid()}")
        self._is_attached = False
        self._running: Connection | None = None

    def make(self, like: Reading, columns: Sequence[str], files: Mapping[str, FileState], least_bytes: int) -> Part:
        """A part with these columns of these files, which were in these states a moment ago.

        It counts as at least `least_bytes`, as its last rows fill no block before they are many.
        """
        name = new_name()
        query = _query(like, columns, list(files))
        create = exp.Create(this=_table(name), kind="TABLE", expression=query)
        self._run(render(create))
        try:
            size_bytes = max(self._block_bytes(name), least_bytes)
        except duckdb.Error:
            self._drop(name)
            raise
        places = {path: (i, state) for i, (path, state) in enumerate(files.items())}
        return Part(name, frozenset(columns), places, size_bytes)

    def drop(self, part: Part) -> None:
        """The part goes; who reads it now reads on."""
        self._drop(part.name)

    def _drop(self, name: str) -> None:
        self._run(render(exp.Drop(tables=[_table(name)], kind="TABLE", exists=True)))

    def interrupt(self) -> None:
        """Stop what runs."""
        running = self._running
        if running is not None:
            running.interrupt()

    def remove(self) -> None:
        """The folder goes, once the database is closed."""
        shutil.rmtree(self._own, ignore_errors=True)

    def _run(self, statement: str) -> list[tuple[object, ...]]:
        with self._database.lease("UTC", keeps_footers=False, is_background=True) as connection:
            self._running = connection
            try:
                if not self._is_attached:
                    self._attach(connection)
                return connection.execute(statement).fetchall()
            finally:
                self._running = None

    def _attach(self, connection: Connection) -> None:
        for name in os.listdir(self._folder):
            if name.startswith(_NAME) and not _is_alive(name):
                shutil.rmtree(os.path.join(self._folder, name), ignore_errors=True)
        shutil.rmtree(self._own, ignore_errors=True)  # of a process that had this number
        os.mkdir(self._own, mode=0o700)
        path = exp.alias_(text(os.path.join(self._own, "columns.db")), SCHEMA, quoted=True)
        connection.execute(render(exp.Attach(this=path)))
        self._is_attached = True

    def _block_bytes(self, name: str) -> int:
        """Bytes of the blocks that a table's rows fill."""
        of = exp.Table(this=exp.Anonymous(this="pragma_storage_info", expressions=[text(f"{SCHEMA}.main.{name}")]))
        blocks = exp.Count(this=exp.Distinct(expressions=[column("block_id")]))
        rows = self._run(render(exp.Select(expressions=[blocks]).from_(of).where(column("persistent"))))
        return int(str(rows[0][0])) * _BLOCK_BYTES


def _query(like: Reading, columns: Sequence[str], paths: Sequence[str]) -> exp.Select:
    """The rows of the files, each with its file's place."""
    adding = dict(like.adding[name] for name in columns if name in like.adding)
    reader = call(like.function, path_list(paths), **like.arguments, **adding)
    place: Sql = cast(column(FILE_NUMBER), "INTEGER")
    return select_from(reader, [*((name, column(name)) for name in columns), (PLACE, place)])


def _table(name: str) -> exp.Table:
    return exp.Table(this=ident(name), db=ident("main"), catalog=ident(SCHEMA))


def _is_alive(name: str) -> bool:
    """Whether the process whose folder that is still runs."""
    number = name.removeprefix(_NAME)
    if not number.isdecimal():
        return True  # no folder of ours
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
