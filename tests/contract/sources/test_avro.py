"""Avro: Spark's type mapping both ways (its Avro guide), files of others, messages."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pytest
from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.avro.functions import from_avro, to_avro

import hiveframe

EVERYTHING = """
    select 1 a, cast(null as string) b, 1.50 c, date'2020-01-02' d, timestamp'2020-01-02 03:04:05.678901' e,
    timestamp_ntz'2020-01-02 03:04:05' f, array(1, null) g, map('k', 1.5d) h,
    named_struct('x', 1, 'y', array(named_struct('z', 'q'))) i, X'4142' j, true k, cast(1 as tinyint) l, float(1.5) m
"""
NOON = dt.datetime(2020, 1, 1, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    yield session
    session.stop()


def stored(path: Path, *fields: tuple[str, Any], rows: list[dict[str, Any]]) -> str:
    """A file written by fastavro."""
    schema = {"type": "record", "name": "r", "fields": [{"name": n, "type": k} for n, k in fields]}
    with path.open("wb") as out:
        fastavro.writer(out, fastavro.parse_schema(schema), rows)
    return str(path)


def written(folder: Path) -> tuple[dict[str, Any], str]:
    """The schema of the one file in a folder, as it was written, and its codec."""
    (path,) = folder.glob("part-*.avro")
    with path.open("rb") as raw:
        metadata = fastavro.reader(raw).metadata
    return json.loads(metadata["avro.schema"]), metadata["avro.codec"]


def test_what_is_written_comes_back(spark: SparkSession, tmp_path: Path) -> None:
    frame = spark.sql(EVERYTHING)
    frame.write.format("avro").save(str(tmp_path / "out"))
    back = spark.read.format("avro").load(str(tmp_path / "out"))
    assert back.schema.simpleString() == frame.schema.simpleString().replace("l:tinyint", "l:int")
    assert back.collect() == frame.collect()
    schema, codec = written(tmp_path / "out")
    assert codec == "snappy"
    assert (schema["type"], schema["name"]) == ("record", "topLevelRecord")
    types = {f["name"]: f["type"] for f in schema["fields"]}
    assert types["b"] == ["string", "null"]
    assert types["c"]["type"] == "fixed"
    assert (types["c"]["logicalType"], types["c"]["size"]) == ("decimal", 2)
    assert types["e"] == {"type": "long", "logicalType": "timestamp-micros"}
    assert types["g"] == {"type": "array", "items": ["int", "null"]}


@pytest.mark.parametrize("codec", ["uncompressed", "deflate", "snappy", "bzip2", "xz", "zstandard"])
def test_every_codec_is_written_and_read(spark: SparkSession, tmp_path: Path, codec: str) -> None:
    out = tmp_path / "out"
    spark.range(3).write.format("avro").option("compression", codec).save(str(out))
    assert written(out)[1] == {"uncompressed": "null"}.get(codec, codec)
    assert spark.read.format("avro").load(str(out)).count() == 3


def test_an_unknown_codec_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(PySparkException, match="CODEC_NOT_AVAILABLE"):
        spark.range(3).write.format("avro").option("compression", "nope").save(str(tmp_path / "out"))


def test_the_record_has_the_name_that_is_asked_for(spark: SparkSession, tmp_path: Path) -> None:
    options = {"recordName": "n", "recordNamespace": "a.b"}
    spark.range(1).write.format("avro").options(**options).save(str(tmp_path / "out"))
    assert written(tmp_path / "out")[0]["name"] == "a.b.n"


@pytest.mark.parametrize(
    ("kind", "value", "spark_type", "read_value"),
    [
        (["int", "long"], 5, "bigint", 5),
        (["float", "double"], 0.5, "double", 0.5),
        (["null", "int", "string"], "x", "struct<member0:int,member1:string>", (None, "x")),
        (["null", "int", "string"], 7, "struct<member0:int,member1:string>", (7, None)),
        (["null", "int", "string"], None, "struct<member0:int,member1:string>", None),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", "string", "B"),
        ({"type": "fixed", "name": "F", "size": 2}, b"ab", "binary", b"ab"),
        ({"type": "string", "logicalType": "uuid"}, uuid.UUID(int=5), "string", str(uuid.UUID(int=5))),
        ({"type": "long", "logicalType": "timestamp-millis"}, NOON, "timestamp", NOON.replace(tzinfo=None)),
        ({"type": "int", "logicalType": "date"}, dt.date(2020, 1, 1), "date", dt.date(2020, 1, 1)),
        (
            {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2},
            Decimal("-1.50"),
            "decimal(6,2)",
            Decimal("-1.50"),
        ),
        ({"type": "map", "values": ["null", "int"]}, {"k": None}, "map<string,int>", {"k": None}),
        ({"type": "int", "logicalType": "time-millis"}, dt.time(1), "int", 3_600_000),
        ({"type": "record", "name": "s", "fields": [{"name": "x", "type": "int"}]}, {"x": 1}, "struct<x:int>", (1,)),
    ],
    ids=str,
)
def test_every_stored_type_is_read_as_the_guide_says(
    spark: SparkSession, tmp_path: Path, kind: Any, value: Any, spark_type: str, read_value: Any
) -> None:
    path = stored(tmp_path / "f.avro", ("v", kind), rows=[{"v": value}])
    frame = spark.read.format("avro").load(path)
    assert frame.schema.simpleString() == f"struct<v:{spark_type}>"
    assert frame.collect() == [(read_value,)]


def test_a_schema_of_the_readers_own_resolves_the_files(spark: SparkSession, tmp_path: Path) -> None:
    path = stored(tmp_path / "f.avro", ("a", "int"), rows=[{"a": 1}])
    fields = [{"name": "a", "type": "long"}, {"name": "b", "type": "string", "default": "none"}]
    schema = json.dumps({"type": "record", "name": "r", "fields": fields})
    frame = spark.read.format("avro").option("avroSchema", schema).load(path)
    assert frame.schema.simpleString() == "struct<a:bigint,b:string>"
    assert frame.collect() == [(1, "none")]


def test_other_files_are_passed_over_when_the_extension_counts(spark: SparkSession, tmp_path: Path) -> None:
    stored(tmp_path / "f.avro", ("a", "int"), rows=[{"a": 1}])
    (tmp_path / "g.txt").write_text("x", encoding="utf-8")
    frame = spark.read.format("avro").option("ignoreExtension", "false").load(str(tmp_path))
    assert frame.collect() == [(1,)]


@pytest.mark.parametrize("size", [0, 10, 60])
def test_a_file_cut_short_is_an_error(spark: SparkSession, tmp_path: Path, size: int) -> None:
    path = Path(stored(tmp_path / "f.avro", ("a", "int"), rows=[{"a": 1}, {"a": 2}]))
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(PySparkException, match="FAILED_READ_FILE"):
        spark.read.format("avro").load(str(path)).collect()


def test_a_recursive_schema_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    path = stored(tmp_path / "f.avro", ("next", ["null", "r"]), rows=[{"next": None}])
    with pytest.raises(AnalysisException, match="recursive"):
        spark.read.format("avro").load(path).schema  # noqa: B018


def test_messages_go_there_and_back(spark: SparkSession) -> None:
    fields = [{"name": "a", "type": "int"}, {"name": "b", "type": ["string", "null"]}]
    schema = json.dumps({"type": "record", "name": "t", "fields": fields})
    messages = spark.sql("select named_struct('a', 1, 'b', cast(null as string)) v").select(to_avro("v").alias("m"))
    assert messages.schema.simpleString() == "struct<m:binary>"
    assert messages.select(from_avro("m", schema).alias("v")).collect() == [((1, None),)]


def test_a_bad_message_is_an_error_or_null(spark: SparkSession) -> None:
    with pytest.raises(PySparkException, match="MALFORMED_RECORD"):
        spark.sql("""select from_avro(X'01', '"string"')""").collect()
    assert spark.sql("""select from_avro(X'01', '"string"', map('mode', 'PERMISSIVE'))""").collect() == [(None,)]


def test_a_schema_is_told_as_ddl(spark: SparkSession) -> None:
    asked = json.dumps({"type": "record", "name": "t", "fields": [{"name": "a", "type": ["null", "int"]}]})
    assert spark.sql(f"select schema_of_avro('{asked}') s").collect() == [("STRUCT<a: INT>",)]
