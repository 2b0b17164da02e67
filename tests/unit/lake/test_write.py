from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from hiveframe.errors import SparkError
from tests.unit.lake.harness import read, wrote

ROWS = "select unnest([1, 2, 3]) a, unnest(['x', 'y', null]) k"
SCHEMA = "a int, k string"


def names(folder: Path) -> list[str]:
    """Files below `folder` without what is random in their names."""
    found = (p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    return sorted(f"{p.parent}/{p.name[:10]}*{p.name[47:]}" if p.name.startswith("part") else str(p) for p in found)


def left_over(target: Path) -> list[str]:
    return [n for n in os.listdir(target.parent) if n.startswith("_temporary")]


def test_a_write_makes_the_files_that_spark_makes(tmp_path: Path) -> None:
    result = wrote(ROWS, SCHEMA, tmp_path / "out")
    assert (result.row_count, result.partitions) == (3, ())
    assert names(tmp_path / "out") == ["./part-00000*-c000.snappy.parquet", "_SUCCESS"]
    assert [Path(f).exists() for f in result.files] == [True]
    assert left_over(tmp_path / "out") == []


def test_partitions_become_folders(tmp_path: Path) -> None:
    result = wrote(ROWS, SCHEMA, tmp_path / "out", partition_by=("k",))
    assert result.partitions == ("k=__HIVE_DEFAULT_PARTITION__", "k=x", "k=y")
    assert names(tmp_path / "out") == [
        "_SUCCESS",
        "k=__HIVE_DEFAULT_PARTITION__/part-00000*.c000.snappy.parquet",
        "k=x/part-00000*.c000.snappy.parquet",
        "k=y/part-00000*.c000.snappy.parquet",
    ]
    assert read("parquet", tmp_path / "out") == ("struct<a:int,k:string>", [(1, "x"), (2, "y"), (3, None)])


def test_the_footer_tells_spark_the_schema(tmp_path: Path) -> None:
    wrote("select 1 a, 5::bigint d", "a int not null, d interval day to second", tmp_path / "out")
    (path,) = (tmp_path / "out").glob("part-*")
    note = pq.read_metadata(path).metadata[b"org.apache.spark.sql.parquet.row.metadata"]
    fields = json.loads(note)["fields"]
    assert [(f["name"], f["type"], f["nullable"]) for f in fields] == [
        ("a", "integer", False),
        ("d", "interval day to second", True),
    ]
    assert read("parquet", tmp_path / "out")[0] == "struct<a:int,d:interval day to second>"


def test_no_rows_leave_a_file_that_tells_the_schema(tmp_path: Path) -> None:
    wrote(f"{ROWS} where false", SCHEMA, tmp_path / "out")
    assert read("parquet", tmp_path / "out") == ("struct<a:int,k:string>", [])


def test_files_are_cut_by_row_count_and_keep_their_order(tmp_path: Path) -> None:
    options = {"maxRecordsPerFile": "10"}
    wrote("select unnest(range(105)) a", "a bigint", tmp_path / "out", format_name="csv", options=options)
    parts = sorted((tmp_path / "out").glob("part-*"))
    assert len(parts) == 11
    assert [int(line) for p in parts for line in p.read_text().split()] == list(range(105))


@pytest.mark.parametrize("limit", ["0", "-3"])
def test_no_limit_of_rows_is_one_file(limit: str, tmp_path: Path) -> None:
    wrote("select unnest(range(5)) a", "a bigint", tmp_path / "out", options={"maxRecordsPerFile": limit})
    assert len(list((tmp_path / "out").glob("part-*"))) == 1


def test_orc_is_written_with_partitions_and_sparks_types(tmp_path: Path) -> None:
    query = "select 1 a, timestamptz'2020-01-01 10:00:00+00' t, timestamp'2020-01-01 10:00:00' n, 'x' k"
    schema = "a int, t timestamp, n timestamp_ntz, k string"
    wrote(query, schema, tmp_path / "out", format_name="orc", partition_by=("k",))
    ten = dt.datetime(2020, 1, 1, 10)
    assert read("orc", tmp_path / "out") == (
        "struct<a:int,t:timestamp,n:timestamp_ntz,k:string>",
        [(1, ten, ten, "x")],
    )


# ------------------------------------------------------------------------------------------------- save modes


def test_an_existing_path_is_refused_unless_the_mode_allows_it(tmp_path: Path) -> None:
    wrote(ROWS, SCHEMA, tmp_path / "out")
    with pytest.raises(SparkError) as caught:
        wrote(ROWS, SCHEMA, tmp_path / "out")
    assert caught.value.condition == "PATH_ALREADY_EXISTS"
    assert wrote(ROWS, SCHEMA, tmp_path / "out", mode="ignore").is_skipped
    assert len(read("parquet", tmp_path / "out")[1]) == 3


def test_append_keeps_what_is_there(tmp_path: Path) -> None:
    for _ in range(2):
        wrote(ROWS, SCHEMA, tmp_path / "out", mode="append", partition_by=("k",))
    assert len(read("parquet", tmp_path / "out")[1]) == 6


def test_overwrite_replaces_everything(tmp_path: Path) -> None:
    wrote(ROWS, SCHEMA, tmp_path / "out", partition_by=("k",))
    wrote("select 9 a, 'z' k", SCHEMA, tmp_path / "out", mode="overwrite", partition_by=("k",))
    assert read("parquet", tmp_path / "out")[1] == [(9, "z")]


def test_dynamic_overwrite_replaces_the_partitions_that_have_new_rows(tmp_path: Path) -> None:
    wrote(ROWS, SCHEMA, tmp_path / "out", partition_by=("k",))
    new = "select 9 a, unnest(['x', 'new']) k"
    wrote(new, SCHEMA, tmp_path / "out", mode="overwrite", partition_by=("k",), is_dynamic=True)
    assert read("parquet", tmp_path / "out")[1] == [(2, "y"), (3, None), (9, "new"), (9, "x")]


def test_a_static_partition_is_replaced_with_all_below_it(tmp_path: Path) -> None:
    schema, by = "a int, k string, j int", ("k", "j")
    wrote(
        "select unnest([1, 2, 3]) a, unnest(['x', 'x', 'y']) k, unnest([1, 2, 1]) j",
        schema,
        tmp_path / "out",
        partition_by=by,
    )
    static = {"static_partition": {"k": "x"}, "mode": "overwrite", "partition_by": by}
    wrote("select 9 a, 'x' k, 5 j", schema, tmp_path / "out", **static)
    assert read("parquet", tmp_path / "out")[1] == [(3, "y", 1), (9, "x", 5)]
    wrote("select 9 a, 'x' k, 5 j where false", schema, tmp_path / "out", **static)
    assert read("parquet", tmp_path / "out")[1] == [(3, "y", 1)]


def test_a_static_partition_need_not_lead(tmp_path: Path) -> None:
    schema, by = "a int, k string, j int", ("k", "j")
    wrote(
        "select unnest([1, 2, 3]) a, unnest(['x', 'x', 'y']) k, unnest([1, 2, 1]) j",
        schema,
        tmp_path / "out",
        partition_by=by,
    )
    wrote(
        "select 9 a, 'x' k, 1 j",
        schema,
        tmp_path / "out",
        mode="overwrite",
        partition_by=by,
        static_partition={"j": "1"},
    )
    assert read("parquet", tmp_path / "out")[1] == [(2, "x", 2), (9, "x", 1)]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    wrote(ROWS, SCHEMA, tmp_path / "link", mode="overwrite")
    assert (tmp_path / "link").is_symlink()
    assert len(read("parquet", tmp_path / "real")[1]) == 3


# ---------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("query", "schema", "format_name", "by", "condition"),
    [
        ("select 1 a", "a int", "parquet", ("a",), "ALL_PARTITION_COLUMNS_NOT_ALLOWED"),
        ("select 1 a, [1] k", "a int, k array<int>", "csv", ("k",), "INVALID_PARTITION_COLUMN_DATA_TYPE"),
        ("select 1 a, 2 k", "a int, k int", "csv", ("k", "K"), "COLUMN_ALREADY_EXISTS"),
        ("select 1 a, 2 A", "a int, A int", "parquet", (), "COLUMN_ALREADY_EXISTS"),
        ("select [1] a", "a array<int>", "csv", (), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"),
        ("select 1 a", "a int", "text", (), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"),
        ("select interval 1 month a", "a interval", "parquet", (), "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE"),
        ("select 1 a", "a int", "binaryfile", (), "UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE"),
        ("select 1 a", "a int", "nope", (), "DATA_SOURCE_NOT_FOUND"),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_happens(
    tmp_path: Path, query: str, schema: str, format_name: str, by: tuple[str, ...], condition: str
) -> None:
    with pytest.raises(SparkError) as caught:
        wrote(query, schema, tmp_path / "out", format_name=format_name, partition_by=by)
    assert caught.value.condition == condition
    assert os.listdir(tmp_path) == []
