"""What Tab offers in the SQL shell: tables after FROM, otherwise columns, functions and keywords."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from hiveframe.sql.keywords import KEYWORDS

BEFORE_TABLES = re.compile(
    r"\b(?:from|join|into|table|update|describe|desc|view|cache|refresh)\s+[\w.]*$", re.IGNORECASE
)
MENTIONED = re.compile(r"\b(?:from|join|into|update)\s+([\w.]+)", re.IGNORECASE)
WORD = re.compile(r"[\w.]*$")


class Names(Protocol):
    """The names that a session knows."""

    def tables(self) -> list[str]: ...
    def columns(self, table: str) -> list[str]: ...
    def functions(self) -> list[str]: ...


class SessionNames:
    """A session's names, asked for once and again after `forget`; functions only once."""

    def __init__(self, spark: SparkSession) -> None:
        self._spark = spark
        self._functions: list[str] | None = None
        self._tables: list[str] | None = None
        self._columns: dict[str, list[str]] = {}

    def forget(self) -> None:
        """Ask again for tables and columns the next time."""
        self._tables = None
        self._columns = {}

    def tables(self) -> list[str]:
        """Tables and views of the current database, and the databases."""
        if self._tables is None:
            tables = self._ask("SHOW TABLES", "tableName")
            self._tables = tables + [f"{database}." for database in self._ask("SHOW DATABASES", "namespace")]
        return self._tables

    def columns(self, table: str) -> list[str]:
        """The table's columns; none where there is no such table."""
        if table not in self._columns:
            try:
                self._columns[table] = self._spark.table(table).columns
            except PySparkException:
                self._columns[table] = []
        return self._columns[table]

    def functions(self) -> list[str]:
        """Every function's name."""
        if self._functions is None:
            self._functions = [name for name in self._ask("SHOW FUNCTIONS", "function") if name[:1].isalpha()]
        return self._functions

    def _ask(self, statement: str, column: str) -> list[str]:
        try:
            return [row[column] for row in self._spark.sql(statement).collect()]
        except PySparkException:  # no help at the prompt is better than an error in it
            return []


class SqlCompleter(Completer):
    """Completes the word before the cursor."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """The words that fit, best first, in the case that the user types."""
        before = document.text_before_cursor
        match = WORD.search(before)
        word = match.group() if match else ""
        seen = set()
        for candidate, kind in self._candidates(document.text, before, word):
            if candidate.lower().startswith(word.lower()) and candidate.lower() not in seen:
                seen.add(candidate.lower())
                yield Completion(candidate, start_position=-len(word), display_meta=kind)

    def _candidates(self, text: str, before: str, word: str) -> Iterator[tuple[str, str]]:
        if BEFORE_TABLES.search(before):
            yield from tagged(self._names.tables(), "table")
        elif "." in word:
            table = word.rpartition(".")[0]
            yield from ((f"{table}.{column}", "column") for column in self._names.columns(table))
        else:
            for table in MENTIONED.findall(text):
                yield from tagged(self._names.columns(table), "column")
            keywords = sorted(KEYWORDS)
            yield from tagged(keywords if word[:1].isupper() else [k.lower() for k in keywords], "keyword")
            yield from tagged((f"{name}(" for name in self._names.functions()), "function")


def tagged(words: Iterable[str], kind: str) -> Iterator[tuple[str, str]]:
    """Each word with what it is."""
    return ((word, kind) for word in words)
