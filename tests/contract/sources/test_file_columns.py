"""The hidden column `_metadata` and `input_file_name()`, answered as Spark answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import hiveframe
from tests.contract.sources.answers import GOLDEN
from tests.contract.sources.file_columns import QUESTIONS, answer, make_files

RECORDED: dict[str, Any] = json.loads((GOLDEN / "file_columns.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    session = hiveframe.session(**{"spark.sql.session.timeZone": "UTC"})
    yield session
    session.stop()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    make_files(folder)
    return folder


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_row_knows_its_file_as_in_spark(spark: SparkSession, root: Path, question: str) -> None:
    assert answer(spark, question, root) == RECORDED[question]


def test_the_hidden_column_comes_by_its_own_name_when_another_has_it(spark: SparkSession, root: Path) -> None:
    frame = spark.read.json(str(root / "j")).withColumn("_metadata", F.lit(1))
    assert frame.select(frame.metadataColumn("_metadata").getField("file_name")).collect() == [("x.json",)]


def test_the_file_above_a_join_of_a_union_is_refused_and_not_guessed(spark: SparkSession, root: Path) -> None:
    frame = spark.read.json(str(root / "j"))
    with pytest.raises(AnalysisException, match="above a join of a UNION"):
        frame.union(frame).join(spark.range(3), "id").select(F.input_file_name()).collect()
