"""Transactions that run at the same time, in drawn orders, against a model of what they may do to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from hiveframe.errors import SparkException
from hiveframe.lake.honey.commit import commit_all
from hiveframe.lake.honey.table import HoneyTable, HoneyWrite
from hiveframe.lake.pruning import AnyOf, ColumnTest
from tests.tables.honey_rows import Row, add, delete, make, rows, state


@dataclass
class Open:
    """A transaction under way, and what the model knows of it."""

    write: HoneyWrite
    base: int
    added: list[Row] = field(default_factory=list)
    gone: set[Row] = field(default_factory=set)


class Model:
    """The versions of a table as lists of rows, and which rows each version changed."""

    def __init__(self) -> None:
        self.versions: list[set[Row]] = [set()]
        self.changes: list[tuple[set[Row], bool]] = [(set(), True)]  # rows gone, whether it was a blind append

    def conflicts(self, transaction: Open) -> bool | None:
        """Whether the commit has to fail; None where it may, as segments are coarser than rows."""
        since = self.changes[transaction.base + 1 :]
        if not transaction.gone:
            return False
        if any(gone & transaction.gone for gone, _ in since):
            return True
        return None if any(not is_blind for _, is_blind in since) else False

    def commit(self, transaction: Open) -> None:
        self.versions.append((self.versions[-1] - transaction.gone) | set(transaction.added))
        self.changes.append((transaction.gone, not transaction.gone))


@pytest.mark.parametrize("seed", range(12))
def test_drawn_transactions_do_what_the_model_does(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    table, model, ids = make(tmp_path / "t"), Model(), iter(range(10_000))
    running: list[Open] = []
    refused = 0
    for _ in range(40):
        if len(running) < 3 and random.random() < 0.6:
            running.append(begin(table, model, random, ids))
            continue
        if not running:
            continue
        transaction = running.pop(random.randrange(len(running)))
        expected = model.conflicts(transaction)
        failed = refusal(transaction)
        assert expected is None or expected == failed
        if failed:
            refused += 1
            continue
        model.commit(transaction)
        assert rows(state(table).snapshot) == sorted(model.versions[-1])
    assert refused or len(model.versions) > 3
    for version, wanted in enumerate(model.versions):
        assert rows(state(table, version).snapshot) == sorted(wanted)


def refusal(transaction: Open) -> bool:
    """Whether the commit was refused."""
    try:
        transaction.write.commit("WRITE", {}, reads=bool(transaction.gone))
    except SparkException:
        return True
    return False


def begin(table: HoneyTable, model: Model, random: Random, ids: object) -> Open:
    """A transaction that appends rows, and perhaps changes some that are there."""
    now = state(table)
    opened = Open(table.begin(now), now.version)
    held = sorted(model.versions[now.version])
    if held and random.random() < 0.6:
        opened.gone = set(random.sample(held, random.randint(1, min(3, len(held)))))
        delete(opened.write, now.snapshot, {i for i, _ in opened.gone})
        opened.added = [(i, v + 1) for i, v in opened.gone if random.random() < 0.5]
    if not opened.gone or random.random() < 0.3:
        opened.added += [(next(ids), 0) for _ in range(random.randint(1, 4))]  # type: ignore[call-overload]
    if opened.added:
        add(opened.write, opened.added)
    return opened


def test_tables_of_one_manifest_change_together(tmp_path: Path) -> None:
    first, second = make(tmp_path / "a", tmp_path), make(tmp_path / "b", tmp_path)
    seen = state(second)
    one, two = first.begin(state(first)), second.begin(seen)
    add(one, [(1, 1)])
    add(two, [(2, 2)])
    commit_all([w.staged("TRANSFER", {}, reads=False) for w in (one, two)])
    assert (rows(state(first).snapshot), rows(state(second).snapshot)) == ([(1, 1)], [(2, 2)])

    one, two = first.begin(state(first)), second.begin(state(second))
    delete(one, state(first).snapshot, {1})
    delete(two, state(second).snapshot, {2})
    other = second.begin(state(second))
    delete(other, state(second).snapshot, {2})
    other.commit("DELETE", {}, reads=True)
    with pytest.raises(SparkException) as caught:
        commit_all([w.staged("TRANSFER", {}, reads=True) for w in (one, two)])
    assert caught.value.condition == "HONEY_CONCURRENT_DELETE_DELETE"
    assert rows(state(first).snapshot) == [(1, 1)]  # neither happened

    alone = make(tmp_path / "c")
    with pytest.raises(SparkException) as caught:
        commit_all([t.begin(state(t)).staged("TRANSFER", {}, reads=False) for t in (first, alone)])
    assert caught.value.condition == "HONEY_SEVERAL_MANIFESTS"


def test_changes_of_other_rows_do_no_harm(tmp_path: Path) -> None:
    table = make(tmp_path / "t")
    for first in (0, 100):
        write = table.begin(state(table))
        add(write, [(first + n, 0) for n in range(10)])
        write.commit("WRITE", {}, reads=False)
    for wanted, refused in ((3, False), (103, True)):
        seen = state(table)
        mine, theirs = table.begin(seen), table.begin(seen)
        delete(mine, seen.snapshot, {wanted})
        delete(theirs, seen.snapshot, {105 if wanted == 3 else 106})
        add(theirs, [(wanted + 197, 0)])
        theirs.commit("UPDATE", {}, reads=True)
        reads = AnyOf(((ColumnTest(0, "=", (wanted,)),),))
        if refused:
            with pytest.raises(SparkException):
                mine.commit("DELETE", {}, reads=reads)
        else:
            mine.commit("DELETE", {}, reads=reads)
    late = state(table)
    reader, other = table.begin(late), table.begin(late)
    add(reader, [(1, 1)])
    delete(other, late.snapshot, {109})
    add(other, [(500, 0)])
    other.commit("UPDATE", {}, reads=True)
    reader.commit("MERGE", {}, reads=AnyOf(((ColumnTest(0, "<", (50,)),),)))
    assert (1, 1) in rows(state(table).snapshot)
