"""The files of apache/parquet-testing: Spark's rows, or an error that says what is wrong.

Where Spark refuses a file that DuckDB reads, Arrow is the judge of the rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.contract.sources import damaged_parquet
from tests.contract.sources.answers import plain
from tests.contract.sources.parquet_files import ALL, digest, file_answer, files, place, recorded

# What Spark reads and HiveFrame does not: it says so.
REFUSED = {name for name, answer in recorded().items() if "schema" in answer and "geo" in answer["schema"]}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    yield session
    session.stop()


@pytest.mark.parametrize("name", sorted(recorded()))
def test_a_file_is_read_as_spark_reads_it_or_refused(spark: SparkSession, name: str) -> None:
    path = place(name)
    if path is None:
        pytest.skip("the collection is not at hand")
    wanted = recorded()[name]
    given = file_answer(spark, path)
    if given == wanted:
        return
    if name in REFUSED or (name.startswith("geospatial/") and "error" in wanted):
        assert given == {"error": "UNSUPPORTED_FEATURE.HIVEFRAME"}
    elif "error" in given:
        assert "error" in wanted
        assert given["error"] not in (None, "INTERNAL_ERROR")
    else:
        assert "error" in wanted
        table = pq.read_table(path)
        rows = sorted(repr(plain(tuple(row.values()))) for row in table.to_pylist())
        assert {k: given[k] for k in ("first", "digest")} == digest(rows)


@pytest.mark.skipif(not ALL.exists(), reason="the collection is not at hand")
def test_every_file_of_the_collection_has_an_answer() -> None:
    assert files() == sorted(recorded())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_damaged_file_gives_an_error_or_the_right_rows(tmp_path: Path, seed: int) -> None:
    """In a process of its own: a crash of a library fails the test, and a hang does."""
    done = subprocess.run(
        [sys.executable, "-m", damaged_parquet.__name__, str(seed), str(tmp_path)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout.splitlines()[-1])
    assert report["wrong"] == []
    assert report["errors"] > 50
    assert report["same"] > 20
