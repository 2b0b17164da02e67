"""Values in Iceberg's partitions, bounds and files: as the library makes and reads them."""

from __future__ import annotations

import json
import uuid
import zlib
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from pyiceberg import types as it
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import DataFile, FileFormat
from pyiceberg.schema import Schema
from pyiceberg.transforms import (
    BucketTransform,
    DayTransform,
    HourTransform,
    IdentityTransform,
    MonthTransform,
    TruncateTransform,
    YearTransform,
)
from pyroaring import BitMap
from pyspark.sql import SparkSession

from hiveframe.lake.iceberg.columns import arrow_type
from hiveframe.lake.iceberg.deletes import _read_positions
from hiveframe.lake.iceberg.partitioning import internal, transformed
from tests.tables.answers import rows
from tests.tables.iceberg_catalog import library, library_rows, spark

__all__ = ["spark"]

_TIMES = [YearTransform(), MonthTransform(), DayTransform()]
_CASES: list[tuple[it.PrimitiveType, list[Any]]] = [
    (it.IntegerType(), [BucketTransform(7), TruncateTransform(10), IdentityTransform()]),
    (it.LongType(), [BucketTransform(16), TruncateTransform(7)]),
    (it.StringType(), [BucketTransform(5), TruncateTransform(2)]),
    (it.BinaryType(), [BucketTransform(5), TruncateTransform(2)]),
    (it.DecimalType(12, 3), [BucketTransform(5), TruncateTransform(50)]),
    (it.DateType(), [*_TIMES, BucketTransform(4)]),
    (it.TimestampType(), [*_TIMES, HourTransform(), BucketTransform(4)]),
    (it.TimestamptzType(), [*_TIMES, HourTransform(), BucketTransform(4)]),
]


def some(dtype: it.PrimitiveType, random: Random) -> Any:
    """A value in the form in which Arrow takes it."""
    match dtype:
        case it.IntegerType():
            return random.randint(-(2**31), 2**31 - 1)
        case it.LongType():
            return random.choice([random.randint(-(2**63), 2**63 - 1), random.randint(-20, 20)])
        case it.StringType():
            return "".join(random.choice("aé漢😀 b") for _ in range(random.randint(0, 5)))
        case it.BinaryType():
            return random.randbytes(random.randint(0, 5))
        case it.DecimalType():
            return Decimal(random.randint(-(10**12) + 1, 10**12 - 1)).scaleb(-3)
        case it.DateType():
            return random.randint(-100_000, 100_000)
    return random.randint(-(10**16), 10**16)


@pytest.mark.parametrize(("dtype", "transforms"), _CASES, ids=lambda c: str(c) if not isinstance(c, list) else "")
def test_transforms_are_the_librarys(dtype: it.PrimitiveType, transforms: list[Any]) -> None:
    random = Random(7)
    given = [some(dtype, random) for _ in range(200)]
    held = pa.array([*given, None], arrow_type(dtype))
    for transform in transforms:
        assert transform.can_transform(dtype)
        wanted = [transform.transform(dtype)(v) for v in [*given, None]]
        assert [internal(v) for v in transformed(transform, held, dtype)] == wanted, str(transform)


def test_partitions_of_every_type(spark: SparkSession, tmp_path: Path) -> None:
    kinds = {
        "boolean": ["true", "false"],
        "int": ["-1", "2"],
        "bigint": ["5000000000", "0"],
        "float": ["1.5", "-2.25"],
        "double": ["1e100", "0.1"],
        "decimal(20,5)": ["1.5", "-123456789012345.00001"],
        "string": ["'a/b=c %'", "''"],
        "binary": ["X'00FF'", "X''"],
        "date": ["date'2024-02-29'", "date'1969-12-31'"],
        "timestamp": ["timestamp'2024-02-29 01:02:03.000004'", "timestamp'1969-12-31 23:59:59.5'"],
        "timestamp_ntz": ["timestamp_ntz'2024-02-29 01:02:03.000004'", "timestamp_ntz'1900-01-01 00:00:00'"],
    }
    for number, (kind, values) in enumerate(kinds.items()):
        name = f"t{number}"
        spark.sql(f"create table ice.db.{name} (id int, k {kind}) partitioned by (k)")
        literals = ", ".join(f"({i}, cast({v} as {kind}))" for i, v in enumerate([*values, "null"]))
        spark.sql(f"insert into ice.db.{name} values {literals}")
        for i, v in enumerate(values):
            condition = f"k = cast({v} as {kind})"
            assert rows(spark, f"select id from ice.db.{name} where {condition}") == [(i,)], kind
            assert rows(spark, f"select {condition} from ice.db.{name} where id = {i}") == [(True,)], kind
        assert rows(spark, f"select id from ice.db.{name} where k is null") == [(2,)]
        assert [r[0] for r in library_rows(tmp_path, f"db.{name}")] == [0, 1, 2]
        spark.sql(f"update ice.db.{name} set id = id + 10 where id = 1")
        assert rows(spark, f"select id from ice.db.{name} order by id") == [(0,), (2,), (11,)]


