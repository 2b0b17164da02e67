from __future__ import annotations

import datetime as dt
import os
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiveframe.engine.emit.context import Context
from hiveframe.engine.process import database
from hiveframe.errors import SparkError
from hiveframe.lake.registry import scan_expression
from hiveframe.settings import Settings
from tests.unit.lake.harness import UTC, opened, read, rows_of, schema_of

NOON = dt.datetime(2020, 1, 1, 12)


def save(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path, **options)
    return path


def one(dtype: pa.DataType, value: Any) -> dict[str, pa.Array]:
    return {"v": pa.array([value], dtype)}


@pytest.mark.parametrize(
    ("dtype", "value", "spark", "read_value"),
    [
        (pa.uint8(), 1, "smallint", 1),
        (pa.uint16(), 1, "int", 1),
        (pa.uint32(), 1, "bigint", 1),
        (pa.uint64(), 2**63, "decimal(20,0)", Decimal(2**63)),
        (pa.int8(), 1, "tinyint", 1),
        (pa.timestamp("us"), NOON, "timestamp_ntz", NOON),
        (pa.timestamp("us", "UTC"), NOON, "timestamp", NOON),
        (pa.timestamp("ms"), NOON, "timestamp_ntz", NOON),
        (pa.duration("us"), 5, "bigint", 5),
        (pa.decimal128(20, 2), Decimal("1.23"), "decimal(20,2)", Decimal("1.23")),
        (pa.binary(4), b"abcd", "binary", b"abcd"),
        (pa.binary(), b"x", "binary", b"x"),
        (pa.date32(), dt.date(2020, 1, 1), "date", dt.date(2020, 1, 1)),
        (pa.list_(pa.uint8()), [1, None], "array<smallint>", [1, None]),
        (pa.struct([("a", pa.int32())]), {"a": 1}, "struct<a:int>", {"a": 1}),
        (pa.map_(pa.string(), pa.uint32()), [("k", 1)], "map<string,bigint>", [("k", 1)]),
        (pa.null(), None, "int", None),
    ],
    ids=str,
)
def test_every_stored_type_is_read_as_spark_reads_it(
    tmp_path: Path, dtype: pa.DataType, value: Any, spark: str, read_value: Any
) -> None:
    path = save(tmp_path / "f.parquet", one(dtype, value))
    assert read("parquet", path) == (f"struct<v:{spark}>", [(read_value,)])


def settled() -> None:
    """Wait until a file that changes from now on gets another time than those there are."""
    time.sleep(0.06)


def test_files_that_did_not_change_are_opened_once(tmp_path: Path) -> None:
    path = save(tmp_path / "f.parquet", one(pa.int32(), 1))
    opened("parquet", path)
    settled()
    first = opened("parquet", path)
    assert opened("parquet", path) is first
    assert opened("parquet", path, schema="v BIGINT").schema != first.schema
    assert opened("parquet", path, mergeSchema="true") is not first
    assert opened("parquet", path, conf={"spark.sql.parquet.mergeSchema": "true"}) is not first
    elsewhere = opened("parquet", path, conf={"spark.sql.session.timeZone": "Asia/Tokyo"})
    assert (elsewhere.time_zone, first.time_zone) == ("Asia/Tokyo", "UTC")
    save(path, one(pa.int64(), 12))
    assert read("parquet", path) == ("struct<v:bigint>", [(12,)])


def test_a_file_more_is_read_by_the_next_who_opens(tmp_path: Path) -> None:
    save(tmp_path / "p=1" / "f.parquet", one(pa.int32(), 3))
    settled()
    assert read("parquet", tmp_path / "p=1") == ("struct<v:int>", [(3,)])
    save(tmp_path / "p=1" / "g.parquet", one(pa.int32(), 4))
    assert read("parquet", tmp_path / "p=1") == ("struct<v:int>", [(3,), (4,)])
    assert read("parquet", tmp_path) == ("struct<v:int,p:int>", [(3, 1), (4, 1)])
    text = {"spark.sql.sources.partitionColumnTypeInference.enabled": "false"}
    assert opened("parquet", tmp_path, conf=text).schema == schema_of("v INT, p STRING")


@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_file_of_the_same_size_and_time_is_another_one(tmp_path: Path, is_replaced: bool) -> None:
    path = tmp_path / "f.parquet"
    found = []
    for name in "vw":
        aside = save(tmp_path / ("_aside" if is_replaced else path.name), {name: pa.array([1], pa.int64())})
        os.utime(aside, ns=(10**18, 10**18))
        os.replace(aside, path)
        settled()
        found.append(opened("parquet", path))
    assert found[0].size_bytes == found[1].size_bytes
    assert [source.schema for source in found] == [schema_of("v BIGINT"), schema_of("w BIGINT")]


