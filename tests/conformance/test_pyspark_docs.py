"""The examples of PySpark's documentation work but for those listed, each with its reason; the list is right both ways.

`python -m tests.record.doctests` rewrites the list of those that fail; when it got shorter, raise `FLOOR`.
"""

import logging

import pytest

import hiveframe
from tests.conformance.pyspark_docs import MODULES, items, known_failures, passes

FLOOR = 820


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
        known = known_failures()
        suspects = [name for name, test in items(module, spark) if not passes(test) and name not in known]
        # Some examples print times and random values: what fails twice is broken.
        broken = [name for name, test in items(module, spark) if name in suspects and not passes(test)]
        mended = [name for name, test in items(module, spark) if is_wrong(known, name) and passes(test)]
    finally:
        spark.stop()
    assert not broken, f"examples that worked before: {broken}"
    assert not mended, f"examples that work now, to be taken off the list: {mended}"


def is_wrong(known, name):
    """Whether an item that passes must not stand on the list."""
    return name in known and not known[name].startswith("order:")


def test_the_number_of_working_items_never_falls(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spark = hiveframe.session()
    total = sum(1 for module in MODULES for _ in items(module, spark))
    spark.stop()
    assert total - len(known_failures()) >= FLOOR
