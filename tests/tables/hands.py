"""A table of each format, read and written below any session, and as others read it."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tables import delta_rows, honey_rows, iceberg_rows
from tests.tables.dying import Hand
from tests.tables.processes import Row

KINDS = ("delta", "honey", "iceberg")


@dataclass(frozen=True)
class Kind:
    """Where a table lies in a folder, how it is made there, and what others read: libraries, and DuckDB alone."""

    make: Callable[[Path], Any]
    place: Callable[[Path], Path]
    others: tuple[Callable[[Path], list[Row]], ...]
    workers: str

    def hand(self, folder: Path) -> Hand:
        """How its rows are read and written."""
        found: Hand = self.worker("hand")(str(self.place(folder)))
        return found

    def worker(self, name: str) -> Callable[..., Any]:
        """What another process does to it."""
        found: Callable[..., Any] = getattr(importlib.import_module(f"tests.tables.{self.workers}"), name)
        return found

    def rows(self, folder: Path) -> list[Row]:
        """What it holds, which all others read, too."""
        hand = self.hand(folder)
        found = hand.rows(hand.state())
        for read in self.others:
            assert read(self.place(folder)) == found
        return found

    def put(self, folder: Path, new: list[Row]) -> None:
        """Rows added and acknowledged."""
        hand = self.hand(folder)
        write = hand.table.begin(hand.state())
        hand.add(write, new)
        write.commit("WRITE", {}, reads=False)


def _below(folder: Path) -> Path:
    return folder / "t"


def _itself(folder: Path) -> Path:
    return folder


def kind(name: str) -> Kind:
    """The format's own."""
    return {
        "delta": Kind(lambda f: delta_rows.make(f / "t"), _below, (delta_rows.library_rows,), "delta_workers"),
        "honey": Kind(lambda f: honey_rows.make(f / "t"), _below, (), "honey_workers"),
        "iceberg": Kind(
            iceberg_rows.make, _itself, (iceberg_rows.library_rows, iceberg_rows.duckdb_rows), "iceberg_workers"
        ),
    }[name]
