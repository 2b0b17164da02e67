"""What a Spark session reads and writes, as JSON values that can be compared with what Apache Spark did.

The cases stand in tests/golden/lake/*.json with Spark's answers. To add one, add its question there and record the
answer: `python -m tests.record.lake sc://127.0.0.1:15061`.
"""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import json
import math
import zlib
from pathlib import Path
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession

GOLDEN = Path(__file__).parents[2] / "golden" / "lake"
READ = {  # golden files and their format
    "read_csv": "csv",
    "read_csv_options": "csv",
    "read_json": "json",
    "read_json_options": "json",
    "read_text": "text",
    "read_xml": "xml",
}
WRITTEN = ("written", "written_options", "written_xml")

Case = dict[str, Any]


def cases(name: str) -> list[Case]:
    """The questions and answers of one golden file."""
    loaded: list[Case] = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def case_id(case: Case) -> str:
    """A short name of a case for the test report."""
    text = case.get("query") or case.get("data")
    return f"{text!r:.60} {case.get('schema', '')} {case.get('options', '')}"


def read_answer(spark: SparkSession, format_name: str, case: Case, folder: Path) -> Case:
    """Schema and rows of a file, or the error's condition."""
    path = folder / f"file.{format_name}"
    data = case["data"]
    path.write_bytes(data.encode() if isinstance(data, str) else data["bytes"].encode("latin-1"))
    reader = spark.read.format(format_name).options(**case.get("options", {}))
    if "schema" in case:
        reader = reader.schema(case["schema"])
    try:
        frame = reader.load(str(path))
        rows = frame.collect()
    except PySparkException as error:
        return {"error": error.getCondition() or "other"}
    except OverflowError:
        return {"error": "the client cannot hold the value"}
    return {"schema": frame.schema.simpleString(), "rows": [_any_day(repr(plain(tuple(row)))) for row in rows]}


def _any_day(text: str) -> str:
    """A time of day that is read as a timestamp is one of today."""
    today = dt.date.today()
    return text.replace(f"datetime.datetime({today.year}, {today.month}, {today.day},", "datetime.datetime(TODAY,")


def write_answer(spark: SparkSession, case: Case, target: Path) -> Case:
    """Each folder's text (its files joined in order) and the files' endings, or the error's condition."""
    writer = spark.sql(case["query"]).coalesce(1).write.format(case["format"]).options(**case.get("options", {}))
    if "partition_by" in case:
        writer = writer.partitionBy(*case["partition_by"])
    try:
        writer.save(str(target))
    except PySparkException as error:
        return {"error": error.getCondition() or "other"}
    folders: dict[str, str] = {}
    endings: set[str] = set()
    for path in sorted(target.rglob("part-*")):
        endings.add(path.name.partition(".")[2] if "partition_by" not in case else path.name.partition(".c")[2])
        folder = str(path.parent.relative_to(target))
        text = _content(path).decode("latin-1") if case["format"] in ("csv", "json", "text", "xml") else ""
        folders[folder] = folders.get(folder, "") + text
    return {"folders": folders, "endings": sorted(endings), "success": (target / "_SUCCESS").exists()}


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    opener = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".deflate": zlib.decompress}.get(path.suffix)
    return opener(data) if opener else data


def plain(value: Any) -> Any:
    """A value without what differs between clients: rows are dicts, NaN is text, moments have no zone."""
    if isinstance(value, Row):
        return {k: plain(v) for k, v in value.asDict().items()}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain(v) for v in value)
    if isinstance(value, float) and math.isnan(value):
        return "NaN"
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return value
