"""Whatever goes wrong, and whenever: old data stays, nothing half-written is seen, the next write cleans up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hiveframe.errors import SparkError
from hiveframe.lake.options import Options
from hiveframe.lake.paths import list_files
from hiveframe.lake.write import staging
from tests.unit.lake.harness import read, wrote

OLD, SCHEMA = "select 1 a", "a bigint"

_WRITER = """
import resource, signal, sys
from pathlib import Path
query, target, mode, format_name, limit = sys.argv[1:]
if int(limit):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
from tests.unit.lake.harness import wrote
wrote(query, "a bigint, b double", Path(target), mode=mode, format_name=format_name)
"""


def writer(
    query: str, target: Path, mode: str, format_name: str = "parquet", limit_bytes: int = 0
) -> subprocess.Popen[bytes]:
    """Another process that writes; no file of it may grow beyond `limit_bytes`."""
    arguments = [query, str(target), mode, format_name, str(limit_bytes)]
    return subprocess.Popen([sys.executable, "-c", _WRITER, *arguments], stderr=subprocess.PIPE)


def staged(target: Path) -> list[Path]:
    return [p for p in target.parent.iterdir() if p.name.startswith("_temporary")]


def visible(folder: Path) -> list[str]:
    return sorted(n for n in os.listdir(folder) if not n.startswith(("_", ".")))


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_a_writer_killed_in_the_middle_changes_nothing(tmp_path: Path, mode: str) -> None:
    target = tmp_path / "out"
    wrote(OLD, SCHEMA, target)
    before = visible(target)
    process = writer("select range a, random() b from range(2000000000)", target, mode)
    deadline = time.monotonic() + 60
    while not any(f.stat().st_size > 100_000 for p in staged(target) for f in p.rglob("data_0")):
        assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.kill()
    process.communicate()
    assert visible(target) == before
    assert read("parquet", target) == ("struct<a:bigint>", [(1,)])
    assert len(staged(target)) == 1
    wrote("select 2 a", SCHEMA, target, mode="append")
    assert staged(target) == []
    assert read("parquet", target)[1] == [(1,), (2,)]


@pytest.mark.parametrize("format_name", ["parquet", "csv", "orc"])
@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_a_full_disk_changes_nothing(tmp_path: Path, mode: str, format_name: str) -> None:
    target = tmp_path / "out"
    wrote(OLD, SCHEMA, target, format_name=format_name)
    before = visible(target)
    process = writer("select range a, random() b from range(300000)", target, mode, format_name, limit_bytes=200_000)
    _, errors = process.communicate(timeout=60)
    assert process.returncode != 0
    assert b"TASK_WRITE_FAILED" in errors
    assert f"file:{target}".encode() in errors
    assert visible(target) == before
    assert staged(target) == []


@pytest.mark.parametrize("format_name", ["parquet", "json", "orc"])
@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_a_row_that_fails_changes_nothing(tmp_path: Path, mode: str, format_name: str) -> None:
    target = tmp_path / "out"
    wrote(OLD, SCHEMA, target, format_name=format_name)
    before = visible(target)
    with pytest.raises(SparkError):
        wrote(
            "select case when range = 99999 then error('no') else range end a from range(100000)",
            SCHEMA,
            target,
            mode=mode,
            format_name=format_name,
        )
    assert visible(target) == before
    assert staged(target) == []


def test_an_append_cut_between_its_moves_is_finished_by_the_next_write(tmp_path: Path) -> None:
    target = tmp_path / "out"
    wrote(OLD, SCHEMA, target)
    root = tmp_path / "_temporary-out-dead"
    (root / "data" / "k=1").mkdir(parents=True)
    (root / "_lock").touch()
    for name in ("k=1/part-1.parquet", "part-2.parquet"):
        (root / "data" / name).write_text(name)
    (root / "_journal").write_text(json.dumps(["part-0.parquet", "k=1/part-1.parquet", "part-2.parquet"]))
    staging.recover(str(target))
    assert (target / "k=1/part-1.parquet").read_text() == "k=1/part-1.parquet"
    assert (target / "part-2.parquet").exists()
    assert staged(target) == []


def test_a_swap_cut_between_its_steps_is_finished_by_the_next_write(tmp_path: Path) -> None:
    target = tmp_path / "out"
    root = tmp_path / "_temporary-out-dead"
    (root / "data").mkdir(parents=True)
    (root / "data" / "new").touch()
    (root / "old-0").mkdir()
    (root / "_lock").touch()
    (root / "old-0.swap").write_text(json.dumps([str(root / "data"), str(target)]))
    staging.recover(str(target))
    assert os.listdir(target) == ["new"]
    assert staged(target) == []


def test_a_writer_that_lives_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with staging.staging(str(target)) as first:
        with staging.staging(str(target)):
            assert os.path.isdir(first.data)
        assert os.path.isdir(first.data)
    assert staged(target) == []


def test_a_system_without_an_exchange_swaps_in_two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "_exchange", lambda first, second: False)
    target = tmp_path / "out"
    wrote(OLD, SCHEMA, target)
    wrote("select 2 a", SCHEMA, target, mode="overwrite")
    assert read("parquet", target)[1] == [(2,)]
    assert staged(target) == []


def test_readers_see_the_old_rows_or_the_new_ones_while_a_folder_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "out"
    wrote("select 0 a", SCHEMA, target)
    script = (
        "import sys\nfrom pathlib import Path\nfrom tests.unit.lake.harness import wrote\n"
        "for n in range(1, 15): wrote(f'select {n} a', 'a bigint', Path(sys.argv[1]), mode='overwrite')"
    )
    process = subprocess.Popen([sys.executable, "-c", script, str(target)])
    seen = set()
    while process.poll() is None:
        files = list_files([str(target)], Options()).files
        assert len(files) == 1
        seen.add(files[0].path)
    assert process.returncode == 0
    assert len(seen) > 2


def test_writes_that_fail_always_end(tmp_path: Path) -> None:
    """With DuckDB's threads for writes, one of some hundred waited for itself for ever."""
    text = "select case when range = 99999 then error('no') else range end a from range(100000)"
    for _ in range(60):
        with pytest.raises(SparkError):
            wrote(text, SCHEMA, tmp_path / "out", mode="overwrite", format_name="parquet")
