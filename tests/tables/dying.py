"""What writers do until they are killed at a chosen step, whatever the format of their table."""

from __future__ import annotations

import json
import os
import resource
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import duckdb

from hiveframe.errors import SparkError, SparkException
from tests.tables.processes import Row

STEPS = ("fsync", "rename", "replace", "link", "mkdir", "remove", "unlink", "rmdir")


@dataclass(frozen=True)
class Hand:
    """How the rows of one table are read and written. `state` is its newest version, which the others are given."""

    table: Any
    state: Callable[[], Any]
    rows: Callable[[Any], list[Row]]
    add: Callable[[Any, list[Row]], None]
    delete: Callable[[Any, Any, set[int]], None]
    conflict: str
    """How the conditions of conflicts begin."""


def dying_at(number: int) -> tuple[Callable[[], None], Callable[[Callable[..., Any]], Callable[..., Any]]]:
    """What counts a step, and what makes a call count before and after; the process is killed at the nth."""
    left = iter(range(number))

    def count() -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **named: Any) -> Any:
            count()
            made = call(*args, **named)
            count()
            return made

        return step

    return count, counted


def die_at(number: int) -> Callable[[], None]:
    """Be killed at the nth step: before or after a call of the file system, or where what is returned is called."""
    count, counted = dying_at(number)
    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    return count


def note(path: str, what: str, content: Sequence[Any]) -> None:
    """One line on disk."""
    with open(path, "a", encoding="utf-8") as out:
        out.write(json.dumps([what, content]) + "\n")
        out.flush()
        os.fdatasync(out.fileno())


def transact(hand: Hand, notes: str, random: Random) -> None:
    """Transactions without end, each noted before and after."""
    while True:
        now = hand.state()
        held = hand.rows(now)
        gone = set(random.sample(held, min(len(held), random.choice([0, 0, 1, 3]))))
        new = [(random.getrandbits(40), 0) for _ in range(random.randint(0 if gone else 1, 3))]
        after = sorted((set(held) - gone) | set(new))
        note(notes, "begun", after)
        write = hand.table.begin(now)
        if new:
            hand.add(write, new)
        if gone:
            hand.delete(write, now, {i for i, _ in gone})
        write.commit("UPDATE" if gone else "WRITE", {}, reads=True)
        note(notes, "done", after)


def count_row_up(hand: Hand, times: int, seed: int) -> None:
    """Add 1 to the one row there is, again after each conflict; then a row of one's own."""
    for turn in range(times):
        while True:
            now = hand.state()
            ((number, value),) = [r for r in hand.rows(now) if r[0] == 0]
            write = hand.table.begin(now)
            hand.add(write, [(number, value + 1)])
            try:
                hand.delete(write, now, {0})
                write.commit("UPDATE", {}, reads=True)
            except SparkException as error:
                if not error.condition.startswith(hand.conflict):
                    raise
            else:
                break
        blind = hand.table.begin(hand.state())
        hand.add(blind, [(seed * 1000 + turn, 0)])
        blind.commit("WRITE", {}, reads=False)


def write_into(hand: Hand, size: int) -> None:
    """A write that finds no file may be larger than `size`; the process ends with 3 where it says so."""
    now = hand.state()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        write = hand.table.begin(now)
        hand.add(write, [(n, n * 7919) for n in range(5000)])
        write.commit("WRITE", {}, reads=False)
    except (SparkError, duckdb.Error, OSError):
        os._exit(3)
