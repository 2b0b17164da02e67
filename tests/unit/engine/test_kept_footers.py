"""Files that look like others of which the engine keeps footers."""

import os
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hiveframe


@pytest.mark.parametrize("is_replaced", [True, False])
def test_a_file_of_the_same_size_and_time_is_read_by_its_own_footer(tmp_path: Path, is_replaced: bool) -> None:
    path, folder = tmp_path / "t" / "f.parquet", tmp_path / "t"
    folder.mkdir()
    spark = hiveframe.session(**{"spark.hiveframe.cache.enabled": "false", "spark.hiveframe.cache.columns": "false"})
    sizes = set()
    for first in (1, 4, 7):
        aside = tmp_path / "aside" if is_replaced else path
        values = pa.array([first, first + 1], pa.int64())
        pq.write_table(pa.table({"a": values}), aside, compression="none", use_dictionary=False)
        os.utime(aside, ns=(10**18, 10**18))
        os.replace(aside, path)
        sizes.add(path.stat().st_size)
        for _ in range(2):
            frame = spark.read.parquet(str(folder)).where(f"a = {first}")
            assert [tuple(row) for row in frame.collect()] == [(first,)]
        time.sleep(0.1)
    assert len(sizes) == 1
    spark.stop()