def test_threads_open_a_file_together(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.parquet", one(pa.int32(), i)) for i in range(300)]
    settled()
    with ThreadPoolExecutor(8) as threads:
        for _ in range(2):
            sources = threads.map(lambda path: opened("parquet", path), paths)
            assert [[f.path for f in source.files] for source in sources] == [[str(path)] for path in paths]


def test_int96_moments_are_in_utc_at_every_depth(tmp_path: Path) -> None:
    nested = pa.array([{"x": NOON}], pa.struct([("x", pa.timestamp("us"))]))
    columns = {"v": pa.array([NOON], pa.timestamp("us")), "n": nested}
    path = save(tmp_path / "f.parquet", columns, use_deprecated_int96_timestamps=True)
    assert read("parquet", path) == (
        "struct<v:timestamp,n:struct<x:timestamp>>",
        [(NOON, {"x": NOON.replace(tzinfo=dt.UTC)})],
    )


@pytest.mark.parametrize(
    ("dtype", "value"), [(pa.time64("ns"), dt.time(1)), (pa.float16(), 1.5), (pa.timestamp("ns"), NOON)], ids=str
)
def test_a_type_that_spark_refuses_is_refused(tmp_path: Path, dtype: pa.DataType, value: Any) -> None:
    path = save(tmp_path / "f.parquet", one(dtype, value), version="2.6")
    with pytest.raises(SparkError) as caught:
        opened("parquet", path)
    assert caught.value.condition == "PARQUET_TYPE_ILLEGAL"


def test_the_schema_that_spark_left_in_the_footer_wins(tmp_path: Path) -> None:
    note = (
        '{"type":"struct","fields":[{"name":"v","type":"interval day","nullable":false,'
        '"metadata":{"comment":"how long"}}]}'
    )
    schema = pa.schema([("v", pa.int64())], {"org.apache.spark.sql.parquet.row.metadata": note})
    pq.write_table(pa.table({"v": [86_400_000_000]}, schema=schema), tmp_path / "f.parquet")
    (field,) = opened("parquet", tmp_path).schema.fields
    assert (str(field.dtype.__class__.__name__), field.nullable) == ("DayTimeIntervalType", True)
    assert field.metadata == {"comment": "how long"}


def test_a_plain_read_adds_nothing_to_the_engines_reader(tmp_path: Path) -> None:
    path = save(tmp_path / "f.parquet", {"a": [1], "b": ["x"]})
    sql = scan_expression(opened("parquet", path), [0, 1], Context(Settings(UTC), database())).select.sql("duckdb")
    assert sql == f'SELECT "a" AS "f0", "b" AS "f1" FROM READ_PARQUET(\'{path}\', hive_partitioning = FALSE)'


def test_columns_are_found_by_name_whatever_their_case_and_order(tmp_path: Path) -> None:
    save(tmp_path / "f.parquet", {"a": [1], "B": ["x"]})
    assert read("parquet", tmp_path, schema="b string, A bigint") == ("struct<b:string,A:bigint>", [("x", 1)])


def test_columns_that_a_file_lacks_are_null(tmp_path: Path) -> None:
    save(tmp_path / "1.parquet", {"a": [1], "b": ["x"]})
    save(tmp_path / "2.parquet", {"a": [2], "c": [1.5]})
    assert read("parquet", tmp_path) == ("struct<a:bigint,b:string>", [(1, "x"), (2, None)])
    assert read("parquet", tmp_path / "1.parquet", schema="a bigint, z int")[1] == [(1, None)]


@pytest.mark.parametrize("folder", [".", "k=1"])
def test_merged_schemas_hold_every_column(tmp_path: Path, folder: str) -> None:
    save(tmp_path / folder / "1.parquet", {"a": [1], "s": [{"x": 1}]})
    save(tmp_path / folder / "2.parquet", {"c": [1.5], "a": [2], "s": [{"y": "q"}]})
    schema, rows = read("parquet", tmp_path / folder, mergeSchema=True)
    assert schema == "struct<a:bigint,s:struct<x:bigint,y:string>,c:double>"
    assert rows == [(1, {"x": 1, "y": None}, None), (2, {"x": None, "y": "q"}, 1.5)]


def test_schemas_that_disagree_do_not_merge(tmp_path: Path) -> None:
    save(tmp_path / "1.parquet", {"a": [1]})
    save(tmp_path / "2.parquet", {"a": ["x"]})
    with pytest.raises(SparkError) as caught:
        opened("parquet", tmp_path, mergeSchema=True)
    assert caught.value.condition == "CANNOT_MERGE_SCHEMAS"


@pytest.mark.parametrize(
    ("dtype", "value", "wanted", "answer"),
    [
        (pa.uint8(), 1, "bigint", 1),
        (pa.int8(), 1, "double", 1.0),
        (pa.timestamp("us"), NOON, "timestamp", NOON),
        (pa.timestamp("us", "UTC"), NOON, "timestamp_ntz", NOON),
        (pa.decimal128(20, 2), Decimal("1.23"), "decimal(30,4)", Decimal("1.2300")),
        (pa.date32(), dt.date(2020, 1, 1), "timestamp_ntz", dt.datetime(2020, 1, 1)),
        (pa.binary(), b"x", "string", "x"),
        (pa.list_(pa.string()), ["x"], "array<binary>", [b"x"]),
        (pa.struct([("b", pa.int64())]), {"b": 1}, "struct<b:bigint,z:string>", {"b": 1, "z": None}),
    ],
    ids=str,
)
def test_a_column_may_be_read_as_a_type_that_holds_it(
    tmp_path: Path, dtype: pa.DataType, value: Any, wanted: str, answer: Any
) -> None:
    path = save(tmp_path / "f.parquet", one(dtype, value))
    assert rows_of(opened("parquet", path, schema=f"v {wanted}")) == [(answer,)]


@pytest.mark.parametrize(
    ("dtype", "value", "wanted", "column"),
    [
        (pa.int8(), 1, "string", "[v]"),
        (pa.decimal128(20, 2), Decimal("1.23"), "decimal(10,1)", "[v]"),
        (pa.decimal128(20, 2), Decimal("1.23"), "double", "[v]"),
        (pa.date32(), dt.date(2020, 1, 1), "timestamp", "[v]"),
        (pa.struct([("b", pa.list_(pa.int64()))]), {"b": [1]}, "struct<b:array<int>>", "[v, b, list, element]"),
        (pa.map_(pa.string(), pa.int64()), [("k", 1)], "map<string,int>", "[v, key_value, value]"),
    ],
    ids=str,
)
def test_a_column_is_not_read_as_a_type_that_does_not_hold_it(
    tmp_path: Path, dtype: pa.DataType, value: Any, wanted: str, column: str
) -> None:
    path = save(tmp_path / "f.parquet", one(dtype, value))
    with pytest.raises(SparkError) as caught:
        opened("parquet", path, schema=f"v {wanted}")
    assert caught.value.condition == "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH"
    assert caught.value.params["column"] == column


def test_a_file_that_holds_another_type_than_the_first_is_an_error_that_names_it(tmp_path: Path) -> None:
    save(tmp_path / "1.parquet", {"a": [1]})
    save(tmp_path / "2.parquet", {"a": ["x"]})
    with pytest.raises(SparkError, match=r"2\.parquet"):
        rows_of(opened("parquet", tmp_path))


@pytest.mark.parametrize("format_name", ["parquet", "orc"])
@pytest.mark.parametrize("content", [b"not a parquet file at all", b""])
def test_a_file_that_is_not_what_it_claims_to_be_is_named(tmp_path: Path, format_name: str, content: bytes) -> None:
    path = tmp_path / f"bad.{format_name}"
    path.write_bytes(content)
    with pytest.raises(SparkError) as caught:
        opened(format_name, path)
    assert caught.value.condition == "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER"
    assert caught.value.params == {"path": f"file:{path}"}


@pytest.mark.parametrize(
    ("format_name", "label"), [("parquet", "Parquet"), ("orc", "ORC"), ("csv", "CSV"), ("json", "JSON")]
)
def test_a_folder_without_data_needs_a_schema(tmp_path: Path, format_name: str, label: str) -> None:
    with pytest.raises(SparkError) as caught:
        opened(format_name, tmp_path)
    assert caught.value.condition == "UNABLE_TO_INFER_SCHEMA"
    assert caught.value.params == {"format": label}
    assert read(format_name, tmp_path, schema="a int") == ("struct<a:int>", [])


def test_columns_that_differ_by_case_alone_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "f.parquet", {"a": [1], "A": [2]})
    with pytest.raises(SparkError) as caught:
        opened("parquet", path)
    assert caught.value.condition == "COLUMN_ALREADY_EXISTS"


def test_a_files_name_never_changes_the_query(tmp_path: Path) -> None:
    path = save(tmp_path / 'it\'s [a] *"file".parquet', {"a": [1]})
    assert rows_of(opened("parquet", path)) == [(1,)]
    assert rows_of(opened("parquet", path), with_path=True) == [(1, 0, str(path))]
