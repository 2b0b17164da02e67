"""sqlglot trees as DuckDB text."""

from __future__ import annotations

import threading

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.generator import Generator

from hiveframe.functions.sql import Sql

_local = threading.local()


def render(tree: Sql, *, pretty: bool = False) -> str:
    """The text of one statement; `pretty` breaks it into lines for people."""
    return _generator(pretty).generate(tree, copy=False)


def _generator(pretty: bool) -> Generator:
    """A generator kept for this thread: making one costs more than a tiny statement's text."""
    name = "pretty" if pretty else "plain"
    found: Generator | None = getattr(_local, name, None)
    if found is None:
        found = DuckDB().generator(pretty=pretty, normalize_functions=False, comments=False)
        setattr(_local, name, found)
    return found
