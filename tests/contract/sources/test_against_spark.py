"""Every recorded file is read, and every recorded query written, as Apache Spark did it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.contract.sources.answers import (
    GOLDEN,
    READ,
    WRITTEN,
    Case,
    case_id,
    cases,
    read_answer,
    write_answer,
)

KNOWN_GAPS: list[str] = json.loads((GOLDEN / "known_gaps.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    warehouse = str(tmp_path_factory.mktemp("warehouse"))
    conf = {"spark.sql.warehouse.dir": warehouse, "spark.sql.session.timeZone": "UTC"}
    session = hiveframe.session(**conf)
    yield session
    session.stop()


def _expect(name: str, case: Case, given: Case) -> None:
    wanted = case["answer"]
    if wanted.get("error") == "other" and "error" in given:
        given = wanted
    if name in KNOWN_GAPS:
        assert given != wanted, f"{name} is answered as Spark does now: take it off known_gaps.json"
        pytest.xfail("known gap")
    assert given == wanted


@pytest.mark.parametrize(
    ("format_name", "case"),
    [(f, c) for name, f in READ.items() for c in cases(name)],
    ids=lambda value: value if isinstance(value, str) else case_id(value),
)
def test_a_file_is_read_as_spark_reads_it(spark: SparkSession, tmp_path: Path, format_name: str, case: Case) -> None:
    _expect(f"read {format_name} {case_id(case)}", case, read_answer(spark, format_name, case, tmp_path))


@pytest.mark.parametrize("case", [c for name in WRITTEN for c in cases(name)], ids=case_id)
def test_a_query_is_written_as_spark_writes_it(spark: SparkSession, tmp_path: Path, case: Case) -> None:
    _expect(f"written {case_id(case)}", case, write_answer(spark, case, tmp_path / "out"))
