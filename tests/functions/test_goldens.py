"""Every function case gives Spark's name, type, nullability and values, or Spark's error."""

import logging
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

import hiveframe
from tests.functions.cases import answer, cases, differs, families, gaps, load
from tests.functions.open_answers import is_open


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    logging.getLogger("SQLQueryContextLogger").disabled = True  # the client logs every error that a case expects
    warehouse = tmp_path_factory.mktemp("warehouse")
    session = hiveframe.session(
        **{"spark.sql.warehouse.dir": str(warehouse), "spark.sql.session.timeZone": "UTC", "spark.app.name": "cases"}
    )
    yield session
    session.stop()


@pytest.mark.parametrize("family", families())
def test_each_case_answers_as_spark_does(spark: SparkSession, family: str) -> None:
    expected = load(family)
    known = {gap.partition(": ")[2] for gap in gaps() if gap.startswith(f"{family}: ")}
    failed = {}
    for case in cases(family):
        found = answer(spark, case)
        difference = differs(expected[case.key], found)
        if difference is not None and not is_open(spark, case, expected[case.key], found):
            failed[case.key] = difference
    fresh = {key: why for key, why in failed.items() if key not in known}
    assert not fresh, f"{len(fresh)} cases fail:\n" + "\n".join(f"{key}\n    {why}" for key, why in fresh.items())
    mended = known - set(failed)
    assert not mended, f"these pass now, take them off gaps.txt: {sorted(mended)}"
