"""Columns of files that the engine keeps in its own form: what a scan asks for, and what stands in for a reader."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from hiveframe.dataclass import dataclass
from hiveframe.functions.sql import Sql
from hiveframe.lake.scan import ScanFile


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """One call of a file reader. `stored` are all columns of the files with the reader's types for them.

    `wanted` are the columns that the call is made for, `arguments` its named arguments but those that only add
    columns, which are `adding`, by the column that each adds. `roots` are the paths that the files were listed
    from; `is_versioned`: no file ever changes under its path.
    """

    function: str
    roots: tuple[str, ...]
    files: tuple[ScanFile, ...]
    stored: tuple[tuple[str, str], ...]
    wanted: tuple[str, ...]
    arguments: Mapping[str, Sql]
    adding: Mapping[str, tuple[str, Sql]]
    is_versioned: bool


@dataclass(frozen=True, slots=True, eq=False)
class KeptPart:
    """A query that gives the wanted columns of all rows of the files at `paths`, as the reader does."""

    query: exp.Select
    paths: frozenset[str]
