from __future__ import annotations

import os
from pathlib import Path

import pytest

from hiveframe.errors import AnalysisException, SparkError, SparkException
from hiveframe.lake.options import Options
from hiveframe.lake.paths import glob_regex, list_files, local_path


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def found(root: Path, *paths: str, **options: str) -> list[str]:
    listing = list_files([str(root / p) for p in paths], Options(options), "UTC")
    return [os.path.relpath(f.path, root) for f in listing.files]


def test_hidden_files_and_folders_are_not_read(tmp_path: Path) -> None:
    make(tmp_path, "a", "_SUCCESS", ".a.crc", "_temporary/0/b", "_k=1/c", "d._COPYING_")
    assert found(tmp_path, ".") == ["_k=1/c", "a"]


def test_a_hidden_file_is_not_read_even_when_it_is_named(tmp_path: Path) -> None:
    make(tmp_path, ".hidden")
    assert found(tmp_path, ".hidden") == []


def test_globs_match_names_classes_and_alternatives(tmp_path: Path) -> None:
    make(tmp_path, "a1/x", "a2/x", "b1/x", "c9/x")
    assert found(tmp_path, "a*") == ["a1/x", "a2/x"]
    assert found(tmp_path, "?1") == ["a1/x", "b1/x"]
    assert found(tmp_path, "[ab]1/x") == ["a1/x", "b1/x"]
    assert found(tmp_path, "[^ab]*") == ["c9/x"]
    assert found(tmp_path, "{a1,c{8,9}}/x") == ["a1/x", "c9/x"]


def test_a_file_whose_name_holds_glob_characters_is_found_by_that_name(tmp_path: Path) -> None:
    make(tmp_path, "we[i]rd*")
    assert found(tmp_path, "we[i]rd*") == ["we[i]rd*"]


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(AnalysisException) as caught:
        found(tmp_path, "nope")
    assert caught.value.condition == "PATH_NOT_FOUND"
    assert caught.value.params == {"path": f"file:{tmp_path}/nope"}
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        found(tmp_path, "nope*")


def test_files_are_filtered_by_name_and_by_time(tmp_path: Path) -> None:
    make(tmp_path, "a.csv", "b.json")
    os.utime(tmp_path / "a.csv", (1_577_836_800, 1_577_836_800))  # 2020-01-01
    assert found(tmp_path, ".", pathGlobFilter="*.json") == ["b.json"]
    assert found(tmp_path, ".", modifiedBefore="2020-01-02T00:00:00") == ["a.csv"]
    assert found(tmp_path, ".", modifiedAfter="2020-01-01T00:00:00") == ["b.json"]
    with pytest.raises(AnalysisException, match="modifiedbefore"):
        found(tmp_path, ".", modifiedBefore="yesterday")


def test_uris_are_local_paths_and_other_schemes_are_refused() -> None:
    assert local_path("file:///a/b") == local_path("file:/a/b") == "/a/b"
    assert local_path("file:/a/x%20y") == "/a/x%20y"  # as in Hadoop, nothing is decoded
    assert local_path("relative") == os.path.abspath("relative")
    with pytest.raises(SparkException, match="scheme 's3'"):
        local_path("s3://bucket/key")


@pytest.mark.parametrize("pattern", ["a{b", "a[b"])
def test_a_broken_glob_is_refused_with_its_text(tmp_path: Path, pattern: str) -> None:
    make(tmp_path, "x")
    with pytest.raises(SparkError, match="Illegal file pattern"):
        found(tmp_path, pattern)


def test_a_backslash_takes_a_glob_characters_meaning_away() -> None:
    assert glob_regex(r"a\*b") == r"a\*b"
    assert glob_regex("a*b?c") == "a[^/]*b[^/]c"
