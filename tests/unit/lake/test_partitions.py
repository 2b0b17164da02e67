from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiveframe.errors import SparkError
from hiveframe.lake.partition_values import infer_type, parse, show
from hiveframe.lake.partitions import escape, folder_name, unescape
from hiveframe.plan import types as t
from hiveframe.plan.types import DataType, DecimalType, simple_string
from tests.unit.lake.harness import opened, read, rows_of


def file_at(path: Path, **columns: list[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns or {"a": [1]}), path)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["1"], "int"),
        (["01"], "int"),
        (["+5", "-5"], "int"),
        (["9999999999"], "bigint"),
        (["99999999999999999999"], "decimal(20,0)"),
        (["1e5"], "decimal(6,0)"),
        (["1.5"], "double"),
        (["1d"], "double"),
        (["NaN"], "double"),
        (["1 "], "double"),
        (["inf"], "string"),
        (["0x1F"], "string"),
        (["1_0"], "string"),
        (["true"], "string"),
        (["2020-01-01"], "date"),
        (["2020-01-01 10:00:00"], "timestamp"),
        (["2020"], "int"),
        (["2020-01"], "string"),
        ([None], "void"),
        (["1", None], "int"),
        (["1", "x"], "string"),
        (["1", "9999999999"], "bigint"),
        (["1", "1.5"], "double"),
        (["1", "2020-01-01"], "string"),
        (["2020-01-01", "2020-01-01 10:00:00"], "timestamp"),
        (["99999999999999999999", "1"], "decimal(20,0)"),
        (["99999999999999999999", "1.5"], "string"),
    ],
)
def test_folder_texts_have_the_types_that_spark_gives_them(texts: list[str | None], expected: str) -> None:
    assert simple_string(infer_type(texts)) == expected


@pytest.mark.parametrize(
    ("text", "dtype", "value"),
    [
        ("01", t.INT, 1),
        ("1.50", DecimalType(5, 2), Decimal("1.50")),
        ("yes", t.BOOLEAN, True),
        ("2020-01-02", t.DATE, 18263),
        ("2020-01-02 00:00:00", t.TIMESTAMP, 1577923200000000),
        ("1d", t.DOUBLE, 1.0),
    ],
)
def test_a_folder_text_is_read_as_its_type(text: str, dtype: DataType, value: object) -> None:
    assert parse(text, dtype, "UTC", column="k") == value


def test_a_folder_text_that_does_not_fit_names_column_and_type() -> None:
    with pytest.raises(SparkError) as caught:
        parse("x", t.INT, "UTC", column="k")
    assert caught.value.condition == "INVALID_PARTITION_VALUE"
    assert caught.value.params == {"value": "'x'", "dataType": '"INT"', "columnName": "`k`"}


def test_values_are_shown_as_casts_to_string_show_them() -> None:
    assert show(1577923200000000, t.TIMESTAMP, "UTC") == "2020-01-02 00:00:00"
    assert show(1577923200120000, t.TIMESTAMP, "+01:00") == "2020-01-02 01:00:00.12"
    assert show(True, t.BOOLEAN, "UTC") == "true"
    assert show(None, t.INT, "UTC") is None


def test_folder_names_are_escaped_as_spark_escapes_them() -> None:
    assert escape("a b/c:d=é{}") == "a b%2Fc%3Ad%3Dé%7B}"
    assert unescape("a%20b%2Fc") == "a b/c"
    assert folder_name("k", None) == folder_name("k", "") == "k=__HIVE_DEFAULT_PARTITION__"


def test_partition_columns_follow_the_data(tmp_path: Path) -> None:
    file_at(tmp_path / "k=1/j=x/f.parquet")
    file_at(tmp_path / "k=2/j=__HIVE_DEFAULT_PARTITION__/f.parquet")
    assert read("parquet", tmp_path) == ("struct<a:bigint,k:int,j:string>", [(1, 1, "x"), (1, 2, None)])


def test_a_partition_column_that_the_data_has_too_keeps_its_place_and_takes_the_folders_value(tmp_path: Path) -> None:
    file_at(tmp_path / "a=5/f.parquet", a=[1], b=[2])
    assert read("parquet", tmp_path) == ("struct<a:int,b:bigint>", [(5, 2)])


