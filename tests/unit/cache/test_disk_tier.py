"""The folder of kept rows: whole entries or none, within its bytes, for any number of processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiveframe.cache.disk_tier import DiskTier
from hiveframe.cache.rows import HEAD_BYTES, KeptRows, packed


def made(size_bytes, cost_s=1.0):
    return KeptRows(os.urandom(size_bytes - HEAD_BYTES), 1, cost_s)


@pytest.fixture
def tier(tmp_path):
    return DiskTier(str(tmp_path / "results"), 100_000)


def test_rows_come_back_as_they_were(tier):
    batch = pa.RecordBatch.from_pydict({"a": [1, None, 3], "b": ["x", "y", None]})
    assert tier.put("k", packed(batch.schema, [batch, batch], 2.5))
    found = tier.get("k")
    assert list(found.batches()) == [batch, batch]
    assert (found.row_count, found.cost_s) == (6, 2.5)


def test_only_the_user_may_read_them(tier):
    tier.put("k", made(1000))
    assert os.stat(tier.folder).st_mode & 0o077 == 0
    assert os.stat(tier._path("k")).st_mode & 0o077 == 0


@settings(max_examples=60, deadline=None)
@given(
    offers=st.lists(st.tuples(st.integers(100, 60_000), st.floats(0.001, 100)), max_size=30),
    limit=st.integers(1_000, 100_000),
)
def test_no_offer_takes_it_over_its_limit(tmp_path_factory, offers, limit):
    tier = DiskTier(str(tmp_path_factory.mktemp("bound") / "results"), limit)
    for i, (size_bytes, cost_s) in enumerate(offers):
        tier.put(f"k{i}", made(size_bytes, cost_s))
        assert tier.size_bytes <= limit
    assert all(tier.get(e.key) is not None for e in tier.entries())


def test_the_entries_least_used_go_first(tmp_path):
    now = [1_000_000.0]
    tier = DiskTier(str(tmp_path), 10_000, clock=lambda: now[0])
    for key in "abc":
        assert tier.put(key, made(3_000))
        now[0] += 60
    tier.get("a")
    assert tier.put("d", made(3_000))
    assert sorted(e.key for e in tier.entries()) == ["a", "c", "d"]


def test_the_entries_that_save_most_for_their_bytes_stay(tmp_path):
    tier = DiskTier(str(tmp_path), 10_000, clock=lambda: 1_000_000.0)
    tier.put("dear", made(3_000, cost_s=60))
    tier.put("cheap", made(3_000, cost_s=0.1))
    tier.put("dear too", made(3_000, cost_s=60))
    tier.put("new", made(3_000, cost_s=1))
    assert sorted(e.key for e in tier.entries()) == ["dear", "dear too", "new"]


@pytest.mark.parametrize("harm", ["cut", "longer", "bit", "head", "empty", "foreign"])
def test_a_torn_or_foreign_entry_is_dropped_without_an_error(tier, harm):
    tier.put("k", made(5_000))
    path = tier._path("k")
    data = bytearray(Path(path).read_bytes())
    if harm == "bit":
        data[3_000] ^= 1
    if harm == "head":
        data[9] ^= 1
    changed = {"cut": data[:2_000], "longer": data + b"x", "empty": b"", "foreign": b"PAR1" * 100}.get(harm, data)
    with open(path, "wb") as file:
        file.write(changed)
    assert tier.get("k") is None
    assert tier.entries() == []
    assert tier.put("k", made(5_000))
    assert tier.get("k") is not None


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    tier = DiskTier(str(tmp_path / "file" / "results"), 100_000)
    assert not tier.put("k", made(1_000))
    assert tier.get("k") is None
    assert tier.entries() == []
    assert not tier.may_hold("k")


def test_what_a_process_that_died_left_aside_is_removed(tier):
    tier.put("k", made(1_000))
    left = tier._path("gone") + ".part"
    with open(left, "wb") as file:
        file.write(b"half")
    tier.put("l", made(1_000))
    assert not os.path.exists(left)


def test_counts_add_up(tier):
    tier.add_counts({"hits": 2, "misses": 1})
    tier.add_counts({"hits": 3})
    assert tier.counts() == {"hits": 5, "misses": 1}


WRITER = """
import itertools, os, sys
from hiveframe.cache.disk_tier import DiskTier
from hiveframe.cache.rows import KeptRows
tier = DiskTier(sys.argv[1], int(sys.argv[2]))
print("ready", flush=True)
for i in itertools.count():
    key = f"{sys.argv[3]}-{i % 40}"
    tier.evict(key)
    tier.put(key, KeptRows(os.urandom(200_000), i, 1.0))
"""


def writer(folder, limit, name):
    args = [sys.executable, "-c", WRITER, folder, str(limit), name]
    process = subprocess.Popen(args, stdout=subprocess.PIPE)
    process.stdout.readline()
    return process


def test_killed_while_writing_it_leaves_whole_entries_only(tmp_path):
    tier = DiskTier(str(tmp_path / "results"), 3_000_000)
    for delay_ms in (5, 23, 41, 77, 120):
        process = writer(tier.folder, tier.limit_bytes, "w")
        time.sleep(delay_ms / 1000)
        process.send_signal(signal.SIGKILL)
        process.wait()
        keys = [e.key for e in tier.entries()]
        assert all(tier.get(key) is not None for key in keys)
        assert tier.put(f"after {delay_ms}", made(1_000))  # the lock went with the process
        assert tier.size_bytes <= tier.limit_bytes


def test_two_processes_share_it_within_its_limit(tmp_path):
    tier = DiskTier(str(tmp_path / "results"), 3_000_000)
    others = [writer(tier.folder, tier.limit_bytes, name) for name in "ab"]
    deadline = time.monotonic() + 60
    served, writers = 0, set[str]()
    while (served < 200 or writers != {"a", "b"}) and time.monotonic() < deadline:
        assert tier.size_bytes <= tier.limit_bytes
        for entry in tier.entries():
            found = tier.get(entry.key)
            if found is not None:
                served += 1
                writers.add(entry.key[0])
    for process in others:
        process.kill()
        process.wait()
    assert served >= 200
    assert writers == {"a", "b"}
