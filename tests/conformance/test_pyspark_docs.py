"""The examples of PySpark's documentation that work keep working; the list of the others shrinks."""

import logging

import pytest

import hiveframe
from tests.conformance.pyspark_docs import MODULES, items, known_failures, passes


@pytest.fixture(scope="module", autouse=True)
def quiet_client():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_documentation_work(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    spark = hiveframe.session()
    try:
        results = {name: passes(test) for name, test in items(module, spark)}
    finally:
        spark.stop()
    known = known_failures()
    broken = sorted(name for name, ok in results.items() if not ok and name not in known)
    mended = sorted(name for name, ok in results.items() if ok and name in known)
    assert not broken, f"examples that worked before: {broken}"
    assert not mended, f"examples that work now; take them off doctest_failures.txt: {mended}"


def test_at_least_600_of_the_documented_items_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spark = hiveframe.session()
    total = sum(1 for module in MODULES for _ in items(module, spark))
    spark.stop()
    assert total - len(known_failures()) >= 600
