"""PySpark's own documentation as tests: each docstring with examples is an item, run on a HiveFrame session.

The examples ship in `pyspark-client`; nothing of them is kept here but the names of those that fail.
"""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import os
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

MODULES = (
    "functions.builtin",
    "dataframe",
    "column",
    "session",
    "readwriter",
    "group",
    "window",
    "catalog",
    "conf",
    "types",
    "udf",
    "udtf",
    "tvf",
    "observation",
    "merge",
    "pandas.group_ops",
)
NEED_A_FRAME = frozenset({"dataframe", "group", "window", "catalog", "udf", "observation"})
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL
FAILURES = Path(__file__).with_name("doctest_failures.txt")


def known_failures() -> dict[str, str]:
    """Items that are known to fail, with the reason behind `  # `; one with `order:` may also pass."""
    lines = FAILURES.read_text(encoding="utf-8").splitlines()
    return {name: reason for name, _, reason in (line.partition("  # ") for line in lines) if name}


def items(module: str, spark: SparkSession) -> Iterator[tuple[str, doctest.DocTest]]:
    """The docstrings with examples of `pyspark.sql.<module>`, with the names their examples use."""
    loaded = importlib.import_module(f"pyspark.sql.{module}")
    base = {**vars(loaded), "spark": spark, "sc": None, "os": os, "tempfile": __import__("tempfile")}
    base |= {"Row": Row, "sf": F}
    for test in doctest.DocTestFinder(exclude_empty=True).find(loaded, globs=base):
        if test.examples:
            test.globs = dict(base)
            if module in NEED_A_FRAME:
                test.globs["df"] = spark.createDataFrame([(2, "Alice"), (5, "Bob")], ["age", "name"])
            yield test.name, test


def passes(test: doctest.DocTest) -> bool:
    """Whether every example of an item gives what the documentation shows."""
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    out = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        runner.run(test, out=out.write, clear_globs=False)
    return runner.failures == 0
