"""Have Apache Spark write Parquet files by the calendar of Spark 2, and record what it reads from them.

python -m tests.record.old_calendar sc://127.0.0.1:15061
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from tests.contract.sources.old_calendar import HERE, RECORDED, answer

_TEXTS = (
    "0001-01-03",
    "1000-06-01 10:11:12.5",
    "1500-02-28",
    "1582-10-04",
    "1582-10-15",
    "1883-11-18",
    "1900-01-01",
    "2020-01-01 01:02:03",
)
_ROWS = (
    "select cast(x as date) d, cast(x as timestamp) t, cast(x as timestamp_ntz) n, array(cast(x as date)) a "
    f"from values {', '.join(f'({text!r})' for text in _TEXTS)} v(x)"
)


def main(remote: str) -> None:
    spark = SparkSession.builder.remote(remote).create()
    for setting in ("datetimeRebaseModeInWrite", "int96RebaseModeInWrite"):
        spark.conf.set(f"spark.sql.parquet.{setting}", "LEGACY")
    recorded: dict[str, list[list[str]]] = {}
    HERE.mkdir(exist_ok=True)
    for zone in ("UTC", "America/Los_Angeles"):
        for kind in ("TIMESTAMP_MICROS", "INT96"):
            name = f"{kind.lower()}_{zone.split('/')[-1].lower()}.parquet"
            with tempfile.TemporaryDirectory() as folder:
                spark.conf.set("spark.sql.session.timeZone", zone)
                spark.conf.set("spark.sql.parquet.outputTimestampType", kind)
                spark.sql(_ROWS).coalesce(1).write.mode("overwrite").parquet(folder)
                shutil.copy(next(Path(folder).glob("*.parquet")), HERE / name)
            recorded[name] = answer(spark, HERE / name)
    RECORDED.write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
