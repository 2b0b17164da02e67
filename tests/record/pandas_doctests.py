"""Rewrites the list of the pandas API's examples that fail, from two runs of `tests.conformance.pandas_docs`.

python -m tests.conformance.pandas_docs --json hiveframe.json
python -m tests.conformance.pandas_docs --remote sc://… --json spark.json
python -m tests.record.pandas_doctests hiveframe.json spark.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.conformance.pandas_docs import FAILURES, known_failures


def main() -> None:
    ours, sparks = (json.loads(Path(name).read_text()) for name in sys.argv[1:3])
    known = known_failures() if FAILURES.exists() else {}
    lines = []
    for name in sorted(name for name, text in ours.items() if text):
        mark = " [spark]" if sparks[name] else ""
        reason = f"  # {known[name].reason}" if name in known and known[name].reason else ""
        lines.append(f"{name}{mark}{reason}\n")
    FAILURES.write_text("".join(lines))
    passed = sum(not text for text in sparks.values())
    shared = sum(not text and not ours[name] for name, text in sparks.items())
    print(f"Spark passes {passed} of {len(sparks)}, HiveFrame {shared} of those")


if __name__ == "__main__":
    main()
