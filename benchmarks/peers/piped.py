"""A peer as a contender: one process, started once, that is told statements by a pipe."""

import contextlib
import json
import os
import select
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp

from benchmarks.peers.environments import TITLES, python

WORKER = Path(__file__).with_name("worker.py")
MOST_SECONDS = 900
END_SECONDS = 10
MOST_SHOWN = 200
WITHOUT_VIEWS = ("polars", "daft")
WITHOUT_STRING_VIEWS = ("daft",)


class PeerError(Exception):
    """The peer cannot run a statement, took too long or ended."""


class PipedContender:
    """The peer's process; one that ends is started again when it is next asked."""

    def __init__(self, peer: str) -> None:
        self.name = TITLES[peer]
        self._peer = peer
        self._tables: dict[str, str] = {}
        self._process: subprocess.Popen[str] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix=f"{peer}-")

    def asked(self, statements: tuple[str, ...]) -> tuple[str, ...]:
        """The statements; one query for an engine that has no views."""
        return as_one_query(statements) if self._peer in WITHOUT_VIEWS else statements

    def open_tables(self, tables: Mapping[str, Path]) -> None:
        self._tables = {name: str(readable(self._peer, path)) for name, path in tables.items()}
        if self._process is None:
            self._start()
        else:
            self._order({"tables": self._tables})

    def run(self, statement: str) -> None:
        """Have the rows made, which stay where they are."""
        self._order({"statement": statement})

    def answer(self, statement: str) -> pa.Table | None:
        """The rows, through a file."""
        file = os.path.join(self._folder.name, "answer.arrow")
        if self._order({"statement": statement, "file": file})["rows"] is None:
            return None
        with pa.OSFile(file) as source:
            return pa.ipc.open_file(source).read_all()

    def close(self) -> None:
        """End the process."""
        self._stop()
        self._folder.cleanup()

    def _start(self) -> None:
        with open(os.path.join(self._folder.name, "log"), "ab") as log:
            self._process = subprocess.Popen(
                [python(self._peer), WORKER, self._peer],
                cwd=self._folder.name,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._order({"tables": self._tables})

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # its loop ends
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def _order(self, order: dict[str, Any]) -> dict[str, Any]:
        """The answer to one order."""
        if self._process is None:
            self._start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._lost("ended") from None
        ready, _, _ = select.select([process.stdout], [], [], MOST_SECONDS)
        line = process.stdout.readline() if ready else ""
        if not line:
            raise self._lost("ended" if ready else f"did not answer within {MOST_SECONDS} s")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerError(shortened(answer["error"]))
        return answer

    def _lost(self, how: str) -> PeerError:
        """The error for a process that is of no more use."""
        self._stop()
        return PeerError(f"its process {how}")


def shortened(message: str) -> str:
    """The beginning of an engine's complaint, with the deepest cause of a Java one."""
    start, *causes = message.split("Caused by: ")
    parts = [start, causes[-1].partition("\n")[0]] if causes else [start]
    return " … ".join(" ".join(part.split())[:MOST_SHOWN] for part in parts)


def as_one_query(statements: tuple[str, ...]) -> tuple[str, ...]:
    """The query with the views that were made for it as common table expressions."""
    trees = [sqlglot.parse_one(statement, read="spark") for statement in statements]
    views = [tree for tree in trees if isinstance(tree, exp.Create)]
    queries = [tree for tree in trees if isinstance(tree, exp.Select)]
    if not views:
        return statements
    for view in views:
        columns = view.this.expressions
        made = view.expression.copy()
        for column, expression in zip(columns, list(made.expressions), strict=True):
            expression.replace(exp.alias_(expression.copy(), column.name))
        queries = [query.with_(view.this.this.name, as_=made) for query in queries]
    return tuple(query.sql("spark") for query in queries)


def readable(peer: str, path: Path) -> Path:
    """The file, or its copy for an engine that cannot read a schema with string views in it, which TPC's files have."""
    if peer not in WITHOUT_STRING_VIEWS:
        return path.resolve()
    copy = path.resolve().parent / "without-string-views" / path.name
    if not copy.exists():
        copy.parent.mkdir(exist_ok=True)
        aside = copy.with_name(f".{copy.name}")
        duckdb.sql(f"COPY (FROM '{path.resolve()}') TO '{aside}' (FORMAT parquet)")
        aside.rename(copy)
    return copy