def test_a_schema_fixes_the_types_of_partition_columns(tmp_path: Path) -> None:
    file_at(tmp_path / "k=01/f.parquet")
    assert read("parquet", tmp_path, schema="a bigint, k string") == ("struct<a:bigint,k:string>", [(1, "01")])


def test_types_of_partition_columns_need_not_be_inferred(tmp_path: Path) -> None:
    file_at(tmp_path / "k=01/f.parquet")
    conf = {"spark.sql.sources.partitionColumnTypeInference.enabled": "false"}
    assert read("parquet", tmp_path, conf=conf) == ("struct<a:bigint,k:string>", [(1, "01")])


def test_a_partition_folder_read_alone_has_no_column_unless_there_is_a_base_path(tmp_path: Path) -> None:
    file_at(tmp_path / "k=1/f.parquet")
    assert read("parquet", tmp_path / "k=1") == ("struct<a:bigint>", [(1,)])
    assert read("parquet", f"{tmp_path}/*") == ("struct<a:bigint>", [(1,)])
    assert read("parquet", tmp_path / "k=1", basePath=tmp_path) == ("struct<a:bigint,k:int>", [(1, 1)])


@pytest.mark.parametrize("value", ["a b", "a%20b", "é", "a%3Ab%2Fc", "%25", "2020-01-01 10%3A00%3A00"])
def test_every_value_that_a_folder_can_spell_is_read_back(tmp_path: Path, value: str) -> None:
    file_at(tmp_path / f"k={value}/f.parquet")
    (row,) = rows_of(opened("parquet", tmp_path))
    expected: object = unescape(value)
    assert row == (1, dt.datetime(2020, 1, 1, 10) if value.startswith("2020") else expected)


def test_irregular_folders_are_read_by_path(tmp_path: Path) -> None:
    file_at(tmp_path / "k=1/f.parquet", a=[1])
    file_at(tmp_path / "K=2/f.parquet", a=[2])
    assert rows_of(opened("parquet", tmp_path)) == [(1, 1), (2, 2)]


def test_files_outside_of_partition_folders_are_left_out(tmp_path: Path) -> None:
    file_at(tmp_path / "f.parquet", a=[9])
    file_at(tmp_path / "k=1/f.parquet", a=[1])
    assert read("parquet", tmp_path) == ("struct<a:bigint,k:int>", [(1, 1)])


def test_folders_that_are_no_partitions_are_read_only_when_lookup_is_recursive(tmp_path: Path) -> None:
    file_at(tmp_path / "f.parquet", a=[1])
    file_at(tmp_path / "x/f.parquet", a=[2])
    assert read("parquet", tmp_path) == ("struct<a:bigint>", [(1,)])
    assert read("parquet", tmp_path, recursiveFileLookup=True) == ("struct<a:bigint>", [(1,), (2,)])


@pytest.mark.parametrize(
    ("folders", "condition"),
    [
        (["k=1", "j=1"], "CONFLICTING_PARTITION_COLUMN_NAMES"),
        (["k=1", "x/k=1"], "CONFLICTING_DIRECTORY_STRUCTURES"),
        (["k="], "EMPTY_PARTITION_COLUMN_VALUE"),
        (["=1"], "EMPTY_PARTITION_COLUMN_NAME"),
    ],
)
def test_folders_that_disagree_are_refused(tmp_path: Path, folders: list[str], condition: str) -> None:
    for folder in folders:
        file_at(tmp_path / folder / "f.parquet")
    with pytest.raises(SparkError) as caught:
        opened("parquet", tmp_path)
    assert caught.value.condition == condition


@pytest.mark.parametrize("format_name", ["csv", "json", "text", "orc", "binaryFile"])
def test_every_format_reads_partition_columns(tmp_path: Path, format_name: str) -> None:
    folder = tmp_path / "k=1"
    folder.mkdir()
    if format_name == "orc":
        from pyarrow import orc

        orc.write_table(pa.table({"a": [1]}), str(folder / "f.orc"))
    else:
        (folder / "f").write_text('{"a":1}\n')
    source = opened(format_name, tmp_path)
    assert source.schema.fields[-1].name == "k"
    assert [row[-1] for row in rows_of(source)] == [1]
    assert next(row[-1] for row in rows_of(source, with_path=True)).endswith(("k=1/f", "k=1/f.orc"))
