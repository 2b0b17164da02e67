"""Parts as tables of a database file of their own: made, measured, dropped."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import Final

from sqlglot import exp

from hiveframe.engine.database import Connection, Database
from hiveframe.engine.hot_columns.parts import PLACE, SCHEMA, FileState, Part, new_name
from hiveframe.engine.render import render
from hiveframe.functions.sql import Sql, cast, column, ident, text
from hiveframe.lake.kept_columns import Reading
from hiveframe.lake.table_function import call, path_list, select_from

_NAME: Final = "columns-"
_BLOCK_BYTES: Final = 1 << 18
_FILE_NUMBER: Final = "file_index"
"""Under this name DuckDB's readers number the files of a call."""


class PartTables:
    """The tables in the file `columns-<pid>.db` of `folder`, which is made with the first of them."""

    def __init__(self, database: Database, folder: str) -> None:
        self._database = database
        self._folder = folder
        self._path = os.path.join(folder, f"{_NAME}{os.getpid()}.db")
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
        places = {path: (i, state) for i, (path, state) in enumerate(files.items())}
        return Part(name, frozenset(columns), places, max(self._block_bytes(name), least_bytes))

    def drop(self, part: Part) -> None:
        """The part goes; who reads it now reads on."""
        self._run(render(exp.Drop(tables=[_table(part.name)], kind="TABLE", exists=True)))

    def interrupt(self) -> None:
        """Stop what runs."""
        running = self._running
        if running is not None:
            running.interrupt()

    def remove(self) -> None:
        """The file goes, once the database is closed."""
        _remove(self._path)

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
                _remove(os.path.join(self._folder, name))
        _remove(self._path)
        path = exp.alias_(text(self._path), SCHEMA, quoted=True)
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
    place: Sql = cast(column(_FILE_NUMBER), "INTEGER")
    return select_from(reader, [*((name, column(name)) for name in columns), (PLACE, place)])


def _table(name: str) -> exp.Table:
    return exp.Table(this=ident(name), db=ident("main"), catalog=ident(SCHEMA))


def _is_alive(name: str) -> bool:
    """Whether the process whose file that is still runs."""
    number = name.removeprefix(_NAME).split(".")[0]
    if not number.isdecimal():
        return True  # not a file of ours
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _remove(path: str) -> None:
    for name in (path, f"{path}.wal"):
        with contextlib.suppress(FileNotFoundError):
            os.remove(name)
