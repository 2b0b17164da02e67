"""Every table of others reads with the rows that they say, or fails with the reason."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

from tests.tables.delta_golden import ARCHIVES, BROKEN, COUNTS, names, unpack

pytestmark = pytest.mark.skipif(not ARCHIVES.is_dir(), reason=f"needs the Delta tables of others in {ARCHIVES}")


@pytest.mark.parametrize("name", names())
def test_a_table_of_others(name: str, spark: SparkSession, tmp_path: Path) -> None:
    table, expected = unpack(name, tmp_path)
    if name in BROKEN:
        with pytest.raises(PySparkException) as caught:
            spark.read.format("delta").load(str(table)).toArrow()
        assert caught.value.getCondition() == BROKEN[name]
        return
    rows = spark.read.format("delta").load(str(table))
    if expected is None:
        assert len(rows.collect()) == COUNTS[name]
        return
    found = rows.toArrow()
    wanted = pa.concat_tables([pq.ParquetFile(f).read() for f in sorted(expected.rglob("*.parquet"))])
    assert sorted(found.column_names) == sorted(wanted.column_names)
    assert _rows(found.select(wanted.column_names)) == _rows(wanted)


def _rows(table: pa.Table) -> list[str]:
    return sorted(repr([_plain(v) for v in row.values()]) for row in table.to_pylist(maps_as_pydicts="strict"))


def _plain(value: Any) -> Any:
    match value:
        case float() if math.isnan(value):
            return "NaN"
        case dict():
            return sorted((str(k), _plain(v)) for k, v in value.items())
        case list():
            return [_plain(v) for v in value]
        case dt.datetime():
            return value.replace(tzinfo=None)
    return value
