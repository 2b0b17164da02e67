"""The documentation of `pyspark.pandas` as tests: each docstring with examples is an item, run on one session.

    python -m tests.conformance.pandas_docs [--remote sc://…] [--only frame,series] [--match text] [-v] [--json FILE]

runs all of it on HiveFrame (four minutes on one core) or on a Spark Connect endpoint. `pandas_doctest_failures.txt`
keeps the items that fail; `python -m tests.record.pandas_doctests sc://…` rewrites it.
"""

from __future__ import annotations

import argparse
import contextlib
import doctest
import importlib
import io
import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from pyspark.sql import SparkSession

MODULES = (
    "accessors",
    "base",
    "categorical",
    "config",
    "datetimes",
    "extensions",
    "frame",
    "generic",
    "groupby",
    "indexes.base",
    "indexes.category",
    "indexes.datetimes",
    "indexes.multi",
    "indexes.timedelta",
    "indexing",
    "internal",
    "namespace",
    "numpy_compat",
    "plot.core",
    "resample",
    "series",
    "spark.accessors",
    "spark.utils",
    "sql_formatter",
    "sql_processor",
    "strings",
    "testing",
    "typedef.typehints",
    "utils",
    "window",
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FAILURES = Path(__file__).with_name("pandas_doctest_failures.txt")
DATABASE = "pandas_docs"
ITEM_LIMIT_S = 60


@dataclass(frozen=True)
class Known:
    """What the committed list says of an item that fails."""

    fails_on_spark: bool
    reason: str


def known_failures() -> dict[str, Known]:
    """Items that fail; `[spark]` after the name says that Spark fails it too, text after `#` is the reason.

    A reason that begins with `order:` says that the item leaves the order of rows to the engine.
    """
    known = {}
    for line in FAILURES.read_text().splitlines():
        text, _, reason = (part.strip() for part in line.partition("#"))
        if text:
            name, _, mark = text.partition(" ")
            known[name] = Known(mark.strip() == "[spark]", reason)
    return known


class Late(BaseException):
    """An item took too long; no `except Exception` of the code under test may swallow this."""


def items(module: str, spark: SparkSession, path: str) -> Iterator[doctest.DocTest]:
    """The docstrings with examples of `pyspark.pandas.<module>`, with the names that their examples use."""
    import numpy as np
    import pandas as pd
    import pyspark.pandas as ps
    from pyspark.sql import functions as sf

    loaded = importlib.import_module(f"pyspark.pandas.{module}")
    names = {**vars(loaded), "spark": spark, "ps": ps, "np": np, "pd": pd, "sf": sf, "db": DATABASE, "path": path}
    for test in doctest.DocTestFinder(exclude_empty=True).find(loaded, globs=names):
        if any(not example.options.get(doctest.SKIP) for example in test.examples):
            test.globs = dict(names)
            yield test


def failure(test: doctest.DocTest, path: str) -> str:
    """What the item's first failing example printed; empty when all give what the documentation shows."""
    import numpy as np
    import pyspark.pandas as ps

    os.makedirs(path, exist_ok=True)
    said, noise = io.StringIO(), io.StringIO()
    runner = doctest.DocTestRunner(optionflags=FLAGS | doctest.REPORT_ONLY_FIRST_FAILURE, verbose=False)
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(ITEM_LIMIT_S)
    try:
        # Spark's build prints numpy's values so, too.
        with contextlib.redirect_stdout(noise), np.printoptions(legacy="1.25"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            runner.run(test, out=said.write, clear_globs=False)
    except Late:
        return f"no answer in {ITEM_LIMIT_S} s"
    finally:
        signal.alarm(0)
        shutil.rmtree(path, ignore_errors=True)
        for option in list(ps.config._options_dict):
            ps.reset_option(option)
    return said.getvalue() if runner.failures else ""


def _late(signum: int, frame: FrameType | None) -> None:
    raise Late


@contextlib.contextmanager
def prepared(spark: SparkSession) -> Iterator[str]:
    """A database and a path for the examples; the path does not exist before an item starts."""
    spark.sql(f"create database if not exists {DATABASE}").collect()
    folder = tempfile.mkdtemp()
    try:
        yield os.path.join(folder, "examples")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        spark.sql(f"drop database if exists {DATABASE} cascade").collect()


def run(spark: SparkSession, modules: Iterator[str], *, match: str = "", verbose: bool = False) -> dict[str, str]:
    """Every item's failure (empty: it passes) by name, with a line a module on the way."""
    found: dict[str, str] = {}
    with prepared(spark) as path:
        for module in modules:
            started = time.monotonic()
            here = {t.name: failure(t, path) for t in items(module, spark, path) if match in t.name}
            found |= here
            if verbose:
                for name, text in here.items():
                    if text:
                        print(f"--- {name}\n{text}", flush=True)
            good = sum(not text for text in here.values())
            print(f"{module:20s} {good:4d}/{len(here):4d}  {time.monotonic() - started:.1f} s", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remote", help="a Spark Connect endpoint; HiveFrame in this process when left out")
    parser.add_argument("--only", default=",".join(MODULES))
    parser.add_argument("--match", default="")
    parser.add_argument("--json", type=Path)
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    spark = open_session(options.remote)
    found = run(spark, iter(options.only.split(",")), match=options.match, verbose=options.v)
    if options.json:
        options.json.write_text(json.dumps(found, indent=0))
    print(f"{sum(not text for text in found.values())} of {len(found)} items pass")


def open_session(remote: str | None) -> Any:
    """A session on `remote`, or on HiveFrame in this process."""
    if remote:
        return SparkSession.builder.remote(remote).getOrCreate()
    import hiveframe

    return hiveframe.session(**{"spark.sql.warehouse.dir": tempfile.mkdtemp()})


if __name__ == "__main__":
    sys.exit(main())
