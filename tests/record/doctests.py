"""Write the names of the documentation's examples that fail: `python -m tests.record.doctests`.

An item that fails in any of two runs is written; run it after a change that mends some, and look at the difference.
"""

from __future__ import annotations

import logging
import os
import tempfile

import hiveframe
from tests.conformance.pyspark_docs import FAILURES, MODULES, items, known_failures, passes

RUNS = 2


def main() -> None:
    """Run every item twice and rewrite the list."""
    logging.disable(logging.CRITICAL)
    failed: set[str] = set()
    for _ in range(RUNS):
        for module in MODULES:
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                os.environ["SPARK_HOME"] = folder
                spark = hiveframe.session()
                failed |= {name for name, test in items(module, spark) if not passes(test)}
                spark.stop()
                os.chdir(FAILURES.parent)
    reasons = known_failures()
    lines = [f"{name}  # {reasons[name]}" if reasons.get(name) else name for name in sorted(failed)]
    FAILURES.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    print(f"{len(failed)} items fail")


if __name__ == "__main__":
    main()
