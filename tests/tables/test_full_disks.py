"""A disk without room changes nothing, or all, and the table lives on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hiveframe.errors import SparkError
from tests.tables.hands import KINDS, kind
from tests.tables.processes import run


def names(location: Path) -> list[str]:
    """Everything below a table."""
    return sorted(str(p.relative_to(location)) for p in location.rglob("*"))


@pytest.mark.parametrize(
    ("name", "size", "leaves"),
    [
        ("delta", 0, ""),
        ("delta", 1000, "data"),  # only the log found no room
        ("delta", 20_000, ""),
        ("honey", 0, "data"),
        ("honey", 2000, "data"),
        ("honey", 20_000, "data"),
        ("iceberg", 0, "data"),
        ("iceberg", 2000, "data"),
        ("iceberg", 20_000, "data"),
    ],
)
def test_a_full_disk_changes_nothing(name: str, size: int, leaves: str, tmp_path: Path) -> None:
    table = kind(name)
    made = table.make(tmp_path)
    table.put(tmp_path, [(1, 1)])
    before, beside = names(table.place(tmp_path)), {p.name for p in tmp_path.iterdir()}
    assert run(table.worker("write_with_little_room"), str(table.place(tmp_path)), size) == 3
    assert table.rows(tmp_path) == [(1, 1)]
    assert leaves or names(table.place(tmp_path)) == before
    table.put(tmp_path, [(2, 2)])
    assert table.rows(tmp_path) == [(1, 1), (2, 2)]
    assert {p.name for p in tmp_path.iterdir()} == beside  # nothing aside is left
    assert made


CALLS = {"delta": ("fsync", "link", "rename"), "honey": ("fsync", "rename"), "iceberg": ("fsync", "open")}


@pytest.mark.parametrize(("name", "call"), [(name, call) for name in KINDS for call in CALLS[name]])
def test_no_room_at_any_call_changes_nothing_or_all(
    name: str, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = kind(name)
    made = table.make(tmp_path)
    table.put(tmp_path, [(1, 1), (2, 2)])
    plain = getattr(os, call)
    hand = table.hand(tmp_path)
    failed = 0
    for number in range(20):
        before, now, left = table.rows(tmp_path), hand.state(), iter(range(number))
        after = sorted([*before[1:], (100 + number, 0)])

        def full(*args: Any, left: Iterator[int] = left, **named: Any) -> Any:
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            return plain(*args, **named)

        write = hand.table.begin(now)
        with monkeypatch.context() as patch:
            patch.setattr(os, call, full)
            try:
                hand.add(write, [(100 + number, 0)])
                hand.delete(write, now, {before[0][0]})
                write.commit("WRITE", {}, reads=True)
            except (OSError, SparkError, duckdb.Error):
                failed += 1
                patch.undo()
                assert table.rows(tmp_path) in (before, after)
            else:
                patch.undo()
                assert table.rows(tmp_path) == after
                break
    assert 0 < failed < 20
    assert made
