"""A Parquet file that is rewritten in its place is read as it is now, however soon."""

import random
import time

import pyarrow as pa
import pyarrow.parquet as pq

import hiveframe


def test_files_of_one_size_and_one_second_are_told_apart(tmp_path):
    spark = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path / "warehouse")})
    path = str(tmp_path / "t.parquet")
    chosen = random.Random(7)
    for i in range(120):
        values = [chosen.randrange(10) for _ in range(chosen.randrange(1, 4))]
        pq.write_table(pa.table({"v": values}), path)
        time.sleep(0.012)  # file systems note times in ticks of up to 10 ms
        rows = spark.read.parquet(path).selectExpr("sum(v) AS s", "count(*) AS n", "max(v) AS m").collect()
        assert rows[0].asDict() == {"s": sum(values), "n": len(values), "m": max(values)}, i
    spark.stop()
