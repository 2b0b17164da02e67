"""One table a feature of the format: read here and by the library of others, then written to by both.

`python -m tests.record.delta_tables` made them.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import CommitFailedError, DeltaError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

TABLES = Path(__file__).parents[1] / "fixtures" / "delta"
NAMES = sorted(path.stem for path in TABLES.glob("*.json"))
UNREAD = {"vacuum_checked", "variant", "widened"}
"""Tables of which the library's reader refuses a feature."""
REFUSED = {"clustered", "computed", "timed", *UNREAD}
"""Tables of which the library's writer refuses a feature."""


def told(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TABLES / f"{name}.json").read_text())
    return found


def plain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON holds them, in their order by the first column."""
    rows = sorted(rows, key=lambda row: next(iter(row.values())))
    made: list[dict[str, Any]] = json.loads(json.dumps(rows, default=str))
    return made


def ours(spark: SparkSession, at: Path) -> list[dict[str, Any]]:
    return plain([row.asDict(recursive=True) for row in spark.read.format("delta").load(str(at)).collect()])


def library(at: Path) -> list[dict[str, Any]]:
    return plain(pa.table(DeltaTable(str(at)).scan().read_all()).to_pylist(maps_as_pydicts="strict"))


@pytest.mark.parametrize("name", NAMES)
def test_a_table_reads_as_it_was_made(name: str, spark: SparkSession) -> None:
    assert ours(spark, TABLES / name) == told(name)["rows"]


@pytest.mark.parametrize("name", [n for n in NAMES if n not in UNREAD])
def test_the_library_reads_the_same(name: str) -> None:
    assert library(TABLES / name) == told(name)["rows"]


@pytest.mark.parametrize("name", NAMES)
def test_both_write_to_a_table(name: str, spark: SparkSession, tmp_path: Path) -> None:
    at = tmp_path / name
    shutil.copytree(TABLES / name, at)
    rows = told(name)["rows"]
    last = rows[-1]["id"]
    if name != "computed":
        spark.sql(f"insert into delta.`{at}` by name select * from delta.`{at}` where id = {last}")
        rows = [*rows, *(r for r in rows if r["id"] == last)]
    first = rows[0]["id"]
    if name == "append_only":
        with pytest.raises(PySparkException, match="DELTA_CANNOT_MODIFY_APPEND_ONLY"):
            spark.sql(f"delete from delta.`{at}` where id = {first}")
        first = None
    else:
        spark.sql(f"delete from delta.`{at}` where id = {first}")
    rows = [r for r in rows if r["id"] != first]
    assert ours(spark, at) == rows
    if name not in UNREAD:
        assert library(at) == rows
    if name in REFUSED:
        with pytest.raises((DeltaError, CommitFailedError, OSError, ValueError)):
            write_deltalake(str(at), pa.table({"id": pa.array([9], pa.int64())}), mode="append")
        assert ours(spark, at) == rows
        return
    write_deltalake(str(at), pa.table(DeltaTable(str(at)).scan().read_all()), mode="append")
    assert ours(spark, at) == library(at)
    assert len(ours(spark, at)) == 2 * len(rows)
