"""Reads damaged copies of Parquet files and prints what came of it: `python -m … SEED FOLDER`.

Each copy is cut short or has one bit turned. Parquet's checksums are optional and off by default in every reader, so
a bit that is turned in the data may change values; one in the footer must not, unless Arrow reads the same.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import random
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

import hiveframe

COPIES = 24
WRITTEN: dict[str, dict[str, Any]] = {
    "plain": {"compression": "none", "use_dictionary": False},
    "snappy": {"compression": "snappy", "data_page_version": "2.0"},
    "zstd": {"compression": "zstd", "data_page_size": 256},
    "gzip": {"compression": "gzip", "row_group_size": 40},
    "delta": {"use_dictionary": False, "column_encoding": {"i": "DELTA_BINARY_PACKED", "s": "DELTA_BYTE_ARRAY"}},
}


def table() -> pa.Table:
    """Rows of many types."""
    n = range(100)
    return pa.table(
        {
            "i": pa.array([None if i % 7 == 0 else i * 1_000_003 for i in n], pa.int64()),
            "s": pa.array([None if i % 5 == 0 else f"text {i % 20}" for i in n]),
            "d": pa.array([i / 3 for i in n]),
            "m": pa.array([Decimal(i) / 4 for i in n], pa.decimal128(20, 2)),
            "t": pa.array([dt.datetime(2020, 1, 1) + dt.timedelta(hours=i) for i in n], pa.timestamp("us")),
            "l": pa.array([None if i % 4 == 0 else list(range(i % 3)) for i in n], pa.list_(pa.int32())),
            "z": pa.array([{"a": i, "b": [{"c": str(i)}]} for i in n]),
        }
    )


def main(seed: int, folder: Path) -> None:
    logging.disable(logging.CRITICAL)  # a fault of our own is told by its condition
    spark = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    rng = random.Random(seed)
    report: dict[str, Any] = {"errors": 0, "same": 0, "changed": 0, "wrong": []}
    for name, options in WRITTEN.items():
        whole = folder / f"{name}.parquet"
        pq.write_table(table(), whole, **options)
        content = whole.read_bytes()
        right = rows_of(spark, whole)
        footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
        for i in range(COPIES):
            damaged, what, in_footer = damage(content, footer, i, rng)
            copy = folder / f"{name}_{i}.parquet"
            copy.write_bytes(damaged)
            outcome = judge(spark, copy, right, in_footer=in_footer)
            if outcome in report:
                report[outcome] += 1
            else:
                report["wrong"].append([name, what, outcome])
            copy.unlink()
    print(json.dumps(report))


def damage(content: bytes, footer: int, i: int, rng: random.Random) -> tuple[bytes, str, bool]:
    """The damaged bytes, what was done, and whether it was done to the footer."""
    if i % 3 == 0:
        length = rng.randrange(len(content))
        return content[:length], f"cut to {length}", True
    place = rng.randrange(footer if i % 3 == 1 else 0, len(content))
    bit = rng.randrange(8)
    changed = bytearray(content)
    changed[place] ^= 1 << bit
    return bytes(changed), f"bit {bit} of byte {place}", place >= footer


def judge(spark: SparkSession, path: Path, right: list[str], *, in_footer: bool) -> str:
    """`errors`, `same`, `changed` (values within the data), or what is wrong."""
    try:
        rows = rows_of(spark, path)
    except PySparkException as error:
        condition = error.getCondition()
        return "errors" if condition not in (None, "INTERNAL_ERROR") else f"{condition}: {error}"[:500]
    if rows == right:
        return "same"
    if not in_footer:
        return "changed"
    try:
        arrow = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        return f"rows, where Arrow says: {error}"[:500]
    same = rows == texts(arrow)
    return "changed" if same else "other rows than Arrow's"


def rows_of(spark: SparkSession, path: Path) -> list[str]:
    """The columns as Spark reads them, as texts."""
    return texts(spark.read.parquet(str(path)).toArrow())


def texts(table: pa.Table) -> list[str]:
    """The columns as texts; moments as numbers, for Python cannot hold all of them."""
    columns = [c.cast(pa.int64()) if pa.types.is_timestamp(c.type) else c for c in table.columns]
    return [repr([str(v) for v in column]) for column in columns]


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
