from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hiveframe.errors import SparkError
from hiveframe.functions.variant_builder import of_json
from hiveframe.functions.variant_text import json_of
from tests.unit.lake.harness import opened, read, rows_of

PAIR = pa.struct([pa.field("value", pa.binary(), False), pa.field("metadata", pa.binary(), False)])
DECLARED = {
    "type": "struct",
    "fields": [
        {"name": "v", "type": "variant", "nullable": True, "metadata": {}},
        {
            "name": "a",
            "type": {"type": "array", "elementType": "variant", "containsNull": True},
            "nullable": True,
            "metadata": {},
        },
    ],
}


def pair(document: str | None) -> dict[str, bytes] | None:
    return None if document is None else dict(zip(("value", "metadata"), of_json(document), strict=True))


def shown(value: Any) -> str | None:
    return None if value is None else json_of(value["value"], value["metadata"], "UTC")


def spark_file(path: Path) -> Path:
    """A file as Spark 4.0 writes it: plain groups, the types in the metadata alone."""
    table = pa.table(
        {
            "v": pa.array([pair('{"b":1.50,"a":[null]}'), None], PAIR),
            "a": pa.array([[pair("null"), None], None], pa.list_(PAIR)),
        }
    )
    key = b"org.apache.spark.sql.parquet.row.metadata"
    pq.write_table(table.replace_schema_metadata({key: json.dumps(DECLARED).encode()}), path)
    return path


def test_the_bytes_in_a_file_of_sparks_are_read_as_they_lie(tmp_path: Path) -> None:
    schema, rows = read("parquet", spark_file(tmp_path / "spark.parquet"))
    assert schema == "struct<v:variant,a:array<variant>>"
    expected = [(pair('{"b":1.50,"a":[null]}'), [pair("null"), None]), (None, None)]
    assert rows == sorted(expected, key=repr)


def test_a_group_of_two_byte_strings_is_a_struct_until_a_schema_says_variant(tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    pq.write_table(pa.table({"v": pa.array([pair("[1]")], PAIR)}), path)
    assert opened("parquet", path).schema.fields[0].dtype != opened("parquet", path, schema="v variant").schema
    assert rows_of(opened("parquet", path, schema="v variant")) == [(pair("[1]"),)]


def test_a_group_of_other_fields_is_no_variant(tmp_path: Path) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"v": pa.array([{"value": b"\x00"}], pa.struct([("value", pa.binary())]))}), path)
    with pytest.raises(SparkError) as caught:
        opened("parquet", path, schema="v variant")
    assert caught.value.condition == "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH"


def test_what_the_file_marks_as_a_variant_is_put_together(tmp_path: Path) -> None:
    path = tmp_path / "marked.parquet"
    document = "{'a': 1, 'b': ['x'::variant, 1.5::variant]}"
    duckdb.connect().execute(f"copy (select {document}::variant v union all select null) to '{path}'")
    schema, rows = read("parquet", path)
    assert schema == "struct<v:variant>"
    assert sorted(shown(v) or "" for (v,) in rows) == ["", '{"a":1,"b":["x",1.5]}']


def test_json_members_are_variants_with_all_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"v":123456789012345678901234567890.5,"w":{"x":[1]}}\n{"v":null}\n')
    schema, rows = read("json", path, schema="v variant, w variant")
    assert schema == "struct<v:variant,w:variant>"
    assert sorted((shown(v), shown(w) or "") for v, w in rows) == [
        ("123456789012345678901234567890.5", '{"x":[1]}'),
        ("null", ""),
    ]


def test_each_line_is_one_variant_where_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a":1.50}\n[{"a":1},2]\n5\nbad\n')
    schema, rows = read("json", path, singleVariantColumn="v")
    assert schema == "struct<v:variant>"
    assert sorted(shown(v) or "" for (v,) in rows) == ["", "5", '[{"a":1},2]', '{"a":1.5}']
    source = opened("json", path, schema="v variant, _corrupt_record string", singleVariantColumn="v")
    assert [bad for v, bad in rows_of(source) if v is None] == ["bad"]


def test_the_one_variant_column_must_be_one(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("1\n")
    with pytest.raises(SparkError) as caught:
        rows_of(opened("json", path, schema="v int", singleVariantColumn="v"))
    assert caught.value.condition == "INVALID_SINGLE_VARIANT_COLUMN"
