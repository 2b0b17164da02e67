"""The examples of the pandas API's documentation that work keep working, and what is listed as failing fails.

The modules here take two minutes on one core; `python -m tests.conformance.pandas_docs` runs all of them.
"""

import logging

import pytest

import hiveframe
from tests.conformance.pandas_docs import failure, items, known_failures, prepared

MODULES = (
    "accessors",
    "base",
    "categorical",
    "config",
    "datetimes",
    "extensions",
    "indexes.base",
    "indexes.category",
    "indexes.datetimes",
    "indexes.multi",
    "indexes.timedelta",
    "indexing",
    "internal",
    "namespace",
    "numpy_compat",
    "resample",
    "spark.accessors",
    "spark.utils",
    "sql_formatter",
    "sql_processor",
    "testing",
    "typedef.typehints",
    "utils",
    "window",
)


@pytest.fixture(scope="module", autouse=True)
def quiet_client():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    session = hiveframe.session(**{"spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse"))})
    yield session
    session.stop()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("module", MODULES)
def test_examples_of_the_documentation_do_as_listed(module, spark):
    known = known_failures()
    with prepared(spark) as path:
        failed = {test.name for test in items(module, spark, path) if failure(test, path)}
        listed = {test.name for test in items(module, spark, path)} & set(known)
        firm = {name for name in listed if not known[name].reason.startswith("order:")}  # others may go either way
        again = {t.name for t in items(module, spark, path) if t.name in failed - listed and failure(t, path)}
    assert not again, f"examples that worked before: {sorted(again)}"
    assert not firm - failed, f"examples that work now: {sorted(firm - failed)}"
