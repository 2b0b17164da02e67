"""Processes that do things to a table while a test looks on: killed, racing."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = tuple[int, int]

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([f"tests.tables.{kind}_workers" for kind in ("delta", "honey", "iceberg")])


def run(target: Callable[..., None], *args: Any) -> int:
    """The exit code of a process of its own."""
    process = _PROCESSES.Process(target=target, args=args)
    process.start()
    process.join(60)
    assert process.exitcode is not None
    return process.exitcode


def race(count_up: Callable[[str, int, int], None], location: Path, found: Callable[[], list[Row]]) -> list[Row]:
    """Two processes count one row up, six times each; all of their updates and rows of their own are there."""
    racers = [_PROCESSES.Process(target=count_up, args=(str(location), 6, seed)) for seed in (1, 2)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(100)
        assert racer.exitcode == 0
    rows = found()
    assert rows[0] == (0, 12)
    assert [r[0] for r in rows[1:]] == [s * 1000 + n for s in (1, 2) for n in range(6)]
    return rows


def told(notes: Path, before: list[Row]) -> tuple[int, list[list[Row]]]:
    """How many transactions a killed writer saw through by its notes, and the contents that it may have left."""
    lines = [json.loads(line) for line in notes.read_text().splitlines()] if notes.exists() else []
    done = [[(i, v) for i, v in content] for what, content in lines if what == "done"]
    begun = [[(i, v) for i, v in content] for what, content in lines if what == "begun"]
    return len(done), [done[-1] if done else before, *begun[len(done) :]]
