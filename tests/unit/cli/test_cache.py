"""`hiveframe cache`."""

import json
import os

import pytest

from hiveframe.cache.disk_tier import DiskTier
from hiveframe.cache.rows import KeptRows
from hiveframe.cli.main import main


@pytest.fixture
def tier(tmp_path):
    made = DiskTier(str(tmp_path / "results"), 1 << 20)
    for key, cost_s in (("dear", 50.0), ("cheap", 0.1)):
        made.put(key, KeptRows(os.urandom(1_000), 7, cost_s))
    made.add_counts({"hits": 3, "misses": 1})
    return made


@pytest.fixture
def cache(tier, tmp_path, capsys):
    def call(*arguments):
        status = main(["cache", *arguments, "--conf", f"spark.local.dir={tmp_path}"])
        return status, capsys.readouterr()

    return call


def test_it_shows_what_is_kept_and_how_often_it_served(cache, tier):
    status, said = cache()
    assert status == 0
    assert tier.folder in said.out
    assert "75.0% of what was asked" in said.out
    status, said = cache("--json")
    found = json.loads(said.out)
    assert (found["entries"], found["size_bytes"], found["hits"]) == (2, tier.size_bytes, 3)


def test_it_lists_the_most_useful_first(cache):
    _, said = cache("list")
    assert [line.split()[0] for line in said.out.splitlines()] == ["dear", "cheap"]
    _, said = cache("list", "--json")
    assert [entry["row_count"] for entry in json.loads(said.out)] == [7, 7]


def test_it_lets_go_of_what_is_named(cache, tier):
    assert cache("evict", "cheap")[0] == 0
    assert [e.key for e in tier.entries()] == ["dear"]
    status, said = cache("evict", "cheap")
    assert status == 1
    assert "no entry cheap" in said.out


def test_it_shrinks_and_clears(cache, tier):
    assert cache("shrink", "1500")[0] == 0
    assert [e.key for e in tier.entries()] == ["dear"]
    assert cache("clear")[0] == 0
    assert tier.entries() == []
    assert tier.counts() == {}


@pytest.mark.parametrize("arguments", [["evict"], ["shrink"], ["shrink", "much"], ["clear", "all"]])
def test_wrong_arguments_are_refused(cache, arguments):
    assert cache(*arguments)[0] == 2
