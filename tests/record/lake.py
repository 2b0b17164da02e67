"""Record what Apache Spark reads from files and writes to them, for the questions in tests/golden/lake.

python -m tests.record.lake sc://127.0.0.1:15061
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from tests.contract.sources import file_columns, parquet_files
from tests.contract.sources.answers import GOLDEN, READ, WRITTEN, cases, read_answer, write_answer


def main(remote: str) -> None:
    spark = SparkSession.builder.remote(remote).create()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    spark.conf.set("spark.sql.timeType.enabled", "true")  # as it is in HiveFrame
    for name, format_name in READ.items():
        asked = cases(name)
        for case in asked:
            with tempfile.TemporaryDirectory() as folder:
                case["answer"] = read_answer(spark, format_name, case, Path(folder))
        _save(name, asked)
    for name in WRITTEN:
        written = cases(name)
        for case in written:
            with tempfile.TemporaryDirectory() as folder:
                case["answer"] = write_answer(spark, case, Path(folder) / "out")
        _save(name, written)
    if parquet_files.ALL.exists():
        names = parquet_files.files()
        _save("parquet_testing", {n: parquet_files.file_answer(spark, parquet_files.ALL / n) for n in names})
    with tempfile.TemporaryDirectory() as folder:
        file_columns.make_files(Path(folder))
        asked = file_columns.QUESTIONS
        _save("file_columns", {q: file_columns.answer(spark, q, Path(folder)) for q in asked})


def _save(name: str, answered: object) -> None:
    text = json.dumps(answered, indent=1, ensure_ascii=False) + "\n"
    (GOLDEN / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