def test_uuids_and_fixed_bytes_are_read(spark: SparkSession, tmp_path: Path) -> None:
    schema = Schema(it.NestedField(1, "u", it.UUIDType()), it.NestedField(2, "f", it.FixedType(2)))
    table = library(tmp_path).create_table("db.t", schema)
    number = uuid.UUID("12345678-1234-5678-1234-567812345678")
    table.append(pa.table({"u": pa.array([number.bytes], pa.binary(16)), "f": pa.array([b"ab"], pa.binary(2))}))
    assert rows(spark, "select * from ice.db.t") == [(str(number), b"ab")]


def test_nan_is_found_in_files_whose_statistics_leave_it_out(spark: SparkSession, tmp_path: Path) -> None:
    schema = Schema(it.NestedField(1, "x", it.DoubleType()), it.NestedField(2, "y", it.FloatType()))
    table = library(tmp_path).create_table("db.t", schema)
    nan = float("nan")
    table.append(pa.table({"x": [1.0, nan, None, 3.0], "y": pa.array([1.0, 2.0, nan, None], pa.float32())}))
    spark.sql("create table ice.db.own as select * from ice.db.t")
    for name in ("t", "own"):
        assert rows(spark, f"select count(*) from ice.db.{name} where x > 8.5") == [(1,)]
        assert rows(spark, f"select count(*) from ice.db.{name} where isnan(y)") == [(1,)]
        assert rows(spark, f"select max(x) = double('NaN'), min(y) from ice.db.{name}") == [(True, 1.0)]
        assert rows(spark, f"select x from ice.db.{name} where y = 1") == [(1.0,)]


def test_moments_keep_their_place(spark: SparkSession, tmp_path: Path) -> None:
    """Days and hours are those of UTC, whatever the session's zone is."""
    spark.conf.set("spark.sql.session.timeZone", "America/Los_Angeles")
    spark.sql("create table ice.db.t (at timestamp, local timestamp_ntz) partitioned by (days(at), hours(local))")
    spark.sql("insert into ice.db.t values (timestamp'2024-01-01 20:00:00', timestamp_ntz'2024-01-01 20:00:00')")
    (held,) = library(tmp_path).load_table("db.t").inspect.partitions().to_pylist()
    assert held["partition"] == {"at_day": date(2024, 1, 2), "local_hour": 473372}
    assert rows(spark, "select local from ice.db.t where at = timestamp'2024-01-01 20:00:00'") == [
        (datetime(2024, 1, 1, 20),)
    ]


def test_deletion_vectors_are_read(tmp_path: Path) -> None:
    """Format version 3 keeps deleted rows as bitmaps in Puffin files.

    Source: Iceberg's Puffin spec, blob type deletion-vector-v1.
    """
    gone = {0: [1, 5, 70_000], 1: [2]}  # by the upper half of a row's place
    bitmap = len(gone).to_bytes(8, "little")
    for key, rows_ in gone.items():
        bitmap += key.to_bytes(4, "little") + BitMap(rows_).serialize()
    body = b"\xd1\xd3\x39\x64" + bitmap
    blob = len(body).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    described = {
        "type": "deletion-vector-v1",
        "fields": [2147483645],
        "snapshot-id": -1,
        "sequence-number": -1,
        "offset": 4,
        "length": len(blob),
        "properties": {"referenced-data-file": "file:///a.parquet", "cardinality": "4"},
    }
    footer = json.dumps({"blobs": [described], "properties": {}}).encode()
    path = tmp_path / "vectors.puffin"
    tail = len(footer).to_bytes(4, "little") + bytes(4) + b"PFA1"
    path.write_bytes(b"PFA1" + blob + b"PFA1" + footer + tail)
    file = DataFile.from_args(file_path=f"file://{path}", file_format=FileFormat.PUFFIN)
    found = _read_positions(PyArrowFileIO(), file)
    assert {k: v.tolist() for k, v in found.items()} == {"file:///a.parquet": [1, 5, 70_000, (1 << 32) + 2]}
