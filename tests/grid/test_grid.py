"""The grid of functions answers as Spark does: value, type, nullability, column name or error condition."""

import json
import logging
import re
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.grid import calls
from tests.grid.generate import families, templates
from tests.grid.goldens import GOLDEN, differences, gaps, load


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    logging.getLogger("SQLQueryContextLogger").disabled = True  # the client logs every error that a case expects
    warehouse = tmp_path_factory.mktemp("warehouse")
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(warehouse), "spark.sql.session.timeZone": "UTC"})
    yield session
    session.stop()


@pytest.mark.parametrize("family", families())
def test_each_call_answers_as_spark_does(spark: SparkSession, family: str) -> None:
    _compare(family, differences(spark, load(family)))


def test_each_name_of_pyspark_runs_through_the_dataframe_api(spark: SparkSession) -> None:
    _compare("calls", calls.differences(spark))


def _compare(family: str, failed: dict[str, str]) -> None:
    known = gaps(family)
    fresh = {key: why for key, why in failed.items() if key not in known}
    assert not fresh, f"{len(fresh)} cases fail:\n" + "\n".join(f"{key}\n    {why}" for key, why in fresh.items())
    mended = sorted(known - set(failed))
    assert not mended, f"these pass now: python -m tests.record.grid --gaps {family}\n" + "\n".join(mended)


def test_every_function_of_spark_stands_in_a_template() -> None:
    words: set[str] = set()
    for family in families():
        for template in templates(family):
            text = template.text.lower()
            words.update(re.findall(r"\w+", text), text.split())
    names = json.loads((GOLDEN / "names.json").read_text(encoding="utf-8"))
    assert sorted(name for name in names["sql"] if name not in words) == []


def test_every_name_of_pyspark_is_called() -> None:
    called = set(re.findall(r"F\.(\w+)", calls.CALLS.read_text(encoding="utf-8")))
    names = json.loads((GOLDEN / "names.json").read_text(encoding="utf-8"))
    assert sorted(set(names["python"]) - called) == []
